# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
import os
import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..convergence.api_key import UnusableKey, clean_api_key
from ..convergence.key_claims import read_claims
from ..vault import (
    ENVIRONMENT_VARIABLE,
    MAKE_A_KEY,
    BadMasterKey,
    NoMasterKey,
    Unreadable,
    Vault,
    fingerprint,
    last_four,
    master_keys,
)

_logger = logging.getLogger(__name__)

API_KEY = "api_key"
CLIENT_SECRET = "client_secret"
# What is known of a secret, and goes with it.
OF_API_KEY = (
    "sealed_api_key",
    "api_key_last_four",
    "api_key_fingerprint",
    "api_key_saved_at",
    "api_key_siret",
    "api_key_issued_at",
    "api_key_expires_at",
)
OF_CLIENT_SECRET = ("sealed_client_secret", "client_secret_saved_at")


class UnusableHere(UserError):
    """This server or this copy of the database may not use the connection."""


class OpcoConnectionSecrets(models.AbstractModel):
    """The two secrets of a connection: sealed, never shown, opened only to call."""

    _name = "opco.connection.secrets"
    _description = "Secrets of an OPCO Connection"

    vault_id = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: str(uuid.uuid4()),
        groups=fields.NO_ACCESS,
    )
    sealed_api_key = fields.Text(copy=False, prefetch=False, groups=fields.NO_ACCESS)
    sealed_client_secret = fields.Text(
        copy=False, prefetch=False, groups=fields.NO_ACCESS
    )
    api_key_last_four = fields.Char(string="Token ends with", readonly=True, copy=False)
    api_key_fingerprint = fields.Char(
        string="Token fingerprint", readonly=True, copy=False
    )
    api_key_saved_at = fields.Datetime(
        string="Token saved on", readonly=True, copy=False
    )
    client_secret_saved_at = fields.Datetime(
        string="Client secret saved on", readonly=True, copy=False
    )
    api_key_siret = fields.Char(
        string="SIRET written in the token",
        readonly=True,
        copy=False,
        help="As the token says it, when it can be read: it must be the site's.",
    )
    api_key_issued_at = fields.Datetime(
        string="Date written in the token", readonly=True, copy=False
    )
    api_key_expires_at = fields.Datetime(
        string="End written in the token", readonly=True, copy=False
    )
    api_key_age = fields.Integer(
        string="Age of the token (days)", compute="_compute_api_key_age"
    )
    secrets_state = fields.Selection(
        [
            ("none", "No token yet"),
            ("readable", "Readable"),
            ("unreadable", "Unreadable on this server"),
        ],
        string="Token",
        compute="_compute_secrets_state",
    )

    @api.depends("api_key_saved_at")
    def _compute_api_key_age(self):
        now = fields.Datetime.now()
        for connection in self:
            saved_at = connection.api_key_saved_at
            connection.api_key_age = (now - saved_at).days if saved_at else 0

    @api.depends("api_key_saved_at", "client_secret_saved_at")
    def _compute_secrets_state(self):
        for connection in self:
            if not connection.api_key_saved_at:
                connection.secrets_state = "none"
            elif connection._is_readable_here():
                connection.secrets_state = "readable"
            else:
                connection.secrets_state = "unreadable"

    def _is_readable_here(self):
        connection = self.sudo()
        try:
            for purpose in (API_KEY, CLIENT_SECRET):
                if connection[f"sealed_{purpose}"]:
                    connection._open_secret(purpose)
        except UnusableHere:
            return False
        return True

    def _store_secrets(self, api_key=None, client_secret=None):
        """Encrypt and keep what is given; what is None stays as it is.

        :raises UserError: when a value cannot be used, or no master key is set
        """
        self.ensure_one()
        vals = {}
        now = fields.Datetime.now()
        if not self.user_id and not self.env.user._is_superuser():
            vals["user_id"] = self.env.uid
        if api_key is not None:
            key = self._clean_key(api_key)
            vals["sealed_api_key"] = self._seal(API_KEY, key)
            vals["api_key_last_four"] = last_four(key)
            vals["api_key_fingerprint"] = fingerprint(key, self.sudo().vault_id)
            vals["api_key_saved_at"] = now
            vals |= self._values_of_claims(read_claims(key))
        if client_secret is not None:
            secret = self._clean_client_secret(client_secret)
            vals["sealed_client_secret"] = self._seal(CLIENT_SECRET, secret)
            vals["client_secret_saved_at"] = now
        self.sudo().write({**vals, "test_result": False, "tested_at": False})

    def _has_new_secrets_since(self, moment):
        """Tell whether a call begun then was made with former secrets."""
        return any(moment < one for one in self._secrets_saved_at() if one)

    def _secrets_saved_at(self):
        return self.api_key_saved_at, self.client_secret_saved_at

    def _replaces_a_secret(self, api_key, client_secret):
        """Tell whether one of the secrets given would take the place of another."""
        kept = self.sudo()
        return bool(
            (api_key is not None and kept.sealed_api_key)
            or (client_secret is not None and kept.sealed_client_secret)
        )

    @api.model
    def _values_of_claims(self, claims):
        """Return the fields that show what a key says of itself.

        :param claims: a `KeyClaims`
        """
        moments = {
            "api_key_issued_at": claims.issued_at,
            "api_key_expires_at": claims.expires_at,
        }
        return {"api_key_siret": claims.siret} | {
            name: moment.replace(tzinfo=None) if moment else False
            for name, moment in moments.items()
        }

    def _forget_secrets(self):
        """Destroy the secrets: they were given for another host than the present one.

        :return: the connections that had some
        """
        holders = self.sudo().filtered(
            lambda one: one.sealed_api_key or one.sealed_client_secret
        )
        if holders:
            holders.write(dict.fromkeys(OF_API_KEY + OF_CLIENT_SECRET, False))
        return holders

    def _reencrypt_secrets(self):
        """Seal again, with the first master key, what another one sealed.

        :return: the connections that this server cannot read, left as they are
        """
        vault = self._vault()
        unreadable = self.browse()
        for connection in self.sudo():
            try:
                connection.write(
                    {
                        name: vault.rotate(connection[name])
                        for name in ("sealed_api_key", "sealed_client_secret")
                        if connection[name] and not vault.is_current(connection[name])
                    }
                )
            except Unreadable:
                unreadable |= connection
        return unreadable

    def _clean_key(self, text):
        sentences = {
            "empty": self.env._("The token is empty: paste it again."),
            "inner_spaces": self.env._(
                "The token has spaces or line breaks inside: copy it again in one "
                "piece, or take the portal's .txt file."
            ),
            "url": self.env._(
                "This is a web address, not a token: copy the token itself."
            ),
            "email": self.env._("This is an e-mail address, not a token."),
            "truncated_jwt": self.env._(
                "The token is cut: copy it again from its first to its last character, "
                "or take the portal's .txt file."
            ),
            "not_ascii": self.env._(
                "The token holds characters that no token has: copy it again from the "
                "portal."
            ),
        }
        try:
            return clean_api_key(text)
        except UnusableKey as error:
            # Without its cause: nothing of the text may reach a log.
            reason = error.reason
        raise UserError(sentences[reason])

    def _clean_client_secret(self, text):
        secret = text.strip()
        if not secret:
            raise UserError(self.env._("The client secret is empty: paste it again."))
        if any(character.isspace() for character in secret):
            raise UserError(
                self.env._("The client secret has spaces inside: copy it again.")
            )
        return secret

    @api.model
    def _vault(self):
        """:raises UserError: when this server has no usable master key"""
        try:
            return Vault(master_keys(os.environ, config.get("opco_master_keys")))
        except NoMasterKey as error:
            raise UnusableHere(
                self.env._(
                    "This server cannot keep secrets: it has no master key. Make one "
                    "with\n%(command)s\nand give it to the server as the environment "
                    "variable %(variable)s, outside the database and its backups.",
                    command=MAKE_A_KEY,
                    variable=ENVIRONMENT_VARIABLE,
                )
            ) from error
        except BadMasterKey as error:
            raise UnusableHere(
                self.env._(
                    "This server cannot keep secrets: its master key number "
                    "%(position)s is not usable. Make one with\n%(command)s",
                    position=error.position,
                    command=MAKE_A_KEY,
                )
            ) from error

    def _seal(self, purpose, secret):
        return self._vault().seal(secret, self.sudo().vault_id, purpose)

    def _open_secret(self, purpose):
        """:raises UserError: when there is none, or this server cannot read it"""
        sealed = self.sudo()[f"sealed_{purpose}"]
        if not sealed:
            raise UserError(
                self.env._("The token is missing: paste it and save.")
                if purpose == API_KEY
                else self.env._("The client secret is missing: paste it and save.")
            )
        try:
            return self._vault().open(sealed, self.sudo().vault_id, purpose)
        except Unreadable as error:
            raise UnusableHere(
                self.env._(
                    "The secrets of %(connection)s are unreadable on this server: its "
                    "master key is not the one that sealed them. Restore the master "
                    "key, or paste the token again.",
                    connection=self.name,
                )
            ) from error

    def _take_sibling_client_secret(self):
        """Keep the client secret that another connection of the company has."""
        sibling = self._sibling_with_client_secret()
        if not sibling:
            return
        try:
            secret = sibling._open_secret(CLIENT_SECRET)
        except UserError as error:
            # Only a proposal: the administrator can still paste it.
            _logger.info("%s: client secret not taken over: %s", self.name, error)
            return
        self._store_secrets(client_secret=secret)

    def _sibling_with_client_secret(self):
        return self.sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("profile_id", "=", self.profile_id.id),
                ("client_id", "=", self.client_id),
                ("token_url", "=", self.token_url),
                ("client_id", "!=", False),
                ("sealed_client_secret", "!=", False),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
