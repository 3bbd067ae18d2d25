# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Command line: ``python -m opco_sandbox``."""

import argparse
import signal
import sqlite3
import sys
import threading

from . import scenario
from .app import create_app
from .sandbox import Sandbox
from .server import SandboxServer, listen


def parse_arguments(argv=None):
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(
        prog="python -m opco_sandbox", description="Simulated OPCO (API Convergence)."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8070, help="0 = any free port")
    parser.add_argument(
        "--state", default=":memory:", help="SQLite file; in memory by default"
    )
    parser.add_argument("--scenario", help="JSON file applied before listening")
    parser.add_argument("--client-id", default="opco-ep-sandbox")
    parser.add_argument("--client-secret", default="sandbox-client-secret")
    return parser.parse_args(argv)


def serve_until_stopped(server):
    """Serve in a thread until SIGTERM or SIGINT, then return."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    thread = threading.Thread(target=server.serve_forever, args=(0.1,))
    thread.start()
    print(f"OPCO sandbox listening on {server.url}", flush=True)
    stop.wait()
    server.shutdown()
    thread.join()


def reason(error):
    """Return why listening failed, without the address the library appends."""
    text = getattr(error, "strerror", None) or str(error)
    return text.partition(" (while")[0]


def main(argv=None):
    """Run the sandbox; the exit code is 1 when it cannot start."""
    options = parse_arguments(argv)
    try:
        listener = listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        print(
            f"Cannot listen on {options.host}:{options.port}: {reason(error)}.",
            file=sys.stderr,
        )
        return 1
    try:
        sandbox = Sandbox(options.state, options.client_id, options.client_secret)
    except sqlite3.Error as error:
        listener.close()
        print(f"Cannot open the state {options.state}: {error}.", file=sys.stderr)
        return 1
    try:
        if options.scenario:
            scenario.apply(sandbox, scenario.read(options.scenario))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        listener.close()
        sandbox.close()
        print(f"Cannot apply {options.scenario}: {error}.", file=sys.stderr)
        return 1
    serve_until_stopped(
        SandboxServer(options.host, listener, create_app(sandbox), sandbox)
    )
    sandbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
