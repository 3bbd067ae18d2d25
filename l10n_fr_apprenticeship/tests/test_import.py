# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
import time
from base64 import b64decode, b64encode
from datetime import date
from io import BytesIO
from unittest.mock import patch

from openpyxl import load_workbook
from stdnum import luhn

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..cerfa.identifiers import nir_with_key
from ..cerfa.spreadsheet.columns import columns
from ..contract_import import ImportPlan

_logger = logging.getLogger(__name__)

USER = "l10n_fr_apprenticeship.group_contract_user"
PERSONAL_DATA = "l10n_fr_apprenticeship.group_personal_data"


def siret(number):
    """Return a fictitious SIRET."""
    base = f"9{number:08}0001"
    return base + luhn.calc_check_digit(base)


def contract_row(number=1, employer=1, tutor=1, **changes):
    """Return the cells of a row by path: apprentice `number` at `employer`."""
    cells = {
        "employer.name": f"Boulangerie n° {employer}",
        "employer.siret": siret(employer),
        "employer.naf": "1071C",
        "employer.headcount": 7,
        "employer.idcc": "0843",
        "employer.phone": "0142000001",
        "employer.email": "contact@boulangerie.example",
        "employer.address.street": "12 rue des Lilas",
        "employer.address.zip": "01000",
        "employer.address.city": "Bourg-en-Bresse",
        "employer.employer_type": "11",
        "employer.specific_employer": "0",
        "employer.pension_fund": "Caisse exemple",
        "employer.tutor_eligibility_attested": "oui",
        "employer.supporting_documents_attested": "oui",
        "apprentice.birth_name": f"MARTIN{number}",
        "apprentice.first_name": "Léa",
        "apprentice.sex": "F",
        "apprentice.nationality": "1 – Française",
        "apprentice.birth_date": date(2006, 5, 14),
        "apprentice.birth_department": "75",
        "apprentice.birth_city": "Paris",
        "apprentice.nir": nir_with_key(f"2060575056{number % 999 + 1:03}"),
        "apprentice.social_scheme": "2",
        "apprentice.situation_before": "1",
        "apprentice.last_diploma_prepared": "33",
        "apprentice.last_class": "01",
        "apprentice.last_diploma_title": "CAP Boulanger",
        "apprentice.highest_diploma": "33",
        "apprentice.phone": "0612345678",
        "apprentice.email": f"lea.martin{number}@courriel.example",
        "apprentice.address.street": "3 passage du Sud",
        "apprentice.address.zip": "75018",
        "apprentice.address.city": "Paris",
        "tutor.birth_name": f"DURAND{tutor}",
        "tutor.first_name": "Claire",
        "tutor.birth_date": date(1980, 2, 2),
        "tutor.email": f"claire.durand{tutor}@boulangerie.example",
        "tutor.job": "Cheffe boulangère",
        "tutor.diploma_title": "BP Boulanger",
        "tutor.diploma_level": "4",
        "contract.mode": "1",
        "contract.contract_type": "11",
        "contract.date_conclusion": date(2026, 8, 20),
        "contract.date_start": date(2026, 9, 1),
        "contract.date_practical_training": date(2026, 9, 2),
        "contract.date_end": date(2028, 8, 31),
        "contract.weekly_hours": 35,
        "contract.weekly_minutes": 0,
        "contract.pay_periods.1.1.date_start": date(2026, 9, 1),
        "contract.pay_periods.1.1.date_end": date(2027, 5, 31),
        "contract.pay_periods.1.1.rate": 43,
        "contract.pay_periods.1.1.basis": "SMIC",
        "contract.pay_periods.1.2.date_start": date(2027, 6, 1),
        "contract.pay_periods.1.2.date_end": date(2027, 8, 31),
        "contract.pay_periods.1.2.rate": 53.5,
        "contract.pay_periods.1.2.basis": "SMIC",
        "contract.pay_periods.2.1.date_start": date(2027, 9, 1),
        "contract.pay_periods.2.1.date_end": date(2028, 8, 31),
        "contract.pay_periods.2.1.rate": 61,
        "contract.pay_periods.2.1.basis": "SMC",
        "contract.gross_monthly_wage": 802.82,
        "contract.signing_place": "Paris",
        "training.diploma_type": "49",
        "training.title": "BP Boulanger",
        "training.diploma_code": "45022104",
        "training.rncp": "RNCP38764",
        "training.date_start": date(2026, 9, 7),
        "training.date_end": date(2028, 7, 5),
        "training.hours": 840,
        "training.distance_hours": 40,
        "training_centre.visa": "oui",
        "training_centre.is_main_place": "oui",
        "proving_signature": "oui",
    }
    return {path: cell for path, cell in (cells | changes).items() if cell is not None}


