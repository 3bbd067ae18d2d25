# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from odoo.addons.l10n_fr_apprenticeship.tests.common import USER

from ..convergence.termination import PLACEHOLDERS
from .common import ConnectorCase

TODO = "opco_ep_connector.activity_type_termination"
EFFECT = date(2027, 3, 1)
AGREED = {
    "case": "agreement",
    "initiative": "both",
    "mediator_date": False,
    "notice_date": EFFECT,
    "effect_date": EFFECT,
    "practical_days": 90,
    "is_signed": True,
    "told_centre_on": EFFECT,
}


@tagged("post_install", "-at_install")
class TestTermination(ConnectorCase):
    """The OPCO is told of an early termination, or a person is told to tell it."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.send(self.contract)
        self.sandbox.set_state(self.contract.opco_internal_number, "ENGAGE")
        self.refresh()
        self.open_flow(True)

    def open_flow(self, is_open):
        self.connection.profile_id.termination_open = is_open

    def terminate(self, **changes):
        self.contract.with_user(self.transmitter)._terminate(AGREED | changes)
        return self.contract.opco_transmission_ids._of_operation("termination").sorted(
            "id"
        )[-1:]

    def todo(self):
        return self.contract.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(TODO)
        )

    # --------------------------------------------------------------- told by API
    def test_told_to_the_opco(self):
        row = self.terminate()
        self.assertEqual((row.operation, row.state), ("termination", "queued"))
        self.assertEqual(
            json.loads(row.payload)["numeroInterne"], self.contract.opco_internal_number
        )
        self.assertEqual(self.contract.state, "active")
        self.assertEqual(self.contract.opco_termination_state, "queued")
        self.deliver()
        self.assertEqual(row.state, "sent", row.message)
        self.assertEqual(self.contract.opco_termination_state, "sent")
        # The deposit is not touched by the notice.
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.assertEqual(self.contract.opco_state, "committed")
        self.assertIn(
            "Early termination received by OPCO EP.", self.said(self.contract)
        )

        self.refresh()
        self.assertEqual(self.contract.opco_state, "broken")
        self.assertEqual(self.contract.state, "broken")
        self.assertEqual(self.contract.opco_termination_state, "done")
        self.assertFalse(self.todo())

    def test_the_profile_says_what_the_notice_holds(self):
        profile = self.connection.profile_id
        names = [
            "numeroInterne",
            "numeroExterne",
            "numeroDeca",
            "siretEmployeur",
            "dateNotification",
            "dateRupture",
            "motifRupture",
            "initiativeRupture",
        ]
        # The help names each that there is.
        for name in PLACEHOLDERS:
            self.assertIn(f"{{{name}}}", profile._fields["termination_template"].help)
        profile.termination_template = json.dumps(
            {"rupture": {name: f"{{{name}}}" for name in names}}
        )
        row = self.terminate(notice_date=date(2027, 2, 25))
        self.assertEqual(
            json.loads(row.payload),
            {
                "rupture": {
                    "numeroInterne": self.contract.opco_internal_number,
                    "numeroExterne": self.contract.opco_external_number,
                    "numeroDeca": self.contract.deca_number,
                    "siretEmployeur": "90000001900019",
                    "dateNotification": "2027-02-25T00:00:00+00:00",
                    "dateRupture": "2027-03-01T00:00:00+00:00",
                    "motifRupture": "Accord des deux parties (L6222-18)",
                    "initiativeRupture": "Commun accord",
                }
            },
        )

    def test_a_number_that_is_not_known_is_left_out(self):
        self.contract.opco_external_number = False
        self.connection.profile_id.termination_template = json.dumps(
            {"externe": "{numeroExterne}", "le": "{dateRupture}"}
        )
        self.assertEqual(
            json.loads(self.terminate().payload), {"le": "2027-03-01T00:00:00+00:00"}
        )

    def test_flow_closed_meanwhile_is_left_to_the_portal(self):
        row = self.terminate()
        self.open_flow(False)
        self.deliver()
        self.assertEqual(row.state, "cancelled")
        self.assertIn("Not open at this OPCO", row.message)
        self.assertFalse(row.exchange_ids)
        self.assertEqual(self.contract.opco_termination_state, "portal")
        self.assertTrue(self.todo())
        self.assertIn("Early termination not sent", "".join(self.said(self.contract)))

    def test_rejected_is_left_to_the_portal(self):
        self.sandbox.set_state(self.contract.opco_internal_number, "SOLDE")
        row = self.terminate()
        self.deliver()
        self.assertEqual(row.state, "rejected")
        self.assertEqual(self.contract.opco_termination_state, "rejected")
        self.assertTrue(self.contract.opco_termination_message)
        self.assertTrue(self.todo())
        # The contract itself has nothing to correct.
        self.assertEqual(self.contract.activity_ids, self.todo())
        self.assertEqual(self.contract.opco_transport_state, "sent")

    def test_opco_that_is_down_is_tried_again(self):
        self.sandbox.add_fault(
            "status", method="POST", path="/v2/dossiers/rupture/employeur", status=503
        )
        row = self.terminate()
        self.deliver()
        self.assertEqual(row.state, "retry")
        self.assertEqual(self.contract.opco_termination_state, "retry")
        self.make_due(row)
        self.env["opco.health"].search([]).paused_until = False
        self.deliver()
        self.assertEqual(row.state, "sent", row.message)

    def test_answer_that_was_lost_is_found_in_the_state(self):
        self.sandbox.add_fault(
            "reset_after_processing",
            method="POST",
            path="/v2/dossiers/rupture/employeur",
        )
        row = self.terminate()
        self.deliver()
        self.assertEqual(row.state, "unknown", row.message)
        # Not looked for among the deposits, of which it is none.
        with self.assertNoLogs("odoo.addons.opco_ep_connector", "ERROR"):
            self.refresh()
        self.assertEqual(row.state, "sent", row.message)
        self.assertEqual(self.contract.state, "broken")

    def test_answer_that_was_lost_is_found_once_the_dossier_is_settled(self):
        self.sandbox.add_fault(
            "reset_after_processing",
            method="POST",
            path="/v2/dossiers/rupture/employeur",
        )
        row = self.terminate()
        self.deliver()
        self.sandbox.set_state(self.contract.opco_internal_number, "SOLDE")
        self.refresh()
        self.assertEqual(row.state, "sent", row.message)
        self.assertEqual(self.contract.opco_termination_state, "done")

    def test_notice_that_did_not_arrive_leaves_again(self):
        self.sandbox.add_fault(
            "reset_after_read", method="POST", path="/v2/dossiers/rupture/employeur"
        )
        row = self.terminate()
        self.deliver()
        self.assertEqual(row.state, "unknown", row.message)
        payload = row.payload
        self.refresh()
        minutes = self.connection.profile_id.settle_minutes + 1
        row.answered_at = fields.Datetime.now() - timedelta(minutes=minutes)
        self.refresh()
        self.assertEqual(row.state, "retry")
        self.deliver()
        self.assertEqual((row.state, row.payload), ("sent", payload))

    def test_corrected_before_it_left(self):
        first = self.terminate()
        second = self.terminate(effect_date=date(2027, 3, 15))
        self.assertEqual((first.state, second.state), ("cancelled", "queued"))
        self.assertIn("2027-03-15", second.payload)

    def test_told_once(self):
        self.terminate()
        self.deliver()
        with self.assertRaisesRegex(UserError, "has or may have"):
            self.terminate()

    def test_nobody_writes_where_the_notice_stands(self):
        with self.assertRaises(AccessError):
            self.contract.with_user(self.transmitter).opco_termination_state = "done"

    def test_only_a_transmitter_tells_the_opco(self):
        clerk = self.new_user("termination_clerk", USER)
        with self.assertRaises(AccessError):
            self.contract.with_user(clerk)._terminate(AGREED)

    # -------------------------------------------------------------------- to-do
    def test_closed_flow_is_a_todo_that_closes_by_itself(self):
        self.open_flow(False)
        self.assertFalse(self.terminate())
        todo = self.todo()
        self.assertEqual(todo.user_id, self.transmitter)
        note = html2plaintext(todo.note)
        for text in (
            self.contract.opco_internal_number,
            self.contract.deca_number,
            "01/03/2027",
            "Accord des deux parties",
        ):
            self.assertIn(text, note)
        self.assertEqual(self.contract.opco_termination_state, "portal")
        self.assertEqual(self.contract.state, "active")

        self.refresh()
        self.assertTrue(self.todo())
        self.sandbox.set_state(self.contract.opco_internal_number, "RUPTURE")
        self.refresh()
        self.assertFalse(self.todo())
        self.assertEqual(self.contract.opco_termination_state, "done")
        self.assertEqual(self.contract.state, "broken")

    def test_closed_flow_is_said_before_and_after(self):
        def told():
            action = self.contract.with_user(self.transmitter).action_terminate()
            wizards = self.env["apprenticeship.termination"].with_user(self.transmitter)
            form = Form(wizards.with_context(**action["context"]))
            return form.opco_closed_text

        self.assertFalse(told())
        self.open_flow(False)
        self.assertIn("not open at OPCO EP", told())
        self.terminate()
        self.assertIn("not open at OPCO EP", html2plaintext(self.todo().note))

    def test_state_that_nobody_saw_pass_closes_the_todo(self):
        """The OPCO broke the contract and settled it between two readings."""
        self.open_flow(False)
        self.terminate()
        number = self.contract.opco_internal_number
        self.sandbox.set_state(number, "RUPTURE")
        self.sandbox.set_state(number, "SOLDE")
        self.refresh()
        self.assertEqual(self.contract.opco_state, "settled")
        self.assertEqual(self.contract.state, "broken")
        self.assertEqual(self.contract.opco_termination_state, "done")
        self.assertFalse(self.todo())
        [dossier] = self.contract._opco_dossiers()
        self.assertTrue(dossier.date_broken)
        said = "".join(self.said(self.contract))
        self.assertIn(f"{dossier.date_broken:%d/%m/%Y}", said)

    def test_broken_then_settled_stays_broken(self):
        self.terminate()
        self.deliver()
        self.refresh()
        self.sandbox.set_state(self.contract.opco_internal_number, "SOLDE")
        self.refresh()
        self.assertEqual(self.contract.opco_state, "settled")
        self.assertEqual(self.contract.state, "broken")

    def test_contract_that_never_began_is_not_told_as_broken(self):
        before = date(2026, 8, 31)
        self.assertFalse(self.terminate(effect_date=before, notice_date=before))
        self.assertEqual(self.contract.termination_kind, "cancelled")
        self.assertEqual(self.contract.opco_termination_state, "portal")
        self.assertIn("never began", html2plaintext(self.todo().note))
        self.sandbox.set_state(self.contract.opco_internal_number, "ANNULE")
        self.refresh()
        self.assertEqual(self.contract.state, "cancelled")
        self.assertEqual(self.contract.opco_termination_state, "done")
        self.assertFalse(self.todo())

    def test_a_second_statement_replaces_the_todo(self):
        self.open_flow(False)
        self.terminate()
        self.terminate(effect_date=date(2027, 3, 15))
        self.assertEqual(len(self.todo()), 1)
        self.assertIn("15/03/2027", html2plaintext(self.todo().note))

    def test_contract_never_deposited_is_decided_by_the_person(self):
        contract = self.new_contract()
        contract.state = "ready"
        contract.with_user(self.transmitter)._terminate(AGREED)
        self.assertEqual(contract.state, "broken")
        self.assertFalse(contract.opco_transmission_ids)
        self.assertFalse(contract.activity_ids)

    def test_contract_deposited_elsewhere_is_a_todo_to_close_by_hand(self):
        contract = self.new_contract()
        contract.write({"state": "active", "deca_number": "075202609001234"})
        contract.with_user(self.transmitter)._terminate(AGREED)
        self.assertEqual(contract.state, "broken")
        [todo] = contract.activity_ids
        self.assertIn("mark the to-do as done", todo.note)

    def test_contract_on_its_way_waits(self):
        contract = self.new_contract()
        self.transmit(contract)
        with self.assertRaisesRegex(UserError, "on its way"):
            contract.with_user(self.transmitter)._terminate(AGREED)
