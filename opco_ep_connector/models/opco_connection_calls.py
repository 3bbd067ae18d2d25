# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import time
from urllib.parse import urlsplit

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import formatLang

from ..clients import client_for
from ..convergence.auth import Credentials
from ..convergence.client import ConvergenceClient
from ..convergence.clock_watch import ClockWatch
from ..convergence.errors import ConvergenceError
from ..convergence.key_claims import read_claims
from ..convergence.profile import InvalidAddress, check_url, is_loopback
from .connection_test_messages import explain_failed_test
from .opco_connection_secrets import API_KEY, CLIENT_SECRET, UnusableHere


class OpcoConnectionCalls(models.AbstractModel):
    """How a connection calls its OPCO: by a client kept open, or once, to test."""

    _name = "opco.connection.calls"
    _description = "Calls of an OPCO Connection"

    # --------------------------------------------------------------------- test
    def action_test_connection(self):
        """Call the OPCO without sending anything; say what is wrong, or activate."""
        self.ensure_one()
        self._check_key_administrator()
        began = time.monotonic()
        try:
            states = self._try_out()
        except UserError as error:
            return self._test_failed(str(error))
        self._test_passed(states, began)
        return self._notification(
            "success", self.env._("Connection successful"), self.test_message
        )

    def _replace_secrets(self, api_key=None, client_secret=None):
        """Replace secrets in use, only by secrets that were tried out.

        :raises UserError: when they do not work; then the former ones are still kept
        """
        self.ensure_one()
        key = None if api_key is None else self._clean_key(api_key)
        secret = (
            None if client_secret is None else self._clean_client_secret(client_secret)
        )
        began = time.monotonic()
        try:
            states = self._try_out(key, secret)
        except UserError as error:
            raise UserError(
                self.env._(
                    "%(reason)s\nNothing was replaced: what was kept is still there.",
                    reason=error,
                )
            ) from error
        self._store_secrets(api_key=key, client_secret=secret)
        self._test_passed(states, began)
        if key is not None:
            self._register_key_event("rotated")

    def _try_out(self, api_key=None, client_secret=None):
        """Ask for the status, a token and the list of states, which changes nothing.

        With the secrets given, with those kept where None; by a client of its own, so
        that nothing remembered hides what is wrong.

        :raises UserError: what is wrong
        """
        self._check_may_call()
        profile = self._norm_profile()
        credentials = self._credentials(api_key, client_secret)
        self._check_siret_of_key(credentials.api_key)
        watch = ClockWatch()
        with ConvergenceClient(
            profile, credentials, session_factory=watch.session
        ) as client:
            try:
                client.status()
                return client.list_states()
            except ConvergenceError as error:
                message = explain_failed_test(self.env, error, watch.seconds_ahead)
                raise UserError(message) from error

    def _check_siret_of_key(self, api_key):
        siret = read_claims(api_key).siret
        if siret and siret != self.siret:
            raise UserError(
                self.env._(
                    "This token was made for the SIRET %(written)s, and this "
                    "connection is that of %(expected)s: paste the token of this site.",
                    written=siret,
                    expected=self.siret,
                )
            )

    def _test_passed(self, states, began):
        message = self.env._(
            "%(connection)s answered in %(seconds)s s.",
            connection=self.name,
            seconds=formatLang(self.env, time.monotonic() - began, digits=2),
        )
        self._write_test("passed", message)
        self._activate(states)

    def _test_failed(self, message):
        self._write_test("failed", message)
        return self._notification(
            "danger", self.env._("The connection does not work"), message
        )

    def _write_test(self, result, message):
        self.sudo().write(
            {
                "tested_at": fields.Datetime.now(),
                "test_result": result,
                "test_message": message,
            }
        )

    def _notification(self, kind, title, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": title,
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------------- client
    def _client(self):
        """Return the client of this connection.

        :raises UserError: when something is missing or this database may not call
        """
        self.ensure_one()
        self._check_may_call()
        profile = self._norm_profile()
        connection = self.sudo()
        identity = (
            profile,
            connection.sealed_api_key,
            connection.sealed_client_secret,
            connection.client_id,
            connection.editor,
            connection.software,
            connection.software_version,
        )
        return client_for((self.env.cr.dbname, self.id), identity, self._credentials)

    def _credentials(self, api_key=None, client_secret=None):
        """Return who calls: by the secrets given, by those kept where None."""
        needs_client = self.profile_id.auth_mode != "none"
        if needs_client and client_secret is None:
            client_secret = self._open_secret(CLIENT_SECRET)
        return Credentials(
            client_id=self.client_id or "",
            client_secret=client_secret or "",
            api_key=self._open_secret(API_KEY) if api_key is None else api_key,
            editor=self.editor,
            software=self.software,
            version=self.software_version,
        )

    def _norm_profile(self):
        """Return how this OPCO speaks the norm, with the addresses of this connection.

        :raises ValidationError: when an address may not be used
        """
        has_tokens = self.profile_id.auth_mode != "none"
        return self.profile_id.sudo()._to_profile(
            self._check_address("base_url"),
            self._check_address("token_url") if has_tokens else None,
        )

    def _check_may_call(self):
        """:raises UserError: when this copy of a database would call the OPCO"""
        parameters = self.env["ir.config_parameter"].sudo()
        if not parameters.get_param("database.is_neutralized"):
            return
        addresses = filter(None, (self.base_url, self.token_url))
        if not all(is_loopback(urlsplit(url).hostname or "") for url in addresses):
            raise UnusableHere(
                self.env._(
                    "This database is a neutralized copy: it never calls the OPCO."
                )
            )

    def _label(self, name):
        return self._fields[name].get_description(self.env, ["string"])["string"]

    def _check_address(self, name):
        """:raises ValidationError: saying what is wrong with the address"""
        field = self._label(name)
        try:
            return check_url((self[name] or "").strip())
        except InvalidAddress as error:
            reasons = {
                "empty": self.env._("%(field)s is empty.", field=field),
                "not_https": self.env._(
                    "%(field)s must begin with https:// (%(value)s).",
                    field=field,
                    value=self[name],
                ),
            }
            otherwise = self.env._(
                "%(field)s is not a usable address (%(value)s): give it as "
                "https://host/path, without a question mark or credentials.",
                field=field,
                value=self[name],
            )
            raise ValidationError(reasons.get(error.reason, otherwise)) from error
