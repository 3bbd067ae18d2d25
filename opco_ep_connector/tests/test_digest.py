# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from odoo.addons.l10n_fr_apprenticeship.tests.common import MANAGER

from .. import pace
from ..models.res_company import JUDGED, LINES
from .common import KEY_ADMINISTRATOR
from .test_clocks import ClockCase


@tagged("post_install", "-at_install")
class TestDigest(ClockCase):
    """On Mondays, numbers for those who manage, and the heads of the journals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("manager", MANAGER)
        cls.administrator.email = "administrator@cfa.example"
        cls.manager.email = "manager@cfa.example"
        cls.transmitter.email = "transmitter@cfa.example"

    def setUp(self):
        super().setUp()
        # The receipts of the sandbox are of now: read on the Monday that follows.
        self.monday = fields.Date.start_of(self.today() + timedelta(days=7), "week")

    def test_readers(self):
        far = self.new_user("far_manager", MANAGER, self.new_company("Elsewhere"))
        far.email = "far@cfa.example"
        gone = self.new_user("gone", MANAGER)
        gone.write({"email": "gone@cfa.example", "active": False})
        self.assertEqual(
            self.company._opco_digest_readers(), self.manager | self.administrator
        )
        self.manager.with_user(self.manager).opco_weekly_digest = False
        self.assertEqual(self.company._opco_digest_readers(), self.administrator)

    def test_one_mail_each_a_week(self):
        self.run_on(self.monday)
        self.assertEqual(
            self.mails().mail_ids.recipient_ids,
            (self.manager | self.administrator).partner_id,
        )
        self.assertEqual(len(self.mails()), 2)
        self.assertEqual(
            set(map(len, self.mails().mail_ids.mapped("recipient_ids"))), {1}
        )
        # Run again, or as late as on Sunday.
        for days in (0, 6):
            self.run_on(self.monday + timedelta(days=days))
            self.assertEqual(len(self.mails()), 2)
        self.run_on(self.monday + timedelta(days=7))
        self.assertEqual(len(self.mails()), 4)

    def test_no_mail_without_a_connection_in_use(self):
        self.connection.action_deactivate()
        self.run_on(self.monday)
        self.assertFalse(self.mails())

    def test_numbers(self):
        accepted = self.new_contract()
        corrected = self.new_contract_of_closed_employer()
        rejected = self.new_contract_of_closed_employer()
        self.send(accepted | corrected | rejected)
        corrected.employer_id = self.new_employer()
        self.send(corrected)
        unknown = self.new_contract(opco_transport_state="unknown")
        late = self.new_contract(date_start=self.monday - timedelta(days=20))
        at_risk = self.new_contract(date_start=self.monday - timedelta(days=4))
        in_time = self.new_contract(date_start=self.monday + timedelta(days=60))
        waiting = self.new_contract(
            opco_transport_state="sent",
            opco_answered_at=self.monday - timedelta(days=15),
        )
        elsewhere = self.Contract.create(
            {
                "company_id": self.new_company("Elsewhere").id,
                "training_centre_id": False,
            }
        )
        for contract in accepted | corrected | rejected | unknown | elsewhere:
            contract.date_start = self.monday + timedelta(days=60)
        with self.on(self.monday):
            digest = self.company._opco_digest(self.administrator)
        self.assertEqual(
            [line["count"] for line in digest["lines"]],
            [
                len(rejected | late | at_risk | in_time),
                len(late),
                len(at_risk | waiting),
                len(rejected),
                len(unknown),
                len(waiting),
                len(accepted | corrected),
            ],
        )
        self.assertEqual(digest["first_pass"]["judged"], 3)
        self.assertEqual(digest["first_pass"]["accepted"], 1)
        self.assertEqual(digest["first_pass"]["percent"], 33)

    def test_it_says_that_the_production_received_nothing(self):
        said = "the OPCO itself has received nothing"
        self.send(self.new_contract())
        self._run("opco_ep_connector.ir_cron_seal")
        self.run_on(self.monday)
        self.assertIn(said, self.mails()[0].body)
        self.assertRegex(self.mails()[0].body, r"\) –\s*Sandbox")
        self.connection.environment = "production"
        self.connection.state = "active"
        digest = self.company._opco_digest(self.administrator)
        self.assertTrue(digest["is_production"])

    def test_last_week_is_from_monday_to_sunday_in_paris(self):
        contract = self.new_contract(opco_transport_state="sent")
        row = self.send(self.new_contract())
        row.contract_id.opco_transport_state = False
        week = pace.midnight(self.monday - timedelta(days=7))
        for moment, count in (
            (week - timedelta(seconds=1), 0),
            (week, 1),
            (pace.midnight(self.monday) - timedelta(seconds=1), 1),
            (pace.midnight(self.monday), 0),
        ):
            contract.opco_answered_at = row.answered_at = moment
            with self.subTest(moment), self.on(self.monday):
                digest = self.company._opco_digest(self.administrator)
                self.assertEqual(digest["lines"][-1]["count"], count)
                self.assertEqual(digest["first_pass"]["judged"], count)

    def test_links_lead_to_what_is_counted(self):
        for name in (*LINES, JUDGED):
            action = self.env.ref(name)
            self.env[action.res_model].search(literal_eval(action.domain))
            url = self.company._opco_url(name)
            self.assertTrue(url.endswith(f"/odoo/{action.path}"))
            self.assertRegex(action.path, "^opco-")
        # The journal is not open to every manager.
        journal = self.company._opco_digest(self.manager)["first_pass"]["url"]
        self.assertFalse(journal)

    def test_heads_of_the_journals(self):
        self.send(self.new_contract())
        self._run("opco_ep_connector.ir_cron_seal")
        chain = self.env["opco.chain"].search(
            [("connection_id", "=", self.connection.id)]
        )
        self.run_on(self.monday)
        for mail in self.mails():
            self.assertIn(chain.anchor, mail.body)
            self.assertIn(self.connection.name, mail.body)
            self.assertIn(f"No. {chain.number}", mail.body)

    def test_no_name_leaves(self):
        contract = self.new_contract(date_start=self.monday - timedelta(days=20))
        self.run_on(self.monday)
        for mail in self.mails():
            for name in (
                contract.apprentice_id.name,
                contract.apprentice_first_name,
                contract.tutor_id.name,
                contract.employer_id.name,
                contract.name,
            ):
                self.assertNotIn(name, mail.body)

    def test_others_do_not_write_the_preference_of_somebody(self):
        self.assertIn("opco_weekly_digest", self.env["res.users"].SELF_WRITEABLE_FIELDS)
        self.assertTrue(self.new_user("new", KEY_ADMINISTRATOR).opco_weekly_digest)

    def run_on(self, day):
        with self.on(day), freeze_time(f"{day} 05:00:00"):
            self._run("opco_ep_connector.ir_cron_digest")

    def mails(self):
        return self.env["mail.message"].search(
            [
                ("model", "=", "res.company"),
                ("res_id", "=", self.company.id),
                ("message_type", "=", "email_outgoing"),
            ]
        )