@tagged("post_install", "-at_install")
class TestImport(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "CFA EXEMPLE", "country_id": cls.env.ref("base.fr").id}
        )
        cls.company.partner_id.write(
            {
                "company_registry": "90000002700012",
                "apprenticeship_uai": "0750000T",
                "street": "1 avenue du CFA",
                "zip": "75020",
                "city": "Paris",
            }
        )
        cls.officer = cls.new_user("import_officer", f"{USER},{PERSONAL_DATA}")
        cls.clerk = cls.new_user("import_clerk", USER)
        cls.env = cls.env(
            user=cls.officer, context={"allowed_company_ids": cls.company.ids}
        )
        cls.Partner = cls.env["res.partner"]
        cls.Contract = cls.env["apprenticeship.contract"]

    @classmethod
    def new_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def wizard(self, rows=None, user=None):
        env = self.env(user=user or self.officer)
        wizard = env["apprenticeship.import"].create({"filename": "rentrée.xlsx"})
        if rows is not None:
            wizard.file = self.filled(rows)
        return wizard

    def filled(self, rows):
        template = self.env["apprenticeship.import"].new({}).template_file
        workbook = load_workbook(BytesIO(b64decode(template)))
        sheet = workbook["Contrats"]
        places = {cell.value: cell.column for cell in sheet[2]}
        for number, row in enumerate(rows, start=3):
            for path, value in row.items():
                sheet.cell(number, places[path], value)
        stream = BytesIO()
        workbook.save(stream)
        return b64encode(stream.getvalue())

    def check(self, *rows, user=None):
        wizard = self.wizard(rows, user)
        wizard.action_check()
        return wizard

    def imported(self, *rows):
        wizard = self.wizard(rows)
        wizard.action_import()
        self.assertEqual(wizard.state, "done", wizard.issue_ids.mapped("sentence"))
        return wizard.contract_ids.sorted("id")

    def assert_errors(self, wizard, *sentences):
        self.assertEqual(wizard.state, "errors")
        found = wizard.issue_ids.filtered("blocking").mapped("sentence")
        self.assertEqual(len(found), len(sentences), found)
        for sentence, expected in zip(found, sentences, strict=True):
            self.assertIn(expected, sentence)

    def counts(self):
        return [
            self.env[model].sudo().with_context(active_test=False).search_count([])
            for model in (
                "res.partner",
                "apprenticeship.contract",
                "apprenticeship.pay.period",
            )
        ]

    # -------------------------------------------------------------- round trip
    def test_three_contracts_equal_their_rows(self):
        rows = [
            contract_row(1),
            contract_row(2, employer=2, tutor=2),
            contract_row(
                3,
                **{
                    "apprentice.birth_date": date(2009, 8, 12),
                    "apprentice.disabled_worker": "x",
                    "apprentice.legal_representative.birth_name": "MARTIN",
                    "apprentice.legal_representative.first_name": "Isabelle",
                    "apprentice.legal_representative.email": "im@courriel.example",
                    "apprentice.legal_representative.address.street": "3 rue du Port",
                    "apprentice.legal_representative.address.zip": "44600",
                    "apprentice.legal_representative.address.city": "Saint-Nazaire",
                    "second_tutor.birth_name": "PETIT",
                    "second_tutor.first_name": "Anne",
                    "second_tutor.birth_date": date(1975, 1, 31),
                    "second_tutor.diploma_level": "5",
                    "training_centre.is_main_place": None,
                    "training_place.name": "Annexe",
                    "training_place.siret": siret(900),
                    "training_place.address.zip": "44600",
                    "contract.meal_benefit": "3,50",
                },
            ),
        ]
        contracts = self.imported(*rows)
        self.assertEqual(len(contracts), 3)
        for contract, row in zip(contracts, rows, strict=True):
            self.assert_holds(contract, row)
        minor = contracts[2]
        self.assertFalse(minor.training_centre_is_main_place)
        self.assertEqual(minor.training_centre_id, self.company.partner_id)
        self.assertEqual(minor.second_tutor_id.name, "PETIT Anne")
        self.assertEqual(minor.company_id, self.company)
        self.assertEqual(minor.user_id, self.officer)
        self.assertEqual(minor.state, "draft")
        self.assertIn("rentrée.xlsx", minor.message_ids.mapped("body")[0])

    def assert_holds(self, contract, row):
        """Compare through the `Cerfa`, which is how a contract is read."""
        cerfa = contract._to_cerfa()
        for path, cell in row.items():
            if "pay_periods" in path:
                continue
            value = cerfa
            for name in path.split("."):
                value = getattr(value, name)
            self.assertEqual(self.as_cell(value, cell), cell, path)
        periods = [
            (period.order, period.date_start, period.date_end, float(period.rate))
            for period in cerfa.contract.pay_periods
        ]
        self.assertEqual(
            periods,
            [
                ("1.1", date(2026, 9, 1), date(2027, 5, 31), 43),
                ("1.2", date(2027, 6, 1), date(2027, 8, 31), 53.5),
                ("2.1", date(2027, 9, 1), date(2028, 8, 31), 61),
            ],
        )

    @staticmethod
    def as_cell(value, cell):
        if value is True:
            return cell
        if isinstance(cell, str) and cell.startswith(f"{value} – "):
            return cell
        if isinstance(cell, float):
            return float(value)
        return f"{value}".replace(".", ",") if cell == "3,50" else value

    def test_complete_contracts_are_ready(self):
        wizard = self.wizard([contract_row(1), contract_row(2)])
        wizard.action_import()
        self.assertEqual((wizard.contract_count, wizard.ready_count), (2, 2))
        action = wizard.action_open_contracts()
        self.assertEqual(
            self.Contract.search(action["domain"]), wizard.contract_ids.sorted()
        )

    def test_incomplete_contract_is_a_draft(self):
        minimal = {
            path: cell
            for path, cell in contract_row().items()
            if path in ("employer.name", "employer.siret")
            or path.startswith("apprentice.birth_")
            or path == "apprentice.first_name"
        }
        wizard = self.wizard([minimal])
        wizard.action_import()
        self.assertEqual((wizard.contract_count, wizard.ready_count), (1, 0))
        self.assertEqual(wizard.contract_ids.weekly_hours, 0)

    def test_template_leaves_personal_data_to_those_entitled(self):
        wizard = self.env(user=self.clerk)["apprenticeship.import"].create({})
        workbook = load_workbook(BytesIO(b64decode(wizard.template_file)))
        paths = {cell.value for cell in workbook["Contrats"][2]}
        self.assertEqual(
            {column.path for column in columns()} - paths,
            {column.path for column in columns() if column.personal},
        )

    # ----------------------------------------------------------------- figures
    def test_five_hundred_contracts(self):
        rows = [contract_row(n, employer=n % 100, tutor=n % 100) for n in range(500)]
        self.assertEqual(self.imported_count(rows[:1]), 1)
        self.Contract.search([]).action_cancel()
        wizard = self.wizard(rows)
        self.env.flush_all()
        self.env.invalidate_all()
        checked = self.measure("check", wizard.action_check)
        self.assertEqual(wizard.state, "checked", wizard.issue_ids.mapped("sentence"))
        done = self.measure("import", wizard.action_import)
        self.assertEqual(wizard.contract_count, 500)
        self.assertEqual(wizard.ready_count, 500)
        contracts = wizard.contract_ids
        self.assertEqual(len(contracts.employer_id), 100)
        self.assertEqual(len(contracts.tutor_id), 100)
        self.assertEqual(len(contracts.apprentice_id), 500)
        self.assertLess(checked, 60)
        self.assertLess(done, 500)

    def imported_count(self, rows):
        wizard = self.wizard(rows)
        wizard.action_import()
        return wizard.contract_count

    def measure(self, name, action):
        before, start = self.env.cr.sql_log_count, time.monotonic()
        action()
        self.env.flush_all()
        queries = self.env.cr.sql_log_count - before
        seconds = time.monotonic() - start
        _logger.info("%s of 500 rows: %.2f s, %s queries", name, seconds, queries)
        return queries

    # ------------------------------------------------------------------ errors
    def test_wrong_cells(self):
        wizard = self.check(
            contract_row(1, **{"apprentice.birth_date": "31/02/2006"}),
            contract_row(2, **{"contract.mode": "9", "employer.siret": "123"}),
            contract_row(3, **{"employer.siret": None}),
            contract_row(4, **{"contract.pay_periods.1.1.date_end": None}),
        )
        self.assert_errors(
            wizard,
            "n'existe pas au calendrier",
            "Ce n'est pas un SIRET",
            "n'est pas dans sa table",
            "manque : il sert à reconnaître « L'employeur »",
            "La période de rémunération 1.1 est commencée",
        )
        first = wizard.issue_ids[0]
        self.assertEqual((first.row, first.seen), (3, "31/02/2006"))
        self.assertEqual(first.column, "L'apprenti(e) – Date de naissance")

    def test_file_that_is_none(self):
        wizard = self.wizard()
        with self.assertRaises(UserError):
            wizard.action_check()
        wizard.file = b64encode(b"name;siret")
        wizard.action_check()
        self.assert_errors(wizard, "n'est pas un classeur XLSX")
        wizard.action_import()
        self.assertEqual(wizard.state, "errors")

    def test_rows_that_contradict_each_other(self):
        wizard = self.check(
            contract_row(1),
            contract_row(2, **{"employer.naf": "4711B"}),
            contract_row(3, **{"tutor.job": "Boulanger"}),
            # The same, written otherwise.
            contract_row(4, **{"employer.phone": "+33 1 42 00 00 01"}),
        )
        self.assert_errors(
            wizard,
            "Les lignes 3 et 4 se contredisent pour le même établissement",
            "Les lignes 3 et 5 se contredisent pour la même personne",
        )

    def test_contract_twice_in_the_file(self):
        wizard = self.check(
            contract_row(1), contract_row(1, **{"apprentice.first_name": "LEA"})
        )
        self.assert_errors(wizard, "Les lignes 3 et 4 portent le même contrat")

    def test_contract_already_there(self):
        contract = self.imported(contract_row(1))
        self.assert_errors(
            self.check(contract_row(1)), f"Ce contrat existe déjà : {contract.name}"
        )
        later = contract_row(1, **{"contract.date_start": date(2027, 9, 1)})
        self.assertEqual(self.check(later).state, "checked")
        contract.action_cancel()
        self.assertEqual(self.check(contract_row(1)).state, "checked")

    def test_apprentice_who_is_a_contact_of_the_employer(self):
        contract = self.imported(contract_row(1))
        other = self.imported(contract_row(2, employer=2))
        contract.apprentice_id.parent_id = other.employer_id
        self.assert_errors(
            self.check(contract_row(1, employer=2)), "est un contact de Boulangerie"
        )

    def test_personal_data_need_the_group(self):
        wizard = self.check(
            contract_row(1, **{"apprentice.disabled_worker": "non"}), user=self.clerk
        )
        self.assert_errors(
            wizard,
            "Vous n'avez pas accès aux données personnelles",
            "Vous n'avez pas accès aux données personnelles",
        )
        without = contract_row(1, **{"apprentice.nir": None})
        wizard = self.wizard([without], user=self.clerk)
        wizard.action_import()
        self.assertEqual(wizard.state, "done")

    def test_new_establishment_needs_a_name(self):
        nameless = {"employer.name": None}
        self.assert_errors(
            self.check(contract_row(1, **nameless)), "donnez sa dénomination"
        )
        self.imported(contract_row(1))
        self.assertEqual(self.check(contract_row(2, **nameless)).state, "checked")

    # -------------------------------------------------------- nothing half done
    def test_one_error_imports_nothing(self):
        before = self.counts()
        rows = [contract_row(n) for n in range(1, 11)]
        rows[7]["contract.date_end"] = "demain"
        wizard = self.wizard(rows)
        wizard.action_import()
        self.assert_errors(wizard, "Ce n'est pas une date")
        self.assertEqual(self.counts(), before)

    def test_check_creates_nothing(self):
        before = self.counts()
        self.assertEqual(self.check(contract_row(1)).state, "checked")
        self.assertEqual(self.counts(), before)

    def test_failure_while_creating_imports_nothing(self):
        before = self.counts()
        wizard = self.wizard([contract_row(1)])
        with (
            patch.object(ImportPlan, "_contract_values", side_effect=UserError("x")),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            wizard.action_import()
        self.assertEqual(self.counts(), before)

    def test_importing_twice_does_nothing_more(self):
        wizard = self.wizard([contract_row(1)])
        wizard.action_import()
        before = self.counts()
        wizard.action_import()
        self.assertEqual((wizard.state, self.counts()), ("done", before))
        self.assertFalse(wizard.file)

    # ---------------------------------------------------------------- matching
    def test_known_partners_are_filled_in_and_never_overwritten(self):
        employer = self.Partner.create(
            {
                "name": "BOULANGERIE N° 1",
                "is_company": True,
                "company_id": self.company.id,
                "company_registry": " ".join(
                    (siret(1)[:3], siret(1)[3:6], siret(1)[6:9], siret(1)[9:])
                ),
                "apprenticeship_naf": "4711B",
            }
        )
        apprentice = self.Partner.create(
            {
                "name": "Lea Martin",
                "company_id": self.company.id,
                "apprenticeship_birth_name": "martin1",
                "apprenticeship_first_name": "LEA",
                "apprenticeship_birth_date": date(2006, 5, 14),
                "phone": "+33 6 12 34 56 78",
            }
        )
        wizard = self.wizard([contract_row(1)])
        wizard.action_check()
        self.assertEqual(wizard.state, "checked")
        self.assertEqual(wizard.warning_count, 1)
        self.assertIn("porte « 4711B », qui est gardé", wizard.issue_ids.sentence)
        self.assertFalse(employer.apprenticeship_idcc)
        wizard.action_import()
        contract = wizard.contract_ids
        self.assertEqual(contract.employer_id, employer)
        self.assertEqual(contract.apprentice_id, apprentice)
        self.assertEqual(employer.apprenticeship_naf, "4711B")
        self.assertEqual(employer.apprenticeship_idcc, "0843")
        self.assertEqual(employer.name, "BOULANGERIE N° 1")
        self.assertEqual(apprentice.phone, "+33 6 12 34 56 78")
        self.assertEqual(apprentice.zip, "75018")

    def test_other_companies_partners_are_not_matched(self):
        other = self.env["res.company"].sudo().create({"name": "Autre CFA"})
        theirs = self.Partner.sudo().create(
            {
                "name": "Boulangerie",
                "is_company": True,
                "company_id": other.id,
                "company_registry": siret(1),
            }
        )
        contract = self.imported(contract_row(1))
        self.assertNotEqual(contract.employer_id, theirs)
        self.assertEqual(contract.employer_id.company_id, self.company)

    def test_same_name_born_another_day_is_someone_else(self):
        contracts = self.imported(
            contract_row(1),
            contract_row(1, **{"apprentice.birth_date": date(2006, 5, 15)}),
        )
        self.assertEqual(len(contracts.apprentice_id), 2)
        self.assertEqual(len(contracts.employer_id), 1)

    def test_training_centre_by_siret(self):
        contract = self.imported(
            contract_row(1, **{"training_centre.siret": "900 000 027 00012"})
        )
        self.assertEqual(contract.training_centre_id, self.company.partner_id)

    def test_only_training_with_these_codes_is_chosen(self):
        values = {
            "name": "BP Boulanger",
            "company_id": self.company.id,
            "diploma_code": "45022104",
            "rncp": "38764",
            "hours": 900,
        }
        trainings = self.env["apprenticeship.training"].sudo()
        training = trainings.create(values)
        contract = self.imported(contract_row(1, **{"training.distance_hours": None}))
        self.assertEqual(contract.training_id, training)
        self.assertEqual(contract.training_hours, 840)
        trainings.create(values)
        contract = self.imported(contract_row(2))
        self.assertFalse(contract.training_id)
        self.assertEqual(contract.training_rncp, "RNCP38764")

    def test_code_in_force_at_the_conclusion(self):
        changed = {"contract.contract_type": "35"}
        old, new = self.imported(
            contract_row(1, **changed, **{"contract.date_conclusion": "01/06/2025"}),
            contract_row(2, **changed),
        )
        self.assertEqual(old.contract_type_id.valid_to, date(2025, 6, 30))
        self.assertEqual(new.contract_type_id.valid_from, date(2025, 7, 1))

    # ------------------------------------------------------------------ report
    def test_report_corrected_is_read_again(self):
        wizard = self.check(
            contract_row(1, **{"contract.date_end": "=1+1"}), contract_row(2)
        )
        self.assertEqual(wizard.state, "errors")
        workbook = load_workbook(BytesIO(b64decode(wizard.report_file)))
        sheet = workbook["Contrats"]
        places = {cell.value: cell.column for cell in sheet[2]}
        wrong = sheet.cell(3, places["contract.date_end"])
        self.assertIn("formule", wrong.comment.text)
        self.assertIn("formule", sheet.cell(3, places["#errors"]).value)
        wrong.value = date(2028, 8, 31)
        stream = BytesIO()
        workbook.save(stream)
        wizard.file = b64encode(stream.getvalue())
        wizard.action_import()
        self.assertEqual(wizard.state, "done", wizard.issue_ids.mapped("sentence"))
        self.assertEqual(wizard.ready_count, 2)

    def test_files_are_the_users_own(self):
        wizard = self.check(contract_row(1, **{"contract.date_end": "demain"}))
        attachments = self.env["ir.attachment"].sudo()
        self.assertFalse(
            attachments.search(
                [("res_model", "=", wizard._name), ("res_field", "!=", False)]
            )
        )
        with self.assertRaises(AccessError):
            wizard.with_user(self.clerk).read(["report_file"])

    def test_downloads(self):
        wizard = self.check(contract_row(1, **{"contract.date_end": "demain"}))
        for action, field in (
            (wizard.action_download_template(), "template_file"),
            (wizard.action_download_report(), "report_file"),
        ):
            self.assertIn(f"/{wizard.id}/{field}?", action["url"])
            self.assertEqual(b64decode(wizard[field])[:2], b"PK")
        wizard.action_restart()
        self.assertEqual((wizard.state, len(wizard.issue_ids)), ("choose", 0))
