# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What one running sandbox is made of."""

from flask import current_app

from .agenda import Agenda
from .calls import CallCounter
from .closed import ClosedEstablishments
from .database import Database
from .deposits import Ledger
from .dossiers import Dossiers
from .faults import FaultList
from .files import FileStore
from .keys import KeyRing
from .settings import Settings
from .slowness import Slowness
from .tokens import TokenOffice


class Sandbox:
    """The parts, each with its own job, on one state."""

    def __init__(self, state, client_id, client_secret):
        """Open the state (SQLite path or ``:memory:``).

        :raises sqlite3.Error: the file cannot be used
        """
        self.database = Database(state)
        self.settings = Settings(self.database)
        self.tokens = TokenOffice(client_id, client_secret)
        self.keys = KeyRing(self.database)
        self.agenda = Agenda(self.database)
        self.dossiers = Dossiers(self.database, self.settings, self.agenda)
        self.ledger = Ledger(self.database)
        self.closed = ClosedEstablishments(self.database)
        self.files = FileStore(self.database, state)
        self.faults = FaultList()
        self.calls = CallCounter()
        self.slowness = Slowness(self.settings)

    def reset(self):
        """Forget everything: dossiers, ledger, keys, tokens, files, faults,
        settings, calls."""
        self.database.reset()
        self.settings.load()
        self.agenda.load()
        self.files.clear()
        self.tokens.clear()
        self.faults.clear()
        self.calls.clear()
        self.slowness.clear()

    def close(self):
        """Close the state."""
        self.files.close()
        self.database.close()


def current():
    """Return the sandbox of the running application."""
    return current_app.extensions["opco_sandbox"]
