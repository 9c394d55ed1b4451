# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from ..models.hub_metric import LAG_BOUNDS, percentile
from .drain_case import DrainCase


class TestMetric(DrainCase):
    """What was settled is counted, once, and merged as it grows old."""

    def settle(self, ago, lag, state="done", count=1, topic="poll"):
        """Have messages settled ``ago`` after a ``lag``, both in seconds."""
        self.env["hub.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_message (flow_id, backend_id, company_id, direction,
                       topic, external_id, dedup_key, lane, priority, state,
                       received_at, processed_at)
                SELECT %(flow)s, %(backend)s, %(company)s, 'in', %(topic)s, 'M' || n,
                       gen_random_uuid()::text, 0, 10, %(state)s,
                       t.at - make_interval(secs => %(lag)s), t.at
                  FROM generate_series(1, %(count)s) AS n,
                       (SELECT now() AT TIME ZONE 'UTC'
                               - make_interval(secs => %(ago)s) AS at) AS t
                """,
                flow=self.order_flow.id,
                backend=self.backend.id,
                company=self.company.id,
                topic=topic,
                state=state,
                lag=lag,
                ago=ago,
                count=count,
            )
        )

    def collect(self):
        self.env["hub.metric"]._cron_collect()
        return self.env["hub.metric"].search([("flow_id", "=", self.order_flow.id)])

    def counted(self):
        """Return {outcome: messages}."""
        return dict(
            self.env["hub.metric"]._read_group(
                [("flow_id", "=", self.order_flow.id)], ["outcome"], ["count:sum"]
            )
        )

    def test_each_message_is_counted_once_however_often_it_is_collected(self):
        self.settle(1000, 3, count=7)
        self.settle(30, 3, "failed", count=2)
        self.collect()
        self.collect()
        self.settle(5, 3, count=4)
        self.collect()
        self.assertEqual(self.counted(), {"done": 11, "failed": 2})

    def test_batch_that_commits_late_is_still_counted(self):
        self.settle(10, 3)
        self.collect()
        self.settle(600, 3, count=5)
        self.collect()
        self.assertEqual(self.counted(), {"done": 6})

    def test_old_intervals_are_merged_and_nothing_gets_lost_or_doubled(self):
        days = 24 * 3600
        self.settle(3 * days, 3, count=20)
        self.settle(3 * days + 600, 40, count=5)
        self.settle(60, 3, count=2)
        self.collect()
        self.collect()
        self.assertEqual(self.counted(), {"done": 27})
        rows = self.collect()
        self.assertEqual(set(rows.mapped("seconds")), {300, 3600})
        self.age(70 * 24)
        self.settle(60, 3, count=1)
        self.assertEqual(set(self.collect().mapped("seconds")), {300, 86400})
        self.assertEqual(self.counted(), {"done": 28})
        self.collect()
        self.assertEqual(self.counted(), {"done": 28})

    def complete(self):
        """Return how many done messages monitoring systems are told."""
        labels = self.env["hub.metric"]._complete([self.order_flow.id])[0]
        return labels.get((self.order_flow.id, "done"), 0)

    def age(self, hours):
        """Let time pass: everything was so much earlier."""
        self.env.flush_all()
        for table, column in (
            ("hub_metric", "started_at"),
            ("hub_metric_mark", "counted_to"),
            ("hub_message", "processed_at"),
            ("hub_message", "received_at"),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s - make_interval(hours => %s)",
                    SQL.identifier(table),
                    *[SQL.identifier(column)] * 2,
                    hours,
                )
            )
        self.env.invalidate_all()

    def test_counters_never_fall_and_miss_no_last_burst(self):
        self.settle(7200, 3, count=20)
        self.settle(60, 3, count=300)
        self.collect()
        self.assertEqual(self.complete(), 20, "the last minutes are not complete")
        self.age(1)
        self.collect()
        self.assertEqual(self.complete(), 320, "though nothing happened since")
        for _hour in range(60):
            self.age(1)
            self.collect()
            self.assertEqual(self.complete(), 320)
        self.assertIn(3600, self.collect().mapped("seconds"))

    def test_what_poisons_workers_is_counted(self):
        self.place(1)
        self.poll(self.order_flow)
        self.message().write({"state": "processing", "deaths": 2})
        self.drain(self.order_flow)
        self.collect()
        self.assertEqual(self.counted(), {"quarantined": 1})

    def test_what_settles_itself_has_not_come_to_an_end(self):
        self.settle(5, 3, "in_doubt", count=3)
        self.env.cr.execute(
            SQL(
                "UPDATE hub_message SET next_attempt_at = now()"
                " WHERE flow_id = %s AND external_id <> 'M1'",
                self.order_flow.id,
            )
        )
        self.collect()
        self.assertEqual(self.counted(), {"in_doubt": 1})

    def test_nothing_is_written_when_nothing_changed(self):
        self.settle(60, 3, count=3)
        before = self.collect().ids
        self.assertEqual(self.collect().ids, before)

    def test_nothing_is_counted_again_after_a_quiet_week(self):
        days = 24 * 3600
        self.settle(3 * days, 3, count=20)
        self.collect()
        self.collect()
        self.assertEqual(self.counted(), {"done": 20})

    def test_lags_are_told_as_percentiles(self):
        self.settle(60, 3, count=90)
        self.settle(60, 45, count=10)
        # the age of history is no lag
        self.settle(60, 10**7, count=1000, topic="backfill")
        classes = {}
        for row in self.collect().filtered(lambda row: row.lag_class >= 0):
            classes[row.lag_class] = classes.get(row.lag_class, 0) + row.count
        self.assertEqual(sum(classes.values()), 100)
        self.assertTrue(2 <= percentile(classes, 0.5) <= 5)
        self.assertTrue(30 <= percentile(classes, 0.95) <= 60)

    def test_percentiles_of_nothing_and_of_ages(self):
        self.assertIsNone(percentile({}, 0.5))
        self.assertEqual(percentile({len(LAG_BOUNDS): 3}, 0.5), LAG_BOUNDS[-1])
        self.assertEqual(percentile({0: 10}, 0.5), 0.5)

    def test_what_really_happened_is_counted(self):
        self.place(1)
        self.place(2, total="99.99")
        self.bring_in()
        self.collect()
        self.assertEqual(self.counted(), {"done": 1, "failed": 1})

    # === DASHBOARD ===#

    def row(self, **options):
        rows = self.env["hub.dashboard"].figures(**options)["flows"]
        return next(row for row in rows if row["id"] == self.order_flow.id)

    def test_dashboard_tells_what_waits_what_was_done_and_how_fast(self):
        self.settle(60, 3, count=90)
        self.settle(60, 45, count=10)
        self.settle(60, 3, "failed", count=4)
        self.settle(7200, 3, count=8)
        self.place(1)
        self.poll(self.order_flow)
        self.collect()
        row = self.row()
        self.assertEqual((row["done"], row["failed"]), (108, 4))
        self.assertEqual(row["backlog"], 1)
        self.assertGreater(row["drained_in"], 0)
        self.assertEqual(sum(row["trend"]), 108)
        self.assertEqual(sum(self.row(hours=1)["trend"]), 100)

    def test_dashboard_separates_what_needs_a_person(self):
        self.place(2, total="99.99")
        self.bring_in()
        figures = self.env["hub.dashboard"].figures()
        problem = self.exceptions(self.backend)
        (row,) = [r for r in figures["act"]["rows"] if r["id"] == problem.id]
        self.assertEqual((row["count"], row["title"]), (1, problem.name))
        counts = {row["category"]: row["count"] for row in figures["categories"]}
        self.assertEqual(counts[problem.category], 1)

    def test_dashboard_is_filtered(self):
        other = self.env["hub.dashboard"].figures(backend_ids=[0])
        self.assertEqual((other["flows"], other["act"]["rows"]), ([], []))
        environment = self.backend.environment
        self.assertTrue(self.row(environment=environment))
        rows = self.env["hub.dashboard"].figures(environment="nowhere")["flows"]
        self.assertEqual(rows, [])

    def test_dashboard_shows_a_company_only_its_own(self):
        user = self.env["res.users"].create(
            {
                "name": "Elsewhere",
                "login": "elsewhere",
                "company_id": self.other_company().id,
                "company_ids": self.other_company().ids,
                "group_ids": [(4, self.env.ref("connector_hub.group_hub_user").id)],
            }
        )
        figures = self.env["hub.dashboard"].with_user(user).figures()
        self.assertNotIn(self.order_flow.id, [row["id"] for row in figures["flows"]])
        self.assertNotIn(
            self.backend.id, [row["id"] for row in figures["choice"]["backends"]]
        )

    def other_company(self):
        name = "Somewhere Else"
        company = self.env["res.company"].search([("name", "=", name)])
        return company or self.env["res.company"].create({"name": name})

    def test_late_flow_is_told_late(self):
        self.settle(5, 0, "pending")
        self.env.cr.execute(
            SQL(
                "UPDATE hub_message SET received_at = %s, processed_at = NULL"
                " WHERE flow_id = %s AND state = 'pending'",
                fields.Datetime.now() - timedelta(days=1),
                self.order_flow.id,
            )
        )
        self.env.invalidate_all()
        self.assertEqual(self.row()["freshness"], "late")
