# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

# Boxes that speak of a person; what is left is figures, dates and references.
PERSONAL_BOXES = (
    "apprentice_nir",
    "apprentice_disabled_worker",
    "apprentice_disability_youth_equivalence",
    "apprentice_disability_boe_extension",
    "apprentice_nationality_id",
    "apprentice_social_scheme_id",
    "apprentice_situation_before_id",
    "apprentice_last_diploma_prepared_id",
    "apprentice_last_class_id",
    "apprentice_last_diploma_title",
    "apprentice_highest_diploma_id",
    "apprentice_top_level_athlete",
    "apprentice_business_project",
    "apprentice_emancipated",
    "legal_representative_birth_name",
    "legal_representative_first_name",
    "legal_representative_email",
    "legal_representative_street",
    "legal_representative_street2",
    "legal_representative_zip",
    "legal_representative_city",
    "employer_representative_name",
    "employer_representative_first_name",
)
# And beside the form: what it was when concluded, and why the contract ended early.
PERSONAL_STATEMENTS = (
    "snapshot",
    "termination_case",
    "termination_initiative",
    "termination_mediator_date",
)


class ApprenticeshipContract(models.Model):
    """What a retention rule empties, apart from the form itself."""

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    file_purged_on = fields.Date(
        string="Personal data erased on", readonly=True, copy=False
    )

    def _purgeable(self):
        """Return the contracts that nothing holds back; other add-ons remove theirs."""
        return self

    def _whole_families(self, marker):
        """Return those whose amendments, or first contract, are done with as well."""
        return self.filtered(
            lambda contract: all(
                relative in self or relative[marker] for relative in contract._family()
            )
        )

    def _family(self):
        origin = self.sudo().origin_id or self.sudo()
        return origin | origin.amendment_ids

    def _people(self):
        return self.apprentice_id | self.tutor_id | self.second_tutor_id

    def _people_to_erase(self):
        """Return the people whom nothing else than these contracts needs."""
        people = self._people()
        others = self.search(
            [
                ("id", "not in", self.ids),
                ("file_purged_on", "=", False),
                "|",
                "|",
                ("apprentice_id", "in", people.ids),
                ("tutor_id", "in", people.ids),
                ("second_tutor_id", "in", people.ids),
            ]
        )
        return (people - others._people())._apprenticeship_only()

    def _attached(self):
        attached = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        return attached | self.document_ids.attachment_id

    def _describe_file(self):
        """Return what emptying the files would erase, one sentence a line."""
        return [
            self.env._(
                "%(count)s contracts: NIR, disability, nationality, schooling, "
                "legal representative, signatory, cause of an early end, messages and "
                "activities",
                count=len(self),
            ),
            self.env._("%(count)s attached documents", count=len(self._attached())),
            self.env._(
                "%(count)s people (apprentices and tutors) whom nothing else needs: "
                "civil status and address",
                count=len(self._people_to_erase()),
            ),
            self.env._("Kept: references, numbers, dates, pay, employer, training"),
        ]

    def _purge_file(self):
        people = self._people_to_erase()
        self._attached().unlink()
        self.document_ids._erase()
        self.activity_ids.unlink()
        # Tracked changes and notes name people, and cannot be told apart.
        self.message_ids.unlink()
        self.override_ids.write({"reason": self.env._("Erased")})
        self.write(dict.fromkeys((*PERSONAL_BOXES, *PERSONAL_STATEMENTS), False))
        people._apprenticeship_erase()
