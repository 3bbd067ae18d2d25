# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models

from ..convergence.people import readable


class OpcoReceipt(models.AbstractModel):
    """What the OPCO answered to a transmission, personal data masked."""

    _name = "report.opco_ep_connector.receipt"
    _description = "Receipt of a Transmission"

    @api.model
    def _get_report_values(self, docids, data=None):
        transmissions = self.env["opco.transmission"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": transmissions._name,
            "docs": transmissions,
            "exchanges_of": self._exchanges,
            "answer_of": self._answer,
            "chain_of": self._chain,
        }

    @api.model
    def _exchanges(self, transmission):
        return transmission.exchange_ids.sorted("id")

    @api.model
    def _answer(self, exchange):
        return readable(exchange._answer_without_people())

    @api.model
    def _chain(self, transmission):
        return self.env["opco.chain"].search(
            [("connection_id", "=", transmission.connection_id.id)]
        )

    @api.model
    def _page(self, transmission):
        """Return a page that needs nothing else, for the audit pack."""
        return self.env["ir.qweb"]._render(
            "opco_ep_connector.receipt_page", self._get_report_values(transmission.ids)
        )
