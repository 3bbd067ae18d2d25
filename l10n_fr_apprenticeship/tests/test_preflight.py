# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..cerfa.circumstances import PreviousContract
from .common import PERSONAL_DATA, TODAY, USER, ApprenticeshipCase

PAGES = ["employer", "apprentice", "tutor", "contract", "training", "training_centre"]


@tagged("post_install", "-at_install")
class TestPreflight(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("user", USER)
        cls.entitled = cls.new_user("personal", f"{USER},{PERSONAL_DATA}")
        cls.contract = cls.new_contract()

    # ------------------------------------------------------------- completeness
    def gauges(self, contract):
        return {
            shown["page"]: (shown["filled"], shown["expected"])
            for shown in contract.completeness
        }

    def test_complete_contract_has_full_gauges(self):
        gauges = self.gauges(self.contract)
        self.assertEqual(set(gauges), set(PAGES))
        for page, (filled, expected) in gauges.items():
            self.assertGreater(expected, 0, page)
            self.assertEqual(filled, expected, page)

    def test_gauges_count_the_boxes_of_their_page(self):
        full = self.gauges(self.contract)
        self.contract.write({"signing_place": False, "training_rncp": " "})
        self.contract.employer_id.write({"zip": False, "city": False})
        missing = {
            page: expected - filled
            for page, (filled, expected) in self.gauges(self.contract).items()
        }
        self.assertEqual(
            missing,
            {**dict.fromkeys(PAGES, 0), "contract": 1, "training": 1, "employer": 2},
        )
        expected = {page: count for page, (_filled, count) in full.items()}
        for page, (_filled, count) in self.gauges(self.contract).items():
            self.assertEqual(count, expected[page], page)

    def test_second_tutor_is_expected_once_chosen(self):
        before = self.gauges(self.contract)["tutor"]
        self.contract.second_tutor_id = self.env["res.partner"].create(
            {"name": "BLANC Sami", "apprenticeship_birth_name": "BLANC"}
        )
        self.assertEqual(
            self.gauges(self.contract)["tutor"], (before[0] + 1, 2 * before[1])
        )

    def test_gauges_of_an_empty_contract(self):
        gauges = self.gauges(self.Contract.create({}))
        self.assertEqual(set(gauges), set(PAGES))
        self.assertEqual(gauges["apprentice"][0], 0)
        self.assertEqual(gauges["tutor"][0], 0)

    def test_gauges_follow_the_form_while_it_is_filled_in(self):
        with Form(self.contract.with_user(self.entitled)) as form:
            full = self.gauges(form)
            form.signing_place = False
            filled, expected = self.gauges(form)["contract"]
            self.assertEqual(filled, expected - 1)
            form.employer_city = False
            filled, expected = self.gauges(form)["employer"]
            self.assertEqual(filled, expected - 1)
            form.signing_place = "LYON"
            form.employer_city = "PARIS"
            self.assertEqual(self.gauges(form), full)

    # ------------------------------------------------------------ circumstances
    def circumstances(self, contract):
        return contract.with_user(self.user)._circumstances()[contract]

    def contracts_of_the_tutor(self, count, **changes):
        values = {"tutor_id": self.contract.tutor_id.id, "state": "ready", **changes}
        return self.Contract.create(
            [self.contract_values(**values) for _number in range(count)]
        )

    def test_day_is_that_of_the_check(self):
        self.assertEqual(self.circumstances(self.contract).today, TODAY)

    def test_tutor_of_three_apprentices(self):
        self.contracts_of_the_tutor(1)
        self.assertEqual(self.rules_of(self.contract), [])
        self.contracts_of_the_tutor(1, state="active")
        self.env.invalidate_all()
        [shown] = self.contract.findings
        self.assertEqual((shown["rule"], shown["field"]), ("MA-03", "tutor_id"))
        self.assertEqual(shown["severity"], "overridable_block")
        self.assertIn("3 apprentis", shown["message"])

    def test_second_tutor_of_three_apprentices(self):
        self.contracts_of_the_tutor(2)
        tutor = self.new_tutor(
            name="BLANC Sami",
            apprenticeship_birth_name="BLANC",
            apprenticeship_first_name="Sami",
        )
        contract = self.new_contract(
            tutor_id=tutor.id, second_tutor_id=self.contract.tutor_id.id
        )
        [shown] = contract.findings
        self.assertEqual((shown["rule"], shown["field"]), ("MA-03", "second_tutor_id"))

    def test_contracts_that_do_not_run_do_not_count(self):
        for changes in (
            {"state": "draft"},
            {"state": "cancelled"},
            {"state": "broken"},
            {"date_end": False},
            {"date_start": date(2024, 9, 1), "date_end": date(2026, 8, 31)},
        ):
            self.contracts_of_the_tutor(2, **changes)
            self.assertEqual(self.rules_of(self.contract), [], changes)

    def test_own_amendments_do_not_count(self):
        self.contracts_of_the_tutor(1)
        self.contract.state = "active"
        amendment = self.new_contract(
            origin_id=self.contract.id,
            amendment_number=1,
            tutor_id=self.contract.tutor_id.id,
        )
        for contract in (self.contract, amendment):
            self.assertEqual(len(self.circumstances(contract).tutor_contracts), 1)

    def former_contract(self, **changes):
        return self.new_contract(
            **{
                "apprentice_id": self.contract.apprentice_id.id,
                "date_start": date(2024, 9, 1),
                "date_end": date(2026, 8, 31),
                **changes,
            }
        )

    def test_previous_contract_is_known(self):
        self.assertIsNone(self.circumstances(self.contract).previous_contract)
        self.former_contract(date_start=date(2022, 9, 1), date_end=date(2024, 8, 31))
        self.former_contract()
        self.assertEqual(
            self.circumstances(self.contract).previous_contract,
            PreviousContract(date_end=date(2026, 8, 31), last_rate=Decimal("61.00")),
        )

    def test_previous_contract_without_pay(self):
        self.former_contract(pay_period_ids=[])
        self.assertEqual(
            self.circumstances(self.contract).previous_contract,
            PreviousContract(date_end=date(2026, 8, 31)),
        )

    def test_what_is_not_the_previous_contract(self):
        elsewhere = self.new_company("CFA AILLEURS")
        self.contract.apprentice_id.company_id = False
        foreign = {
            "company_id": elsewhere.id,
            "training_centre_id": elsewhere.partner_id.id,
            **dict.fromkeys(("employer_id", "tutor_id", "training_id"), False),
        }
        for changes in (
            {"state": "cancelled"},
            {"date_start": date(2028, 9, 1), "date_end": date(2029, 8, 31)},
            {"origin_id": self.contract.id, "amendment_number": 1},
            {"apprentice_id": self.new_apprentice().id},
            foreign,
        ):
            self.former_contract(**changes)
            found = self.circumstances(self.contract).previous_contract
            self.assertIsNone(found, changes)

    def test_previous_contract_reaches_the_rules(self):
        self.assertEqual(self.rules_of(self.contract), [])
        self.former_contract()
        fields = {shown["field"] for shown in self.contract.findings}
        self.assertEqual(fields, {"contract_type_id"})

    # -------------------------------------------------------------------- batch
    def test_many_are_checked_as_one(self):
        blocked = self.new_contract(weekly_hours=61)
        both = (self.contract | blocked).with_user(self.user)
        checked = both._checked()
        self.assertEqual(list(checked), list(both))
        for contract in both:
            self.assertEqual(checked[contract][1], contract._preflight())
            self.assertEqual(checked[contract][0], contract._to_cerfa())
        self.assertEqual(list(both._blocking_findings()), [both[1]])

    def test_nothing_to_check(self):
        self.assertEqual(self.Contract._checked(), {})
        self.assertEqual(self.Contract._blocking_findings(), {})

    def test_one_contract_out_of_reach_refuses_them_all(self):
        elsewhere = self.new_company("CFA AILLEURS")
        foreign = self.Contract.create(
            {"company_id": elsewhere.id, "training_centre_id": elsewhere.partner_id.id}
        )
        with self.assertRaises(AccessError):
            (self.contract | foreign).with_user(self.user)._checked()

    def test_queries_do_not_grow_with_the_number_of_contracts(self):
        contracts = self.Contract.create([self.busy_values() for _ in range(50)])
        for contract in contracts:
            self.former_contract(apprentice_id=contract.apprentice_id.id)
        self.env["apprenticeship.override"].create(
            [
                {"contract_id": contract.id, "rule_id": "OBL-02", "reason": "En cours"}
                for contract in contracts
            ]
        )
        self.env.flush_all()
        one = self.queries(lambda: contracts[:1].with_user(self.user)._checked())
        fifty = self.queries(lambda: contracts.with_user(self.user)._checked())
        self.assertGreater(one, 0)
        self.assertEqual(fifty, one)

    def busy_values(self):
        """Return a contract that reads from everywhere a contract may read from."""
        return self.contract_values(
            apprentice_nir=False,
            second_tutor_id=self.new_tutor(name="BLANC Sami").id,
            training_centre_is_main_place=False,
            training_place_id=self.new_employer(name="LIEU").id,
            state="ready",
        )

    def queries(self, run):
        run()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        run()
        return self.env.cr.sql_log_count - before

    def test_check_of_many_asks_the_database_once(self):
        contracts = self.Contract.create([self.contract_values() for _ in range(21)])
        contracts.weekly_hours = 61
        self.env.flush_all()

        def refused(some):
            with self.assertRaises(UserError):
                some.with_user(self.user).action_check()

        self.assertEqual(
            self.queries(lambda: refused(contracts[:2])),
            self.queries(lambda: refused(contracts)),
        )
