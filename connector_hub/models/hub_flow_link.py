# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

#: more than so many links are made by a job
MOST_AT_ONCE = 2000


class HubMatch(models.Model):
    _inherit = "hub.match"

    def action_accept_all(self):
        """Link everything that is proposed for the flows of this list.

        The button stands above the list: no record needs to be selected.

        :return: a notification, or the action that shows the run when it takes longer
        """
        flows = self.env["hub.flow"].browse(self.env.context.get("hub_flow_ids", ()))
        if not flows:
            raise UserError(
                self.env._(
                    "Open the matching of a flow to link all that is proposed for it,"
                    " or select records here and press Link."
                )
            )
        flows.check_operator()
        domain = [("flow_id", "in", flows.ids), ("state", "=", "proposed")]
        proposed = self.sudo().search(domain, limit=MOST_AT_ONCE + 1)
        if len(proposed) > MOST_AT_ONCE:
            return flows._enqueue_link()
        return self._tell(self.env._("%s linked.", proposed._accept()))


class HubFlow(models.Model):
    """Linking what was proposed, when there is much of it."""

    _inherit = "hub.flow"

    def _enqueue_link(self):
        runs = self.env["hub.run"].sudo()
        for flow in self.with_user(SUPERUSER_ID):
            run = runs.create({"flow_id": flow.id, "kind": "match"})
            runs += run
            flow.with_delay(
                channel="root.hub.batch",
                identity_key=f"hub.link.{flow.id}",
                max_retries=0,
                description=self.env._("Link: %s", flow.display_name),
            )._link_proposed(run_id=run.id)
        return runs.with_env(self.env)._action_open()

    @api.private
    def _link_proposed(self, run_id):
        """Job: link everything proposed, a part per transaction; may be cancelled."""
        self.ensure_one()
        run = self.env["hub.run"].browse(run_id)
        domain = [("flow_id", "=", self.id), ("state", "=", "proposed")]
        linked = 0
        while run.state == "receiving":
            # what does not fit any more is not proposed any more: it comes to an end
            part = self.env["hub.match"].search(domain, limit=MOST_AT_ONCE)
            if not part:
                run._finish("received", self.env._("%s linked.", linked))
                break
            linked += part._accept()
            run.seen_count = linked
            self._commit()
            self.env.invalidate_all()
        self._commit()
        return f"{linked} linked"
