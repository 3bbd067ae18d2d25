# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A cron killed again and again is not taken for one that never ends."""

from odoo.tests import tagged

from .common import ConnectorCase


@tagged("post_install", "-at_install")
class TestCronProgress(ConnectorCase):
    def test_what_is_done_is_counted(self):
        self.transmit(self.new_contract())
        self.deliver()
        cron = self.env.ref("opco_ep_connector.ir_cron_deliver")
        progress = self.env["ir.cron.progress"].search(
            [("cron_id", "=", cron.id)], order="id desc", limit=1
        )
        self.assertGreater(progress.done, 0)
