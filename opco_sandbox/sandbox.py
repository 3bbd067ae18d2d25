# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What one running sandbox is made of."""

from flask import current_app

from .closed import ClosedEstablishments
from .database import Database
from .deposits import Ledger
from .dossiers import Dossiers
from .faults import FaultList
from .keys import KeyRing
from .settings import Settings
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
        self.dossiers = Dossiers(self.database)
        self.ledger = Ledger(self.database)
        self.closed = ClosedEstablishments(self.database)
        self.faults = FaultList()

    def reset(self):
        """Forget everything: dossiers, ledger, keys, tokens, faults, settings."""
        self.database.reset()
        self.tokens.clear()
        self.faults.clear()

    def close(self):
        """Close the state."""
        self.database.close()


def current():
    """Return the sandbox of the running application."""
    return current_app.extensions["opco_sandbox"]
