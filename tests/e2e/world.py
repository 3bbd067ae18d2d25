# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of the tests: a database, a real Odoo, a real sandbox of an OPCO."""

import json
import os
import shutil
import time
from pathlib import Path

import databases
from odoo_process import OdooProcess, run_in_shell
from sandbox_process import SandboxProcess

PREPARE = Path(__file__).with_name("prepare.py")
SIRET = "90000002700012"
WAKE = "SELECT pg_notify('cron_trigger', %s)"


class World:
    """Made from a copy of a database where both add-ons are installed.

    :param template: that database
    :param database: the copy
    :param folder: folder of the logs and of what the sandbox knows
    :param copies: names of the complete contracts to add
    """

    def __init__(self, template, database, folder, copies=()):
        self.database = database
        self.folder = Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        databases.copy(template, database)
        self.sandbox = SandboxProcess(state=self.folder / "sandbox.sqlite")
        self.odoo = OdooProcess(database, self.folder / "odoo.log")
        self.copies = copies

    def __enter__(self):
        self.sandbox.start()
        try:
            self._prepare()
            self.odoo.start()
        except BaseException:
            self.sandbox.stop()
            raise
        return self

    def __exit__(self, *exception):
        self.odoo.stop()
        self.sandbox.stop()

    def _prepare(self):
        said = run_in_shell(
            self.database,
            PREPARE,
            SANDBOX_URL=self.sandbox.url,
            TOKEN_URL=self.sandbox.token_url,
            COPIES=json.dumps(self.copies),
        )
        line = next(ln for ln in said.splitlines() if ln.startswith("PREPARED "))
        self.contracts = json.loads(line.removeprefix("PREPARED "))
        self.revoked_key = self.sandbox.issue_key(SIRET)
        self.key = self.sandbox.issue_key(SIRET)
        self.client_secret = self.sandbox.client_secret
        self.connection = self.one(
            "SELECT id FROM opco_connection WHERE siret = %s", SIRET
        )

    def one(self, query, *arguments):
        """Return the only value of the only row of a query."""
        with databases.cursor(self.database) as cr:
            cr.execute(query, arguments)
            [[value]] = cr.fetchall()
            return value

    def execute(self, query, *arguments):
        """Change the database behind Odoo's back."""
        with databases.cursor(self.database) as cr:
            cr.execute(query, arguments)

    def contract_value(self, contract_id, field):
        """Return a column of a contract, as stored."""
        with databases.cursor(self.database) as cr:
            cr.execute(
                "SELECT row_to_json(c) FROM apprenticeship_contract c WHERE id = %s",
                (contract_id,),
            )
            return cr.fetchone()[0][field]

    def connection_works(self):
        """Tell whether contracts can leave."""
        return self.one(
            "SELECT state = 'active' AND test_result = 'passed' FROM opco_connection"
            " WHERE id = %s",
            self.connection,
        )

    def empty_connection(self):
        """Put the connection back to how it was before its first key."""
        self.execute(
            "UPDATE opco_connection SET state = 'inactive', test_result = NULL,"
            " sealed_api_key = NULL, api_key_saved_at = NULL,"
            " sealed_client_secret = NULL, client_secret_saved_at = NULL"
            " WHERE id = %s",
            self.connection,
        )

    def deposits_of(self, apprentice):
        """Return what the OPCO received for an apprentice, by beginning of name."""
        return [
            deposit
            for deposit in self.sandbox.deposits()
            if (deposit["apprentice"] or "").startswith(apprentice)
        ]

    def make_next_try_come(self):
        """Spare the wait before the next try.

        Odoo's crons are precise to a minute; the wake-up that the connector asked for
        is moved, none is added.
        """
        self.execute(
            "UPDATE opco_transmission SET next_try_at = now() at time zone 'UTC'"
        )
        self.execute("UPDATE ir_cron_trigger SET call_at = now() at time zone 'UTC'")
        with databases.cursor() as cr:
            cr.execute(WAKE, (self.database,))


def run_folder():
    """Return the folder of the logs, given by dev/settings.sh."""
    return Path(os.environ["RUN"])


def wait_for(question, seconds=20):
    """Return the first true answer to a question."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return answer
