# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell » on the former release: records of each of its models.

The builders are those of that release's own tests; what they make is committed.
"""

import os

from odoo.modules import module
from odoo.sql_db import Cursor

from odoo.addons.opco_ep_connector.tests.common import ConnectorCase
from odoo.addons.opco_ep_connector.tests.every_model import one_of_each
from odoo.addons.opco_ep_connector.vault import ENVIRONMENT_VARIABLE

master_key = os.environ[ENVIRONMENT_VARIABLE]


class Filling(ConnectorCase):
    """What these tests undo at their end is kept."""

    def runTest(self):
        records = one_of_each(self)
        self.send(self.new_contract() | self.new_contract())
        self._run("opco_ep_connector.ir_cron_seal")
        self.env.flush_all()
        # A test's own cursor refuses to commit.
        Cursor.commit(self.cr)
        print(f"{len(records)} models filled")


Filling.setUpClass()
try:
    # Secrets that the server can still open afterwards.
    os.environ[ENVIRONMENT_VARIABLE] = master_key
    module.current_test = filling = Filling()
    filling.setUp()
    filling.runTest()
finally:
    Filling.doClassCleanups()
