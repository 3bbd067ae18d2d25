# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.l10n_fr_apprenticeship.cerfa.identifiers import compact, is_siret

from ..convergence.auth import check_header
from ..convergence.profile import is_loopback
from .opco_connection_responsible import KEY_ADMINISTRATOR
from .opco_connection_secrets import OF_API_KEY, OF_CLIENT_SECRET

TO_TEST_AGAIN = frozenset(
    ("base_url", "token_url", "client_id", "siret", "environment", "profile_id")
)
WRITTEN_BY_TESTS = frozenset(
    (
        "state",
        "tested_at",
        "test_result",
        "test_message",
        "rotation_began_at",
        *OF_API_KEY,
        *OF_CLIENT_SECRET,
    )
)
# What a queued row was made for: it must not leave for another.
FIXED_WHILE_WAITING = frozenset(("environment", "siret", "profile_id"))
ADDRESSES = ("base_url", "token_url")


class OpcoConnection(models.Model):
    """The way to one OPCO for one establishment (SIRET) of the training centre.

    States::

        inactive --[test passes]--> active --[key refused]--> stopped
                                     ^  ^                        |
                                     |  +-----[test passes]------+
                                     |
        active --[a key is being replaced]--> rotating
          ^                                      |
          '--[new key works, given up, an hour]--'

    Only an active connection sends; only an inactive one has no route.
    """

    _name = "opco.connection"
    _description = "OPCO Connection"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "opco.connection.secrets",
        "opco.connection.calls",
        "opco.connection.rotation",
        "opco.connection.responsible",
        "opco.connection.onboarding",
    ]
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
            ("rotating", "Token being replaced"),
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
    is_scheduler_stopped = fields.Boolean(
        string="Odoo's scheduler has stopped", compute="_compute_delivery"
    )
    paused_until = fields.Datetime(
        string="The OPCO is tried again at", compute="_compute_delivery"
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

    def _compute_delivery(self):
        """What keeps the queue from leaving, as it is at this very moment."""
        connections = self.sudo()
        stopped = self.env["opco.scheduler"]._waiting_in_vain(connections)
        paused = self.env["opco.health"].sudo()._paused(connections)
        for connection in self:
            connection.is_scheduler_stopped = connection.sudo() in stopped
            health = paused.get(connection.sudo())
            connection.paused_until = health and health.paused_until

    def _compute_transmissions(self):
        # Numbers only: also for the administrators of the system.
        transmissions = self.env["opco.transmission"].sudo()
        waiting = dict(
            transmissions._read_group(
                [
                    ("connection_id", "in", self.ids),
                    ("state", "in", transmissions.WAITING_STATES),
                ],
                ["connection_id"],
                ["__count"],
            )
        )
        successes = dict(
            transmissions._read_group(
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
            self._check_way_to_production(vals)
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
        self._check_way_to_production(vals)
        vals = self._with_compact_siret(vals)
        if "company_id" in vals:
            self._check_journal_stays(vals["company_id"])
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
        hosts = {connection: connection._hosts() for connection in self}
        result = super().write(vals)
        for connection in self:
            if connection._leads_elsewhere(hosts[connection]):
                connection._erase_secrets_of_another_host()
        if "environment" in vals:
            self._forget_other_environments()
        return result

    def action_deactivate(self):
        self._check_key_administrator()
        self.sudo().write({"state": "inactive"})

    def action_refresh_states(self):
        """Have the lists of these connections read now."""
        self.check_access("read")
        self.env["opco.polling"]._ask(self.sudo())
        return self.env["opco.dossier"]._asked_notification()

    def action_change_environment(self):
        self.ensure_one()
        self._check_key_administrator()
        return self.env["opco.environment.change"]._open(self)

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

    def _activate(self, states):
        """Open the flow; what the OPCO already lists was not sent by us from here."""
        self.env["opco.dossier"].sudo()._record_states(self, states)
        if self.state != "active":
            self.sudo().write({"state": "active", "rotation_began_at": False})
        self._close_stopped_activity()
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
            self._open_stopped_activity(message)
        self.env["opco.transmission"]._hold_queue(self, message)

    def _hosts(self):
        """Return where each address leads: scheme, host and port."""
        return [self[name] and urlsplit(self[name])[:2] for name in ADDRESSES]

    def _leads_elsewhere(self, former_hosts):
        pairs = zip(former_hosts, self._hosts(), strict=True)
        return any(former and former != now for former, now in pairs)

    def _erase_secrets_of_another_host(self):
        """A secret goes to no other host than the one it was given for."""
        for connection in self._forget_secrets():
            connection.message_post(
                body=connection._in_company_language().env._(
                    "The token and the client secret were erased: the addresses now "
                    "lead to another host. Paste them again for this one."
                )
            )

    @api.model
    def _check_way_to_production(self, vals):
        if vals.get("environment") == "production" and not self.env.su:
            raise UserError(
                self.env._(
                    "Production is reached by « Change the environment », once the "
                    "connection has been tested."
                )
            )

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

    def _check_journal_stays(self, company_id):
        """What was exchanged for one company is never shown to another one."""
        moving = self.filtered(lambda one: one.company_id.id != company_id)
        used = self.browse()
        for name in ("opco.dossier", "opco.transmission"):
            groups = (
                self.env[name]
                .sudo()
                ._read_group([("connection_id", "in", moving.ids)], ["connection_id"])
            )
            used = used.union(*(connection for (connection,) in groups))
        if used:
            raise UserError(
                self.env._(
                    "%(connections)s has already been used for its company: deactivate "
                    "it, and make another one for the other company.",
                    connections=", ".join(used.mapped("name")),
                )
            )

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
        dossiers = self.env["opco.dossier"].sudo()
        for connection in self:
            of_connection = [
                ("connection_id", "=", connection.id),
                ("contract_id", "!=", False),
            ]
            # A contract linked to a dossier deposited elsewhere was never transmitted.
            sent_elsewhere = (
                transmissions.search(of_connection).contract_id
                | dossiers.search(of_connection).contract_id
            ).filtered(
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
