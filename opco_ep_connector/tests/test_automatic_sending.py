# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import automatic_sending
from .common import ConnectorCase

FEW_HOURS = {"training_hours": 300}


@tagged("post_install", "-at_install")
class TestAutomaticSending(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.connection.is_automatic = True

    def run_cron(self):
        self._run("opco_ep_connector.ir_cron_send_ready")

    def new_site(self):
        centre = self.company.partner_id
        return self.new_employer(
            company_registry="90000002700020",
            apprenticeship_uai=centre.apprenticeship_uai,
        )

    def new_ready(self, count=1, **changes):
        contracts = self.Contract.union(
            *(self.new_contract(**changes) for _number in range(count))
        )
        contracts.state = "ready"
        return contracts

    def test_off_by_default(self):
        self.assertFalse(self.new_connection(siret="90000001900019").is_automatic)
        self.connection.is_automatic = False
        contract = self.new_ready()
        self.run_cron()
        self.assertFalse(contract.opco_transmission_ids)

    def test_ready_contract_leaves_for_its_person_in_charge(self):
        contract = self.new_ready()
        self.run_cron()
        row = contract.opco_transmission_ids
        self.assertRecordValues(
            row,
            [{"state": "queued", "user_id": self.transmitter.id, "is_batch": True}],
        )
        self.deliver()
        self.assertEqual(contract.opco_transport_state, "sent")

    def test_without_a_person_in_charge_the_robot_sends(self):
        contracts = self.new_ready(2)
        contracts[0].user_id = False
        contracts[1].user_id = self.colleague
        self.colleague.active = False
        self.run_cron()
        self.assertEqual(
            contracts.opco_transmission_ids.user_id, self.env.ref("base.user_root")
        )

    def test_runs_do_not_double(self):
        contract = self.new_ready()
        self.run_cron()
        self.run_cron()
        self.deliver()
        self.run_cron()
        self.assertEqual(len(contract.opco_transmission_ids), 1)

    def test_drafts_warnings_and_blocks_are_left_to_people(self):
        draft = self.new_contract()
        warned = self.new_ready(**FEW_HOURS)
        blocked = self.new_ready(weekly_hours=0)
        elsewhere = self.new_ready(training_centre_id=self.new_employer().id)
        self.run_cron()
        kept = draft | warned | blocked | elsewhere
        self.assertFalse(kept.opco_transmission_ids)

    def test_rejected_is_left_to_people(self):
        contract = self.new_contract_of_closed_employer()
        self.send(contract)
        contract.state = "ready"
        contract.employer_id.company_registry = "90000001900019"
        self.run_cron()
        self.assertEqual(contract.opco_transmission_ids.state, "rejected")

    def test_what_a_person_has_held_back_stays(self):
        contract = self.new_ready()
        row = self.transmit(contract)
        row.with_user(self.transmitter).action_cancel()
        self.assertFalse(contract.opco_transport_state)
        # Nothing was transmitted in the environment of this one.
        self.new_connection(
            partner_id=self.new_site().id, environment="test", is_automatic=True
        ).state = "active"
        self.run_cron()
        self.assertEqual(contract.opco_transmission_ids, row)

    def test_stopped_connection_queues_nothing(self):
        contract = self.new_ready()
        self.connection._stop("refused")
        self.run_cron()
        self.assertFalse(contract.opco_transmission_ids)

    def test_other_connection_of_the_company_stays_manual(self):
        site = self.new_site()
        manual = self.new_connection(partner_id=site.id)
        manual.state = "active"
        contract = self.new_ready(training_centre_id=site.id)
        [preparation] = contract._opco_prepare()
        self.assertEqual(preparation.connection, manual)
        self.assertTrue(preparation.is_simply_ready, preparation)
        self.run_cron()
        self.assertFalse(contract.opco_transmission_ids)

    def test_becoming_ready_wakes_the_cron(self):
        cron = self.env.ref("opco_ep_connector.ir_cron_send_ready")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        contract = self.new_contract()
        contract.with_user(self.transmitter).action_check()
        self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self.connection.is_automatic = False
        self.new_contract().with_user(self.transmitter).action_check()
        self.assertFalse(triggers.search([("cron_id", "=", cron.id)]))

    def test_one_bad_record_stops_no_other(self):
        contracts = self.new_ready(5)
        bad = contracts[2]
        prepare_one = type(contracts)._opco_prepare_one

        def fail_on_bad(contract, *arguments):
            if contract == bad:
                raise ZeroDivisionError
            return prepare_one(contract, *arguments)

        with (
            patch.object(type(contracts), "_opco_prepare_one", fail_on_bad),
            mute_logger("odoo.addons.opco_ep_connector.models.transactions"),
        ):
            self.run_cron()
        self.assertEqual(contracts.opco_transmission_ids.contract_id, contracts - bad)

    def test_more_than_one_transaction_holds(self):
        contracts = self.new_ready(5)
        with patch.object(automatic_sending, "TOGETHER", 2):
            self.run_cron()
        self.assertEqual(contracts.opco_transmission_ids.contract_id, contracts)

    def test_the_database_is_asked_as_often_for_100_as_for_10(self):
        """A row and a sentence more for each; no question more."""
        self.assertLess(self.queries_for(100), self.queries_for(10) + 15)

    def queries_for(self, count):
        self.new_ready(count)
        sending = automatic_sending.AutomaticSending(self.env)
        ids = self.Contract.search(sending._domain()).ids
        self.assertEqual(len(ids), count)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        sending._queue(ids)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
