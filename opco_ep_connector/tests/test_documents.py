# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import hashlib
import io
import json
import os
import zipfile
from unittest.mock import patch
from uuid import uuid4

from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import USER
from odoo.addons.l10n_fr_apprenticeship.tests.pdf_files import pdf

from ..audit_pack import AuditPack
from ..delivery import Delivery
from ..models.opco_transmission import OpcoTransmission
from ..verify_journal import CHANGED_CONTENT, check_export
from .common import ConnectorCase
from .journal import unprotected

TRIPARTITE = "duration_agreement"
MOBILITY = "mobility_agreement"
PATH = "/v1/documents"


class SentDocumentsCase(ConnectorCase):
    """A contract that the OPCO has received, whose documents it takes."""

    def setUp(self):
        super().setUp()
        self.profile = self.connection.profile_id
        self.profile.documents_open = True
        self.contract = self.new_contract()
        self.send(self.contract)
        self.assertTrue(self.contract.opco_internal_number)

    def receive(self, kind=TRIPARTITE, content=None, contract=None, name="Accord.pdf"):
        return (
            self.env["apprenticeship.document"]
            .with_user(self.transmitter)
            ._receive(
                (contract or self.contract).with_user(self.transmitter),
                kind,
                name,
                io.BytesIO(pdf(kind) if content is None else content),
            )
        ).sudo()

    def transmit_documents(self, contracts=None):
        """Return the new rows, and what the person is told."""
        contracts = contracts or self.contract
        former = contracts.opco_transmission_ids
        told = contracts.with_user(self.transmitter).action_opco_transmit_documents()
        self.env.invalidate_all()
        rows = (contracts.opco_transmission_ids - former).sorted("id")
        return rows, told["params"]["message"]

    def shown(self, document, user=None):
        return document.with_user(user or self.transmitter)._shown()

    def badge(self, document):
        return [badge["text"] for badge in self.shown(document)["badges"]][1:]

    def badges_of_line(self, document, user=None):
        self.env.invalidate_all()
        contract = self.contract.with_user(user or self.transmitter)
        checklist = contract.document_checklist
        lines = checklist["needed"] + checklist["others"]
        [line] = [line for line in lines if line["kind"] == document.kind]
        return [badge["text"] for badge in line["documents"][0]["badges"]]

    def refusal(self):
        with self.assertRaises(UserError) as refusal:
            self.transmit_documents()
        return str(refusal.exception)


