# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.l10n_fr_apprenticeship.tests.common import NIR, PERSONAL_DATA

from .common import CONSULT, ConnectorCase


@tagged("post_install", "-at_install")
class TestSimulation(ConnectorCase):
    def simulate(self, contract, user=None):
        action = contract.with_user(user or self.transmitter).action_simulate()
        return self.env["opco.simulation"].browse(action["res_id"])

    def test_shows_exactly_what_leaves(self):
        contract = self.new_contract()
        simulation = self.simulate(contract)
        self.assertFalse(simulation.is_blocked)
        self.assertFalse(simulation.reasons)
        self.assertEqual(simulation.connection_id, self.connection)
        self.assertFalse(self.sandbox.deposits())
        self.assertFalse(contract.opco_transmission_ids)
        row = self.send(contract)
        self.assertEqual(json.loads(simulation.content), json.loads(row.payload))

    def test_says_what_would_block(self):
        simulation = self.simulate(self.new_contract(date_conclusion="2026-09-02"))
        self.assertTrue(simulation.is_blocked)
        self.assertIn("antidaté", simulation.reasons)
        self.assertIn("dateConclusion", simulation.content)

    def test_works_without_a_connection(self):
        self.connection.action_deactivate()
        simulation = self.simulate(self.new_contract())
        self.assertTrue(simulation.is_blocked)
        self.assertIn("No active OPCO connection", simulation.reasons)
        self.assertIn('"employeur"', simulation.content)

    def test_belongs_to_who_asked_for_it(self):
        simulation = self.simulate(self.new_contract())
        other = self.new_user("other", f"{CONSULT},{PERSONAL_DATA}")
        with self.assertRaises(AccessError):
            simulation.with_user(other).read(["content"])

    def test_personal_data_is_masked_outside_the_group(self):
        contract = self.new_contract(apprentice_disabled_worker=True)
        user = self.new_user("simulating", CONSULT)
        content = self.simulate(contract, user).content
        self.assertNotIn(NIR, content)
        self.assertNotEqual(json.loads(content)["cerfa"]["apprenti"]["handicap"], True)
        user.group_ids += self.env.ref(PERSONAL_DATA)
        self.assertIn(NIR, self.simulate(contract, user).content)
