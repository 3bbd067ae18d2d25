# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import hashlib
import io
import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import TODAY, USER
from odoo.addons.l10n_fr_apprenticeship.tests.test_agreement import (
    ATTESTED,
    PDF,
    new_pdf,
)

from ..models import apprenticeship_agreement
from .common import SIRET, ConnectorCase

TODO = "opco_ep_connector.activity_type_agreement"
CONVENTIONS = {"method": "POST", "path": "/v1/conventions"}


@tagged("post_install", "-at_install")
class TestAgreement(ConnectorCase):
    """The training agreement follows its contract to the OPCO."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.agreement = self.prepare(self.contract)

    def prepare(self, contract, **changes):
        """Prepare, sign and attest the agreement of a contract."""
        contract.with_user(self.transmitter).action_open_agreement()
        agreement = contract.agreement_id.with_user(self.transmitter)
        file = agreement.env["ir.attachment"].create(
            {
                "name": "Convention « Léa ».pdf",
                "raw": PDF,
                "res_model": agreement._name,
                "res_id": agreement.id,
            }
        )
        agreement.write(
            {"file_ids": file.ids, "signed_on": TODAY, "teaching_cost": 13242}
            | ATTESTED
            | changes
        )
        return agreement

    def row(self):
        rows = self.contract.opco_transmission_ids._of_operation("convention")
        return rows.sorted("id")[-1:]

    def leave(self):
        """Have the OPCO receive the contract, then transmit its agreement."""
        self.send(self.contract)
        self.agreement.action_opco_transmit()
        self.deliver()
        return self.row()

    def todo(self):
        return self.contract.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(TODO)
        )

    # ------------------------------------------------------------------ received
    def test_received(self):
        row = self.leave()
        self.assertEqual(row.state, "sent", row.message)
        self.assertEqual(row.internal_number, self.contract.opco_internal_number)
        self.assertEqual(self.agreement.opco_transport_state, "sent")
        self.assertFalse(self.agreement.opco_is_to_transmit)
        self.assertTrue(self.agreement.opco_answered_at)
        line = self.said(self.contract)[-1]
        self.assertIn("Training agreement received by OPCO EP", line)
        self.assertIn(self.contract.opco_internal_number, line)
        # The contract's own delivery is not touched.
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.assertFalse(self.todo())

    def test_what_the_opco_has(self):
        row = self.leave()
        [file] = self.sandbox.files()
        self.assertEqual(file["outcome"], "accepted")
        self.assertEqual(file["sha256"], row.file_sha256)
        self.assertEqual(file["numeroInterne"], self.contract.opco_internal_number)
        self.assertEqual(file["infos"], json.loads(row.payload))
        self.assertEqual(
            file["infos"],
            {
                "numeroInterneDossier": self.contract.opco_internal_number,
                "employeur": {"siret": "90000001900019"},
                "apprenti": {"nom": "MARTIN", "prenom": "Alix"},
                "contrat": {
                    "dateDebutContrat": "2026-09-01T00:00:00+00:00",
                    "dateFinContrat": "2028-08-31T00:00:00+00:00",
                },
                "organismeFormation": {"siret": SIRET, "uaiCfa": "0750000T"},
                "formation": {
                    "rncp": "RNCP38764",
                    "intituleQualification": "BP Boulanger",
                    "dateDebutFormation": "2026-09-07T00:00:00+00:00",
                    "dateFinFormation": "2028-07-05T00:00:00+00:00",
                    "dureeFormation": 840,
                },
                "couts": {
                    "coutTotalPedagogieCFA": 13242,
                    "nombreRepasTotaux": 0,
                    "nombreHebergementTotaux": 0,
                    "montantPremierEquipement": 0,
                    "mentionMobiliteInternationale": False,
                    "accompagnementDROM": False,
                    "montantRQTHAnnee1": 0,
                    "montantRQTHAnnee2": 0,
                    "montantRQTHAnnee3": 0,
                    "montantRQTHAnnee4": 0,
                },
                "mandatEmployeur": True,
                "dateSignature": "2026-08-25T00:00:00+00:00",
                "attestationConventionSigneeEntreprise": True,
                "attestationConventionSigneeCFA": True,
                "attestationConventionSignatureProbante": True,
                "attestationConventionConformeJSON": True,
            },
        )

    def test_once(self):
        self.leave()
        with self.assertRaisesRegex(UserError, "has or may have"):
            self.agreement.action_opco_transmit()
        self.assertEqual(len(self.sandbox.files()), 1)

    def test_what_left_does_not_change(self):
        self.leave()
        self.assertTrue(self.agreement.is_locked)
        for vals in ({"meals": 1}, {"is_same_as_file": False}, {"file_ids": [(5,)]}):
            with self.assertRaisesRegex(UserError, "does not change any more"):
                self.agreement.write(vals)

    def test_file_of_what_left_does_not_change(self):
        file = self.agreement.file_ids
        self.leave()
        for touch in (
            lambda: file.write({"raw": new_pdf(attached=b"else")}),
            lambda: file.write({"res_model": False, "res_id": False}),
            file.unlink,
        ):
            with self.assertRaisesRegex(UserError, "does not change any more"):
                touch()
        self.assertEqual(file.raw, PDF)

    def test_file_of_what_has_not_left_may_change(self):
        file = self.agreement.file_ids
        file.raw = new_pdf(attached=b"else")
        file.unlink()
        self.assertFalse(file.exists())

    # ------------------------------------------------------------------- waiting
    def test_waits_for_the_receipt_then_leaves_by_itself(self):
        self.transmit(self.contract)
        self.agreement.action_opco_transmit()
        self.assertEqual(self.agreement.opco_transport_state, "waiting")
        self.assertFalse(self.row())
        self.deliver()
        self.assertEqual(self.contract.opco_transport_state, "sent")
        row = self.row()
        self.assertEqual(row.user_id, self.transmitter)
        self.deliver()
        self.assertEqual(row.state, "sent", row.message)
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    def test_waits_until_an_unknown_outcome_is_known(self):
        self.sandbox.add_fault(
            "reset_after_processing", method="POST", path="/v1/dossiers"
        )
        self.send(self.contract)
        self.assertEqual(self.contract.opco_transport_state, "unknown")
        self.agreement.action_opco_transmit()
        self.refresh()
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    def test_waits_through_a_rejection(self):
        closed = self.new_contract_of_closed_employer()
        agreement = self.prepare(closed)
        self.transmit(closed)
        agreement.action_opco_transmit()
        self.deliver()
        self.assertEqual(closed.opco_transport_state, "rejected")
        self.assertEqual(agreement.opco_transport_state, "waiting")
        closed.employer_siret = "90000001900019"
        agreement.action_take_from_contract()
        agreement.is_same_as_file = True
        self.send(closed)
        self.deliver()
        self.assertEqual(agreement.opco_transport_state, "sent")

    def test_what_changed_while_it_waited_is_said(self):
        self.transmit(self.contract)
        self.agreement.action_opco_transmit()
        self.agreement.write({"training_hours": 800, "is_same_as_file": True})
        self.deliver()
        self.assertFalse(self.row())
        self.assertFalse(self.agreement.opco_transport_state)
        self.assertIn("Durée de la formation", self.agreement.opco_message)
        self.assertEqual(self.todo().user_id, self.transmitter)
        # The contract's receipt is none the worse for it.
        self.assertEqual(self.contract.opco_transport_state, "sent")

    def wait_unseen(self, agreement):
        """As two transactions leave it: the receipt did not see that it waits."""
        agreement.sudo().write(
            {"opco_transport_state": "waiting", "opco_sender_id": self.transmitter.id}
        )

    def deliveries_asked(self):
        cron = self.env.ref("opco_ep_connector.ir_cron_deliver")
        return self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])

    def test_receipt_written_while_it_began_to_wait(self):
        self.send(self.contract)
        self.wait_unseen(self.agreement)
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "sent")
        self.assertEqual(len(self.sandbox.files()), 1)

    def test_whoever_has_it_wait_wakes_the_delivery(self):
        self.transmit(self.contract)
        self.deliveries_asked().unlink()
        self.agreement.action_opco_transmit()
        self.assertEqual(self.agreement.opco_transport_state, "waiting")
        self.assertTrue(self.deliveries_asked())

    def test_receipt_found_in_the_list_wakes_the_delivery(self):
        self.sandbox.add_fault(
            "reset_after_processing", method="POST", path="/v1/dossiers"
        )
        self.send(self.contract)
        self.agreement.action_opco_transmit()
        self.deliveries_asked().unlink()
        self.refresh()
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.assertTrue(self.deliveries_asked())

    def test_failure_spares_the_contract_and_the_others(self):
        other = self.new_contract()
        others_agreement = self.prepare(other)
        self.transmit(self.contract + other)
        self.agreement.action_opco_transmit()
        others_agreement.action_opco_transmit()
        model = type(self.agreement)
        leave = model._opco_leave_or_say_why

        def fail_once(agreement, sender):
            if agreement.id == self.agreement.id:
                raise MemoryError
            return leave(agreement, sender)

        with (
            patch.object(model, "_opco_leave_or_say_why", fail_once),
            mute_logger("odoo.addons.opco_ep_connector.models.transactions"),
        ):
            self.deliver()
            self.deliver()
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.assertTrue(self.contract.opco_internal_number)
        self.assertEqual(self.agreement.opco_transport_state, "waiting")
        self.assertEqual(others_agreement.opco_transport_state, "sent")
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    def test_slow_files_are_read_in_several_runs(self):
        second, third = self.new_contract(), self.new_contract()
        self.send(self.contract + second + third)
        agreements = self.agreement + self.prepare(second) + self.prepare(third)
        self.wait_unseen(agreements)
        self.deliveries_asked().unlink()
        # One before what is due is sent, one after.
        with patch.object(apprenticeship_agreement, "LONGEST_READING", 0):
            self.deliver()
        self.assertEqual(
            agreements.mapped("opco_transport_state"), ["sent", "queued", "waiting"]
        )
        self.assertTrue(self.deliveries_asked())

    def test_given_up_or_not_received_meanwhile(self):
        self.transmit(self.contract)
        self.agreement.action_opco_transmit()
        self.agreement.sudo()._opco_leave_at_last()
        self.assertEqual(self.agreement.opco_transport_state, "waiting")
        self.agreement.action_opco_cancel()
        self.deliver()
        self.agreement.sudo()._opco_leave_at_last()
        self.assertFalse(self.row())

    def test_contract_that_is_not_sent_after_all(self):
        row = self.transmit(self.contract)
        self.agreement.action_opco_transmit()
        row.with_user(self.transmitter).action_cancel()
        self.assertFalse(self.agreement.opco_transport_state)

    def test_contract_first(self):
        with self.assertRaisesRegex(UserError, "transmit it first"):
            self.agreement.action_opco_transmit()

    def test_contract_deposited_elsewhere(self):
        content = self.contract._opco_prepare()[0].content
        self.connection._client().deposit(json.dumps(content).encode())
        self.refresh()
        self.contract.with_user(self.transmitter).action_opco_link()
        self.agreement.action_opco_transmit()
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    # ----------------------------------------------------------------- differences
    def test_each_difference_blocks_and_is_named(self):
        self.send(self.contract)
        self.agreement.write(
            {
                "employer_siret": "90000020900016",
                "training_hours": 800,
                "is_same_as_file": True,
            }
        )
        with self.assertRaises(UserError) as caught:
            self.agreement.action_opco_transmit()
        said = str(caught.exception)
        for text in ("SIRET", "90000020900016", "90000001900019", "800", "840"):
            self.assertIn(text, said)
        self.assertFalse(self.row())

    def test_compared_with_what_the_opco_has(self):
        """Not with what somebody changed on the contract since."""
        self.send(self.contract)
        self.contract.training_hours = 800
        self.agreement.action_opco_transmit()
        self.deliver()
        self.assertEqual(self.row().state, "sent", self.row().message)

    # ------------------------------------------------------------------- failures
    def test_rejected_in_the_words_of_the_opco_then_corrected(self):
        self.send(self.contract)
        self.sandbox.add_fault(
            "status",
            status=400,
            body={"errors": [{"code": "CONV_01", "description": "Signature absente"}]},
            **CONVENTIONS,
        )
        self.agreement.action_opco_transmit()
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "rejected")
        self.assertIn("Signature absente", self.agreement.opco_message)
        self.assertIn("Signature absente", self.said(self.contract)[-1])
        self.assertIn("Signature absente", self.todo().summary)
        self.agreement.action_opco_transmit()
        self.assertFalse(self.todo())
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    def test_opco_that_is_down_is_tried_again(self):
        self.send(self.contract)
        self.sandbox.add_fault("status", status=503, **CONVENTIONS)
        self.agreement.action_opco_transmit()
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "retry")
        self.make_due(self.row())
        self.env["opco.health"].search([]).paused_until = False
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    def lose_the_answer(self, kind):
        self.send(self.contract)
        self.sandbox.add_fault(kind, **CONVENTIONS)
        self.agreement.action_opco_transmit()
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "unknown")
        return self.row()

    def test_unknown_is_left_to_a_person(self):
        row = self.lose_the_answer("reset_after_processing")
        note = html2plaintext(self.todo().note)
        self.assertIn(self.contract.opco_internal_number, note)
        self.assertIn("Convention « Léa ».pdf", note)
        # Neither the polling nor time decides.
        self.refresh()
        minutes = self.connection.profile_id.settle_minutes + 1
        row.answered_at = fields.Datetime.now() - timedelta(minutes=minutes)
        self.refresh()
        self.deliver()
        self.assertEqual(row.state, "unknown")

        self.agreement.action_opco_mark_received()
        self.assertEqual(row.state, "sent")
        self.assertIn(self.transmitter.name, row.message)
        self.assertEqual(self.agreement.opco_transport_state, "done")
        self.assertFalse(self.todo())
        self.assertEqual(len(self.sandbox.files()), 1)
        with self.assertRaisesRegex(UserError, "already decided"):
            self.agreement.action_opco_send_again()

    def test_lost_claim_is_said_to_be_left_to_a_person(self):
        row = self.leave()
        row.state = "sending"
        row._record_lost_claims()
        self.assertEqual(row.state, "unknown")
        self.assertIn("server stopped", row.message)
        self.assertIn("only somebody who looks on its portal", row.message)
        self.assertNotIn("not sent again", row.message)

    def test_lost_claim_of_a_contract_is_looked_for(self):
        [row] = self.send(self.contract)
        row.state = "sending"
        row._record_lost_claims()
        self.assertIn("server stopped", row.message)
        self.assertIn("not sent again before this is known", row.message)

    def test_unknown_that_did_not_arrive_is_sent_again(self):
        row = self.lose_the_answer("reset_after_read")
        held = row.payload, row.file_sha256
        self.agreement.action_opco_send_again()
        self.assertFalse(self.todo())
        self.deliver()
        self.assertEqual(row.state, "sent", row.message)
        self.assertEqual((row.payload, row.file_sha256), held)
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    def test_file_deleted_before_it_left(self):
        self.send(self.contract)
        self.agreement.action_opco_transmit()
        self.agreement.sudo().file_ids.unlink()
        self.deliver()
        self.assertEqual(self.row().state, "cancelled")
        self.assertFalse(self.agreement.opco_transport_state)
        self.assertIn("deleted", self.agreement.opco_message)
        self.assertTrue(self.todo())
        self.assertFalse(self.sandbox.files())

    # ----------------------------------------------------- the file as a document
    def signed(self):
        return self.contract.document_ids.filtered(
            lambda document: document.kind == "convention" and document.is_current
        ).with_user(self.transmitter)

    def shown(self):
        self.env.invalidate_all()
        return self.signed()._shown()

    def test_its_file_shows_where_it_stands(self):
        self.transmit(self.contract)
        self.agreement.action_opco_transmit()
        self.assertEqual(
            self.shown()["badges"][1]["text"], "Waits for the contract's receipt"
        )
        self.deliver()
        self.deliver()
        self.assertEqual(self.shown()["badges"][1]["text"], "Received by the OPCO")
        self.signed()._receive(
            self.contract.with_user(self.transmitter),
            "convention",
            "Autre.pdf",
            io.BytesIO(new_pdf(attached=b"other")),
        )
        self.assertEqual(len(self.shown()["badges"]), 1)
        self.assertIn("Another file left", self.shown()["notes"][-1])

    def test_file_rejected_here_meanwhile_does_not_leave(self):
        self.transmit(self.contract)
        self.agreement.action_opco_transmit()
        self.signed().action_reject("Not signed")
        self.assertFalse(self.agreement.opco_transport_state)
        self.deliver()
        self.assertFalse(self.row())
        with self.assertRaisesRegex(UserError, "Not signed"):
            self.agreement.action_opco_transmit()
        self.signed().action_take_back_decision()
        self.agreement.action_opco_transmit()
        self.assertEqual(self.row().state, "queued")
        self.signed().action_reject("Not signed")
        self.assertEqual(self.row().state, "cancelled")
        self.assertFalse(self.agreement.opco_transport_state)
        self.deliver()
        self.assertFalse(self.sandbox.files())

    def test_file_replaced_here_meanwhile_is_attested_again(self):
        self.send(self.contract)
        self.agreement.action_opco_transmit()
        other = new_pdf(attached=b"other")
        self.signed()._receive(
            self.contract.with_user(self.transmitter),
            "convention",
            "Autre.pdf",
            io.BytesIO(other),
        )
        self.assertEqual(self.row().state, "cancelled")
        self.assertEqual(self.agreement.file_ids.name, "Autre.pdf")
        self.assertFalse(self.agreement.is_same_as_file)
        self.agreement.write(ATTESTED)
        self.env.invalidate_all()
        self.agreement.action_opco_transmit()
        self.deliver()
        [file] = self.sandbox.files()
        self.assertEqual(file["sha256"], hashlib.sha256(other).hexdigest())

    def test_cancelled_before_it_left(self):
        self.transmit(self.contract)
        self.agreement.action_opco_transmit()
        self.agreement.action_opco_cancel()
        self.assertFalse(self.agreement.opco_transport_state)
        self.deliver()
        self.assertFalse(self.row())
        self.agreement.action_opco_transmit()
        self.agreement.action_opco_cancel()
        self.assertEqual(self.row().state, "cancelled")
        self.assertFalse(self.agreement.opco_transport_state)

    def test_file_heavier_than_the_opco_takes(self):
        self.send(self.contract)
        self.connection.profile_id.max_file_megabytes = 1
        heavy = self.agreement.env["ir.attachment"].create(
            {"name": "Scan.pdf", "raw": new_pdf(attached=bytes(1100 * 1024))}
        )
        self.agreement.write({"file_ids": heavy.ids} | ATTESTED)
        with self.assertRaisesRegex(UserError, "1 MB at the most, and Scan.pdf"):
            self.agreement.action_opco_transmit()

    def test_purged_with_the_exchanges_of_the_contract(self):
        row = self.leave()
        digest = row.file_sha256
        self.contract._opco_purge_exchanges()
        self.assertFalse(row.payload)
        self.assertFalse(row.file_name)
        self.assertEqual(row.file_sha256, digest)

    # -------------------------------------------------------------------- dossiers
    def test_refused_dossier_wants_it_again(self):
        self.leave()
        self.sandbox.set_state(self.contract.opco_internal_number, "REFUSE")
        self.refresh()
        with self.assertRaisesRegex(UserError, "closed the dossier"):
            self.agreement.action_opco_transmit()
        former = self.contract.opco_internal_number
        self.send(self.contract)
        self.assertTrue(self.agreement.opco_is_to_transmit)
        self.agreement.action_opco_transmit()
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "sent")
        self.assertNotEqual(self.agreement.opco_dossier_number, former)
        self.assertEqual(len(self.sandbox.files()), 2)

    def test_what_nobody_knows_of_a_refused_dossier_is_over(self):
        self.sandbox.add_fault("reset_after_processing", **CONVENTIONS)
        self.leave()
        self.assertEqual(self.agreement.opco_transport_state, "unknown")
        self.sandbox.set_state(self.contract.opco_internal_number, "REFUSE")
        self.refresh()
        self.assertFalse(self.agreement.opco_transport_state)
        self.send(self.contract)
        self.agreement.action_opco_transmit()
        self.deliver()
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    def test_another_environment_has_nothing(self):
        self.leave()
        self.contract._opco_mirror_environment("production")
        self.assertFalse(self.agreement.opco_transport_state)
        self.contract._opco_mirror_environment("sandbox")
        self.assertEqual(self.agreement.opco_transport_state, "sent")

    # ---------------------------------------------------------------- closed flow
    def test_closed_flow_is_a_todo_with_what_to_enter(self):
        self.send(self.contract)
        self.connection.profile_id.conventions_open = False
        self.assertIn("not open at OPCO EP", self.agreement.opco_closed_text)
        self.agreement.action_opco_transmit()
        self.assertEqual(self.agreement.opco_transport_state, "portal")
        self.assertFalse(self.row())
        note = html2plaintext(self.todo().note)
        for text in (self.contract.opco_internal_number, "13242.00", "Léa"):
            self.assertIn(text, note)
        self.agreement.action_opco_mark_received()
        self.assertEqual(self.agreement.opco_transport_state, "done")
        self.assertFalse(self.todo())

    def test_flow_closed_meanwhile_is_left_to_the_portal(self):
        self.send(self.contract)
        self.agreement.action_opco_transmit()
        self.connection.profile_id.conventions_open = False
        self.deliver()
        self.assertEqual(self.row().state, "cancelled")
        self.assertEqual(self.agreement.opco_transport_state, "portal")
        self.assertTrue(self.todo())

    # --------------------------------------------------------------------- rights
    def test_only_transmitters_transmit(self):
        clerk = self.new_user("agreement_clerk", USER)
        self.send(self.contract)
        for method in (
            "action_opco_transmit",
            "action_opco_cancel",
            "action_opco_send_again",
            "action_opco_mark_received",
        ):
            with self.assertRaises(AccessError):
                getattr(self.agreement.with_user(clerk), method)()

    def test_nobody_writes_where_it_stands(self):
        with self.assertRaises(AccessError):
            self.agreement.opco_transport_state = "sent"
        with self.assertRaises(AccessError):
            self.agreement.create(
                {"contract_id": self.new_contract().id, "opco_transport_state": "sent"}
            )
