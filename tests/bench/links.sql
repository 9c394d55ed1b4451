INSERT INTO res_partner (name, active, type, email, email_normalized, company_id,
                         create_date, write_date, complete_name, autopost_bills)
SELECT 'Former ' || n, true, 'contact', 'former' || n || '@example.com',
       'former' || n || '@example.com', NULL, now(), now(), 'Former ' || n, 'ask'
  FROM generate_series(1, %(count)s / 10) AS n;

INSERT INTO hub_fake_customer (backend_id, external_id, odoo_id, version, content_hash,
                               create_date, write_date)
SELECT b.id, 'former-' || p.id, p.id, '2020-01-01T00:00:00.000000Z',
       md5(p.id::text), now(), now()
  FROM hub_backend b, res_partner p
 WHERE b.name = 'Bench' AND p.email LIKE 'former%%';

INSERT INTO hub_fake_order (backend_id, external_id, odoo_id, version, content_hash,
                            create_date, write_date)
SELECT b.id, 'former-' || n, o.id, '2020-01-01T00:00:00.000000Z', md5(n::text),
       now(), now()
  FROM hub_backend b, (SELECT max(id) AS id FROM sale_order) AS o,
       generate_series(1, %(count)s) AS n
 WHERE b.name = 'Bench';

INSERT INTO hub_message (flow_id, backend_id, company_id, direction, priority,
                         dedup_key, topic, name, external_id, version, is_hint, lane,
                         state, forced, attempts, deaths, received_at, processed_at,
                         create_date, write_date, res_model, res_id)
SELECT f.id, f.backend_id, f.company_id, 'in', 10, f.id || ':former:' || n, 'poll',
       '#' || n, 'former-' || n, '2020-01-01T00:00:00.000000Z', false, n %% 4,
       'done', false, 1, 0, now() - n * interval '10 s', now() - n * interval '10 s',
       now(), now(), 'sale.order', o.id
  FROM hub_flow f JOIN hub_backend b ON b.id = f.backend_id AND b.name = 'Bench',
       (SELECT max(id) AS id FROM sale_order) AS o,
       generate_series(1, %(count)s) AS n
 WHERE f.document = 'order' AND f.direction = 'in';

ANALYZE
