# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import USER

from ..convergence.client import ConvergenceClient
from ..models.opco_connection_secrets import UnusableHere
from ..models.opco_transmission_consequences import OpcoTransmission
from ..sealed_content import sealed_content
from ..verify_journal import answer_digest, content_digest
from .common import CLOSED_SIRET, KEY_ADMINISTRATOR, TRANSMIT, ConnectorCase

DEPOSIT = {"method": "POST", "path": "/v1/dossiers"}
APPLICATION = "odoo.addons.opco_ep_connector.models.transactions"


@tagged("post_install", "-at_install")
class TestQueue(ConnectorCase):
    """From the click to the queue."""

    def test_click_queues_and_sends_nothing(self):
        contract = self.new_contract()
        params = contract.with_user(self.transmitter).action_transmit()["params"]
        self.assertEqual(params["message"], f"{contract.display_name} is on its way.")
        row = contract.opco_transmission_ids
        self.assertRecordValues(
            row,
            [
                {
                    "state": "queued",
                    "user_id": self.transmitter.id,
                    "connection_id": self.connection.id,
                    "environment": "sandbox",
                    "reference": contract.name,
                    "is_live": True,
                    "is_batch": False,
                    "attempt_count": 0,
                }
            ],
        )
        self.assertEqual(contract.opco_transport_state, "queued")
        self.assertEqual(contract.state, "ready")
        self.assertFalse(self.sandbox.deposits())

    def test_click_wakes_the_cron(self):
        cron = self.env.ref("opco_ep_connector.ir_cron_deliver")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.transmit(self.new_contract())
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]),
            triggers + 1,
        )

    def test_bytes_are_frozen_when_queued(self):
        contract = self.new_contract()
        row = self.transmit(contract)
        contract.signing_place = "LYON"
        self.deliver()
        cerfa = json.loads(row.payload)["cerfa"]
        self.assertEqual(cerfa["contrat"]["lieuSignatureContrat"], "PARIS 12")
        self.assertEqual(self.sandbox.deposits()[0]["sha256"], row.payload_sha256)

    def test_contract_with_a_mistake_stays_and_says_why_in_french(self):
        contract = self.new_contract(
            employer_id=self.new_employer(company_registry="90000001900018").id
        )
        with self.assertRaisesRegex(
            UserError,
            "N° SIRET de l'employeur : « 90000001900018 » n'est pas un SIRET valide",
        ):
            contract.with_user(self.transmitter)._transmit()
        self.assertFalse(contract.opco_transmission_ids)
        self.assertEqual(contract.state, "draft")

    def test_every_mistake_is_said(self):
        contract = self.new_contract(
            employer_id=self.new_employer(company_registry="90000001900018").id,
            weekly_hours=0,
            date_end="2026-01-01",
        )
        with self.assertRaises(UserError) as refused:
            contract.with_user(self.transmitter)._transmit()
        sentences = str(refused.exception).splitlines()
        self.assertEqual(sentences[0], contract.display_name)
        self.assertEqual(
            sentences[1:],
            [
                f"• {finding.message}"
                for finding in contract._preflight()
                if finding.is_blocking
            ],
        )
        self.assertGreater(len(sentences), 2)

    def test_personal_data_is_masked_in_the_sentence(self):
        user = self.new_user("masked", TRANSMIT)
        contract = self.new_contract(apprentice_nir="206057505612399")
        with self.assertRaisesRegex(UserError, "NIR") as refused:
            contract.with_user(user)._transmit()
        self.assertNotIn("206057505612399", str(refused.exception))

    def test_action_of_the_list(self):
        contracts = self.new_contract() | self.new_contract()
        action = self.env.ref("opco_ep_connector.action_transmit")
        action.with_user(self.transmitter).with_context(
            active_model=contracts._name,
            active_ids=contracts.ids,
            active_id=contracts.ids[0],
        ).run()
        rows = contracts.opco_transmission_ids
        self.assertEqual(rows.mapped("is_batch"), [True, True])
        self.deliver()
        self.assertEqual(rows.mapped("state"), ["sent", "sent"])

    def test_transmit_of_several_is_all_or_nothing(self):
        contracts = self.new_contract() | self.new_contract(weekly_hours=0)
        with self.assertRaises(UserError):
            contracts._transmit()
        self.assertFalse(contracts.opco_transmission_ids)

    def test_second_click_is_refused(self):
        contract = self.new_contract()
        self.transmit(contract)
        with self.assertRaisesRegex(UserError, "Already on its way"):
            contract.with_user(self.transmitter)._transmit()
        self.assertEqual(len(contract.opco_transmission_ids), 1)

    def test_click_after_the_receipt_is_refused(self):
        contract = self.new_contract()
        self.send(contract)
        with self.assertRaisesRegex(
            UserError, f"under the number {contract.opco_internal_number}"
        ):
            contract.with_user(self.transmitter)._transmit()

    def test_one_live_row_in_sql(self):
        row = self.transmit(self.new_contract())
        self.env.flush_all()
        values = row.copy_data()[0] | {"environment": "sandbox", "is_live": True}
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            with self.env.cr.savepoint():
                self.env["opco.transmission"].create(
                    values
                    | {
                        "contract_id": row.contract_id.id,
                        "connection_id": row.connection_id.id,
                        "operation": "contract",
                    }
                )
        row.is_live = False
        self.env.flush_all()
        self.env["opco.transmission"].create(
            {
                "contract_id": row.contract_id.id,
                "connection_id": row.connection_id.id,
                "environment": "sandbox",
            }
        )
        self.env.flush_all()

    def test_no_connection_for_this_training_centre(self):
        centre = self.new_employer(
            name="CFA AILLEURS", company_registry="90000003500015"
        )
        centre.apprenticeship_uai = "0440001M"
        contract = self.new_contract(training_centre_id=centre.id)
        with self.assertRaisesRegex(
            UserError,
            r"No active OPCO connection serves .*CFA AILLEURS \(SIRET 90000003500015\)",
        ):
            contract.with_user(self.transmitter)._transmit()

    def test_inactive_connection_is_no_route(self):
        self.connection.action_deactivate()
        with self.assertRaisesRegex(UserError, "No active OPCO connection"):
            self.new_contract().with_user(self.transmitter)._transmit()

    def test_connection_of_the_enterprise_serves_its_other_sites(self):
        centre = self.new_employer(
            name="CFA EXEMPLE 2", company_registry="90000002700020"
        )
        centre.apprenticeship_uai = "0440002N"
        contract = self.new_contract(training_centre_id=centre.id)
        self.connection.whole_enterprise = True
        row = self.send(contract)
        self.assertEqual(row.connection_id, self.connection)
        self.assertEqual(row.state, "sent")

    def test_nothing_leaves_for_one_of_several_opcos_by_chance(self):
        profile = self.connection.profile_id.copy(
            {"name": "Another OPCO", "code": "another"}
        )
        other = self.new_connection(profile_id=profile.id)
        contract = self.new_contract().with_user(self.transmitter)
        for state in ("stopped", "active"):
            other.state = state
            with self.assertRaisesRegex(UserError, "Several OPCO connections.*Another"):
                contract._transmit()
        other.state = "inactive"
        self.assertEqual(contract._transmit().sudo().connection_id, self.connection)

    def test_only_transmitters_transmit(self):
        contract = self.new_contract()
        for user in (self.consultant, self.administrator, self.colleague):
            with self.assertRaises(AccessError):
                contract.with_user(user).action_transmit()
        self.assertFalse(contract.opco_transmission_ids)

    def test_cancel_what_never_left(self):
        contract = self.new_contract()
        row = self.transmit(contract)
        row.with_user(self.transmitter).action_cancel()
        self.assertEqual(row.state, "cancelled")
        self.assertFalse(row.is_live)
        self.assertFalse(contract.opco_transport_state)
        self.deliver()
        self.assertFalse(self.sandbox.deposits())
        self.assertEqual(self.send(contract).state, "sent")

    def test_what_may_have_left_is_not_cancelled(self):
        row = self.transmit(self.new_contract())
        for state in ("sending", "sent", "rejected", "unknown", "cancelled"):
            row.state = state
            with self.assertRaisesRegex(UserError, "has not left yet"):
                row.with_user(self.transmitter).action_cancel()

    def test_only_transmitters_cancel(self):
        row = self.transmit(self.new_contract())
        with self.assertRaises(AccessError):
            row.with_user(self.consultant).action_cancel()
        self.assertEqual(row.state, "queued")


