# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .. import pace
from ..audit_pack import AuditPack


class OpcoAuditPack(models.TransientModel):
    """Which part of the journal to hand to an auditor."""

    _name = "opco.audit.pack"
    _description = "Audit Pack"

    contract_ids = fields.Many2many(
        "apprenticeship.contract",
        string="Contracts",
        default=lambda self: self._default_contract_ids(),
        help="Empty: all those of the period.",
    )
    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        required=True,
        default=lambda self: self._default_company_ids(),
    )
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="To")

    @api.model
    def _default_contract_ids(self):
        if self.env.context.get("active_model") != "apprenticeship.contract":
            return False
        return self.env.context.get("active_ids")

    @api.model
    def _default_company_ids(self):
        return self.env.companies

    def action_download(self):
        """Download the whole pack."""
        return self._download("zip")

    def action_download_csv(self):
        """Download the journal alone."""
        return self._download("csv")

    def _download(self, kind):
        self.ensure_one()
        if not self._exchanges():
            raise UserError(
                self.env._("The journal holds no exchange of these contracts or dates.")
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/opco/audit-pack/{self.id}.{kind}",
            "target": "download",
        }

    def _pack(self):
        """Return what is to be handed out, as this user may read it."""
        self.ensure_one()
        return AuditPack(self.env, self._exchanges(), self._title())

    def _exchanges(self):
        return self.env["opco.exchange"].search(self._domain(), order="id")

    def _domain(self):
        domain = Domain("company_id", "in", self.company_ids.ids)
        if self.contract_ids:
            domain &= self.env["opco.exchange"]._domain_of_contracts(self.contract_ids)
        # The days of Paris, as the law counts them.
        if self.date_from:
            domain &= Domain("started_at", ">=", pace.midnight(self.date_from))
        if self.date_to:
            end = pace.midnight(self.date_to + timedelta(days=1))
            domain &= Domain("started_at", "<", end)
        return domain

    def _title(self):
        if self.contract_ids:
            return ", ".join(self.contract_ids.mapped("name"))
        if not self.date_from and not self.date_to:
            return self.env._("The whole journal")
        return self.env._(
            "From %(start)s to %(end)s",
            start=format_date(self.env, self.date_from) or "…",
            end=format_date(self.env, self.date_to) or "…",
        )