@tagged("post_install", "-at_install")
class TestSentDocuments(SentDocumentsCase):
    """Documents leave once the OPCO has the dossier, each with its receipt."""

    def test_from_click_to_receipt(self):
        content = pdf("accord")
        document = self.receive(content=content)
        self.assertEqual(self.badges_of_line(document), ["Received", "To transmit"])
        rows, message = self.transmit_documents()
        self.assertIn("is on its way", message)
        self.assertEqual((rows.operation, rows.state), ("document", "queued"))
        self.assertEqual(
            json.loads(rows.payload),
            {
                "typeFichier": "CONVENTION_REDUCTION_DUREE",
                "objets": [
                    {
                        "typeObjet": "DOSSIER_APPRENTISSAGE",
                        "idObjet": self.contract.opco_internal_number,
                    }
                ],
            },
        )
        self.assertEqual(self.badge(document), ["On its way to OPCO EP"])
        self.deliver()
        self.assertEqual(rows.state, "sent", rows.message)
        [file] = self.sandbox.files()
        self.assertEqual(file["sha256"], hashlib.sha256(content).hexdigest())
        self.assertEqual(file["numeroInterne"], self.contract.opco_internal_number)
        self.assertEqual(self.badge(document), ["Received by OPCO EP"])
        said = [line for line in self.said(self.contract) if "tripartite" in line]
        self.assertEqual(len(said), 1)
        self.assertIn("received by OPCO EP", said[0])
        # The contract itself has not moved.
        self.assertEqual(self.contract.opco_transport_state, "sent")

    def test_the_journal_seals_the_hash_of_the_file(self):
        document = self.receive()
        rows, _message = self.transmit_documents()
        self.deliver()
        [exchange] = rows.exchange_ids
        self.assertEqual(exchange.file_sha256, document.sha256)
        self.assertEqual(exchange.digest_format, 3)

    def test_a_hash_changed_in_the_journal_is_seen(self):
        self.receive()
        rows, _message = self.transmit_documents()
        self.deliver()
        self._run("opco_ep_connector.ir_cron_seal")
        [exchange] = rows.exchange_ids
        self.assertTrue(exchange.seal)
        query = "UPDATE opco_exchange SET file_sha256 = %s WHERE id = %s"
        changed = ("0" * 64, exchange.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(RestrictViolation):
            with self.env.cr.savepoint():
                self.env.cr.execute(query, changed)
        with unprotected(self.env) as cr:
            cr.execute(query, changed)
        chain = self.env["opco.chain"].search(
            [("connection_id", "=", self.connection.id)]
        )
        check = chain._new_check()
        chain._verify_slice(check)
        self.assertEqual(
            (check.fault.number, check.fault.kind),
            (exchange.seal_number, CHANGED_CONTENT),
        )

    def test_the_audit_pack_lists_the_files(self):
        document = self.receive()
        rows, _message = self.transmit_documents()
        self.deliver()
        self._run("opco_ep_connector.ir_cron_seal")
        pack = AuditPack(self.env, rows.exchange_ids, "Test")
        with zipfile.ZipFile(pack.zip_file()) as files:
            hashes = files.read("empreintes.csv").decode()
            journal = files.read("journal.csv").decode()
            receipts = [name for name in files.namelist() if "accuses/" in name]
            receipt = files.read(receipts[0]).decode()
            content = json.loads(files.read("journal.json"))
        for text in (hashes, journal, receipt):
            self.assertIn(document.sha256, text)
        self.assertIn("Accord.pdf", hashes)
        self.assertFalse(any(check.fault for _chain, check in check_export(content)))

    def test_nothing_is_encoded_in_base64(self):
        document = self.receive()
        with patch("base64.b64encode", side_effect=AssertionError("base64")):
            rows, _message = self.transmit_documents()
            self.deliver()
        self.assertEqual(rows.state, "sent", rows.message)
        self.assertTrue(document)

    def test_what_is_kept_does_not_leave(self):
        for kind in ("signed_form", "convention", "identity"):
            self.receive(kind)
        rows, message = self.transmit_documents()
        self.assertFalse(rows)
        self.assertIn("Nothing to send", message)
        self.assertFalse(self.contract.opco_documents_to_send)

    def test_the_contract_goes_first(self):
        contract = self.new_contract()
        self.receive(contract=contract)
        with self.assertRaisesRegex(UserError, "must have received the contract first"):
            self.transmit_documents(contract)
        self.assertEqual(contract.opco_documents_to_send, 0)
        self.assertIn("first", contract.opco_documents_notice)

    def test_closed_flow_says_what_to_do(self):
        self.profile.documents_open = False
        document = self.receive()
        self.assertIn("portal", self.contract.opco_documents_notice)
        self.assertFalse(self.contract.opco_documents_to_send)
        self.assertIn("not open at this OPCO", self.refusal())
        self.assertFalse(document.opco_transmission_ids)
        fates = self.contract._document_fates()
        self.assertIn("Not open at this OPCO", fates[TRIPARTITE])

    def test_flow_closed_meanwhile_is_not_sent_and_said(self):
        document = self.receive()
        rows, _message = self.transmit_documents()
        self.profile.documents_open = False
        self.deliver()
        self.assertEqual((rows.state, rows.is_live), ("cancelled", False))
        self.assertIn("Not open at this OPCO", self.shown(document)["notes"][-1])
        self.assertTrue(self.contract.activity_ids)

    def test_a_selection_of_contracts(self):
        other = self.new_contract()
        third = self.new_contract()
        self.send(other)
        both = self.contract | other | third
        for contract in both:
            self.receive(contract=contract, content=pdf(contract.name))
        rows, message = self.transmit_documents(both)
        self.assertEqual(rows.contract_id, self.contract | other)
        self.assertTrue(all(rows.mapped("is_batch")))
        self.assertIn("2 documents", message)
        self.assertIn(third.name, message)
        self.deliver()
        self.assertEqual(set(rows.mapped("state")), {"sent"})

    def test_asks_the_database_no_more_for_many_documents(self):
        def received(number):
            contract = self.new_contract()
            self.send(contract)
            for rank in range(number):
                self.receive(
                    "completion_certificate", pdf(f"{contract.name}-{rank}"), contract
                )
            return contract

        def prepare(contracts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            ready, _kept = contracts.with_user(
                self.transmitter
            )._opco_prepare_documents()
            return len(ready), self.env.cr.sql_log_count - before

        few = received(2)
        prepare(few)
        count, asked = prepare(few)
        self.assertEqual(count, 2)
        many = few | received(4)
        self.assertEqual(prepare(many), (6, asked))

    def test_the_action_of_the_list_transmits(self):
        self.receive()
        action = self.env.ref("opco_ep_connector.action_transmit_documents")
        action.with_user(self.transmitter).with_context(
            active_model="apprenticeship.contract", active_ids=self.contract.ids
        ).run()
        [row] = self.contract.opco_transmission_ids._of_operation("document")
        self.assertEqual((row.state, row.user_id), ("queued", self.transmitter))

    # --------------------------------------------------------------- duplicates
    def test_nothing_is_sent_twice(self):
        self.receive()
        rows, _message = self.transmit_documents()
        again, message = self.transmit_documents()
        self.assertFalse(again)
        self.assertIn("Nothing to send", message)
        self.deliver()
        again, _message = self.transmit_documents()
        self.assertFalse(again)
        self.assertEqual(len(self.sandbox.files()), 1)

    def test_the_same_content_elsewhere_is_said(self):
        content = pdf("same")
        self.receive(content=content)
        self.transmit_documents()
        self.deliver()
        self.receive(MOBILITY, content=content)
        self.assertIn("not sent twice", self.refusal())

    def test_the_same_content_in_one_click_is_said(self):
        content = pdf("same")
        self.receive(content=content)
        self.receive(MOBILITY, content=content)
        rows, message = self.transmit_documents()
        self.assertEqual(len(rows), 1)
        self.assertIn("not sent twice", message)

    def test_what_replaces_a_sent_document_is_sent_and_both_are_known(self):
        first = self.receive(content=pdf("1"))
        self.transmit_documents()
        self.deliver()
        second = self.receive(content=pdf("2"))
        rows, _message = self.transmit_documents()
        self.deliver()
        self.assertEqual(rows.document_id, second)
        self.assertEqual(first.opco_delivery, "Received by OPCO EP")
        self.assertEqual(len(self.sandbox.files()), 2)
        third = self.receive(content=pdf("3"))
        self.assertFalse(third.opco_delivery)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_two_live_rows_of_one_document(self):
        self.receive()
        rows, _message = self.transmit_documents()
        with self.assertRaises(Exception) as refusal:  # noqa: B017
            with self.env.cr.savepoint():
                rows.copy({"is_live": True})
                self.env.flush_all()
        self.assertIn("one_live", str(refusal.exception))

    def test_a_dossier_refused_lets_its_documents_go(self):
        document = self.receive()
        self.transmit_documents()
        self.deliver()
        self.sandbox.set_state(self.contract.opco_internal_number, "REFUSE")
        self.refresh()
        self.assertEqual(self.contract.opco_state, "refused")
        self.assertFalse(self.badge(document))
        self.assertFalse(document._opco_is_under_way_or_sent())

    def test_a_dossier_refused_keeps_here_what_waits_for_it(self):
        self.receive()
        [row], _message = self.transmit_documents()
        self.sandbox.set_state(self.contract.opco_internal_number, "REFUSE")
        self.refresh()
        self.assertEqual((row.state, row.is_live), ("cancelled", False))
        self.deliver()
        self.assertFalse(self.sandbox.files())

    def test_a_dossier_refused_during_the_call_leaves_nothing_waiting(self):
        for fault in ({"kind": "status", "status": 503}, {"kind": "reset_after_read"}):
            with self.subTest(fault=fault["kind"]):
                self.receive(content=pdf(fault["kind"]))
                [row], _message = self.transmit_documents()
                self.sandbox.add_fault(method="POST", path=PATH, **fault)
                self.deliver_while(self.opco_refuses)
                self.assertEqual((row.state, row.is_live), ("cancelled", False))
                self.assertFalse(self.is_awaited())
                self.send(self.contract)

    def test_a_dossier_refused_before_the_call_starts_leaves_nothing_waiting(self):
        self.receive()
        [row], _message = self.transmit_documents()
        self.env["opco.transmission"]._claim(self.connection, 1)
        self.opco_refuses()
        row._give_back()
        self.assertFalse(self.is_awaited())
        self.deliver()
        self.assertEqual(row.state, "cancelled")
        self.assertFalse(self.sandbox.files())

    def opco_refuses(self):
        number = self.contract.opco_internal_number
        dossier = self.env["opco.dossier"].search([("internal_number", "=", number)])
        dossier.write({"state": "refused", "raw_state": "REFUSE"})
        self.contract._opco_mirror(dossier)

    def deliver_while(self, happens):
        """Let something happen between the calls and the writing of their outcomes."""
        write = Delivery._write

        def write_later(delivery, ended):
            happens()
            write(delivery, ended)

        with patch.object(Delivery, "_write", write_later):
            self.deliver()

    def is_awaited(self):
        """Tell whether the delivery would wake for something at once."""
        with patch.object(OpcoTransmission, "_wake") as wake:
            self.env["opco.transmission"]._wake_for_next(self.env["opco.connection"])
        return wake.called

    def test_what_is_rejected_or_replaced_here_meanwhile_does_not_leave(self):
        wrong = self.receive()
        [rejected], _message = self.transmit_documents()
        wrong.action_reject("Another apprentice's")
        self.assertEqual(rejected.state, "cancelled")
        self.receive(content=pdf("second"))
        [replaced], _message = self.transmit_documents()
        right = self.receive(content=pdf("third"))
        self.assertEqual(replaced.state, "cancelled")
        [row], _message = self.transmit_documents()
        self.deliver()
        self.assertEqual((row.state, row.document_id), ("sent", right))
        self.assertEqual(len(self.sandbox.files()), 1)

    # ----------------------------------------------------------------- outcomes
    def test_rejected_by_the_opco(self):
        document = self.receive()
        self.sandbox.add_fault("status", method="POST", path=PATH, status=400)
        rows, _message = self.transmit_documents()
        self.deliver()
        self.assertEqual((rows.state, rows.is_live), ("rejected", False))
        self.assertEqual(self.badge(document), ["Rejected by OPCO EP"])
        [activity] = self.contract.activity_ids
        self.assertIn("Convention tripartite", activity.summary)
        # The contract is not rejected with it.
        self.assertEqual(self.contract.opco_transport_state, "sent")
        rows, _message = self.transmit_documents()
        self.deliver()
        self.assertEqual(rows.state, "sent")
        self.assertFalse(self.contract.activity_ids)

    def test_opco_that_is_down_is_tried_again(self):
        document = self.receive()
        self.sandbox.add_fault("status", method="POST", path=PATH, status=503)
        rows, _message = self.transmit_documents()
        self.deliver()
        self.assertEqual(rows.state, "retry")
        self.make_due(rows)
        self.env["opco.health"].search([]).paused_until = False
        self.deliver()
        self.assertEqual(rows.state, "sent", rows.message)
        self.assertEqual(self.badge(document), ["Received by OPCO EP"])

    def unknown(self):
        document = self.receive()
        self.sandbox.add_fault("reset_after_processing", method="POST", path=PATH)
        rows, _message = self.transmit_documents()
        self.deliver()
        self.assertEqual(rows.state, "unknown", rows.message)
        return document, rows

    def test_unknown_waits_for_a_person(self):
        document, rows = self.unknown()
        self.assertIn("look on its portal", rows.message)
        self.refresh()
        self.deliver()
        self.assertEqual(rows.state, "unknown")
        self.assertEqual(len(self.sandbox.files()), 1)
        actions = [action["method"] for action in self.shown(document)["actions"]]
        self.assertIn("action_opco_send_again", actions)
        self.assertIn("action_opco_consider_received", actions)
        # Nobody adds a second row behind its back.
        self.assertFalse(self.transmit_documents()[0])

    def test_considered_received(self):
        document, rows = self.unknown()
        document.with_user(self.transmitter).action_opco_consider_received()
        self.assertEqual((rows.state, rows.is_live), ("sent", True))
        self.assertIn(self.transmitter.name, rows.message)
        self.assertIn(self.transmitter.name, "".join(self.said(self.contract)))
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            document.with_user(self.transmitter).action_opco_send_again()

    def test_sent_again_with_the_same_bytes(self):
        document, rows = self.unknown()
        payload = rows.payload
        document.with_user(self.transmitter).action_opco_send_again()
        self.assertEqual(rows.state, "retry")
        self.deliver()
        self.assertEqual((rows.state, rows.payload), ("sent", payload), rows.message)
        first, second = self.sandbox.files()
        self.assertEqual(first["sha256"], second["sha256"])

    def test_lost_claim_waits_for_a_person(self):
        self.receive()
        rows, _message = self.transmit_documents()
        rows.state = "sending"
        rows._record_lost_claims()
        self.assertEqual(rows.state, "unknown")
        self.assertIn("server stopped", rows.message)
        self.assertIn("look on its portal", rows.message)
        self.assertNotIn("not sent again", rows.message)

    def test_what_is_lost_says_to_transmit_the_documents(self):
        self.receive()
        rows, _message = self.transmit_documents()
        rows.payload = False
        self.deliver()
        self.assertEqual((rows.state, rows.is_live), ("cancelled", False))
        self.assertIn("documents again", rows.message)
        self.assertEqual(self.contract.opco_transport_state, "sent")

    def test_only_a_transmitter_sends_or_decides(self):
        document, _rows = self.unknown()
        clerk = self.new_user("documents_sender", USER)
        for call in (
            document.with_user(clerk).action_opco_send_again,
            document.with_user(clerk).action_opco_consider_received,
            self.contract.with_user(clerk).action_opco_transmit_documents,
        ):
            with self.assertRaises(AccessError):
                call()

    def test_whoever_does_not_consult_sees_no_delivery(self):
        document = self.receive()
        clerk = self.new_user("documents_reader", USER)
        self.assertEqual(self.badges_of_line(document, clerk), ["Received"])
        self.transmit_documents()
        self.assertEqual(self.badges_of_line(document, clerk), ["Received"])

    def test_a_new_contract_has_a_form(self):
        new = self.Contract.with_user(self.transmitter).new(
            {"company_id": self.company.id}
        )
        self.assertTrue(new.document_checklist["needed"])
        self.assertFalse(new.opco_documents_to_send)
        self.assertFalse(new.opco_documents_notice)

    # ---------------------------------------------------------------- bad files
    def test_a_file_changed_after_it_was_queued_never_leaves(self):
        document = self.receive()
        rows, _message = self.transmit_documents()
        document.attachment_id.raw = pdf("another")
        self.deliver()
        self.assertEqual((rows.state, rows.is_live), ("cancelled", False))
        self.assertIn("has changed since it was checked", rows.message)
        self.assertFalse(self.sandbox.files())
        self.assertFalse(rows.exchange_ids)

    def test_a_file_changed_before_it_was_queued_never_leaves(self):
        document = self.receive()
        document.attachment_id.raw = pdf("another")
        rows, _message = self.transmit_documents()
        self.deliver()
        self.assertEqual((rows.state, rows.is_live), ("cancelled", False))
        self.assertIn("has changed since it was checked", rows.message)
        self.assertFalse(self.sandbox.files())
        # What it says to do works.
        self.receive()
        rows, _message = self.transmit_documents()
        self.deliver()
        self.assertEqual(rows.state, "sent", rows.message)

    def test_bytes_changed_on_the_disk_never_leave(self):
        # A file of its own: files of the same content are one on the disk.
        document = self.receive(content=pdf(str(uuid4())))
        rows, _message = self.transmit_documents()
        path = rows._path_of(document.attachment_id)
        self.addCleanup(os.unlink, path)
        with open(path, "r+b") as content:
            content.seek(-1, io.SEEK_END)
            content.write(b"?")
        self.deliver()
        self.assertEqual(rows.state, "cancelled")
        self.assertFalse(self.sandbox.files())

    def test_a_file_deleted_after_it_was_queued(self):
        self.receive()
        other = self.receive(MOBILITY)
        rows, _message = self.transmit_documents()
        rows[0].attachment_id.unlink()
        self.deliver()
        self.assertEqual(rows.mapped("state"), ["cancelled", "sent"])
        self.assertIn("deleted since it was queued", rows[0].message)
        self.assertEqual(self.badge(other), ["Received by OPCO EP"])

    def test_a_file_deleted_before(self):
        document = self.receive()
        document.attachment_id.unlink()
        self.receive(MOBILITY)
        rows, message = self.transmit_documents()
        self.assertEqual(rows.document_id.kind, MOBILITY)
        self.assertIn("has been deleted", message)

    def test_a_file_missing_from_the_disk(self):
        document = self.receive()
        missing = "00/" + "0" * 40
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s WHERE id = %s",
            (missing, document.attachment_id.id),
        )
        self.env.invalidate_all()
        self.assertIn("not on this server any more", self.refusal())

    def test_a_file_kept_in_the_database_is_refused_in_words(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        document = self.receive()
        self.assertFalse(document.attachment_id.store_fname)
        self.assertIn("ir_attachment.location", self.refusal())

    def test_what_was_rejected_here_does_not_leave(self):
        self.receive().action_reject("Not signed")
        self.assertIn("rejected here", self.refusal())

    def test_larger_than_this_opco_takes(self):
        document = self.receive()
        self.profile.max_file_megabytes = 1
        self.env.cr.execute(
            "UPDATE ir_attachment SET file_size = %s WHERE id = %s",
            (2 * 1024 * 1024, document.attachment_id.id),
        )
        self.env.invalidate_all()
        self.assertIn("larger than the OPCO takes", self.refusal())

    def test_any_name_leaves(self):
        names = ("a/b\\c.pdf", "🎓 Léa.pdf", "🎓.pdf", "scan", "n" * 300 + ".pdf")
        for number, name in enumerate(names):
            document = self.receive(
                "completion_certificate", content=pdf(str(number)), name=name
            )
            self.assertTrue(document)
        rows, _message = self.transmit_documents()
        self.deliver()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(
            {file["outcome"] for file in self.sandbox.files()}, {"accepted"}
        )
        self.assertEqual(len(self.sandbox.files()), len(names))

    # ------------------------------------------------------------------ profile
    def test_nothing_that_reveals_a_disability_is_mapped(self):
        for mapping in (
            "disability_proof=FACTURE",
            "identity=IDENTITE",
            "nothing=FACTURE",
            "identity",
        ):
            with self.subTest(mapping), self.assertRaises(ValidationError):
                self.profile.document_types = mapping

    def test_the_profile_says_what_is_sent(self):
        self.profile.document_types = "identity=CONVENTION_MOBILITE"
        self.receive("identity")
        self.receive()
        rows, _message = self.transmit_documents()
        self.assertEqual(rows.document_id.kind, "identity")
        fates = self.contract._document_fates()
        self.assertIn("Not taken by the OPCO's API", fates[TRIPARTITE])

    # -------------------------------------------------------------------- proof
    def test_what_was_sent_is_not_deleted(self):
        document = self.receive()
        self.transmit_documents()
        with self.assertRaisesRegex(UserError, "stays"):
            document.unlink()

    def test_purge_keeps_the_hash_and_forgets_the_name(self):
        document = self.receive(name="Alix Martin.pdf")
        rows, _message = self.transmit_documents()
        self.deliver()
        self.contract._opco_purge_exchanges()
        self.contract._purge_file()
        self.assertFalse(rows.file_name)
        self.assertEqual(rows.file_sha256, document.sha256)
        self.assertFalse(document.attachment_id)

    def test_a_stopped_connection_holds_documents(self):
        document = self.receive()
        rows, _message = self.transmit_documents()
        self.revoke_key()
        self.deliver()
        self.assertEqual(rows.state, "held")
        self.assertEqual(self.badge(document), ["Held before OPCO EP"])
        self.paste_key()
        self.connection.action_test_connection()
        self.deliver()
        self.assertEqual(rows.state, "sent", rows.message)

    def test_a_defect_on_one_stops_no_other(self):
        self.receive()
        rows, _message = self.transmit_documents()
        outcome = type(rows)._on_outcome_document
        with (
            patch.object(type(rows), "_on_outcome_document", side_effect=KeyError),
            mute_logger("odoo.addons.opco_ep_connector.models.transactions"),
        ):
            self.deliver()
        self.assertEqual((rows.state, rows.applied), ("sent", False))
        self.assertTrue(outcome)
        self.deliver()
        self.assertTrue(rows.applied)