@tagged("post_install", "-at_install")
class TestReceipt(ConnectorCase):
    """What a receipt leaves behind."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()

    def test_numbers(self):
        row = self.send(self.contract)
        number = self.sent_numbers()[0]
        self.assertRecordValues(
            row,
            [
                {
                    "state": "sent",
                    "internal_number": number,
                    "attempt_count": 1,
                    "applied": True,
                    "is_live": True,
                    "message": False,
                    "claimed_until": False,
                }
            ],
        )
        self.assertRecordValues(
            self.contract,
            [
                {
                    "opco_transport_state": "sent",
                    "opco_state": "transmitted",
                    "opco_internal_number": number,
                    "opco_external_number": row.external_number,
                    "opco_environment": "sandbox",
                    "opco_answered_at": row.answered_at,
                    "state": "ready",
                }
            ],
        )
        self.assertTrue(row.external_number)

    def test_dossier(self):
        row = self.send(self.contract)
        dossier = self.env["opco.dossier"].search(
            [("contract_id", "=", self.contract.id)]
        )
        self.assertRecordValues(
            dossier,
            [
                {
                    "internal_number": row.internal_number,
                    "external_number": row.external_number,
                    "connection_id": self.connection.id,
                    "environment": "sandbox",
                    "state": "transmitted",
                }
            ],
        )

    def test_exchange_is_journaled_once(self):
        row = self.send(self.contract)
        self.deliver()
        self.assertRecordValues(
            row.exchange_ids,
            [
                {
                    "outcome": "accepted",
                    "http_status": 200,
                    "method": "POST",
                    "url": f"{self.sandbox.url}/v1/dossiers",
                    "request_sha256": row.payload_sha256,
                    "reference": self.contract.name,
                    "siret": self.connection.siret,
                    "environment": "sandbox",
                }
            ],
        )
        self.assertIn(row.internal_number, row.exchange_ids.response_shown)

    def test_chatter_says_it_once(self):
        row = self.send(self.contract)
        self.deliver()
        [line] = self.said(self.contract)
        self.assertRegex(line, r"^Received by OPCO EP on [0-9/]+ [0-9:]+ under")
        self.assertIn(row.internal_number, line)

    @freeze_time("2026-12-01 11:30:00")
    def test_chatter_gives_the_time_of_paris(self):
        self.send(self.contract)
        [line] = self.said(self.contract)
        self.assertIn("01/12/2026 12:30:00", line)

    def test_chatter_speaks_the_sender_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.transmitter.lang = "fr_FR"
        self.send(self.contract)
        [line] = self.said(self.contract)
        self.assertRegex(line, r"^Reçu par OPCO EP le [0-9/]+ [0-9:]+ sous le numéro")

    def test_screens_are_told_once_with_ids_only(self):
        self.send(self.contract)
        self.deliver()
        told = self.env["bus.bus"].search([("message", "like", "opco_ep_connector/")])
        messages = [json.loads(one.message) for one in told]
        mine = [
            message
            for message in messages
            if self.contract.id in message["payload"]["ids"]
        ]
        self.assertEqual(
            mine,
            [
                {
                    "type": "opco_ep_connector/contracts",
                    "payload": {"ids": self.contract.ids},
                }
            ],
        )

    def test_headers_name_the_software(self):
        self.send(self.contract)
        self.assertEqual(
            self.sandbox.deposits()[0]["headers"],
            {
                "EDITEUR": "Editor",
                "LOGICIEL": "opco_ep_connector",
                "VERSION": "1.0.0",
            },
        )

    def test_each_contract_leaves_once(self):
        contracts = self.contract
        for _number in range(5):
            contracts |= self.new_contract()
        rows = self.send(contracts)
        self.deliver()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(
            sorted(self.sent_numbers()), sorted(rows.mapped("internal_number"))
        )
        self.assertEqual(
            sorted(deposit["sha256"] for deposit in self.sandbox.deposits()),
            sorted(rows.mapped("payload_sha256")),
        )


@tagged("post_install", "-at_install")
class TestFailure(ConnectorCase):
    """Everything that can go wrong between the queue and the receipt."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()

    # ------------------------------------------------------------------ verdict
    def test_rejected_by_the_opco(self):
        self.contract.employer_id.company_registry = CLOSED_SIRET
        row = self.send(self.contract)
        self.assertRecordValues(
            row, [{"state": "rejected", "is_live": False, "applied": True}]
        )
        self.assertIn(
            f"L'établissement employeur {CLOSED_SIRET} est fermé", row.message
        )
        self.assertEqual(self.contract.opco_transport_state, "rejected")
        self.assertEqual(self.contract.opco_message, row.message)
        self.assertTrue(self.contract.opco_is_to_transmit)
        [line] = self.said(self.contract)
        self.assertIn("Rejected by OPCO EP:", line)
        self.assertIn("est fermé", line)

    def test_correction_is_a_new_row(self):
        self.contract.employer_id.company_registry = CLOSED_SIRET
        rejected = self.send(self.contract)
        self.contract.employer_id.company_registry = "90000001900019"
        corrected = self.send(self.contract)
        self.assertEqual(len(corrected), 1)
        self.assertEqual((rejected.state, corrected.state), ("rejected", "sent"))
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.assertFalse(self.contract.opco_message)
        self.assertEqual(len(self.said(self.contract)), 2)

    def test_words_of_the_opco_are_escaped(self):
        self.sandbox.add_fault(
            "status", **DEPOSIT, status=400, body={"comment": "<script>x</script>"}
        )
        self.send(self.contract)
        [body] = [message.body for message in self.contract.message_ids if message.body]
        self.assertIn("&lt;script&gt;", body)
        self.assertNotIn("<script>", body)

    # --------------------------------------------------------------- not sent
    def test_busy_opco_is_asked_again_when_it_says(self):
        for status in (429, 503):
            with self.subTest(status=status):
                self.env["opco.health"]._forget(self.connection)
                contract = self.new_contract()
                self.sandbox.add_fault(
                    "status", **DEPOSIT, status=status, headers={"Retry-After": "3000"}
                )
                row = self.send(contract)
                self.assertEqual(row.state, "retry")
                self.assertGreaterEqual(
                    row.next_try_at, row.answered_at + timedelta(seconds=2999)
                )
                self.assertEqual(contract.opco_next_try_at, row.next_try_at)
                self.assertEqual(contract.opco_transport_state, "retry")

    def test_what_is_not_due_is_not_tried(self):
        self.sandbox.add_fault("status", **DEPOSIT, status=503)
        row = self.send(self.contract)
        self.deliver()
        self.assertEqual((row.state, row.attempt_count), ("retry", 1))
        self.assertFalse(self.sandbox.deposits())

    def test_waits_longer_each_time_and_no_longer_than_half_an_hour(self):
        row = self.transmit(self.new_contract())
        now = fields.Datetime.now()
        delays = []
        for count in (1, 2, 5, 50):
            row.attempt_count = count
            error = type("Error", (), {"retry_after": None})
            delays.append(row._retry_values(error)["next_try_at"] - now)
        self.assertEqual(delays, sorted(delays))
        self.assertGreaterEqual(delays[0], timedelta(seconds=20))
        self.assertLessEqual(delays[-1], timedelta(minutes=37))

    def test_stopped_opco_then_back(self):
        row = self.transmit(self.contract)
        self.sandbox.stop()
        self.deliver()
        self.assertEqual(row.state, "retry")
        self.assertIn("The OPCO cannot be reached", row.message)
        self.make_due(row)
        self.deliver()
        self.assertEqual((row.state, row.attempt_count), ("retry", 2))

        self.sandbox.start()
        self.make_due(row)
        self.deliver()
        self.assertEqual(row.state, "sent")
        self.assertEqual(self.sent_numbers(), [row.internal_number])
        self.assertFalse(self.contract.opco_message)
        lines = self.said(self.contract)
        self.assertEqual(len(lines), 2, "one line for the delay, one for the receipt")
        self.assertIn("Not sent yet to OPCO EP", lines[0])
        self.assertIn("Received by OPCO EP", lines[1])

    def test_an_expired_token_is_renewed(self):
        self.send(self.contract)
        # The tokens of the sandbox do not survive it.
        self.sandbox.stop()
        self.sandbox.start()
        row = self.send(self.new_contract())
        self.assertEqual((row.state, row.attempt_count), ("sent", 1))

    def test_token_server_down_is_not_sent(self):
        self.connection._store_secrets(client_secret=self.sandbox.client_secret)
        self.sandbox.add_fault("status", path="/auth/*", status=500)
        row = self.send(self.contract)
        self.assertEqual(row.state, "retry")

    # ------------------------------------------------------------- credentials
    def test_refused_key_holds_the_whole_queue_and_loses_nothing(self):
        self.one_call_at_a_time()
        contracts = self.contract | self.new_contract()
        rows = self.transmit(contracts)
        self.revoke_key()
        self.deliver()
        self.assertEqual(rows.mapped("state"), ["held", "held"])
        self.assertEqual(sorted(rows.mapped("attempt_count")), [0, 1])
        self.assertEqual(self.connection.state, "stopped")
        self.deliver()
        self.assertEqual(contracts.mapped("opco_transport_state"), ["held", "held"])
        for contract in contracts:
            self.assertIn("The OPCO refuses the token (403)", contract.opco_message)
            self.assertEqual(len(self.said(contract)), 1)
        self.assertIn("refuses the token", self.connection.test_message)
        self.assertEqual(rows.mapped("state"), ["held", "held"])

        self.paste_key()
        self.connection.action_test_connection()
        self.assertEqual(rows.mapped("state"), ["queued", "queued"])
        self.assertEqual(contracts.mapped("opco_transport_state"), ["queued"] * 2)
        self.deliver()
        self.assertEqual(rows.mapped("state"), ["sent", "sent"])
        self.assertEqual(len(self.sent_numbers()), 2)

    def test_outcome_that_cannot_be_written_costs_only_its_own(self):
        contracts = self.contract | self.new_contract() | self.new_contract()
        rows = self.transmit(contracts)
        model = type(rows)
        write_receipt = model._record_accepted

        def fail_for_the_first(row, receipt):
            if row == rows[0]:
                raise ValueError("no luck")
            return write_receipt(row, receipt)

        with (
            patch.object(model, "_record_accepted", fail_for_the_first),
            self.assertLogs(APPLICATION, "ERROR"),
        ):
            self.deliver()
        self.assertEqual(rows.mapped("state"), ["sending", "sent", "sent"])

    def test_queued_for_another_environment_never_leaves(self):
        """Queued in one transaction while another one changed the environment."""
        row = self.transmit(self.contract)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE opco_connection SET environment = 'test' WHERE id = %s",
            [self.connection.id],
        )
        self.env.invalidate_all()
        triggers = self.env["ir.cron.trigger"]
        last = max(triggers.search([]).ids)
        self.deliver()
        self.assertFalse(self.sandbox.deposits())
        self.assertEqual((row.state, row.is_live), ("cancelled", False))
        self.assertTrue(self.contract.opco_is_to_transmit)
        self.assertFalse(triggers.search([("id", ">", last)]))

    def test_server_without_the_key_does_not_spin(self):
        self.transmit(self.contract)
        self.connection.software_version = "1.0.1"
        triggers = self.env["ir.cron.trigger"]
        last = max(triggers.search([]).ids)
        with (
            patch.object(
                type(self.connection),
                "_open_secret",
                side_effect=UnusableHere("no key"),
            ),
            self.assertLogs("odoo.addons.opco_ep_connector.delivery", "WARNING"),
        ):
            self.deliver()
        self.assertFalse(triggers.search([("id", ">", last)]))
        self.assertEqual(self.connection.state, "active")

    def test_what_is_queued_while_stopped_is_held(self):
        self.send_with_revoked_key()
        other = self.new_contract()
        row = self.transmit(other)
        self.deliver()
        self.assertEqual(row.state, "held")
        self.assertEqual(other.opco_transport_state, "held")
        self.paste_key()
        self.connection.action_test_connection()
        self.deliver()
        self.assertEqual(row.state, "sent")

    def test_released_or_cancelled_before_the_contract_knows_it_was_held(self):
        self.one_call_at_a_time()
        contracts = self.contract | self.new_contract() | self.new_contract()
        rows = self.transmit(contracts)
        self.revoke_key()
        self.deliver()
        released, cancelled = rows.filtered(lambda row: not row.applied)
        cancelled.with_user(self.transmitter).action_cancel()
        self.paste_key()
        self.connection.action_test_connection()
        with self.assertNoLogs(APPLICATION, "ERROR"):
            self.deliver()
        self.assertEqual((released.state, cancelled.state), ("sent", "cancelled"))
        self.assertEqual(rows.mapped("applied"), [True] * 3)
        self.assertFalse(cancelled.contract_id.opco_transport_state)

    def test_failed_test_holds_on(self):
        row = self.send_with_revoked_key()
        self.connection.action_test_connection()
        self.assertEqual((row.state, self.connection.state), ("held", "stopped"))

    def test_refused_software(self):
        row = self.transmit(self.contract)
        self.connection._store_secrets(client_secret="wrong-client-secret")
        self.deliver()
        self.assertEqual((row.state, self.connection.state), ("held", "stopped"))
        self.assertIn("The OPCO refuses the software", row.message)

    def test_unreadable_secrets_hold_the_queue(self):
        row = self.transmit(self.contract)
        self.env.cr.execute(
            "UPDATE opco_connection SET sealed_api_key = NULL WHERE id = %s",
            [self.connection.id],
        )
        self.connection.invalidate_recordset()
        logger = "odoo.addons.opco_ep_connector.delivery"
        with self.assertLogs(logger, "WARNING"):
            self.deliver()
        self.assertEqual((row.state, self.connection.state), ("held", "stopped"))
        self.deliver()
        self.assertIn("The token is missing", self.contract.opco_message)

    def send_with_revoked_key(self):
        row = self.transmit(self.contract)
        self.revoke_key()
        self.deliver()
        self.assertEqual(row.state, "held")
        return row

    # ----------------------------------------------------------------- unknown
    def test_processed_and_never_answered_is_not_sent_again(self):
        self.sandbox.add_fault("reset_after_processing", **DEPOSIT)
        row = self.send(self.contract)
        self.assertEqual(row.state, "unknown")
        self.assertTrue(row.is_live)
        self.assertIn("It may have received it all the same", row.message)
        self.assertEqual(self.contract.opco_transport_state, "unknown")
        self.make_due(row)
        self.deliver()
        self.assertEqual(row.state, "unknown")
        self.assertEqual(len(self.sandbox.deposits()), 1)
        with self.assertRaisesRegex(UserError, "Already on its way"):
            self.contract.with_user(self.transmitter)._transmit()
        self.assertEqual(len(self.said(self.contract)), 1)

    def test_server_error_is_unknown(self):
        self.sandbox.add_fault(
            "status", **DEPOSIT, status=500, body={"message": "Oops"}
        )
        row = self.send(self.contract)
        self.assertEqual(row.state, "unknown")
        self.assertIn("Oops", row.message)

    def test_answer_cut_in_the_middle_is_unknown(self):
        self.sandbox.add_fault("truncate_response", **DEPOSIT)
        self.assertEqual(self.send(self.contract).state, "unknown")

    def test_lost_claim_is_unknown(self):
        row = self.claimed(timedelta(seconds=-1))
        self.deliver()
        self.assertRecordValues(
            row, [{"state": "unknown", "claimed_until": False, "applied": True}]
        )
        self.assertIn("server stopped before the OPCO answered", row.message)
        self.assertEqual(self.contract.opco_transport_state, "unknown")
        self.assertFalse(self.sandbox.deposits())

    def test_claim_of_a_living_worker_is_left_alone(self):
        row = self.claimed(timedelta(minutes=1))
        self.deliver()
        self.assertEqual(row.state, "sending")
        self.assertFalse(self.sandbox.deposits())

    def test_a_claim_outlives_the_longest_call(self):
        row = self.transmit(self.contract)
        self.env["opco.transmission"]._claim(self.connection, 1)
        self.assertEqual(row.state, "sending")
        longest = self.connection.profile_id._longest_timeout()
        self.assertGreater(
            row.claimed_until, fields.Datetime.now() + timedelta(seconds=2 * longest)
        )

    def claimed(self, until):
        row = self.transmit(self.contract)
        row.write({"state": "sending", "claimed_until": fields.Datetime.now() + until})
        return row

    # ------------------------------------------------------------ consequences
    def test_consequences_that_failed_are_done_by_the_next_run(self):
        row = self.transmit(self.contract)
        with self.failing_once("_tell"), self.assertLogs(APPLICATION, "ERROR"):
            self.deliver()
        self.assertEqual(row.state, "sent")
        self.assertFalse(row.applied)
        self.assertEqual(len(row.exchange_ids), 1)
        self.assertFalse(self.contract.opco_internal_number)
        self.assertFalse(self.said(self.contract))

        self.deliver()
        self.assertTrue(row.applied)
        self.assertEqual(self.contract.opco_internal_number, row.internal_number)
        self.assertEqual(len(self.said(self.contract)), 1)
        self.assertEqual(len(self.sandbox.deposits()), 1)
        self.deliver()
        self.assertEqual(len(self.said(self.contract)), 1)

    def test_one_broken_record_does_not_stop_the_others(self):
        contracts = self.contract | self.new_contract() | self.new_contract()
        rows = self.transmit(contracts)
        broken = rows[1]
        tell = OpcoTransmission._tell

        def tell_or_break(rows):
            if broken in rows:
                raise ValueError("broken")
            return tell(rows)

        with (
            patch.object(OpcoTransmission, "_tell", tell_or_break),
            self.assertLogs(APPLICATION, "ERROR"),
        ):
            self.deliver()
        self.assertEqual(rows.mapped("state"), ["sent"] * 3)
        self.assertEqual((rows - broken).mapped("applied"), [True, True])
        self.assertFalse(broken.applied)

    def test_defect_of_ours_costs_one_row_only(self):
        rows = self.transmit(self.contract | self.new_contract(signing_place="LYON"))
        broken = rows[0]
        deposit = ConvergenceClient.deposit

        def deposit_or_break(client, body):
            if body == broken_bytes:
                raise ZeroDivisionError
            return deposit(client, body)

        broken_bytes = broken.payload.encode()
        with (
            patch.object(ConvergenceClient, "deposit", deposit_or_break),
            self.assertLogs("odoo.addons.opco_ep_connector.delivery", "ERROR"),
        ):
            self.deliver()
        self.assertEqual((rows - broken).state, "sent")
        self.assertEqual(broken.state, "sending")
        broken.claimed_until = fields.Datetime.now() - timedelta(seconds=1)
        self.deliver()
        self.assertEqual(broken.state, "unknown")

    def failing_once(self, name):
        return patch.object(OpcoTransmission, name, side_effect=ValueError("broken"))


