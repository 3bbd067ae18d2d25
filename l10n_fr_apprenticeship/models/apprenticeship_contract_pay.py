# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
from decimal import Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError

from ..cerfa import form
from ..cerfa.clock import department_of
from ..cerfa.identifiers import compact
from ..cerfa.legal_values import MAYOTTE, METROPOLE, NoLegalValue
from ..cerfa.pay import gross_at_hiring, merge_pay_periods, pay_periods
from ..cerfa_reading import read_pay_lines

_logger = logging.getLogger(__name__)

MAYOTTE_DEPARTMENT = "976"


def _period_values(period):
    return {name: getattr(period, name) for name in form.boxes(form.PayPeriod)}


class ApprenticeshipContract(models.Model):
    """The minimum pay of a contract: its periods, and the wage at hiring."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    @api.onchange("apprentice_birth_date", "date_start", "date_end")
    def _onchange_pay_dates(self):
        """Propose the pay as soon as it can be computed; nothing entered is touched."""
        if self.pay_period_ids or not self._pay_dates_are_known():
            return
        try:
            self._generate_pay()
        except (NoLegalValue, ValueError) as error:
            # The findings say it at the right box.
            _logger.debug("%s: no pay proposed: %s", self.name, error)

    def action_generate_pay(self):
        """Write the minimum pay; rates entered above it stay, those under it do not."""
        self.ensure_one()
        if not self._pay_dates_are_known():
            raise UserError(
                self.env._(
                    "The pay needs the apprentice's birth date, the start and the end "
                    "of the contract."
                )
            )
        try:
            refused = self._generate_pay()
        except (NoLegalValue, ValueError) as error:
            raise UserError(self._pay_failure_message(error)) from error
        message = "\n".join(
            f"{finding.message} ({finding.article})" for finding in refused
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "info",
                "message": message
                or self.env._("The pay periods are at the legal minimum or above."),
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _pay_dates_are_known(self):
        return bool(
            self.apprentice_birth_date
            and self.date_start
            and self.date_end
            and self.date_start < self.date_end
        )

    def _generate_pay(self):
        """Set the pay periods and the wage at hiring.

        :return: the findings about the rates that were under the minimum
        :raises NoLegalValue: when no SMIC is known at the start
        :raises ValueError: when the contract is too long for the form
        """
        tables, zone = self._legal_tables(), self._smic_zone()
        generated = pay_periods(
            self.apprentice_birth_date, self.date_start, self.date_end, tables, zone
        )
        merged = merge_pay_periods(read_pay_lines(self.pay_period_ids), generated)
        self.pay_period_ids = [
            Command.clear(),
            *(Command.create(values) for values in map(_period_values, merged.periods)),
        ]
        first = merged.periods[0]
        minimum = gross_at_hiring(first, tables, self.date_start, zone)
        self.gross_monthly_wage = max(
            minimum, Decimal(f"{self.gross_monthly_wage:.2f}")
        )
        return merged.refused

    def _smic_zone(self):
        """Return the zone of the SMIC where the contract is executed."""
        department = department_of(compact(self.employer_zip or ""))
        return MAYOTTE if department == MAYOTTE_DEPARTMENT else METROPOLE

    def _pay_failure_message(self, error):
        if isinstance(error, NoLegalValue):
            return self.env._(
                "No SMIC, or no minimum pay at this age, is known on %(date)s. Check "
                "the birth date and the start, or add the line in Configuration.",
                date=self.date_start.strftime("%d/%m/%Y"),
            )
        return self.env._(
            "The form has room for four years of pay: check the start and the end of "
            "the contract."
        )
