# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.l10n_fr_apprenticeship.cerfa import form
from odoo.addons.l10n_fr_apprenticeship.cerfa.changes import is_personal
from odoo.addons.l10n_fr_apprenticeship.cerfa_reading import HIDDEN_BY, contract_field
from odoo.addons.l10n_fr_apprenticeship.models.apprenticeship_contract import (
    PERSONAL_DATA,
)


class OpcoComparisonLine(models.TransientModel):
    """One box that is not as it was sent."""

    _name = "opco.comparison.line"
    _description = "Box that is not as it was Sent"
    _order = "id"

    comparison_id = fields.Many2one(
        "opco.comparison", required=True, readonly=True, ondelete="cascade"
    )
    path = fields.Char(required=True, readonly=True)
    section = fields.Char(readonly=True)
    label = fields.Text(string="Box", readonly=True)
    sent_value = fields.Text(string="Sent", readonly=True)
    present_value = fields.Text(string="Now", readonly=True)
    may_put_back = fields.Boolean(readonly=True)
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact that holds the box",
        readonly=True,
        ondelete="cascade",
    )

    @api.model
    def _values_of(self, contract, change):
        contact = self._contact_of(contract, change.path)
        return {
            "path": change.path,
            "section": change.section,
            "label": change.label,
            "sent_value": change.before,
            "present_value": change.after,
            "may_put_back": self._may_put_back(contract, change.path),
            "contact_id": contact.id,
        }

    @api.model
    def _contact_of(self, contract, path):
        """Return the contact whose box it is, which other contracts share."""
        field = contract._fields[contract_field(path)]
        name = field.related.split(".")[0] if field.related else field.name
        if contract._fields[name].comodel_name == "res.partner":
            return contract[name]
        return self.env["res.partner"]

    @api.model
    def _may_put_back(self, contract, path):
        """Tell whether the box is the contract's own, and this user's to write.

        A contact's is not put back from here: the contract may have been given another
        contact since, whose data is right.
        """
        field = contract._fields[contract_field(path)]
        is_own = not (field.related or field.readonly)
        is_contact = field.comodel_name == "res.partner"
        is_hidden = any(
            path.startswith(f"{part}.") and any(contract[name] for name in names)
            for part, names in HIDDEN_BY.items()
        )
        is_readable = not is_personal(path) or self.env.user.has_group(PERSONAL_DATA)
        return is_own and not is_contact and not is_hidden and is_readable

    # ------------------------------------------------------------------ actions
    def action_put_back(self):
        """Write on the contract what was sent; a line of pay brings them all back."""
        self.ensure_one()
        comparison = self.comparison_id
        contract = comparison.contract_id
        contract.check_access("write")
        found = contract._opco_differences().get(contract)
        if not (found and found.is_readable and self.path in found.paths):
            raise UserError(
                self.env._("This box has changed meanwhile: compare again.")
            )
        if not self._may_put_back(contract, self.path):
            raise UserError(self.env._("This box is not put back from here."))
        name = contract_field(self.path)
        contract.write({name: self._value_sent(contract._fields[name], found.sent)})
        return comparison._show()

    def action_open_contact(self):
        self.ensure_one()
        return self.contact_id._get_records_action()

    # ----------------------------------------------------------------- business
    def _value_sent(self, field, sent):
        """Return what to write in a field to have it as it was sent."""
        if field.name == "pay_period_ids":
            return self._pay_periods_sent(sent)
        value = sent
        for name in self.path.split("."):
            value = getattr(value, name, None)
        if value is None:
            return False
        if field.type == "many2one":
            return self._code_sent(value, sent)
        return float(value) if isinstance(value, Decimal) else value

    @api.model
    def _pay_periods_sent(self, sent):
        periods = [
            Command.create(
                {name: getattr(period, name) for name in form.boxes(form.PayPeriod)}
            )
            for period in sent.contract.pay_periods
        ]
        return [Command.clear(), *periods]

    def _code_sent(self, code, sent):
        """Return the row of a code as it was at the conclusion, or the last one."""
        table = form.boxes_on(self.path)[-1].table
        tables = self.env["apprenticeship.contract"]._legal_tables()
        on = sent.contract.date_conclusion
        valid = tables.code(table, code, on) if on else None
        row = valid or tables.rows(table, code)[-1]
        ids = self.env["apprenticeship.code"]._ids_by_start()
        return ids[table, code, row.valid_from]
