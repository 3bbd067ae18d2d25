# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo in several processes, PostgreSQL and an OPCO, all of which can be killed."""

import json
import os
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from deliveries import Deliveries

import databases
from odoo_process import OdooProcess, free_port, run_in_shell
from sandbox_process import SandboxProcess

HERE = Path(__file__).parent
SIRET = "90000002700012"
DATABASE = "opco_chaos"
# What was to be sent is lost.
LOSE = "UPDATE opco_transmission SET payload = NULL WHERE contract_id = ANY(%s)"
# What the OPCO answers cannot be written on the contract.
JAM = """
    CREATE FUNCTION jam() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'this contract is broken'; END $$;
    CREATE TRIGGER jam BEFORE UPDATE OF opco_transport_state ON apprenticeship_contract
        FOR EACH ROW WHEN (OLD.id = ANY(%s::int[])) EXECUTE FUNCTION jam();
"""


class ChaosWorld:
    """Made from a copy of a database where both add-ons are installed."""

    def __init__(self, options, chance):
        self.database = DATABASE
        self.folder = Path(os.environ["RUN"]) / "log"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        databases.copy(options.template, DATABASE)
        # A copied sequence believes its next values logged, which they are for the
        # template only: a crash before the next checkpoint would give them twice.
        with databases.cursor() as cr:
            cr.execute("CHECKPOINT")
        self.deliveries = Deliveries(DATABASE)
        self.sandbox = SandboxProcess(state=self.folder / "sandbox.sqlite")
        self.servers = [self._server(number) for number in range(options.servers)]
        self.user = None
        self.restarts = 0
        self.crashes = []
        self.calls = Counter()
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

    def stuck(self):
        """Return the transmissions that have not come to their end, and could."""
        return self.deliveries.stuck(self.lost_ids + self.jammed_ids)

    def count_calls(self):
        """Return how often the OPCO was called, before its restarts too."""
        return self.calls + Counter(self.sandbox.calls())

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
        self.crashes.append(datetime.now(UTC).replace(tzinfo=None))
        for command in ("crash", "start"):
            subprocess.run(
                [Path(__file__).parents[2] / "dev" / "postgres", command],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def restart_sandbox(self, is_violent):
        """Restart the OPCO; its faults are forgotten, what it holds is kept."""
        self.calls += self.sandbox.calls()
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
        # Among the first to leave: what is broken must not stop what comes behind.
        early = self.contract_ids[: len(self.contract_ids) // 2]
        broken = self._chance.sample(early, self._options.lost + self._options.jammed)
        self.lost_ids = broken[: self._options.lost]
        self.jammed_ids = broken[self._options.lost :]
        self._execute(LOSE, self.lost_ids)
        self._execute(JAM, self.jammed_ids)

    def _execute(self, query, *arguments):
        with databases.cursor(self.database) as cr:
            cr.execute(query, arguments)
