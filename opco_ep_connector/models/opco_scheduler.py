# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

STOPPED_AFTER = timedelta(minutes=3)


class OpcoScheduler(models.AbstractModel):
    """Whether Odoo's scheduler, which alone sends, still runs.

    Nothing in Odoo says so: in threaded mode a restart of PostgreSQL ends its cron
    threads for good, and people only see contracts that do not leave.
    """

    _name = "opco.scheduler"
    _description = "OPCO Delivery Scheduler"

    @api.model
    def _waiting_in_vain(self, connections):
        """Return the connections whose rows are due, while no delivery has run since.

        :rtype: recordset of `opco.connection`
        """
        limit = fields.Datetime.now() - STOPPED_AFTER
        cron = self.env.ref("opco_ep_connector.ir_cron_deliver").sudo()
        none = connections.browse()
        if not connections or (cron.active and cron.lastcall and cron.lastcall > limit):
            return none
        transmissions = self.env["opco.transmission"].sudo()
        overdue = transmissions._read_group(
            transmissions._domain_due()
            & Domain("connection_id", "in", connections.ids)
            & Domain("next_try_at", "<", limit),
            ["connection_id"],
        )
        overdue = none.union(*(connection for (connection,) in overdue))
        return overdue - none.union(*self.env["opco.health"].sudo()._paused(overdue))
