# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import hashlib
import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..convergence.redact import redact_text


class OpcoExchange(models.Model):
    """One HTTP exchange that changed something; append-only.

    The digest covers everything but the body, of which it holds a salted hash: the body
    can be erased and the row still verifies. The seal columns are filled in later.
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
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("test", "Test"), ("production", "Production")],
        required=True,
        readonly=True,
    )
    reference = fields.Char(
        readonly=True, help="The contract's reference, as it was at that time."
    )
    siret = fields.Char(string="SIRET", readonly=True)
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
    response_salt = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    response_body = fields.Text(readonly=True, prefetch=False, groups=fields.NO_ACCESS)
    response_shown = fields.Text(string="Answer", compute="_compute_response_shown")
    response_digest = fields.Char(readonly=True)
    digest = fields.Char(required=True, readonly=True)
    seal_number = fields.Integer(readonly=True, copy=False, aggregator=None)
    previous_seal = fields.Char(readonly=True, copy=False)
    seal = fields.Char(readonly=True, copy=False)
    sealed_at = fields.Datetime(readonly=True, copy=False)

    _seal_number_uniq = models.UniqueIndex(
        "(connection_id, seal_number) WHERE seal IS NOT NULL"
    )

    @api.depends("response_body")
    def _compute_response_shown(self):
        for exchange in self:
            exchange.response_shown = redact_text(exchange.sudo().response_body or "")

    @api.model_create_multi
    def create(self, vals_list):
        # Before the values are read: whoever may not gets no traceback.
        self.check_access("create")
        for vals in vals_list:
            vals["response_salt"] = secrets.token_hex(16)
            vals["response_digest"] = self._salted_digest(
                vals["response_salt"], vals["response_body"]
            )
            vals["digest"] = self._digest(vals)
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        # Append-only: nothing is written twice.
        raise AccessError(self.env._("The journal of exchanges cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("The journal of exchanges cannot be deleted."))

    @api.model
    def _journal(self, connection, exchange, transmission=None):
        """Keep one exchange of the client.

        :param exchange: a `convergence` Exchange value, or None when no call was made
        """
        if exchange is None:
            return self.browse()
        return self.sudo().create(
            self._values_to_journal(connection, exchange, transmission)
        )

    @api.model
    def _journal_all(self, pairs):
        """Keep what transmissions exchanged.

        :param pairs: of a transmission and its `convergence` Exchange, or None when no
            call was made
        """
        return self.sudo().create(
            [
                self._values_to_journal(row.connection_id, exchange, row)
                for row, exchange in pairs
                if exchange is not None
            ]
        )

    @api.model
    def _values_to_journal(self, connection, exchange, transmission):
        return {
            "connection_id": connection.id,
            "transmission_id": transmission.id if transmission else False,
            "environment": (transmission or connection).environment,
            "reference": transmission.reference if transmission else False,
            "siret": connection.siret,
            "method": exchange.method,
            "url": exchange.url,
            "outcome": exchange.outcome,
            "http_status": exchange.http_status or 0,
            "started_at": exchange.started_at.replace(tzinfo=None, microsecond=0),
            "duration_ms": exchange.duration_ms,
            "request_sha256": transmission.payload_sha256 if transmission else False,
            "response_body": exchange.response_body,
        }

    @api.model
    def _salted_digest(self, salt, text):
        return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()

    @api.model
    def _digest(self, vals):
        """Return the SHA-256 of what will be sealed: no foreign key, no body."""
        content = {
            name: vals[name]
            for name in (
                "environment",
                "reference",
                "siret",
                "method",
                "url",
                "outcome",
                "http_status",
                "duration_ms",
                "request_sha256",
                "response_digest",
            )
        }
        content["started_at"] = fields.Datetime.to_string(vals["started_at"])
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()
