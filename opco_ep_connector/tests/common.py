# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import os
from collections import Counter
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from odoo import fields
from odoo.tests.common import HOST, _super_send
from odoo.tools import html2plaintext

from odoo.addons.l10n_fr_apprenticeship.tests.common import (
    PERSONAL_DATA,
    ApprenticeshipCase,
)

from ..convergence.client import ConvergenceClient
from ..vault import ENVIRONMENT_VARIABLE
from .sandbox import Sandbox

CONSULT = "opco_ep_connector.group_consult"
TRANSMIT = "opco_ep_connector.group_transmit"
KEY_ADMINISTRATOR = "opco_ep_connector.group_key_administrator"

# The training centre's, and an employer's that the sandbox says is closed.
SIRET = "90000002700012"
CLOSED_SIRET = "90000020900016"


class SandboxAllowed:
    """Lets the client call this machine; Odoo cannot compare its pair of timeouts."""

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        if urlsplit(r.url).hostname == HOST:
            return _super_send(s, r, **kw)
        return super()._request_handler(s, r, **(kw | {"timeout": None}))


class ConnectorCase(SandboxAllowed, ApprenticeshipCase):
    """A company with a connection to a sandbox of its own, tested and active."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.dict(os.environ, {ENVIRONMENT_VARIABLE: new_master_key()})
        )
        # One sandbox for each class: Odoo ends what runs longer.
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.end)
        cls.sandbox.start()
        # What this database holds besides must not call anybody.
        cls.env["opco.connection"].search([]).write({"state": "inactive"})
        # English whatever this database speaks: sentences are compared.
        cls.env["res.lang"]._activate_lang("en_US")
        (cls.env.user.partner_id | cls.company.partner_id).lang = "en_US"
        cls.transmitter = cls.new_user("transmitter", f"{TRANSMIT},{PERSONAL_DATA}")
        cls.consultant = cls.new_user("consultant", CONSULT)
        cls.administrator = cls.new_user("administrator", KEY_ADMINISTRATOR)
        cls.colleague = cls.new_user("colleague", "base.group_user")
        cls.connection = cls.new_connection()

    @classmethod
    def new_user(cls, *arguments, **options):
        user = super().new_user(*arguments, **options)
        user.lang = "en_US"
        return user

    def setUp(self):
        super().setUp()
        if not self.sandbox.is_running:
            self.sandbox.start()
        self.sandbox.reset()
        self.paste_key()
        self.connection.action_test_connection()

    @classmethod
    def new_connection(cls, **changes):
        values = {
            "company_id": cls.company.id,
            "partner_id": cls.company.partner_id.id,
            "base_url": cls.sandbox.url,
            "token_url": cls.sandbox.token_url,
            "client_id": cls.sandbox.client_id,
            "editor": "Editor",
        }
        return cls.env["opco.connection"].create(values | changes)

    @classmethod
    def new_contract(cls, **changes):
        return super().new_contract(**({"user_id": cls.transmitter.id} | changes))

    def paste_key(self, connection=None):
        """Store a new key, which revokes the former one, and the client secret."""
        connection = connection or self.connection
        self.api_key = self.sandbox.issue_key(connection.siret)
        connection._store_secrets(
            api_key=self.api_key, client_secret=self.sandbox.client_secret
        )

    def revoke_key(self):
        self.sandbox.issue_key(SIRET)

    def new_contract_of_closed_employer(self):
        return self.new_contract(
            employer_id=self.new_employer(company_registry=CLOSED_SIRET).id
        )

    def transmit(self, contracts):
        """Queue as the transmitter; return the transmissions, as the superuser."""
        former = contracts.opco_transmission_ids
        contracts.with_user(self.transmitter).action_transmit()
        return contracts.opco_transmission_ids - former

    def deliver(self):
        self._run("opco_ep_connector.ir_cron_deliver")

    def refresh(self):
        """Read now, as somebody asks for it."""
        active = self.env["opco.connection"].search([("state", "=", "active")])
        self.env["opco.polling"]._ask(active)
        self._run("opco_ep_connector.ir_cron_refresh")

    def send(self, contracts):
        rows = self.transmit(contracts)
        self.deliver()
        return rows

    def one_call_at_a_time(self):
        self.connection.profile_id.calls_at_once = 1

    def make_due(self, rows):
        """Let the time of the next try come."""
        past = fields.Datetime.now() - timedelta(minutes=1)
        rows.write({"next_try_at": past})

    @contextmanager
    def count_calls(self):
        """Give the number of times each read of the OPCO was made."""
        calls = Counter()
        with ExitStack() as patches:
            for name in ("list_states", "read_dossier"):
                patches.enter_context(
                    patch.object(
                        ConvergenceClient,
                        name,
                        counted(getattr(ConvergenceClient, name), calls),
                    )
                )
            yield calls

    def _run(self, cron):
        in_test_mode = type(self)._registry_patched
        with nullcontext() if in_test_mode else self.enter_registry_test_mode():
            self.env.ref(cron).method_direct_trigger()

    def said(self, contract):
        """Return the texts of the chatter, oldest first."""
        messages = contract.message_ids.sorted("id")
        bodies = [message.body for message in messages if message.body]
        return [html2plaintext(body).strip() for body in bodies]

    def sent_numbers(self):
        return [
            deposit["numeroInterne"]
            for deposit in self.sandbox.deposits()
            if deposit["outcome"] == "accepted"
        ]


def counted(method, calls):
    """Return the method, counting its calls under its name."""

    def call(*arguments, **options):
        calls[method.__name__] += 1
        return method(*arguments, **options)

    return call


def new_master_key():
    return Fernet.generate_key().decode()
