# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The list of states in protocol V2, as a real server pages it."""

from odoo.tests import tagged

from .common import ConnectorCase

LIST = "/v2/dossiers/etats"


@tagged("post_install", "-at_install")
class TestPagedList(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.connection.profile_id.write(
            {"states_path": LIST, "states_page_parameter": "numeroPage"}
        )
        self.connection.action_test_connection()
        self.assertEqual(self.connection.state, "active")
        self.contracts = self.Contract.union(*(self.new_contract() for _ in range(5)))
        rows = self.send(self.contracts)
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.sandbox.set(page_size=2)
        self.refresh()
        self.numbers = self.contracts.mapped("opco_internal_number")
        self.sandbox.set_state(self.numbers[4], "EN_COURS_INSTRUCTION")
        self.sandbox.clear_calls()

    def calls_to(self, path):
        return sum(
            count
            for (_method, called, _status), count in self.sandbox.calls().items()
            if called == path
        )

    def lose_an_answer(self):
        """Leave a contract unknown, which the OPCO has not."""
        self.sandbox.add_fault("reset_after_read", method="POST", path="/v1/dossiers")
        row = self.send(self.new_contract())
        self.assertEqual(row.state, "unknown")
        return row

    def test_every_page_is_read_and_only_the_changed_detail(self):
        self.refresh()
        self.assertEqual(
            self.contracts.mapped("opco_state"), ["transmitted"] * 4 + ["in_progress"]
        )
        # Three pages hold five dossiers; one more says that there is no other.
        self.assertEqual(self.calls_to(LIST), 4)
        self.assertEqual(self.calls_to("/v1/dossiers"), 1)

    def test_page_in_an_array(self):
        self.sandbox.set(page_wrapping=True)
        self.refresh()
        self.assertEqual(self.contracts[4].opco_state, "in_progress")

    def test_first_page_for_ever(self):
        row = self.lose_an_answer()
        self.sandbox.set(page_repeats=True)
        self.refresh()
        self.refresh()
        self.assertLessEqual(self.calls_to(LIST), 6)
        self.assertEqual((row.state, row.look_count), ("unknown", 0))

    def test_total_that_announces_more_than_there_is(self):
        row = self.lose_an_answer()
        self.sandbox.set(page_total=50)
        self.refresh()
        self.assertEqual(self.contracts[4].opco_state, "in_progress")
        self.assertEqual(row.look_count, 0)

    def test_total_that_announces_less(self):
        self.sandbox.set(page_total=2)
        self.refresh()
        self.assertEqual(self.contracts[4].opco_state, "in_progress")

    def test_look_that_counts(self):
        row = self.lose_an_answer()
        self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 1))

    def test_single_object(self):
        """AFDAS answers one object when there is one dossier."""
        self.sandbox.reset()
        self.sandbox.set(list_format="object")
        self.connection.profile_id.write(
            {"states_path": "/v1/dossiers/etats", "states_page_parameter": False}
        )
        self.paste_key()
        self.connection.action_test_connection()
        contract = self.new_contract()
        self.send(contract)
        self.sandbox.set_state(contract.opco_internal_number, "INCONNU_DE_NOUS")
        self.refresh()
        self.assertEqual(
            (contract.opco_state, contract.opco_raw_state), ("other", "INCONNU_DE_NOUS")
        )
