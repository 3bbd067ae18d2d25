# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json

from odoo import api, fields, models
from odoo.tools import split_every

from ..convergence.anonymous import fingerprint
from ..convergence.error_catalogue import Complaint, complaints_of
from ..convergence.errors import RemoteError
from ..convergence.redact import redact_text
from .explaining import explained_if_possible
from .transactions import together_or_apart

RECOGNISED_AT_ONCE = 500


class OpcoTransmission(models.Model):
    """Why the OPCO rejected it, as far as the catalogue knows."""

    _inherit = "opco.transmission"  # pylint: disable=consider-merging-classes-inherited

    remote_errors = fields.Json(
        readonly=True,
        groups=fields.NO_ACCESS,
        help="The OPCO's complaints one by one, as it said them.",
    )
    error_id = fields.Many2one(
        "opco.error",
        string="Cause of the rejection",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    # ------------------------------------------------------------------ outcome
    def _record_failure(self, error):
        result = super()._record_failure(error)
        if self.state == "rejected":
            self.remote_errors = {
                "http_status": error.http_status or 0,
                "errors": [
                    [
                        redact_text(said or "")
                        for said in (message.code, message.text, message.field)
                    ]
                    for message in error.messages
                ],
            }
        return result

    # ------------------------------------------------------------- consequences
    def _apply(self):
        rejected = self.filtered(lambda row: not row.applied and row._is_rejected())
        if rejected:
            with explained_if_possible(self.env, rejected):
                rejected._learn_errors()
        return super()._apply()

    def _is_rejected(self):
        return self.state == "rejected"

    def _learn_errors(self):
        answers = [(row._complaints(), row._form_spoken_of()) for row in self]
        errors = self.env["opco.error"]._learn(answers)
        for row, error in zip(self, errors, strict=True):
            row.error_id = error

    def _complaints(self):
        """Return what the OPCO said, ready to be recognised.

        Rows that are older than the catalogue only have their message.
        """
        kept = self.remote_errors or {}
        if kept:
            errors = [
                RemoteError(code or None, text, field or None)
                for code, text, field in kept["errors"]
            ]
        else:
            errors = [RemoteError(text=self.message)] if self.message else []
        return as_complaints(errors, kept.get("http_status", 0), self._form_spoken_of())

    def _form_spoken_of(self):
        """Return the form whose values the OPCO may repeat, None when it is purged."""
        sent = self._form_sent()
        if sent and self.operation == "contract":
            return sent
        now = self.contract_id._opco_form_of_now()
        return now and [now, sent]

    def _form_sent(self):
        return json.loads(self.payload) if self.payload else None

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_recognise(self):
        """Look again for the cause of what had none that is explained."""
        rows = self.with_context(active_test=False).search(
            [
                ("state", "=", "rejected"),
                "|",
                ("error_id", "=", False),
                ("error_id.state", "=", "to_complete"),
            ]
        )
        catalogue = self.env["opco.error"]._catalogue()
        for some in split_every(RECOGNISED_AT_ONCE, rows.ids, self.browse):
            self.env.invalidate_all()
            together_or_apart(
                self.env,
                "Cause of transmission",
                some,
                lambda rows: rows._find_causes(catalogue),
            )

    def _find_causes(self, catalogue):
        for row in self:
            found = next(filter(None, map(catalogue.find, row._complaints())), None)
            if found:
                row.error_id = found[0]
        self.contract_id._opco_mirror_cause()


def as_complaints(errors, http_status, form):
    """Return `Complaint` values of what an OPCO said; silence is one too."""
    return [
        Complaint(error, http_status, fingerprint(error, http_status, form))
        for error in complaints_of(errors) or [RemoteError()]
    ]
