# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.apprenticeship_establishment_search import (
    ApprenticeshipEstablishmentSearch,
)
from .common import NIR, PERSONAL_DATA, USER, ApprenticeshipCase

ONCHANGE_LOGGER = "odoo.tests.form.onchange"


class EntryHelpCase(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("personal", f"{USER},{PERSONAL_DATA}")


@tagged("post_install", "-at_install")
class TestNirHelp(EntryHelpCase):
    def contract_of(self, **apprentice):
        return self.new_contract(
            apprentice_nir=False, apprentice_id=self.new_apprentice(**apprentice).id
        ).with_user(self.user)

    def contract_of_unknown(self):
        return self.contract_of(
            apprenticeship_sex=False,
            apprenticeship_birth_department=False,
            apprenticeship_birth_date=False,
        )

    def test_sex_and_department_are_proposed(self):
        contract = self.contract_of(
            apprenticeship_sex=False, apprenticeship_birth_department=False
        )
        with Form(contract) as form, self.assertNoLogs(ONCHANGE_LOGGER, "WARNING"):
            form.apprentice_nir = NIR
            self.assertEqual(form.apprentice_sex, "F")
            self.assertEqual(form.apprentice_birth_department, "75")
        apprentice = contract.apprentice_id
        self.assertEqual(apprentice.apprenticeship_sex, "F")
        self.assertEqual(apprentice.apprenticeship_birth_department, "75")

    def test_month_and_year_are_said(self):
        form = Form(self.contract_of_unknown())
        with self.assertLogs(ONCHANGE_LOGGER, "WARNING") as logs:
            form.apprentice_nir = NIR
        self.assertIn("month 05 of year 06", logs.output[0])
        self.assertFalse(form.apprentice_birth_date)

    def test_unknown_month_is_not_said(self):
        form = Form(self.contract_of_unknown())
        with self.assertNoLogs(ONCHANGE_LOGGER, "WARNING"):
            form.apprentice_nir = "1063075056123"
        self.assertEqual(form.apprentice_sex, "M")

    def test_overseas_department_has_three_digits(self):
        form = Form(self.contract_of(apprenticeship_birth_department=False))
        form.apprentice_nir = "2060597411123"
        self.assertEqual(form.apprentice_birth_department, "974")

    def test_what_is_typed_stays(self):
        contract = self.contract_of(
            apprenticeship_sex="M", apprenticeship_birth_department="033"
        )
        with Form(contract) as form, self.assertNoLogs(ONCHANGE_LOGGER, "WARNING"):
            form.apprentice_nir = NIR
            self.assertEqual(form.apprentice_sex, "M")
            self.assertEqual(form.apprentice_birth_department, "033")
            self.assertEqual(form.apprentice_birth_date, date(2006, 5, 14).isoformat())

    def test_wrong_nir_proposes_nothing(self):
        for wrong in ("206057505612300", "20605", "3060575056123", "né à Paris", ""):
            form = Form(self.contract_of_unknown())
            with self.assertNoLogs(ONCHANGE_LOGGER, "WARNING"):
                form.apprentice_nir = wrong
            self.assertFalse(form.apprentice_sex, wrong)
            self.assertFalse(form.apprentice_birth_department, wrong)

    def test_nir_may_be_typed_with_spaces(self):
        form = Form(self.contract_of(apprenticeship_sex=False))
        form.apprentice_nir = "2 06 05 75 056 123 29"
        self.assertEqual(form.apprentice_sex, "F")


@tagged("post_install", "-at_install")
class TestTownHelp(EntryHelpCase):
    """Postal codes that no contact but those of these tests has."""

    def form_of_unknown_town(self):
        employer = self.new_employer(zip=False, city=False)
        contract = self.new_contract(employer_id=employer.id)
        contract.apprentice_id.write({"zip": False, "city": False})
        return Form(contract.with_user(self.user))

    def know(self, zip_code, city):
        self.env["res.partner"].create({"name": city, "zip": zip_code, "city": city})

    def test_town_of_a_known_postal_code(self):
        self.know("00981", "EXEMPLE-SUR-MER")
        self.know("00981", "EXEMPLE-SUR-MER")
        form = self.form_of_unknown_town()
        for part in ("employer", "apprentice"):
            form[f"{part}_zip"] = "00981"
            self.assertEqual(form[f"{part}_city"], "EXEMPLE-SUR-MER")

    def test_postal_code_of_a_known_town(self):
        self.know("00981", "EXEMPLE-SUR-MER")
        form = self.form_of_unknown_town()
        form.employer_city = "EXEMPLE-SUR-MER"
        self.assertEqual(form.employer_zip, "00981")

    def test_several_towns_propose_nothing(self):
        self.know("00981", "EXEMPLE-SUR-MER")
        self.know("00981", "EXEMPLE-LES-BAINS")
        form = self.form_of_unknown_town()
        form.employer_zip = "00981"
        self.assertFalse(form.employer_city)

    def test_unknown_postal_code_proposes_nothing(self):
        form = self.form_of_unknown_town()
        form.employer_zip = "00982"
        self.assertFalse(form.employer_city)

    def test_town_typed_stays(self):
        self.know("00981", "EXEMPLE-SUR-MER")
        form = self.form_of_unknown_town()
        form.employer_city = "AILLEURS"
        form.employer_zip = "00981"
        self.assertEqual(form.employer_city, "AILLEURS")

    def test_town_emptied_stays_empty(self):
        self.know("00981", "EXEMPLE-SUR-MER")
        form = self.form_of_unknown_town()
        form.employer_zip = "00981"
        form.employer_city = False
        self.assertFalse(form.employer_city)

    def test_contacts_of_other_companies_are_not_looked_at(self):
        elsewhere = self.new_company("CFA AILLEURS")
        self.new_employer(company_id=elsewhere.id, zip="00983", city="SECRET")
        form = self.form_of_unknown_town()
        form.employer_zip = "00983"
        self.assertFalse(form.employer_city)


@tagged("post_install", "-at_install")
class TestEstablishmentHelp(EntryHelpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Search = cls.env["apprenticeship.establishment.search"]
        cls.found = {
            "values": {
                "name": "BOULANGERIE NOUVELLE",
                "street": "1 RUE DU REGISTRE",
                "zip": "44000",
                "city": "NANTES",
                "apprenticeship_naf": "4711F",
                "apprenticeship_idcc": False,
            },
            "is_closed": False,
            "headcount_range": "10 à 19",
        }

    @contextmanager
    def register(self, find):
        """Let `find` be the register: a function of a SIRET."""
        search = type(self.Search)
        with (
            patch.object(search, "_is_available", lambda self: True),
            patch.object(search, "_find", lambda self, siret: find(siret)),
        ):
            yield

    def contract_of(self, **employer):
        return self.new_contract(
            employer_id=self.new_employer(**employer).id
        ).with_user(self.user)

    def test_empty_boxes_only_are_filled_in(self):
        contract = self.contract_of(street=False, city="", apprenticeship_naf=False)
        asked = []
        with self.register(lambda siret: asked.append(siret) or self.found):
            shown = contract.action_find_employer()["params"]
        self.assertEqual(asked, ["90000001900019"])
        self.assertRecordValues(
            contract.employer_id,
            [
                {
                    "name": "BOULANGERIE DES LILAS",
                    "street": "1 RUE DU REGISTRE",
                    "zip": "75019",
                    "city": "NANTES",
                    "apprenticeship_naf": "4711F",
                    "apprenticeship_idcc": "0843",
                }
            ],
        )
        self.assertEqual((shown["type"], shown["sticky"]), ("info", False))
        self.assertIn("BOULANGERIE NOUVELLE", shown["message"])
        self.assertIn("10 à 19", shown["message"])

    def test_siret_may_be_typed_with_spaces(self):
        contract = self.contract_of(company_registry="900 000 019 00019")
        asked = []
        with self.register(lambda siret: asked.append(siret) or self.found):
            contract.action_find_employer()
        self.assertEqual(asked, ["90000001900019"])
        self.assertEqual(contract.employer_siret, "900 000 019 00019")

    def test_closed_establishment_is_said(self):
        contract = self.contract_of()
        with self.register(lambda siret: {**self.found, "is_closed": True}):
            shown = contract.action_find_employer()["params"]
        self.assertEqual((shown["type"], shown["sticky"]), ("warning", True))
        self.assertIn("CLOSED", shown["message"])

    def test_unknown_siret(self):
        contract = self.contract_of()
        with self.register(lambda siret: None), self.assertRaises(UserError) as raised:
            contract.action_find_employer()
        self.assertIn("90000001900019", str(raised.exception))

    def test_wrong_siret_is_not_looked_for(self):
        for wrong in ("90000001900018", "9000000190001A", "1", False):
            contract = self.contract_of(company_registry=wrong)
            asked = []
            with self.register(asked.append), self.assertRaises(UserError, msg=wrong):
                contract.action_find_employer()
            self.assertEqual(asked, [], wrong)

    def test_contract_without_employer(self):
        contract = self.Contract.with_user(self.user).create({})
        with self.register(lambda siret: self.found), self.assertRaises(UserError):
            contract.action_find_employer()

    def test_register_that_cannot_answer(self):
        def down(siret):
            message = "The register does not answer."
            raise UserError(message)

        contract = self.contract_of(street=False)
        with self.register(down), self.assertRaises(UserError) as raised:
            contract.action_find_employer()
        self.assertIn("does not answer", str(raised.exception))
        self.assertFalse(contract.employer_street)

    def test_employer_is_filled_in_by_those_who_may_write_it(self):
        contract = self.contract_of(street=False)
        internal = self.new_user("internal", "base.group_user")
        with self.register(lambda siret: self.found), self.assertRaises(AccessError):
            contract.with_user(internal).action_find_employer()
        self.assertFalse(contract.employer_street)

    def test_not_available_without_a_provider(self):
        search = ApprenticeshipEstablishmentSearch
        self.assertFalse(search._is_available(self.Search))
        self.assertIsNone(search._find(self.Search, "90000001900019"))

    def test_button_shows_when_there_is_a_provider_and_an_employer(self):
        contract = self.contract_of()
        with patch.object(type(self.Search), "_is_available", lambda self: False):
            self.assertFalse(contract.may_find_employer)
        self.env.invalidate_all()
        with self.register(lambda siret: None):
            self.assertTrue(contract.may_find_employer)
            self.assertFalse(self.Contract.create({}).may_find_employer)
