# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The state: one SQLite connection shared by all threads, behind one lock."""

import sqlite3
import threading
from contextlib import contextmanager

SCHEMA = """
CREATE TABLE IF NOT EXISTS dossiers (
    numero_interne INTEGER PRIMARY KEY,
    numero_externe TEXT NOT NULL UNIQUE,
    numero_deca TEXT UNIQUE,
    etat TEXT NOT NULL,
    commentaire TEXT,
    date_rupture TEXT,
    echeances TEXT,
    received_at TEXT NOT NULL,
    cfa_siren TEXT NOT NULL,
    employer_siret TEXT NOT NULL,
    nir13 TEXT NOT NULL,
    start_date TEXT NOT NULL,
    contract_type INTEGER NOT NULL,
    cerfa TEXT NOT NULL,
    identity TEXT,
    external_shown INTEGER NOT NULL DEFAULT 1,
    amends INTEGER,
    no_avenant TEXT
);
CREATE INDEX IF NOT EXISTS dossiers_siren ON dossiers (cfa_siren);
CREATE TABLE IF NOT EXISTS deposits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER NOT NULL,
    numero_interne INTEGER,
    employer_siret TEXT,
    apprentice TEXT,
    sha256 TEXT NOT NULL,
    duplicate INTEGER NOT NULL DEFAULT 0,
    editeur TEXT NOT NULL,
    logiciel TEXT NOT NULL,
    version TEXT NOT NULL,
    reasons TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    siret TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    last_four TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX IF NOT EXISTS keys_one_active ON keys (siret) WHERE active;
CREATE TABLE IF NOT EXISTS closed_establishments (siret TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS agenda (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    due REAL NOT NULL,
    numero_interne INTEGER NOT NULL,
    step TEXT NOT NULL,
    etat TEXT,
    comment TEXT
);
CREATE INDEX IF NOT EXISTS agenda_due ON agenda (due);
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at TEXT NOT NULL,
    flow TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER NOT NULL,
    numero_interne INTEGER,
    name TEXT,
    size INTEGER,
    sha256 TEXT,
    duplicate INTEGER NOT NULL DEFAULT 0,
    infos TEXT,
    reasons TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS files_sha256 ON files (sha256);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
# of states written by an earlier version
ADDED_COLUMNS = (
    ("dossiers", "identity", "TEXT"),
    ("dossiers", "external_shown", "INTEGER NOT NULL DEFAULT 1"),
    ("dossiers", "amends", "INTEGER"),
    ("dossiers", "no_avenant", "TEXT"),
)
INDEXES = """
CREATE INDEX IF NOT EXISTS dossiers_identity ON dossiers (identity);
CREATE INDEX IF NOT EXISTS dossiers_amends ON dossiers (amends);
CREATE INDEX IF NOT EXISTS deposits_verdict ON deposits (outcome, duplicate);
"""
TABLES = (
    "dossiers",
    "deposits",
    "keys",
    "closed_establishments",
    "agenda",
    "files",
    "settings",
)

# fictitious establishment, closed from the start
SEED = "INSERT OR IGNORE INTO closed_establishments VALUES ('90000020900016')"


class Database:
    """The only place that touches SQLite."""

    def __init__(self, path):
        """Open or create the state.

        :raises sqlite3.Error: the file cannot be used
        """
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        # a commit still outlives the process, if not the machine
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(SCHEMA)
        self._add_columns()
        self._connection.executescript(INDEXES)
        self._connection.execute(SEED)

    def _add_columns(self):
        for table, column, kind in ADDED_COLUMNS:
            known = [row["name"] for row in self.run(f"PRAGMA table_info({table})")]
            if column not in known:
                self.run(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    @contextmanager
    def transaction(self):
        """Hold the lock and one transaction; roll back on any exception."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def run(self, sql, values=()):
        """Execute one statement and return its rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def reset(self):
        """Empty every table and put the seed back."""
        with self.transaction():
            for table in TABLES:
                self.run(f"DELETE FROM {table}")
            self.run(SEED)

    def close(self):
        """Close the connection once no thread uses it."""
        with self._lock:
            self._connection.close()
