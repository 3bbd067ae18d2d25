# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import secrets
from urllib.parse import parse_qs, urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..convergence.people import readable, without_people
from ..convergence.redact import redact_text
from ..sealed_content import CURRENT_FORMAT, sealed_content
from ..verify_journal import answer_digest, content_digest
from .journal_triggers import protect_exchanges


class OpcoExchange(models.Model):
    """One HTTP exchange that changed something; append-only.

    The digest covers everything but the body, of which it holds a salted hash: the body
    can be erased and the row still verifies. The chain's sealer fills in the seal.
    """

    _name = "opco.exchange"
    _description = "OPCO Exchange"
    _order = "id desc"
    _log_access = True

    connection_id = fields.Many2one(
        "opco.connection", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    transmission_id = fields.Many2one(
        "opco.transmission",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    dossier_id = fields.Many2one(
        "opco.dossier",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The one that was read; what is sent has a transmission.",
    )
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("test", "Test"), ("production", "Production")],
        required=True,
        readonly=True,
    )
    reference = fields.Char(
        readonly=True,
        # It is searched by a part of it, among rows that hold the answers.
        index="trigram",
        help="The contract's reference, as it was at that time.",
    )
    siret = fields.Char(string="SIRET", readonly=True)
    sender = fields.Char(
        string="Sent by", readonly=True, help="The person's name, as it was."
    )
    operation = fields.Char(readonly=True)
    method = fields.Char(required=True, readonly=True)
    url = fields.Char(string="Address", required=True, readonly=True)
    outcome = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("not_sent", "Not sent"),
            ("busy", "Come back later"),
            ("auth", "Credentials refused"),
            ("unknown", "Unknown"),
        ],
        required=True,
        readonly=True,
    )
    http_status = fields.Integer(string="HTTP status", readonly=True, aggregator=None)
    started_at = fields.Datetime(required=True, readonly=True)
    duration_ms = fields.Integer(
        string="Duration (ms)", readonly=True, aggregator="avg"
    )
    request_sha256 = fields.Char(string="Sent (SHA-256)", readonly=True)
    file_sha256 = fields.Char(
        string="File sent (SHA-256)",
        readonly=True,
        help="The file that went with what was sent, if one did.",
    )
    response_salt = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    response_body = fields.Text(readonly=True, prefetch=False, groups=fields.NO_ACCESS)
    response_shown = fields.Text(string="Answer", compute="_compute_response_shown")
    response_digest = fields.Char(string="Answer (salted SHA-256)", readonly=True)
    digest_format = fields.Integer(readonly=True, aggregator=None)
    digest = fields.Char(string="Content (SHA-256)", required=True, readonly=True)
    seal_number = fields.Integer(
        string="Number", readonly=True, copy=False, aggregator=None
    )
    previous_seal = fields.Char(readonly=True, copy=False)
    seal = fields.Char(readonly=True, copy=False)
    sealed_at = fields.Datetime(string="Sealed on", readonly=True, copy=False)

    _seal_number_uniq = models.UniqueIndex(
        "(connection_id, seal_number) WHERE seal IS NOT NULL"
    )
    _unsealed = models.Index("(connection_id, id) WHERE seal IS NULL")
    # What is counted and grouped, without reading the rows, which hold the answers.
    _figures = models.Index(
        "(company_id, started_at) INCLUDE (outcome, connection_id, sender, duration_ms)"
    )

    def init(self):
        protect_exchanges(self.env.cr)

    @api.depends("reference", "method", "seal_number")
    def _compute_display_name(self):
        unsealed = self.env._("Not sealed yet")
        for exchange in self:
            number = exchange.seal_number
            seal = self.env._("No. %(number)s", number=number) if number else unsealed
            exchange.display_name = f"{exchange.reference or exchange.method} – {seal}"

    @api.depends("response_body")
    def _compute_response_shown(self):
        for exchange in self:
            answer = readable(exchange.sudo().response_body or "")
            exchange.response_shown = redact_text(answer)

    @api.model_create_multi
    def create(self, vals_list):
        # Before the values are read: whoever may not gets no traceback.
        self.check_access("create")
        for vals in vals_list:
            vals["response_salt"] = secrets.token_hex(16)
            vals["response_digest"] = answer_digest(
                vals["response_salt"], vals["response_body"]
            )
            vals["digest_format"] = CURRENT_FORMAT
            vals["digest"] = content_digest(
                sealed_content(
                    vals | {"started_at": fields.Datetime.to_string(vals["started_at"])}
                )
            )
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        # Append-only: nothing is written twice.
        raise AccessError(self.env._("The journal of exchanges cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("The journal of exchanges cannot be deleted."))

    @api.model
    def _journal(self, connection, exchange, transmission=None, dossier=None):
        """Keep one exchange of the client, about a transmission or a dossier.

        :param exchange: a `convergence` Exchange value, or None when no call was made
        """
        if exchange is None:
            return self.browse()
        row = self.sudo().create(
            self._values_to_journal(connection, exchange, transmission)
            | {"dossier_id": dossier and dossier.id}
        )
        self.env["opco.chain"]._wake_if_at_rest()
        return row

    @api.model
    def _journal_all(self, pairs):
        """Keep what transmissions exchanged.

        :param pairs: of a transmission and its `convergence` Exchange, or None when no
            call was made
        """
        rows = self.sudo().create(
            [
                self._values_to_journal(row.connection_id, exchange, row)
                for row, exchange in pairs
                if exchange is not None
            ]
        )
        if rows:
            self.env["opco.chain"]._wake_if_at_rest()
        return rows

    @api.model
    def _values_to_journal(self, connection, exchange, transmission):
        return {
            "connection_id": connection.id,
            "transmission_id": transmission.id if transmission else False,
            "environment": (transmission or connection).environment,
            "reference": transmission.reference if transmission else False,
            "siret": connection.siret,
            "sender": transmission.user_id.name if transmission else False,
            "operation": transmission.operation if transmission else False,
            "method": exchange.method,
            "url": exchange.url,
            "outcome": exchange.outcome,
            "http_status": exchange.http_status or 0,
            "started_at": exchange.started_at.replace(tzinfo=None, microsecond=0),
            "duration_ms": exchange.duration_ms,
            "request_sha256": transmission.payload_sha256 if transmission else False,
            "file_sha256": transmission.file_sha256 if transmission else False,
            "response_body": exchange.response_body,
        }

    def _answer_without_people(self):
        """Return the answer as it may be handed to somebody who knows nobody."""
        self.ensure_one()
        exchange = self.sudo()
        if not exchange.response_body:
            return ""
        return without_people(exchange.response_body, exchange._form_spoken_of())

    def _form_spoken_of(self):
        """Return the form whose values may be repeated, None when it is purged."""
        if self.transmission_id:
            return self.transmission_id._form_spoken_of()
        dossier = self.dossier_id or self._dossier_in_address()
        return dossier.contract_id[:1]._opco_form_spoken_of()

    def _dossier_in_address(self):
        """Return the dossier read by a row older than the link to it."""
        numbers = parse_qs(urlsplit(self.url).query).get("numeroInterne")
        return self.env["opco.dossier"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("environment", "=", self.environment),
                ("internal_number", "in", numbers or ()),
            ]
        )

    def _erase_bodies(self):
        """Erase the answers for good; what was sealed still verifies."""
        self.env.execute_query(
            SQL(
                "UPDATE opco_exchange SET response_body = NULL, response_salt = NULL"
                " WHERE id IN %s RETURNING id",
                tuple(self.ids) or (0,),
            )
        )
        self.invalidate_recordset(["response_body", "response_salt"])
