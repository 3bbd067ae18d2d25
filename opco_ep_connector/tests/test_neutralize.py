# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from .common import ConnectorCase


@tagged("post_install", "-at_install")
class TestNeutralize(ConnectorCase):
    """A copy of the database cannot send."""

    def setUp(self):
        super().setUp()
        self.row = self.transmit(self.new_contract())
        self.env.flush_all()
        with file_open("opco_ep_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()

    def test_no_secret_and_no_active_connection(self):
        connections = self.env["opco.connection"].with_context(active_test=False)
        connections = connections.search([])
        self.assertIn(self.connection, connections)
        self.assertEqual(set(connections.mapped("state")), {"inactive"})
        for name in (
            "sealed_api_key",
            "sealed_client_secret",
            "api_key_last_four",
            "api_key_fingerprint",
            "api_key_saved_at",
            "client_secret_saved_at",
            "test_result",
        ):
            self.assertEqual(connections.filtered(name), connections.browse(), name)

    def test_queue_does_not_leave(self):
        self.deliver()
        self.assertEqual((self.row.state, self.row.attempt_count), ("queued", 0))
        self.assertFalse(self.sandbox.deposits())

    def test_nothing_is_left_to_test_with(self):
        message = self.connection.action_test_connection()["params"]["message"]
        self.assertIn("is missing", message)
        self.assertEqual(self.connection.state, "inactive")

    def test_nothing_new_is_queued(self):
        with self.assertRaisesRegex(UserError, "No active OPCO connection"):
            self.new_contract().with_user(self.transmitter)._transmit()
