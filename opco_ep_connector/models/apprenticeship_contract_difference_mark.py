# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from odoo.addons.l10n_fr_apprenticeship.models import (
    apprenticeship_contract_amendment as amendment,
)

from .apprenticeship_contract_difference import COMPARED_STATES
from .transactions import together_or_apart

CRON = "opco_ep_connector.ir_cron_compare"
COMPARED_TOGETHER = 50
# Seconds after which a run leaves the rest to the next one. Few: receipts may wait for
# its thread, which delivers in between.
LONGEST_RUN = 3
# What a transaction writes bears the time at which it began.
LONGEST_TRANSACTION = timedelta(minutes=10)


class ApprenticeshipContract(models.Model):
    """The mark of the contracts that are no longer as they were sent.

    Lists read it. It is set by a cron, which looks at what was written since it last
    compared: nothing is compared while somebody saves a contract or a contact.
    """

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_is_modified = fields.Boolean(
        string="Modified since it was sent",
        readonly=True,
        copy=False,
        help="As last compared, a few minutes ago; the contract's form compares at "
        "once.",
    )
    opco_modified_label = fields.Char(
        string="Since it was sent", compute="_compute_opco_modified_label"
    )

    # « IS TRUE » as the ORM writes it: else PostgreSQL does not recognise it.
    _opco_modified = models.Index(
        "(date_start DESC, id DESC) WHERE opco_is_modified IS TRUE"
    )

    @api.depends("opco_is_modified")
    @api.depends_context("lang")
    def _compute_opco_modified_label(self):
        for contract in self:
            contract.opco_modified_label = contract.opco_is_modified and self.env._(
                "Modified"
            )

    def write(self, vals):
        result = super().write(vals)
        if amendment.FORM_FIELDS & vals.keys() and any(
            self.mapped("opco_transport_state")
        ):
            self.env.ref(CRON).sudo()._trigger()
        return result

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_compare(self):
        """Mark what is no longer as it was sent, and only that."""
        began = time.monotonic()
        for ids in split_every(COMPARED_TOGETHER, self._opco_ids_to_compare(), list):
            if time.monotonic() - began > LONGEST_RUN:
                self.env.ref(CRON)._trigger()
                return
            self.env.invalidate_all()
            together_or_apart(
                self.env,
                "Comparison of contract",
                self.browse(ids),
                lambda contracts: contracts._opco_mark_modified(),
            )

    @api.model
    def _opco_ids_to_compare(self):
        """Return the ids of what may have changed since it was last compared."""
        self.env.flush_all()
        written = self.env.execute_query(
            SQL(
                """
    SELECT contract.id
      FROM apprenticeship_contract contract
      JOIN LATERAL (
           SELECT COALESCE(compared_at, create_date) AS compared_at
             FROM opco_transmission
            WHERE contract_id = contract.id
              AND operation = 'contract'
              AND state != 'cancelled'
              AND environment = contract.opco_environment
         ORDER BY id DESC
            LIMIT 1
           ) deposit ON TRUE
     WHERE contract.opco_transport_state IS NOT NULL
       AND contract.is_current
       AND contract.state IN %(states)s
       AND contract.file_purged_on IS NULL
       AND deposit.compared_at - %(margin)s < GREATEST(
           contract.write_date,
           (SELECT max(write_date)
              FROM res_partner
             WHERE id IN (contract.employer_id, contract.apprentice_id,
                          contract.tutor_id, contract.second_tutor_id,
                          contract.training_centre_id, contract.training_place_id)),
           (SELECT max(write_date)
              FROM apprenticeship_pay_period
             WHERE contract_id = contract.id))
                """,
                states=COMPARED_STATES,
                margin=LONGEST_TRANSACTION,
            )
        )
        marked = self.search([("opco_is_modified", "=", True)])
        over = set(marked.ids) - {
            contract.id for contract in marked._opco_last_deposits()
        }
        return sorted({contract_id for (contract_id,) in written} | over)

    def _opco_mark_modified(self):
        """Compare these contracts, and write the marks that change."""
        differing = self._opco_differences()
        modified = self.filtered(lambda contract: contract in differing)
        modified.filtered(lambda one: not one.opco_is_modified).opco_is_modified = True
        (self - modified).filtered("opco_is_modified").opco_is_modified = False
        rows = self.env["opco.transmission"].union(*self._opco_last_deposits().values())
        rows.write({"compared_at": fields.Datetime.now()})
