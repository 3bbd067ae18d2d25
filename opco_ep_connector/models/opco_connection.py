# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
import os
import time
import uuid
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import config
from odoo.tools.misc import formatLang

from odoo.addons.l10n_fr_apprenticeship.cerfa.identifiers import compact, is_siret

from ..clients import client_for
from ..convergence.api_key import UnusableKey, clean_api_key
from ..convergence.auth import Credentials, check_header
from ..convergence.errors import ConvergenceError
from ..convergence.profile import InvalidAddress, check_url, is_loopback
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
from .outcome_messages import explain_failure

_logger = logging.getLogger(__name__)

KEY_ADMINISTRATOR = "opco_ep_connector.group_key_administrator"
TO_TEST_AGAIN = frozenset(
    ("base_url", "token_url", "client_id", "siret", "environment", "profile_id")
)
WRITTEN_BY_TESTS = frozenset(
    (
        "state",
        "tested_at",
        "test_result",
        "test_message",
        "api_key_last_four",
        "api_key_fingerprint",
        "api_key_saved_at",
        "client_secret_saved_at",
    )
)
# What a queued row was made for: it must not leave for another.
FIXED_WHILE_WAITING = frozenset(("environment", "siret", "profile_id"))
API_KEY = "api_key"
CLIENT_SECRET = "client_secret"


class UnusableHere(UserError):
    """This server or this copy of the database may not use the connection."""


