# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the whole run has left behind; the last file by its name."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from odoo_log import complaints

from databases import cursor

# Shorter pieces of a secret could be there by chance.
PIECE = 24
OURS = re.compile(r"odoo\.addons\.(l10n_fr_apprenticeship|opco_ep_connector)")


@pytest.fixture(scope="module")
def dump(world):
    """The whole database as text."""
    [*_older, program] = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    done = subprocess.run(
        [
            program,
            *("-h", os.environ["PG_SOCKET"]),
            *("-p", os.environ["PG_PORT"]),
            *("-U", "odoo"),
            world.database,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def logs(world):
    """What Odoo and the sandbox wrote."""
    text = world.odoo.log.read_text(encoding="utf-8", errors="replace")
    # Proof that the calls to the OPCO are logged, with all that libraries say.
    assert "urllib3.connectionpool" in text
    return text + world.sandbox.complaints()


def pieces_of(world):
    """Return the secrets that went through the browser, and the core of the keys."""
    for key in (world.key, world.revoked_key):
        yield key
        signature = key.rpartition(".")[2]
        yield signature[:PIECE]
        yield signature[-PIECE:]
    yield world.client_secret


def test_no_secret_in_the_database(world, dump):
    assert "COPY public.opco_connection" in dump
    assert not [piece for piece in pieces_of(world) if piece in dump]


def test_no_secret_in_the_logs(world, logs):
    assert not [piece for piece in pieces_of(world) if piece in logs]
    assert "Bearer " not in logs


def test_nobody_in_the_logs(world, logs):
    with cursor(world.database) as cr:
        cr.execute("SELECT apprentice_nir FROM apprenticeship_contract")
        numbers = {nir for (nir,) in cr.fetchall() if nir}
    assert numbers
    assert not [number for number in numbers if number[:13] in logs]


def test_no_warning_of_the_add_ons_in_the_logs(world):
    """PostgreSQL's conflicts, which Odoo logs and tries again, are not theirs."""
    assert not [line for line in complaints(world.odoo.log) if OURS.search(line)]


def test_only_this_machine_was_called(outside):
    assert not outside
