# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from base64 import b64decode, b64encode

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cerfa.spreadsheet.issues import Issue, UnreadableFile
from ..cerfa.spreadsheet.reading import read
from ..cerfa.spreadsheet.report import report
from ..cerfa.spreadsheet.template import template
from ..contract_import import PERSONAL_DATA, ImportPlan
from ..dialogs import dialog

# The report has them all.
MAX_SHOWN_ISSUES = 200


class ApprenticeshipImport(models.TransientModel):
    """Import of contracts from the flat spreadsheet: everything or nothing.

    Checking writes on this wizard only. The files hold personal data: they stay out of
    the attachments, which administrators read, and go when the import is done.
    """

    _name = "apprenticeship.import"
    _description = "Import of Apprenticeship Contracts"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [
            ("choose", "File"),
            ("errors", "To correct"),
            ("checked", "Ready to import"),
            ("done", "Imported"),
        ],
        required=True,
        readonly=True,
        default="choose",
    )
    file = fields.Binary(string="Filled spreadsheet", attachment=False)
    filename = fields.Char()
    template_file = fields.Binary(compute="_compute_template_file", exportable=False)
    report_file = fields.Binary(readonly=True, attachment=False)
    row_count = fields.Integer(string="Contracts in the file", readonly=True)
    error_count = fields.Integer(string="Errors", readonly=True)
    warning_count = fields.Integer(string="Warnings", readonly=True)
    hidden_count = fields.Integer(compute="_compute_hidden_count")
    issue_ids = fields.One2many(
        "apprenticeship.import.issue", "import_id", readonly=True
    )
    contract_ids = fields.Many2many("apprenticeship.contract", readonly=True)
    contract_count = fields.Integer(string="Imported contracts", readonly=True)
    ready_count = fields.Integer(string="Contracts that nothing blocks", readonly=True)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_template_file(self):
        content = template(
            self.env["apprenticeship.legal.table"]._legal_tables(),
            on=fields.Date.context_today(self),
            personal=self.env.user.has_group(PERSONAL_DATA),
        )
        self.template_file = b64encode(content)

    @api.depends("issue_ids", "error_count", "warning_count")
    def _compute_hidden_count(self):
        for wizard in self:
            found = wizard.error_count + wizard.warning_count
            wizard.hidden_count = found - len(wizard.issue_ids)

    def action_download_template(self):
        return self._download("template_file", self.env._("apprenticeship_contracts"))

    def action_download_report(self):
        return self._download("report_file", self.env._("contracts_to_correct"))

    def action_check(self):
        """Say what importing the file would do. No partner, no contract is written."""
        self.ensure_one()
        self._plan()
        return self._show()

    def action_import(self):
        """Import the whole file, or nothing when anything in it is wrong."""
        self.ensure_one()
        # A second click waits for nobody: it fails here, or finds the import done.
        self.lock_for_update()
        if self.state == "done":
            return self._show()
        plan = self._plan()
        if self.state == "checked":
            self._finish(plan.carry_out())
        return self._show()

    def action_restart(self):
        self.ensure_one()
        self.write(
            {
                "state": "choose",
                "file": False,
                "filename": False,
                "report_file": False,
                "issue_ids": [fields.Command.clear()],
            }
        )
        return self._show()

    def action_open_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_apprenticeship.apprenticeship_contract_action"
        )
        return action | {
            "name": self.env._("Imported contracts"),
            "domain": [("id", "in", self.contract_ids.ids)],
            "context": {},
            "target": "main",
        }

    def _plan(self):
        """Check the file, show what was found, and return the plan if there is one."""
        content = self.with_context(bin_size=False).file
        if not content:
            raise UserError(self.env._("Choose the filled spreadsheet first."))
        tables = self.env["apprenticeship.legal.table"]._legal_tables()
        try:
            reading = read(b64decode(content), tables)
        except UnreadableFile as error:
            self._show_issues([Issue(str(error))])
            return None
        env = self.with_company(self.company_id).env
        plan = ImportPlan(env, self.company_id, reading)
        self._show_issues(reading.issues, len(reading.rows))
        if reading.issues:
            today = fields.Date.context_today(self)
            self.report_file = b64encode(report(reading, tables, today))
        return plan

    def _show_issues(self, issues, row_count=0):
        issues = sorted(issues, key=lambda found: (found.row or 0, found.position or 0))
        errors = [issue for issue in issues if issue.blocking]
        warnings = [issue for issue in issues if not issue.blocking]
        self.write(
            {
                "state": "errors" if errors else "checked",
                "row_count": row_count,
                "error_count": len(errors),
                "warning_count": len(warnings),
                "report_file": False,
                "issue_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(self._issue_values(issue))
                        for issue in (errors + warnings)[:MAX_SHOWN_ISSUES]
                    ),
                ],
            }
        )

    @api.model
    def _issue_values(self, issue):
        return {
            "row": issue.row,
            "column": issue.title,
            "seen": issue.seen,
            "sentence": issue.sentence,
            "blocking": issue.blocking,
        }

    def _finish(self, contracts):
        body = Markup("%s") % self.env._("Imported from %(file)s", file=self.filename)
        contracts._message_log_batch({contract.id: body for contract in contracts})
        self.write(
            {
                "state": "done",
                "contract_ids": [fields.Command.set(contracts.ids)],
                "contract_count": len(contracts),
                "ready_count": len(contracts) - len(contracts._blocking_findings()),
                "file": False,
                "report_file": False,
            }
        )

    def _show(self):
        return dialog(self, self.env._("Import contracts"), "extra-large")

    def _download(self, field, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/{field}"
            f"?download=1&filename={name}.xlsx",
            "target": "download",
        }
