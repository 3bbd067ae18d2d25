# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.tools import SQL


class OpcoTransmissionReport(models.Model):
    """One row for each deposit that the OPCO answered, to be counted and averaged.

    Only those of the present environment of their connection: what was sent to the
    sandbox says nothing of the production. A measure is empty where it has no meaning,
    so that an average leaves the row out.
    """

    _name = "opco.transmission.report"
    _description = "Analysis of the Deposits"
    _auto = False
    _rec_name = "contract_id"
    _order = "answered_at desc, id desc"
    _depends = {
        "opco.transmission": [
            "contract_id",
            "connection_id",
            "profile_id",
            "company_id",
            "environment",
            "operation",
            "state",
            "user_id",
            "internal_number",
            "answered_at",
            "is_first",
            "error_id",
        ],
        "opco.connection": ["environment"],
        "opco.dossier": [
            "connection_id",
            "environment",
            "internal_number",
            "committed_at",
        ],
        "apprenticeship.contract": [
            "employer_id",
            "training_id",
            "training_centre_id",
            "date_conclusion",
        ],
    }

    contract_id = fields.Many2one("apprenticeship.contract", readonly=True)
    connection_id = fields.Many2one("opco.connection", readonly=True)
    profile_id = fields.Many2one("opco.profile", string="OPCO", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("test", "Test"), ("production", "Production")],
        readonly=True,
    )
    state = fields.Selection(
        [("sent", "Received by the OPCO"), ("rejected", "Rejected")],
        string="Result",
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="Sent by", readonly=True)
    employer_id = fields.Many2one("res.partner", readonly=True)
    training_id = fields.Many2one("apprenticeship.training", readonly=True)
    training_centre_id = fields.Many2one("res.partner", string="Site", readonly=True)
    answered_at = fields.Datetime(string="Answered on", readonly=True)
    is_first = fields.Boolean(string="First deposit of the contract", readonly=True)
    error_id = fields.Many2one("opco.error", string="Cause", readonly=True)
    rejection_count = fields.Integer(string="Rejections", readonly=True)
    first_pass_rate = fields.Float(
        string="First-pass acceptance rate",
        aggregator="avg",
        readonly=True,
        help="Of the first deposits of contracts, those that the OPCO received without "
        "rejecting them.",
    )
    days_to_deposit = fields.Float(
        string="Days from signature to deposit (average)",
        aggregator="avg",
        readonly=True,
    )
    days_to_commitment = fields.Float(
        string="Days from deposit to commitment (average)",
        aggregator="avg",
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT t.id,
                   t.contract_id,
                   t.connection_id,
                   t.profile_id,
                   t.company_id,
                   t.environment,
                   t.state,
                   t.user_id,
                   c.employer_id,
                   c.training_id,
                   c.training_centre_id,
                   t.answered_at,
                   t.is_first,
                   t.error_id,
                   (t.state = 'rejected')::int AS rejection_count,
                   CASE WHEN t.is_first
                        THEN (t.state = 'sent')::int::float END AS first_pass_rate,
                   CASE WHEN t.state = 'sent'
                        THEN ((t.answered_at AT TIME ZONE 'UTC'
                               AT TIME ZONE 'Europe/Paris')::date
                              - c.date_conclusion)::float END AS days_to_deposit,
                   CASE WHEN t.state = 'sent'
                        THEN EXTRACT(EPOCH FROM d.committed_at - t.answered_at)::float
                             / 86400 END AS days_to_commitment
              FROM opco_transmission t
              JOIN opco_connection k
                ON k.id = t.connection_id AND k.environment = t.environment
              LEFT JOIN apprenticeship_contract c ON c.id = t.contract_id
              LEFT JOIN opco_dossier d
                ON d.connection_id = t.connection_id
               AND d.environment = t.environment
               AND d.internal_number = t.internal_number
             WHERE t.operation = 'contract' AND t.state IN ('sent', 'rejected')
            """
        )