@tagged("post_install", "-at_install")
class TestJournal(ConnectorCase):
    """The journal is written by the deliveries only."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.row = self.send(self.contract)
        self.dossier = self.env["opco.dossier"].search(
            [("contract_id", "=", self.contract.id)]
        )
        self.everybody = self.new_user(
            "everybody",
            f"base.group_system,{TRANSMIT},{KEY_ADMINISTRATOR}",
        )
        self.users = (
            self.new_user("plain", USER),
            self.consultant,
            self.transmitter,
            self.everybody,
        )

    def test_nobody_writes(self):
        for record in (self.row, self.row.exchange_ids, self.dossier):
            for user in self.users:
                with self.subTest(model=record._name, user=user.login):
                    with self.assertRaises(AccessError):
                        record.with_user(user).write({"environment": "test"})

    def test_nobody_deletes(self):
        for record in (self.row, self.row.exchange_ids, self.dossier):
            for user in self.users:
                with self.subTest(model=record._name, user=user.login):
                    with self.assertRaises(AccessError):
                        record.with_user(user).unlink()

    def test_nobody_creates(self):
        for record in (self.row, self.row.exchange_ids, self.dossier):
            values = record.sudo().read(load="")[0]
            values = {
                name: values[name]
                for name, field in record._fields.items()
                if name in values and field.store and name not in ("id", "display_name")
            }
            for user in self.users:
                with self.subTest(model=record._name, user=user.login):
                    with self.assertRaises(AccessError):
                        record.browse().with_user(user).create(values)

    def test_even_the_superuser_does_not_rewrite_what_was_exchanged(self):
        exchange = self.row.exchange_ids
        with self.assertRaises(AccessError):
            exchange.sudo().write({"outcome": "rejected"})
        with self.assertRaises(AccessError):
            exchange.sudo().unlink()
        with self.assertRaises(AccessError):
            self.row.sudo().unlink()

    def test_digest_covers_what_was_exchanged(self):
        exchange = self.row.exchange_ids
        self.assertEqual(
            exchange.response_digest,
            answer_digest(exchange.response_salt, exchange.response_body),
        )
        values = exchange.read(load="")[0] | {
            "started_at": fields.Datetime.to_string(exchange.started_at)
        }
        self.assertEqual(exchange.digest, content_digest(sealed_content(values)))
        values["outcome"] = "rejected"
        self.assertNotEqual(exchange.digest, content_digest(sealed_content(values)))

    def test_users_do_not_write_what_the_opco_says(self):
        for user in (self.transmitter, self.everybody):
            for name in (
                "opco_transport_state",
                "opco_state",
                "opco_message",
                "opco_environment",
                "opco_internal_number",
                "deca_number",
            ):
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        self.contract.with_user(user).write({name: False})
        self.assertEqual(self.contract.opco_transport_state, "sent")

    def test_users_do_not_create_what_the_opco_says(self):
        values = self.contract_values()
        contract = self.Contract.with_user(self.transmitter)
        with self.assertRaises(AccessError):
            contract.create(values | {"opco_transport_state": "sent"})
