# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ApprenticeshipContract(models.Model):
    """What the connector holds of a contract, emptied by a retention rule.

    Numbers, dates and hashes stay: they prove the transmission without its content.
    """

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_purged_on = fields.Date(
        string="Exchanges with the OPCO erased on", readonly=True, copy=False
    )

    def _purgeable(self):
        """What is on its way to the OPCO is still needed."""
        rows = self.env["opco.transmission"].sudo()
        waiting = rows.search(
            [("contract_id", "in", self.ids), ("state", "in", rows.WAITING_STATES)]
        ).contract_id
        return super()._purgeable().filtered(lambda contract: contract not in waiting)

    def _opco_every_dossier(self):
        return self.env["opco.dossier"].search([("contract_id", "in", self.ids)])

    def _opco_describe_exchanges(self):
        """Return what emptying the exchanges would erase, one sentence a line."""
        transmissions = self.opco_transmission_ids
        exchanges = self.env["opco.exchange"]._of_contracts(self)
        return [
            self.env._("%(count)s contents sent", count=len(transmissions)),
            self.env._("%(count)s answers of the OPCO", count=len(exchanges)),
            self.env._(
                "%(count)s comments and reasons, of the OPCO and of whoever passed a "
                "finding over",
                count=len(self),
            ),
            self.env._("Kept: numbers, dates, results, SHA-256 of what was exchanged"),
        ]

    def _opco_purge_exchanges(self):
        transmissions = self.opco_transmission_ids
        self.env["opco.exchange"]._of_contracts(self)._erase_bodies()
        for row in transmissions:
            row.write(
                {
                    "payload": False,
                    "message": False,
                    "file_name": False,
                    "remote_errors": False,
                    "overrides": [
                        override | {"reason": self.env._("Erased")}
                        for override in row.overrides or []
                    ],
                }
            )
        self._opco_every_dossier().write({"comment": False})
        self.write(
            dict.fromkeys(
                ("opco_message", "opco_comment", "opco_termination_message"), False
            )
        )
