# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo in several processes, PostgreSQL and an OPCO, all of which can be killed."""

import json
import os
import subprocess
from pathlib import Path

import databases
from deliveries import Deliveries
from odoo_process import OdooProcess, free_port, run_in_shell
from sandbox_process import ROOT, SandboxProcess

HERE = Path(__file__).parent
SIRET = "90000002700012"
DATABASE = "opco_chaos"
BREAK = """
    UPDATE opco_transmission SET payload = NULL
     WHERE id IN (SELECT id FROM opco_transmission WHERE state = 'queued'
                   ORDER BY id OFFSET %s LIMIT 1)
"""


class ChaosWorld:
    """Made from a copy of a database where both add-ons are installed."""

    def __init__(self, options, chance):
        self.database = DATABASE
        self.folder = Path(os.environ["RUN"]) / "log"
        self.folder.mkdir(exist_ok=True)
        for former in self.folder.glob("*"):
            former.unlink()
        databases.copy(options.template, DATABASE)
        self.deliveries = Deliveries(DATABASE)
        self.sandbox = SandboxProcess(state=self.folder / "sandbox.sqlite")
        self.servers = [self._server(number) for number in range(options.servers)]
        self.user = None
        self.restarts = 0
        self._options = options
        self._chance = chance

    def __enter__(self):
        self.sandbox.start()
        try:
            self._prepare()
        except BaseException:
            self.sandbox.stop()
            raise
        return self

    def __exit__(self, *exception):
        for server in self.servers:
            if server.runs():
                server.kill()
        self.sandbox.stop()

    @property
    def logs(self):
        """Paths of the logs of Odoo."""
        return [server.log for server in self.servers]

    def start_servers(self):
        for server in self.servers:
            server.start()

    def kill_odoo(self, number):
        """Kill a server with its workers, then start it again."""
        if self.servers[number].runs():
            self.servers[number].kill()
        self.servers[number].start()

    def start_what_has_ended(self):
        """Start again the servers that have ended, as a supervisor does."""
        for server in self.servers:
            if not server.runs():
                self.restarts += 1
                server.start()

    def restart_postgres(self):
        """Crash PostgreSQL (no checkpoint, no goodbye), then start it again."""
        for command in ("crash", "start"):
            subprocess.run(
                [Path(__file__).parents[2] / "dev" / "postgres", command],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def restart_sandbox(self, is_violent):
        """Restart the OPCO; its faults are forgotten, what it holds is kept."""
        if is_violent:
            self.sandbox.kill()
        else:
            self.sandbox.stop()
        self.sandbox.start()

    def _server(self, number):
        options = (
            "--workers=2",
            "--max-cron-threads=1",
            f"--gevent-port={free_port()}",
            "--log-level=info",
        )
        return OdooProcess(DATABASE, self.folder / f"odoo-{number + 1}.log", options)

    def _prepare(self):
        said = run_in_shell(
            self.database,
            HERE / "prepare.py",
            SANDBOX_URL=self.sandbox.url,
            TOKEN_URL=self.sandbox.token_url,
            CLIENT_ID=self.sandbox.client_id,
            CLIENT_SECRET=self.sandbox.client_secret,
            API_KEY=self.sandbox.issue_key(SIRET),
            CONTRACTS=str(self._options.contracts),
            SEED=str(self._chance.randrange(10**6)),
        )
        line = next(ln for ln in said.splitlines() if ln.startswith("PREPARED "))
        self.contract_ids = json.loads(line.removeprefix("PREPARED "))
        for _ in range(self._options.broken):
            # Among the first: what is broken must not stop what comes behind.
            self._execute(BREAK, self._chance.randrange(self._options.contracts // 2))
        lost = self.deliveries.rows(
            "SELECT contract_id FROM opco_transmission WHERE payload IS NULL"
        )
        self.broken_ids = {row["contract_id"] for row in lost}

    def _execute(self, query, *arguments):
        with databases.cursor(self.database) as cr:
            cr.execute(query, arguments)
