# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random
from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from ..cursor import read_committed
from ..documents.shape import KINDS, shape_of

#: payloads of a batch that are looked at
SAMPLE = 5
#: looks after which counts are written although nothing is new
FLUSH_AFTER = 500
#: fields of a flow that are remembered; more means that its keys are data
MOST_FIELDS = 2000


class Known:
    """The fields of a flow, and how often they were seen since the last writing."""

    def __init__(self, counts):
        #: {(path, kind): how often in all}
        self.counts = counts
        self.unwritten = Counter()
        self.looks = 0


class HubSchemaField(models.Model):
    """A field that a remote system has sent: when first, of which type, how often.

    Learnt from a few payloads of each batch, so that the work costs next to nothing;
    counts are therefore samples. A field that appears later than the others is new: it
    changes nothing until somebody maps it.
    """

    _name = "hub.schema.field"
    _inherit = ["hub.operable"]
    _description = "Field of a Remote System"
    _order = "is_new desc, first_seen desc, path"
    _rec_name = "path"
    _log_access = False

    flow_id = fields.Many2one(
        "hub.flow", required=True, ondelete="cascade", readonly=True
    )
    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    path = fields.Char("Field", required=True, readonly=True)
    kind = fields.Selection(
        [(kind, kind.title()) for kind in dict.fromkeys(KINDS.values())],
        "Type",
        required=True,
        readonly=True,
    )
    first_seen = fields.Datetime(required=True, readonly=True)
    last_seen = fields.Datetime(required=True, readonly=True)
    count = fields.Integer("Seen (Samples)", required=True, readonly=True)
    is_new = fields.Boolean(
        "New", readonly=True, help="Appeared after the flow had received others."
    )

    _flow_path_kind_uniq = models.Constraint(
        "UNIQUE(flow_id, path, kind)", "A field is listed once for each type."
    )

    def action_known(self):
        """Take note of new fields."""
        self.check_operator()
        self.sudo().write({"is_new": False})
        return True

    # === LEARNING ===#

    @api.private
    def observe(self, flow, payloads):
        """Learn the fields of a few of these payloads.

        :param payloads: list of dicts that could be translated
        :return: the shapes that were looked at
        """
        known = self._known(flow)
        if len(payloads) > SAMPLE:
            payloads = random.sample(payloads, SAMPLE)
        shapes = [shape_of(payload) for payload in payloads]
        for shape in shapes:
            known.unwritten.update(shape)
        known.looks += len(shapes)
        unknown = set().union(*shapes) - known.counts.keys()
        if unknown or known.looks >= FLUSH_AFTER:
            self._write(flow, known)
        return shapes

    @api.private
    def counts(self, flow):
        """Return {(path, kind): how often seen}, as this process knows it."""
        return self._known(flow).counts

    @ormcache("flow.id")
    def _known(self, flow):
        """Return what this process knows; counts go on in it until they are written."""
        self.flush_model()
        query = "SELECT path, kind, count FROM hub_schema_field WHERE flow_id = %s"
        rows = self.env.execute_query(SQL(query, flow.id))
        return Known({(path, kind): count for path, kind, count in rows})

    def _write(self, flow, known):
        """Write counts, and fields nobody had seen, in one statement."""
        room = MOST_FIELDS - len(known.counts)
        rows = sorted(known.unwritten.items())
        if room < len(rows):
            rows = [row for row in rows if row[0] in known.counts]
        with read_committed(self.env.registry) as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO hub_schema_field
                           (flow_id, backend_id, company_id, path, kind, count,
                            first_seen, last_seen, is_new)
                    SELECT %(flow)s, %(backend)s, %(company)s, path, kind, count,
                           %(now)s, %(now)s, %(is_new)s
                      FROM unnest(%(paths)s::text[], %(kinds)s::text[],
                                  %(counts)s::int[]) AS seen(path, kind, count)
                        ON CONFLICT (flow_id, path, kind) DO UPDATE
                       SET count = hub_schema_field.count + excluded.count,
                           last_seen = excluded.last_seen
                    """,
                    flow=flow.id,
                    backend=flow.backend_id.id,
                    company=flow.company_id.id,
                    now=fields.Datetime.now(),
                    is_new=bool(known.counts),
                    paths=[path for (path, _kind), _count in rows],
                    kinds=[kind for (_path, kind), _count in rows],
                    counts=[count for _key, count in rows],
                )
            )
        for key, count in rows:
            known.counts[key] = known.counts.get(key, 0) + count
        known.unwritten.clear()
        known.looks = 0
