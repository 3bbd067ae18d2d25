# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.l10n_fr_apprenticeship.cerfa.form import boxes_on
from odoo.addons.l10n_fr_apprenticeship.cerfa_reading import (
    contract_field,
    places_of_boxes,
)
from odoo.addons.l10n_fr_apprenticeship.tests.common import NIR, PERSONAL_DATA

from ..convergence import payload
from ..models import apprenticeship_contract_difference_mark
from .common import CLOSED_SIRET, CONSULT, ConnectorCase
from .test_transmission import DEPOSIT

OTHER_NIR = "106057505612379"
MASK = "•••"
# What it hides is compared, not the box itself.
HIDING = {"apprentice_emancipated"}


class DifferenceCase(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()

    def kind(self, contract=None):
        contract = (contract or self.contract).with_user(self.transmitter)
        return contract.opco_difference_kind

    def text(self):
        return self.contract.with_user(self.transmitter).opco_difference_text

    def advice(self):
        return self.contract.with_user(self.transmitter).opco_difference_advice

    def decide(self, state, contract=None):
        contract = contract or self.contract
        self.sandbox.set_state(contract.opco_internal_number, state)
        self.refresh()

    def compare(self, contract=None, user=None):
        contract = (contract or self.contract).with_user(user or self.transmitter)
        action = contract.action_opco_compare()
        return contract.env["opco.comparison"].browse(action["res_id"])

    def shown(self, comparison):
        """Return what is sent and what is now, by the path of the box."""
        return {
            line.path: (line.sent_value, line.present_value)
            for line in comparison.line_ids
        }

    def line(self, comparison, path):
        return comparison.line_ids.filtered(lambda line: line.path == path)


@tagged("post_install", "-at_install")
class TestDifference(DifferenceCase):
    """What was sent is compared with the record, whatever became of it."""

    def test_what_was_never_sent_differs_from_nothing(self):
        self.contract.weekly_hours = 32
        self.assertFalse(self.kind())

    def test_received_as_it_is(self):
        self.send(self.contract)
        self.assertFalse(self.kind())
        self.assertFalse(self.text())
        self.assertFalse(self.compare().line_ids)

    def test_contract_modified_once_received(self):
        self.send(self.contract)
        self.contract.weekly_hours = 32
        self.assertEqual(self.kind(), "received")
        self.assertEqual(
            self.text(),
            "One box differs: Le contrat › Durée hebdomadaire du travail (heures).",
        )
        self.assertIn("make an amendment once the OPCO has committed", self.advice())
        self.assertEqual(
            self.shown(self.compare()), {"contract.weekly_hours": ("35", "32")}
        )

    def test_contact_modified_from_its_own_form(self):
        self.send(self.contract)
        employer = self.contract.employer_id.with_user(self.transmitter)
        employer.write({"street": "14 RUE DES LILAS", "apprenticeship_headcount": 8})
        self.assertEqual(
            self.text(),
            "2 boxes differ: L'employeur › Effectif total salariés de l'entreprise, "
            "L'employeur › Adresse de l'établissement › N° et voie.",
        )
        self.assertEqual(
            self.shown(self.compare()),
            {
                "employer.headcount": ("7", "8"),
                "employer.address.street": ("12 RUE DES LILAS", "14 RUE DES LILAS"),
            },
        )

    def test_only_the_first_boxes_are_named(self):
        self.send(self.contract)
        self.contract.tutor_id.write(
            {
                "apprenticeship_birth_name": "DUPOND",
                "apprenticeship_first_name": "Chloé",
                "function": "Cheffe",
                "email": "chloe@boulangerie-lilas.example",
            }
        )
        self.assertRegex(self.text(), "^4 boxes .*, among them: [^,]*, [^,]*, [^,]*$")

    def test_line_of_pay(self):
        self.send(self.contract)
        self.contract.pay_period_ids[1].rate = 55
        self.assertEqual(
            self.shown(self.compare()),
            {"contract.pay_periods.1.rate": ("53,5 %", "55 %")},
        )

    def test_committed_may_be_amended(self):
        self.send(self.contract)
        self.decide("ENGAGE")
        self.contract.date_practical_training = date(2026, 9, 3)
        self.assertEqual(self.kind(), "amendable")
        self.assertIn("types that cover these boxes: 36.", self.advice())
        action = self.contract.with_user(self.transmitter).action_opco_amend()
        wizard = Form.from_action(self.env, action)
        self.assertEqual(wizard.reason_id.code, "36")
        self.assertEqual(wizard.contract_id, self.contract)

    def test_several_types_of_amendment_are_left_to_choose(self):
        self.send(self.contract)
        self.decide("ENGAGE")
        self.contract.weekly_hours = 32
        self.assertIn("types that cover these boxes: 32, 34, 36.", self.advice())
        action = self.contract.with_user(self.transmitter).action_opco_amend()
        self.assertNotIn("default_reason_id", action["context"])

    def test_no_single_type_of_amendment(self):
        self.send(self.contract)
        self.decide("ENGAGE")
        self.contract.date_practical_training = date(2026, 9, 3)
        self.contract.employer_id.company_registry = "90000021700010"
        self.assertEqual(self.kind(), "amendable")
        self.assertIn("no single type", self.advice())

    def test_no_amendment_for_a_phone(self):
        self.send(self.contract)
        self.decide("ENGAGE")
        self.contract.employer_id.phone = "0142000009"
        self.assertEqual(self.kind(), "received")
        self.assertIn("No amendment is made for these boxes alone", self.advice())

    def test_no_amendment_changes_the_conclusion(self):
        self.send(self.contract)
        self.decide("ENGAGE")
        self.contract.date_conclusion = date(2026, 8, 21)
        self.assertEqual(self.kind(), "received")
        self.assertIn("tell the OPCO", self.advice())

    def test_amended_is_not_compared_any_more(self):
        self.send(self.contract)
        self.decide("ENGAGE")
        self.contract.tutor_id.function = "Directrice"
        self.assertEqual(self.kind(), "amendable")
        self.amend()
        self.assertFalse(self.kind())

    def test_amendment_is_compared_with_its_own_deposit(self):
        self.send(self.contract)
        self.decide("ENGAGE")
        amendment = self.amend()
        self.assertEqual(self.send(amendment).state, "sent")
        self.assertFalse(self.kind(amendment))
        amendment.weekly_hours = 30
        self.assertEqual(
            self.shown(self.compare(amendment)),
            {"contract.weekly_hours": ("32", "30")},
        )

    def amend(self):
        amendment = self.contract._amend(
            self.code("contract_type", "36"), date(2027, 1, 4)
        )
        amendment.write(
            {
                "date_conclusion": date(2026, 8, 24),
                "training_centre_visa": True,
                "proving_signature": True,
                "employer_tutor_eligibility_attested": True,
                "employer_supporting_documents_attested": True,
                "weekly_hours": 32,
            }
        )
        return amendment

    def test_corrected_since_it_was_rejected(self):
        self.contract = self.new_contract_of_closed_employer()
        self.send(self.contract)
        self.assertEqual(self.contract.opco_transport_state, "rejected")
        self.assertFalse(self.kind())
        self.contract.employer_id = self.new_employer()
        self.assertEqual(self.kind(), "corrected")
        self.assertIn("The OPCO rejected what was sent", self.advice())
        self.assertIn("employer.siret", self.shown(self.compare()))
        self.compare().action_transmit()
        self.assertFalse(self.kind())
        self.deliver()
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.assertFalse(self.kind())

    def test_corrected_since_the_opco_refused(self):
        self.send(self.contract)
        self.decide("REFUSE")
        self.contract.weekly_hours = 32
        self.assertEqual(self.kind(), "corrected")
        self.assertIn("The OPCO refused what was sent", self.advice())

    def test_corrected_since_the_opco_cancelled(self):
        self.send(self.contract)
        self.decide("ANNULE")
        self.contract.weekly_hours = 32
        self.assertFalse(self.kind(), "it is over")
        self.contract.action_draft()
        self.assertEqual(self.kind(), "corrected")
        self.assertIn("The OPCO cancelled what was sent", self.advice())

    def test_what_waits_is_replaced(self):
        former = self.transmit(self.contract)
        self.contract.weekly_hours = 32
        self.assertEqual(self.kind(), "waiting")
        self.assertIn("what will leave is what was frozen", self.advice())
        self.contract.with_user(self.transmitter).action_opco_replace()
        self.assertEqual(former.state, "cancelled")
        self.assertFalse(self.kind())
        self.deliver()
        [row] = self.contract.opco_transmission_ids - former
        self.assertEqual(row.state, "sent")
        sent = json.loads(row.payload)["cerfa"]["contrat"]
        self.assertEqual(sent["dureeTravailHebdoHeures"], 32)
        self.assertEqual(len(self.sandbox.deposits()), 1)

    def test_held_and_tried_again_wait_too(self):
        row = self.transmit(self.contract)
        self.contract.weekly_hours = 32
        for state in ("retry", "held"):
            row.state = state
            self.contract._opco_mirror_delivery(row)
            self.assertEqual(self.kind(), "waiting")

    def test_only_transmitters_replace_what_waits(self):
        row = self.transmit(self.contract)
        with self.assertRaises(AccessError):
            self.contract.with_user(self.consultant).action_opco_replace()
        self.assertEqual(row.state, "queued")

    def test_what_may_have_left_is_not_replaced(self):
        self.sandbox.add_fault("reset_after_processing", **DEPOSIT)
        row = self.send(self.contract)
        self.contract.weekly_hours = 32
        for state in ("unknown", "sending"):
            row.state = state
            self.contract.invalidate_recordset(["opco_difference_kind"])
            self.assertEqual(self.kind(), "uncertain")
            with self.assertRaisesRegex(UserError, "Only what has not left"):
                self.contract.with_user(self.transmitter).action_opco_replace()

    def test_deposited_elsewhere_is_compared_with_nothing(self):
        self.contract.employer_id = self.new_employer(company_registry=CLOSED_SIRET)
        self.assertEqual(self.send(self.contract).state, "rejected")
        self.contract.employer_id = self.new_employer()
        content = self.contract._opco_prepare()[0].content
        self.connection._client().deposit(payload.encode(content))
        self.refresh()
        self.contract.with_user(self.transmitter).action_opco_link()
        self.assertTrue(self.contract.opco_is_linked)
        self.contract.weekly_hours = 32
        self.assertFalse(self.kind())
        self.decide("REFUSE")
        self.assertFalse(self.kind())

    def test_another_environment_has_received_nothing(self):
        row = self.send(self.contract)
        self.contract.weekly_hours = 32
        self.contract._opco_mirror_environment("production")
        self.assertFalse(self.kind())
        self.contract._opco_mirror_environment(row.environment)
        self.assertEqual(self.kind(), "received")

    def test_erased_content_is_said_to_be(self):
        row = self.send(self.contract)
        row.payload = False
        self.assertFalse(self.kind(), "its digest is the same")
        self.contract.weekly_hours = 32
        self.assertEqual(self.kind(), "unreadable")
        self.assertIn("what was sent is erased", self.text())
        self.assertFalse(self.advice())
        self.assertFalse(self.compare().line_ids)

    def test_unreadable_content_is_said_to_be(self):
        row = self.send(self.contract)
        row.write(
            {
                "payload": row.payload.replace("2026-09-01", "hier"),
                "payload_sha256": "?",
            }
        )
        self.assertEqual(self.kind(), "unreadable")

    def test_purged_file_is_not_compared(self):
        self.send(self.contract)
        with freeze_time("2031-09-01"):
            self.contract._purge_file()
            self.contract.file_purged_on = fields.Date.today()
        self.assertFalse(self.kind())

    def test_a_spelling_is_no_difference(self):
        self.contract.apprentice_id.phone = "06 00 00 00 02"
        self.send(self.contract)
        self.connection.profile_id.write(
            {
                "nir_length": "13",
                "rncp_prefix": False,
                "proving_signature_key": "signatureProbante",
            }
        )
        self.contract.apprentice_id.phone = "+33 6 00 00 00 02"
        self.contract.training_rncp = "RNCP 38764"
        self.contract.apprentice_nir = f"{NIR[:13]} {NIR[13:]}"
        self.assertFalse(self.kind())
        self.contract.apprentice_nir = OTHER_NIR
        self.assertEqual(
            self.shown(self.compare()), {"apprentice.nir": (NIR, OTHER_NIR)}
        )

    def test_told_while_the_form_is_edited(self):
        self.send(self.contract)
        with Form(self.contract.with_user(self.transmitter)) as form:
            self.assertFalse(form.opco_difference_kind)
            form.weekly_hours = 32
            self.assertEqual(form.opco_difference_kind, "received")
            form.weekly_hours = 35
            self.assertFalse(form.opco_difference_kind)

    def test_the_database_is_asked_as_often_however_many(self):
        counts = []
        for size in (2, 2, 12):
            contracts = self.Contract.union(
                *(self.new_contract() for _number in range(size))
            )
            self.send(contracts)
            contracts.weekly_hours = 32
            self.env.flush_all()
            self.env.invalidate_all()
            contracts = contracts.with_user(self.transmitter)
            before = self.env.cr.sql_log_count
            self.assertEqual(
                set(contracts.mapped("opco_difference_kind")), {"received"}
            )
            counts.append(self.env.cr.sql_log_count - before)
        # The first has read what the registry remembers.
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestComparisonScreen(DifferenceCase):
    """Who reads what, and what goes back to how it was sent."""

    def setUp(self):
        super().setUp()
        self.send(self.contract)

    def test_personal_boxes_are_masked_outside_the_group(self):
        self.contract.write(
            {
                "apprentice_nir": OTHER_NIR,
                "apprentice_disabled_worker": True,
                "signing_place": "LYON",
            }
        )
        entitled = self.compare()
        self.assertEqual(
            self.shown(entitled),
            {
                "apprentice.nir": (NIR, OTHER_NIR),
                "apprentice.disabled_worker": ("non", "oui"),
                "contract.signing_place": ("PARIS 12", "LYON"),
            },
        )
        self.assertEqual(set(entitled.line_ids.mapped("may_put_back")), {True})
        masked = self.compare(user=self.consultant)
        self.assertEqual(
            self.shown(masked),
            {
                "apprentice.nir": (MASK, MASK),
                "apprentice.disabled_worker": (MASK, MASK),
                "contract.signing_place": ("PARIS 12", "LYON"),
            },
        )
        self.assertEqual(
            masked.line_ids.filtered("may_put_back").mapped("path"),
            ["contract.signing_place"],
        )
        with self.assertRaisesRegex(UserError, "not put back"):
            self.line(masked, "apprentice.nir").action_put_back()
        self.assertEqual(self.contract.apprentice_nir, OTHER_NIR)

    def test_belongs_to_who_asked_for_it(self):
        self.contract.apprentice_nir = OTHER_NIR
        comparison = self.compare()
        other = self.new_user("other", f"{CONSULT},{PERSONAL_DATA}")
        for record in (comparison, comparison.line_ids):
            with self.assertRaises(AccessError):
                record.with_user(other).read(["display_name"])

    def test_own_boxes_are_put_back(self):
        self.contract.write(
            {
                "signing_place": "LYON",
                "weekly_hours": 32,
                "date_practical_training": date(2026, 9, 3),
                "gross_monthly_wage": 900,
                "contract_mode_id": self.code("contract_mode", "2").id,
                "apprentice_last_class_id": self.code("last_class", "11").id,
                "derogation_id": self.code("derogation", "12").id,
                "apprentice_nir": OTHER_NIR,
                "proving_signature": False,
            }
        )
        comparison = self.compare()
        self.assertEqual(len(comparison.line_ids), 9)
        while comparison.line_ids:
            before = len(comparison.line_ids)
            comparison.line_ids[0].action_put_back()
            self.assertEqual(len(comparison.line_ids), before - 1)
        self.assertFalse(comparison.kind)
        self.assertRecordValues(
            self.contract,
            [
                {
                    "signing_place": "PARIS 12",
                    "weekly_hours": 35,
                    "date_practical_training": date(2026, 9, 2),
                    "gross_monthly_wage": 802.82,
                    "contract_mode_id": self.code("contract_mode", "1").id,
                    "apprentice_last_class_id": self.code("last_class", "01").id,
                    "derogation_id": False,
                    "apprentice_nir": NIR,
                    "proving_signature": True,
                }
            ],
        )
        row = self.contract.opco_transmission_ids
        content = self.contract._opco_prepare()[0].content
        self.assertEqual(payload.digest(payload.encode(content)), row.payload_sha256)

    def test_every_box_of_the_contract_is_put_back(self):
        self.send(self.contract)
        self.contract.write(
            {
                "second_tutor_id": self.new_tutor(name="Second").id,
                "training_centre_is_main_place": False,
                "training_place_id": self.contract.training_centre_id.id,
                "legal_representative_birth_name": "MARTIN",
                "legal_representative_first_name": "Camille",
                "legal_representative_email": "camille@courrier.example",
                "legal_representative_street": "3 PASSAGE DU SUD",
                "legal_representative_street2": "BAT B",
                "legal_representative_zip": "75018",
                "legal_representative_city": "PARIS",
            }
        )
        for name in self.names_of_own_boxes():
            is_empty = not self.contract[name]
            if is_empty and self.contract._fields[name].type != "boolean":
                self.contract[name] = self.another_value(name)
        row = self.contract.opco_transmission_ids
        content = payload.encode(self.contract._opco_form_of_now())
        row.write(
            {"payload": content.decode(), "payload_sha256": payload.digest(content)}
        )
        self.assertFalse(self.compare().line_ids)
        names = self.names_of_own_boxes()
        self.assertGreater(len(names), 40)
        for name in sorted(names):
            for value in {self.another_value(name), False} - {self.contract[name]}:
                with self.subTest(name, value=value):
                    self.contract[name] = value
                    [line] = self.compare().line_ids
                    self.assertEqual(contract_field(line.path), name)
                    line.action_put_back()
                    self.assertFalse(self.compare().line_ids)
                    now = payload.encode(self.contract._opco_form_of_now())
                    self.assertEqual(payload.digest(now), row.payload_sha256)

    def names_of_own_boxes(self):
        line = self.env["opco.comparison.line"].with_user(self.transmitter)
        return (
            {
                contract_field(path)
                for path in places_of_boxes(self.contract._fields)
                if line._may_put_back(self.contract, path)
            }
            - {"pay_period_ids", "contract_type_id", "training_centre_is_main_place"}
            - HIDING
        )

    def another_value(self, name):
        field, value = self.contract._fields[name], self.contract[name]
        if name == "apprentice_nir":
            return OTHER_NIR
        if field.type == "many2one":
            [table] = {
                boxes_on(path)[-1].table
                for path in places_of_boxes(self.contract._fields)
                if contract_field(path) == name
            }
            others = [("table", "=", table), ("code", "!=", value.code)]
            domain = [*others, ("valid_to", "=", False)]
            return self.env["apprenticeship.code"].search(domain, limit=1).id
        if field.type == "boolean":
            return not value
        if field.type == "date":
            return value + timedelta(days=1) if value else date(2026, 9, 1)
        if field.type in ("integer", "float", "monetary"):
            return value + 1
        return f"{value or ''}1"

    def test_pay_is_put_back_as_a_whole(self):
        periods = self.contract.pay_period_ids
        self.contract.pay_period_ids = [
            Command.update(periods[0].id, {"rate": 45, "basis": "SMC"}),
            Command.delete(periods[2].id),
        ]
        comparison = self.compare()
        self.assertIn("contract.pay_periods.2.rate", self.shown(comparison))
        self.line(comparison, "contract.pay_periods.0.rate").action_put_back()
        self.assertFalse(comparison.line_ids)
        self.assertEqual(self.contract.pay_period_ids.mapped("rate"), [43, 53.5, 61])

    def test_contact_is_opened_not_overwritten(self):
        former = self.contract.employer_id
        self.contract.employer_id = self.new_employer(
            company_registry="90000021700010", name="BOULANGERIE NEUVE"
        )
        comparison = self.compare()
        for path in ("employer.name", "employer.siret"):
            line = self.line(comparison, path)
            self.assertFalse(line.may_put_back)
            self.assertEqual(line.contact_id, self.contract.employer_id)
            with self.assertRaisesRegex(UserError, "not put back"):
                line.action_put_back()
        action = line.action_open_contact()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("res.partner", self.contract.employer_id.id),
        )
        self.assertEqual(former.company_registry, "90000001900019")
        self.assertEqual(self.contract.employer_siret, "90000021700010")

    def test_what_changed_again_meanwhile_is_not_overwritten(self):
        self.contract.weekly_hours = 32
        line = self.compare().line_ids
        self.contract.weekly_hours = 35
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            line.action_put_back()

    def test_replaced_version_is_not_put_back(self):
        self.decide("ENGAGE")
        self.contract.weekly_hours = 32
        line = self.compare().line_ids
        self.contract._amend(self.code("contract_type", "36"), date(2027, 1, 4))
        with self.assertRaises(UserError):
            line.action_put_back()
        self.assertEqual(self.contract.weekly_hours, 32)


