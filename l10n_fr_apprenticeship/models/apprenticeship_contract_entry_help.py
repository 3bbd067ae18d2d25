# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models

from ..cerfa.nir_reading import read_nir

# What an apprentice's next contract most often repeats.
PROPOSED_FROM_PREVIOUS_CONTRACT = (
    "apprentice_nationality_id",
    "apprentice_social_scheme_id",
    "apprentice_nir",
    "apprentice_disabled_worker",
    "apprentice_disability_youth_equivalence",
    "apprentice_disability_boe_extension",
    "apprentice_last_class_id",
    "apprentice_last_diploma_prepared_id",
    "apprentice_last_diploma_title",
    "apprentice_highest_diploma_id",
    "apprentice_top_level_athlete",
)


class ApprenticeshipContract(models.Model):
    """What is proposed while the form is filled in; what is typed already stays."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    @api.onchange("apprentice_id")
    def _onchange_apprentice_id(self):
        previous = self._previous_contract()
        for name in PROPOSED_FROM_PREVIOUS_CONTRACT:
            field = self._fields[name]
            # Access first: without it, even looking at the box raises.
            if previous and self._has_field_access(field, "read") and not self[name]:
                self[name] = previous[name]

    @api.onchange("apprentice_nir")
    def _onchange_apprentice_nir(self):
        """Propose what the NIR says; what is typed already stays."""
        said = read_nir(self.apprentice_nir or "")
        if not said or not self.apprentice_id:
            return None
        self.apprentice_sex = self.apprentice_sex or said.sex
        if not self.apprentice_birth_department:
            self.apprentice_birth_department = said.department
        if self.apprentice_birth_date or not said.month:
            return None
        return {
            "warning": {
                "type": "notification",
                "title": self.env._("Birth date"),
                "message": self.env._(
                    "The NIR says: born in month %(month)s of year %(year)s. Type the "
                    "birth date.",
                    month=f"{said.month:02}",
                    year=said.year,
                ),
            }
        }

    @api.onchange("employer_zip")
    def _onchange_employer_zip(self):
        self._propose_place("employer", "zip", "city")

    @api.onchange("employer_city")
    def _onchange_employer_city(self):
        self._propose_place("employer", "city", "zip")

    @api.onchange("apprentice_zip")
    def _onchange_apprentice_zip(self):
        self._propose_place("apprentice", "zip", "city")

    @api.onchange("apprentice_city")
    def _onchange_apprentice_city(self):
        self._propose_place("apprentice", "city", "zip")

    @api.onchange("legal_representative_zip")
    def _onchange_legal_representative_zip(self):
        self._propose_place("legal_representative", "zip", "city")

    @api.onchange("legal_representative_city")
    def _onchange_legal_representative_city(self):
        self._propose_place("legal_representative", "city", "zip")

    def _propose_place(self, part, known, wanted):
        """Fill in a town from its postal code, or the reverse, as known contacts do.

        Only when they all agree: a postal code may serve several towns. A box emptied
        on purpose stays empty until the other one changes.
        """
        value = self[f"{part}_{known}"]
        if not value or self[f"{part}_{wanted}"]:
            return
        found = self.env["res.partner"]._read_group(
            [(known, "=", value), (wanted, "!=", False)], [wanted], limit=2
        )
        if len(found) == 1:
            self[f"{part}_{wanted}"] = found[0][0]