class OpcoConnection(models.Model):
    """The way to one OPCO for one establishment (SIRET) of the training centre.

    States::

        inactive --[test passes]--> active --[key refused]--> stopped
                                      ^                          |
                                      +------[test passes]-------+
    """

    _name = "opco.connection"
    _description = "OPCO Connection"
    _inherit = ["mail.thread"]
    _order = "company_id, profile_id, siret"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    profile_id = fields.Many2one(
        "opco.profile",
        string="OPCO",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.ref(
            "opco_ep_connector.profile_opco_ep", raise_if_not_found=False
        ),
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Site",
        required=True,
        domain=[("is_company", "=", True)],
        check_company=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.partner_id,
        help="The establishment of the training centre that the key was made for.",
    )
    siret = fields.Char(
        string="SIRET",
        compute="_compute_siret",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        tracking=True,
    )
    whole_enterprise = fields.Boolean(
        string="For the whole enterprise",
        help="Also used by the sites of the same SIREN that have no key of their own.",
        tracking=True,
    )
    is_automatic = fields.Boolean(
        string="Transmit ready contracts automatically",
        copy=False,
        tracking=True,
        help="Contracts marked ready, in which nothing is found and which were never "
        "transmitted, leave by themselves within minutes. The others wait for "
        "somebody: those with a warning, rejected, refused or cancelled.",
    )
    environment = fields.Selection(
        [
            ("sandbox", "Sandbox"),
            ("test", "Test"),
            ("production", "Production"),
        ],
        required=True,
        default=lambda self: self._default_environment(),
        tracking=True,
    )
    state = fields.Selection(
        [
            ("inactive", "Inactive"),
            ("active", "Active"),
            ("stopped", "Stopped"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="inactive",
        tracking=True,
    )
    base_url = fields.Char(
        string="API address",
        default=lambda self: self._default_from_sibling("base_url"),
        help="Without the version, such as https://api.example.",
    )
    token_url = fields.Char(
        string="Token address",
        default=lambda self: self._default_from_sibling("token_url"),
    )
    client_id = fields.Char(
        string="Client ID of the software",
        default=lambda self: self._default_from_sibling("client_id"),
    )
    editor = fields.Char(
        string="EDITEUR",
        required=True,
        default=lambda self: self._default_from_sibling("editor") or "Odoo",
        help="Name of the software's editor, as registered at the OPCO. Plain ASCII.",
    )
    software = fields.Char(
        string="LOGICIEL",
        required=True,
        default=lambda self: (
            self._default_from_sibling("software") or "opco_ep_connector"
        ),
        help="Name of the software, as registered at the OPCO. Plain ASCII.",
    )
    software_version = fields.Char(
        string="VERSION",
        required=True,
        default=lambda self: self._default_from_sibling("software_version") or "1.0.0",
        help="Version of the software, not of the norm. Plain ASCII.",
    )

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
    tested_at = fields.Datetime(string="Last test", readonly=True, copy=False)
    test_result = fields.Selection(
        [("passed", "Connection successful"), ("failed", "Failed")],
        readonly=True,
        copy=False,
    )
    test_message = fields.Char(readonly=True, copy=False)

    transmission_ids = fields.One2many("opco.transmission", "connection_id")
    waiting_count = fields.Integer(
        string="In the queue", compute="_compute_transmissions"
    )
    last_success_at = fields.Datetime(
        string="Last receipt", compute="_compute_transmissions"
    )

    _one_active_per_siret = models.UniqueIndex(
        "(profile_id, siret) WHERE state != 'inactive'",
        "Another active connection already serves this OPCO and this SIRET: the OPCO "
        "accepts one key per SIRET.",
    )

    @api.model
    def _default_from_sibling(self, name):
        """Propose what another connection of this company already says."""
        sibling = self.search([("company_id", "=", self.env.company.id)], limit=1)
        return sibling[name]

    @api.model
    def _default_environment(self):
        """Propose the environment of the proposed address, never the production's."""
        environment = self._default_from_sibling("environment")
        return environment if environment == "test" else "sandbox"

    @api.depends("profile_id.name", "partner_id.name")
    def _compute_name(self):
        for connection in self:
            names = (connection.profile_id.name, connection.partner_id.name)
            connection.name = " – ".join(filter(None, names))

    @api.depends("partner_id")
    def _compute_siret(self):
        for connection in self:
            connection.siret = compact(connection.partner_id.company_registry or "")

    def _compute_transmissions(self):
        waiting = dict(
            self.env["opco.transmission"]._read_group(
                [
                    ("connection_id", "in", self.ids),
                    ("state", "in", self.env["opco.transmission"].WAITING_STATES),
                ],
                ["connection_id"],
                ["__count"],
            )
        )
        successes = dict(
            self.env["opco.transmission"]._read_group(
                [("connection_id", "in", self.ids), ("state", "=", "sent")],
                ["connection_id"],
                ["answered_at:max"],
            )
        )
        for connection in self:
            connection.waiting_count = waiting.get(connection, 0)
            connection.last_success_at = successes.get(connection)

    @api.constrains("editor", "software", "software_version")
    def _check_headers(self):
        for connection in self:
            for name in ("editor", "software", "software_version"):
                try:
                    check_header(name, connection[name] or "")
                except ValueError as error:
                    raise ValidationError(
                        self.env._(
                            "%(field)s is « %(value)s »: write it with plain letters, "
                            "digits and signs, without accents.",
                            field=connection._label(name),
                            value=connection[name],
                        )
                    ) from error

    @api.constrains("siret")
    def _check_siret(self):
        for connection in self:
            if not is_siret(connection.siret):
                raise ValidationError(
                    self.env._(
                        "%(siret)s is not a valid SIRET: check its 14 digits.",
                        siret=connection.siret,
                    )
                )

    @api.constrains("base_url", "token_url")
    def _check_addresses(self):
        for connection in self:
            for name in ("base_url", "token_url"):
                if connection[name]:
                    connection._check_address(name)

    @api.constrains("environment", "base_url", "token_url")
    def _check_production_address(self):
        for connection in self.filtered(lambda c: c.environment == "production"):
            for address in filter(None, (connection.base_url, connection.token_url)):
                if is_loopback(urlsplit(address).hostname or ""):
                    raise ValidationError(
                        self.env._(
                            "%(address)s is an address of this machine: it cannot be "
                            "the OPCO's production.",
                            address=address,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_written_by_hand(vals)
        connections = super().create(
            [self._with_compact_siret(vals) for vals in vals_list]
        )
        if not self.env.su and any(one.state != "inactive" for one in connections):
            raise AccessError(self.env._("A connection is made inactive."))
        for connection in connections:
            connection._take_sibling_client_secret()
        return connections

    def write(self, vals):
        self._check_not_written_by_hand(vals)
        vals = self._with_compact_siret(vals)
        if FIXED_WHILE_WAITING & vals.keys():
            self._check_nothing_waits(vals)
        if vals.get("environment") and "base_url" not in vals:
            # An address belongs to one environment: nothing leaves twice for it.
            changing = any(one.environment != vals["environment"] for one in self)
            vals |= {"base_url": False, "token_url": False} if changing else {}
        changed = TO_TEST_AGAIN & vals.keys()
        if changed and "state" not in vals:
            # What was tested is no longer what would be called.
            vals = {**vals, "state": "inactive", "tested_at": False}
            vals["test_result"] = False
        result = super().write(vals)
        if "environment" in vals:
            self._forget_other_environments()
        return result

    def action_test_connection(self):
        """Call the OPCO without sending anything; say what is wrong, or activate."""
        self.ensure_one()
        self._check_key_administrator()
        began = time.monotonic()
        try:
            states = self._try_out()
        except UserError as error:
            return self._test_failed(str(error))
        except ConvergenceError as error:
            return self._test_failed(explain_failure(self.env, error))
        message = self.env._(
            "%(connection)s answered in %(seconds)s s.",
            connection=self.name,
            seconds=formatLang(self.env, time.monotonic() - began, digits=2),
        )
        self._write_test("passed", message)
        self._activate(states)
        return self._notification(
            "success", self.env._("Connection successful"), message
        )

    def action_deactivate(self):
        self._check_key_administrator()
        self.sudo().write({"state": "inactive"})

    def action_refresh_states(self):
        """Have the lists of these connections read now."""
        self.check_access("read")
        self.env["opco.polling"]._ask(self.sudo())
        return self.env["opco.dossier"]._asked_notification()

    def action_view_waiting(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "opco_ep_connector.opco_transmission_action"
        )
        return action | {
            "domain": [
                ("connection_id", "=", self.id),
                ("state", "in", self.env["opco.transmission"].WAITING_STATES),
            ],
            "context": {},
        }

    def _try_out(self):
        """Ask for the status, a token and the list of states, which changes nothing."""
        client = self._client()
        client.status()
        return client.list_states()

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

    def _activate(self, states):
        """Open the flow; what the OPCO already lists was not sent by us from here."""
        self.env["opco.dossier"].sudo()._record_states(self, states)
        if self.state != "active":
            self.sudo().state = "active"
        self.env["opco.health"].sudo()._forget(self)
        self.env["opco.transmission"].sudo()._release_held(self)

    def _in_company_language(self):
        """Return the connection, speaking the language of the training centre."""
        language = self.company_id.partner_id.lang or self.env.lang
        return self.with_context(lang=language)

    def _dossier_identity(self, internal_number):
        return {
            "connection_id": self.id,
            "environment": self.environment,
            "internal_number": internal_number,
            "first_seen_at": fields.Datetime.now(),
        }

    def _stop(self, message):
        """Hold the queue until a test passes: this connection cannot be used."""
        self.ensure_one()
        if self.state == "active":
            self.write(
                {"state": "stopped", "test_result": "failed", "test_message": message}
            )
        self.env["opco.transmission"]._hold_queue(self, message)

    def _check_not_written_by_hand(self, vals):
        if not self.env.su and any(vals.get(name) for name in WRITTEN_BY_TESTS):
            raise AccessError(
                self.env._("Only a test of the connection opens or closes it.")
            )

    @api.model
    def _with_compact_siret(self, vals):
        if not vals.get("siret"):
            return dict(vals)
        return {**vals, "siret": compact(vals["siret"])}

    def _check_nothing_waits(self, vals):
        """What was queued for one environment or SIRET must not leave for another."""
        changing = self.filtered(
            lambda connection: any(
                connection._fields[name].convert_to_write(connection[name], connection)
                != vals[name]
                for name in FIXED_WHILE_WAITING & vals.keys()
            )
        )
        changing.sudo().lock_for_update()
        waiting = (
            self.env["opco.transmission"]
            .sudo()
            .search(
                [
                    ("connection_id", "in", changing.ids),
                    "|",
                    ("state", "in", self.env["opco.transmission"].WAITING_STATES),
                    ("applied", "=", False),
                ]
            )
        )
        if waiting:
            raise UserError(
                self.env._(
                    "%(connections)s still has contracts in its queue: let them leave "
                    "or cancel them before changing the environment, the SIRET or the "
                    "OPCO.",
                    connections=", ".join(waiting.connection_id.mapped("name")),
                )
            )

    def _forget_other_environments(self):
        """Show on the contracts only what the present environment has received."""
        transmissions = self.env["opco.transmission"].sudo()
        for connection in self:
            sent_elsewhere = (
                transmissions.search([("connection_id", "=", connection.id)])
            ).contract_id.filtered(
                lambda contract, environment=connection.environment: (
                    contract.opco_environment != environment
                )
            )
            live_elsewhere = transmissions.search(
                [
                    ("contract_id", "in", sent_elsewhere.ids),
                    ("connection_id", "!=", connection.id),
                    ("is_live", "=", True),
                ]
            ).contract_id
            (sent_elsewhere - live_elsewhere)._opco_mirror_environment(
                connection.environment
            )

    def _check_key_administrator(self):
        if not self.env.su and not self.env.user.has_group(KEY_ADMINISTRATOR):
            raise UserError(
                self.env._("Only key administrators may test or change a connection.")
            )
        self.check_access("write")

    # ------------------------------------------------------------------ secrets
    def _store_secrets(self, api_key=None, client_secret=None):
        """Encrypt and keep what is given; what is None stays as it is.

        :raises UserError: when a value cannot be used, or no master key is set
        """
        self.ensure_one()
        vals = {}
        now = fields.Datetime.now()
        if api_key is not None:
            key = self._clean_key(api_key)
            vals["sealed_api_key"] = self._seal(API_KEY, key)
            vals["api_key_last_four"] = last_four(key)
            vals["api_key_fingerprint"] = fingerprint(key, self.sudo().vault_id)
            vals["api_key_saved_at"] = now
        if client_secret is not None:
            secret = self._clean_client_secret(client_secret)
            vals["sealed_client_secret"] = self._seal(CLIENT_SECRET, secret)
            vals["client_secret_saved_at"] = now
        self.sudo().write({**vals, "test_result": False, "tested_at": False})

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

    def _credentials(self):
        needs_client = self.profile_id.auth_mode != "none"
        return Credentials(
            client_id=self.client_id or "",
            client_secret=self._open_secret(CLIENT_SECRET) if needs_client else "",
            api_key=self._open_secret(API_KEY),
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