@tagged("post_install", "-at_install")
class TestModifiedMark(DifferenceCase):
    """The list says it too, some minutes later."""

    def setUp(self):
        super().setUp()
        self.send(self.contract)

    def run_cron(self):
        self._run("opco_ep_connector.ir_cron_compare")

    def marked(self):
        self.run_cron()
        found = self.Contract.search([("opco_is_modified", "=", True)])
        return self.contract in found

    def settle(self, contract=None):
        """Let what was written so far be older than the last comparison."""
        rows = (contract or self.contract).opco_transmission_ids
        rows.compared_at = fields.Datetime.now() + timedelta(hours=1)

    def to_compare(self):
        return self.contract.id in self.Contract._opco_ids_to_compare()

    def write_later(self, table, record):
        """Have a record written two hours from now: a test is one transaction."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {table} SET write_date = now() + interval '2 hours' WHERE id = %s",
            (record.id,),
        )
        self.env.invalidate_all()

    def test_contact_modified_from_its_own_form(self):
        self.assertFalse(self.marked())
        self.contract.tutor_id.with_user(self.transmitter).function = "Directrice"
        self.assertTrue(self.marked())
        self.assertEqual(self.contract.opco_modified_label, "Modified")
        self.contract.tutor_id.function = "Cheffe boulangère"
        self.assertFalse(self.marked())
        self.assertFalse(self.contract.opco_modified_label)

    def test_saving_the_form_wakes_the_comparison(self):
        triggers = self.env["ir.cron.trigger"]
        cron = self.env.ref("opco_ep_connector.ir_cron_compare")
        domain = [("cron_id", "=", cron.id)]
        before = triggers.search_count(domain)
        self.new_contract().weekly_hours = 32
        self.contract.user_id = self.consultant
        self.assertEqual(triggers.search_count(domain), before, "nothing was sent")
        self.contract.weekly_hours = 32
        self.assertEqual(triggers.search_count(domain), before + 1)

    def test_run_leaves_its_thread_to_what_is_to_be_sent(self):
        self.contract.tutor_id.function = "Directrice"
        cron = self.env.ref("opco_ep_connector.ir_cron_compare")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        with patch.object(apprenticeship_contract_difference_mark, "LONGEST_RUN", 0):
            self.Contract._cron_compare()
        self.assertFalse(self.contract.opco_is_modified)
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        )
        self.assertTrue(self.marked())

    def test_only_what_was_written_since_is_compared(self):
        self.assertTrue(self.to_compare())
        self.settle()
        self.assertFalse(self.to_compare())
        contract = self.contract
        for table, record in (
            ("apprenticeship_contract", contract),
            ("apprenticeship_pay_period", contract.pay_period_ids[0]),
            ("res_partner", contract.employer_id),
            ("res_partner", contract.apprentice_id),
            ("res_partner", contract.tutor_id),
            ("res_partner", contract.training_centre_id),
        ):
            with self.subTest(table=table, record=record):
                with self.env.cr.savepoint() as savepoint:
                    self.write_later(table, record)
                    self.assertTrue(self.to_compare())
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_new_deposit_starts_afresh(self):
        self.decide("REFUSE")
        self.contract.weekly_hours = 32
        self.assertTrue(self.marked())
        self.transmit(self.contract)
        self.assertFalse(self.contract.opco_is_modified)
        self.assertFalse(self.marked())

    def test_what_is_over_loses_its_mark(self):
        self.contract.weekly_hours = 32
        self.assertTrue(self.marked())
        self.contract.state = "ended"
        self.assertFalse(self.marked())

    def test_people_do_not_write_the_mark(self):
        with self.assertRaises(AccessError):
            self.contract.with_user(self.transmitter).opco_is_modified = True

    def test_one_that_fails_stops_no_other(self):
        broken = self.new_contract()
        self.send(broken).payload_sha256 = "?"
        broken.opco_transmission_ids.payload = "{"
        self.contract.weekly_hours = 32
        with self.assertLogs("odoo.addons.opco_ep_connector", "ERROR"):
            self.assertTrue(self.marked())

    def test_the_database_is_asked_as_often_however_many(self):
        counts = []
        for size in (2, 2, 12):
            contracts = self.Contract.union(
                *(self.new_contract() for _number in range(size))
            )
            self.send(contracts)
            self.settle(contracts)
            contracts.weekly_hours = 32
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contracts._opco_mark_modified()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(all(contracts.mapped("opco_is_modified")))
        self.assertEqual(counts[1], counts[2])
