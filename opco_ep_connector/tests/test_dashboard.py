# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import CONSULT, ConnectorCase


@tagged("post_install", "-at_install")
class TestDashboard(ConnectorCase):
    """Figures of deposits that are known one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now().replace(hour=10, minute=0)

    def new_deposit(self, contract, state="sent", days_ago=30, **changes):
        """Make an answered transmission, as the delivery would leave it."""
        values = {
            "contract_id": contract.id,
            "connection_id": self.connection.id,
            "environment": self.connection.environment,
            "user_id": self.transmitter.id,
            "state": state,
            "is_live": state == "sent",
            "answered_at": self.now - timedelta(days=days_ago),
        }
        return self.env["opco.transmission"].create(values | changes)

    def new_accepted(self, signed_before=0, committed_after=None, **changes):
        """Make a contract, its deposit and its dossier.

        :param signed_before: days from the signature to the deposit
        :param committed_after: days from the deposit to the commitment
        """
        contract = self.new_contract(**changes)
        row = self.new_deposit(contract, internal_number=f"N-{contract.id}")
        contract.date_conclusion = row.answered_at - timedelta(days=signed_before)
        dossier = self.env["opco.dossier"].create(
            {
                "connection_id": self.connection.id,
                "environment": row.environment,
                "contract_id": contract.id,
                "internal_number": row.internal_number,
                "first_seen_at": row.answered_at,
                "state": "in_progress",
            }
        )
        if committed_after is not None:
            at = row.answered_at + timedelta(days=committed_after)
            dossier.write({"state": "committed", "state_changed_at": at})
        return contract

    def test_nothing_sent_yet_is_a_figure(self):
        self.assertEqual(self.figures()["deposits"]["rejection_count"], 0)

    def figures(self, user=None, environment=None):
        dashboard = self.env["opco.dashboard"].with_user(user or self.consultant)
        return dashboard.read_figures(environment)

    def deposits(self, **options):
        return self.figures(**options)["deposits"]

    def test_two_of_three_accepted_at_first(self):
        self.new_accepted()
        self.new_accepted()
        corrected = self.new_contract()
        self.new_deposit(corrected, "rejected", days_ago=31)
        self.new_deposit(corrected, "sent")
        figures = self.deposits()
        self.assertEqual(figures["first_count"], 3)
        self.assertAlmostEqual(figures["first_pass_rate"], 2 / 3)
        self.assertEqual(figures["rejection_count"], 1)

    def test_what_never_left_is_no_first_deposit(self):
        contract = self.new_contract()
        self.new_deposit(contract, "cancelled")
        self.new_deposit(contract, "sent")
        self.assertEqual(self.deposits()["first_pass_rate"], 1)

    def test_medians(self):
        self.new_accepted(signed_before=1, committed_after=2)
        self.new_accepted(signed_before=4, committed_after=9)
        self.new_accepted(signed_before=30)
        figures = self.deposits()
        self.assertEqual(figures["days_to_deposit"], 4)
        self.assertEqual(figures["days_to_commitment"], 5.5)

    def test_nothing_yet(self):
        figures = self.deposits()
        self.assertEqual(figures["first_count"], 0)
        self.assertIsNone(figures["days_to_deposit"])
        self.assertIsNone(figures["days_to_commitment"])

    def test_older_than_a_year(self):
        self.new_deposit(self.new_contract(), days_ago=400)
        self.assertEqual(self.deposits()["first_count"], 0)

    def test_the_first_commitment_is_kept(self):
        contract = self.new_accepted(committed_after=2)
        dossier = self.env["opco.dossier"].search([("contract_id", "=", contract.id)])
        committed_at = dossier.committed_at
        dossier.write({"state": "settled", "state_changed_at": self.now})
        self.assertEqual(dossier.committed_at, committed_at)

    def test_another_environment_does_not_count(self):
        contract = self.new_contract()
        self.new_deposit(contract, "rejected", environment="production")
        self.new_deposit(contract, "sent")
        figures = self.deposits()
        self.assertEqual(figures["first_count"], 1)
        self.assertEqual(figures["first_pass_rate"], 1)
        report = self.env["opco.transmission.report"]
        found = report.search([("contract_id", "=", contract.id)])
        self.assertEqual(found.mapped("environment"), ["sandbox"])

    def test_production_is_shown_first(self):
        self.assertEqual(self.figures()["environment"], "sandbox")
        self.new_accepted()
        other = self.new_connection(partner_id=self.new_employer().id)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE opco_connection SET environment = 'production', "
                "state = 'active' WHERE id = %s",
                other.id,
            )
        )
        self.env.invalidate_all()
        figures = self.figures()
        self.assertEqual(figures["environment"], "production")
        self.assertEqual(
            [one for one, _label in figures["environments"]], ["production", "sandbox"]
        )
        self.assertEqual(figures["deposits"]["first_count"], 0)
        self.assertEqual(self.deposits(environment="sandbox")["first_count"], 1)

    def test_counters_are_the_filters_of_the_list(self):
        waiting = self.new_contract()
        waiting.sudo().write(
            {
                "opco_transport_state": "sent",
                "opco_environment": "sandbox",
                "opco_state": "transmitted",
                "opco_answered_at": fields.Datetime.now() - timedelta(days=16),
            }
        )
        recent = waiting.copy()
        recent.sudo().write(
            {
                "opco_transport_state": "sent",
                "opco_environment": "sandbox",
                "opco_state": "in_progress",
                "opco_answered_at": fields.Datetime.now() - timedelta(days=14),
            }
        )
        # Of a state that nobody knows yet: the OPCO has not answered.
        strange = waiting.copy()
        strange.sudo().write(
            {
                "opco_transport_state": "sent",
                "opco_environment": "sandbox",
                "opco_state": "other",
                "opco_answered_at": fields.Datetime.now() - timedelta(days=17),
            }
        )
        rejected = self.new_contract()
        rejected.sudo().write(
            {"opco_transport_state": "rejected", "opco_environment": "sandbox"}
        )
        self.new_contract()
        found = {one["filter"]: one["count"] for one in self.figures()["counters"]}
        self.assertEqual(
            found,
            {
                "to_transmit": 2,
                "late": 0,
                "under_way": 0,
                "rejected": 1,
                "unknown": 0,
                "waiting_long": 2,
            },
        )
        states = {one["state"]: one["count"] for one in self.figures()["states"]}
        self.assertEqual(states, {"transmitted": 1, "in_progress": 1, "other": 1})

    def test_keys(self):
        [key] = self.figures()["keys"]
        self.assertEqual(key["id"], self.connection.id)
        self.assertEqual(key["age"], 0)
        self.assertTrue(key["is_active"])

    def test_other_companies_do_not_count(self):
        self.new_accepted()
        stranger = self.new_user("far_reader", CONSULT, self.new_company("Elsewhere"))
        figures = self.figures(user=stranger)
        self.assertEqual(figures["deposits"]["first_count"], 0)
        self.assertFalse(any(one["count"] for one in figures["counters"]))
        self.assertFalse(figures["states"] + figures["keys"])

    def test_only_those_who_consult(self):
        portal = self.new_user("portal_reader", "base.group_portal")
        for user in (self.colleague, portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.figures(user=user)

    def test_rejections_by_dimension(self):
        contract = self.new_contract()
        self.new_deposit(contract, "rejected")
        report = self.env["opco.transmission.report"].with_user(self.consultant)
        for name in ("employer_id", "training_id", "training_centre_id"):
            groups = report._read_group([], [name], ["rejection_count:sum"])
            self.assertEqual(groups, [(contract[name].with_env(report.env), 1)])
            journal = self.env["opco.transmission"].with_user(self.consultant)
            groups = journal._read_group([("state", "=", "rejected")], [name])
            self.assertEqual(groups, [(contract[name].with_env(report.env),)])
        [(user, count)] = report._read_group([], ["user_id"], ["rejection_count:sum"])
        self.assertEqual((user.id, count), (self.transmitter.id, 1))
