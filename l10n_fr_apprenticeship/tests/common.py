# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A complete contract, made without demo data. People and numbers are fictitious."""

from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

USER = "l10n_fr_apprenticeship.group_contract_user"
MANAGER = "l10n_fr_apprenticeship.group_contract_manager"
PERSONAL_DATA = "l10n_fr_apprenticeship.group_personal_data"

NIR = "206057505612329"
TODAY = date(2026, 8, 25)


class ApprenticeshipCase(TransactionCase):
    """A training centre's company, and builders of what a contract needs.

    Records are made by the superuser in `cls.company`, a company of these tests.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.new_company("CFA EXEMPLE")
        cls.company.partner_id.write(
            {
                "company_registry": "90000002700012",
                "apprenticeship_uai": "0750000T",
                "street": "1 AVENUE DU CFA",
                "street2": "PORTE B",
                "zip": "75020",
                "city": "PARIS 20",
            }
        )
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.Contract = cls.env["apprenticeship.contract"]
        # The contracts of these tests are in time for their deposit.
        cls.startClassPatcher(
            patch.object(type(cls.Contract), "_day_of_check", lambda self: TODAY)
        )

    @classmethod
    def new_company(cls, name):
        return cls.env["res.company"].create(
            {"name": name, "country_id": cls.env.ref("base.fr").id}
        )

    @classmethod
    def new_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"apprenticeship_{login}",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def code(cls, table, code):
        """Return the row of a code that is still in force."""
        return cls.env["apprenticeship.code"].search(
            [("table", "=", table), ("code", "=", code), ("valid_to", "=", False)]
        )

    @classmethod
    def new_employer(cls, **changes):
        values = {
            "name": "BOULANGERIE DES LILAS",
            "is_company": True,
            "country_id": cls.env.ref("base.fr").id,
            "company_id": cls.company.id,
            "company_registry": "90000001900019",
            "phone": "0142000001",
            "email": "contact@boulangerie-lilas.example",
            "street": "12 RUE DES LILAS",
            "zip": "75019",
            "city": "PARIS",
            "apprenticeship_naf": "1071C",
            "apprenticeship_headcount": 7,
            "apprenticeship_idcc": "0843",
            "apprenticeship_employer_type_id": cls.code("employer_type", "11").id,
            "apprenticeship_specific_employer_id": cls.code(
                "specific_employer", "0"
            ).id,
            "apprenticeship_pension_fund": "CAISSE EXEMPLE",
        }
        return cls.env["res.partner"].create(values | changes)

    @classmethod
    def new_apprentice(cls, **changes):
        values = {
            "name": "MARTIN Alix",
            "company_id": cls.company.id,
            "phone": "+33 6 00 00 00 02",
            "email": "alix.martin@courrier.example",
            "street": "3 PASSAGE DU SUD",
            "zip": "75018",
            "city": "PARIS 18",
            "apprenticeship_birth_name": "MARTIN",
            "apprenticeship_first_name": "Alix",
            "apprenticeship_sex": "F",
            "apprenticeship_birth_date": date(2006, 5, 14),
            "apprenticeship_birth_department": "075",
            "apprenticeship_birth_city": "PARIS 19",
        }
        return cls.env["res.partner"].create(values | changes)

    @classmethod
    def new_tutor(cls, **changes):
        values = {
            "name": "DURAND Claire",
            "company_id": cls.company.id,
            "email": "claire.durand@boulangerie-lilas.example",
            "function": "Cheffe boulangère",
            "apprenticeship_birth_name": "DURAND",
            "apprenticeship_first_name": "Claire",
            "apprenticeship_birth_date": date(1980, 2, 2),
            "apprenticeship_diploma_title": "BP Boulanger",
            "apprenticeship_diploma_level_id": cls.code("tutor_diploma_level", "4").id,
        }
        return cls.env["res.partner"].create(values | changes)

    @classmethod
    def new_training(cls, **changes):
        values = {
            "name": "BP Boulanger",
            "company_id": cls.company.id,
            "diploma_type_id": cls.code("diploma", "49").id,
            "diploma_code": "45022104",
            "rncp": "38764",
            "hours": 840,
            "distance_hours": 40,
        }
        return cls.env["apprenticeship.training"].create(values | changes)

    @classmethod
    def contract_values(cls, **changes):
        """Return the values of a contract that no rule has anything to say of."""
        values = {
            "company_id": cls.company.id,
            "employer_tutor_eligibility_attested": True,
            "employer_supporting_documents_attested": True,
            "apprentice_nir": NIR,
            "apprentice_nationality_id": cls.code("nationality", "1").id,
            "apprentice_social_scheme_id": cls.code("social_scheme", "2").id,
            "apprentice_situation_before_id": cls.code("situation_before", "1").id,
            "apprentice_last_diploma_prepared_id": cls.code("diploma", "33").id,
            "apprentice_last_class_id": cls.code("last_class", "01").id,
            "apprentice_last_diploma_title": "CAP Boulanger",
            "apprentice_highest_diploma_id": cls.code("diploma", "33").id,
            "contract_mode_id": cls.code("contract_mode", "1").id,
            "contract_type_id": cls.code("contract_type", "11").id,
            "date_conclusion": date(2026, 8, 20),
            "date_start": date(2026, 9, 1),
            "date_practical_training": date(2026, 9, 2),
            "date_end": date(2028, 8, 31),
            "weekly_hours": 35,
            "gross_monthly_wage": 802.82,
            "signing_place": "PARIS 12",
            "training_date_start": date(2026, 9, 7),
            "training_date_end": date(2028, 7, 5),
            "training_centre_id": cls.company.partner_id.id,
            "training_centre_visa": True,
            "proving_signature": True,
            "pay_period_ids": [
                Command.create(values) for values in cls.pay_period_values()
            ],
        }
        makers = {
            "employer_id": cls.new_employer,
            "apprentice_id": cls.new_apprentice,
            "tutor_id": cls.new_tutor,
            "training_id": cls.new_training,
        }
        made = {name: make().id for name, make in makers.items() if name not in changes}
        return values | made | changes

    @classmethod
    def pay_period_values(cls):
        return [
            {
                "year": 1,
                "number": 1,
                "date_start": date(2026, 9, 1),
                "date_end": date(2027, 5, 31),
                "rate": 43,
                "basis": "SMIC",
            },
            {
                "year": 1,
                "number": 2,
                "date_start": date(2027, 6, 1),
                "date_end": date(2027, 8, 31),
                "rate": 53.5,
                "basis": "SMIC",
            },
            {
                "year": 2,
                "number": 1,
                "date_start": date(2027, 9, 1),
                "date_end": date(2028, 8, 31),
                "rate": 61,
                "basis": "SMC",
            },
        ]

    @classmethod
    def new_contract(cls, **changes):
        return cls.Contract.create(cls.contract_values(**changes))

    def rules_of(self, contract):
        return [finding.rule_id for finding in contract._preflight()]
