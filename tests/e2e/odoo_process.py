# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A real Odoo server in a process of its own, with its crons running."""

import os
import signal
import socket
import subprocess
import time
from collections import deque
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

RUN_ODOO = Path(__file__).resolve().parents[2] / "dev" / "run-odoo"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 15


def free_port():
    """Return a port of 127.0.0.1 that nobody uses at present."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class OdooProcess:
    """Starts and stops one server on one database; ``url`` is its address.

    :param log: file that receives the server's log, calls of libraries included
    :param options: more options of Odoo's command line
    """

    def __init__(self, database, log, options=("--log-level=debug",)):
        self.database = database
        self.options = options
        self.log = Path(log)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()

    def start(self):
        """Start; return when the login page answers.

        :raises RuntimeError: it ended, or does not answer
        """
        self._process = subprocess.Popen(
            [
                RUN_ODOO,
                *("-d", self.database),
                *("--db-filter", f"^{self.database}$"),
                *("--http-port", str(self.port)),
                *("--logfile", self.log),
                *self.options,
                "--log-handler=urllib3:DEBUG",
                "--log-handler=requests:DEBUG",
            ],
            # A group of its own, workers included, that kill() ends as a whole.
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Odoo does not start: see {self.log}")
            time.sleep(0.2)

    def stop(self):
        """End cleanly, or else at once."""
        self._process.terminate()
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self):
        """End the server and its workers at once (SIGKILL), as a crash would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def runs(self):
        """Tell whether the process, once started, has not ended."""
        return self._process is not None and self._process.poll() is None

    def tail(self, lines=30, width=200):
        """Return the last lines of the log, cut."""
        with self.log.open(encoding="utf-8", errors="replace") as log:
            return "".join(f"{line[:width].rstrip()}\n" for line in deque(log, lines))

    def _answers(self):
        try:
            build_opener(ProxyHandler({})).open(f"{self.url}/web/login", timeout=30)
        except (URLError, OSError):
            return False
        return True


def run_in_shell(database, script, **variables):
    """Run a file in « odoo shell », with these environment variables.

    :return: what it printed
    :raises RuntimeError: it failed
    """
    command = [RUN_ODOO, "shell", "-d", database, "--no-http", "--log-level=error"]
    with open(script) as code:
        done = subprocess.run(
            command,
            stdin=code,
            capture_output=True,
            text=True,
            env={**os.environ, **variables},
        )
    if done.returncode:
        raise RuntimeError(f"{script} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
