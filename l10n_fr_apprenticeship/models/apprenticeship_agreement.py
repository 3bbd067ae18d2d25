# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import fields as attributes_of
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cerfa.agreement import (
    SHARED,
    YEARS,
    Agreement,
    check_agreement,
    teaching_cost,
)
from ..cerfa.documents import CONVENTION
from ..pdf_check import LARGEST, MEGABYTE, PDF, BadFile, check_pdf
from .apprenticeship_contract import PERSONAL_DATA

COSTS = (
    "teaching_cost",
    "meals",
    "nights",
    "first_equipment",
    "is_mobile_abroad",
    "has_overseas_support",
)
DISABILITY_AMOUNTS = tuple(f"disability_amount_{year}" for year in range(1, YEARS + 1))
ATTESTATIONS = (
    "is_mandated_by_employer",
    "is_signed_by_employer",
    "is_signed_by_centre",
    "has_proving_signature",
    "is_same_as_file",
)
# What the signed file says.
STATED = (*SHARED, *COSTS, *DISABILITY_AMOUNTS, "signed_on")
WATCHED = (*STATED, *ATTESTATIONS, "file_ids")
# Attested of the file, and not of another one.
ATTESTED_OF_FILE = tuple(
    name for name in ATTESTATIONS if name != "is_mandated_by_employer"
)


class ApprenticeshipAgreement(models.Model):
    """The training agreement (convention) of a contract, signed, and what it costs.

    It keeps what it restates of the contract: a contract that changes afterwards no
    longer agrees with what was signed, and this is said.
    """

    _name = "apprenticeship.agreement"
    _description = "Training Agreement"
    _order = "id desc"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "apprenticeship.contract",
        required=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="contract_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="contract_id.currency_id")
    apprentice_id = fields.Many2one(related="contract_id.apprentice_id")
    employer_id = fields.Many2one(related="contract_id.employer_id")

    # ----------------------------------------------------- restated of the contract
    employer_siret = fields.Char(string="Employer's SIRET")
    apprentice_name = fields.Char(string="Apprentice's birth name")
    apprentice_usage_name = fields.Char(string="Apprentice's name in use")
    apprentice_first_name = fields.Char(string="Apprentice's first name")
    contract_start = fields.Date(string="Start of the contract")
    contract_end = fields.Date(string="End of the contract")
    centre_siret = fields.Char(string="Training centre's SIRET")
    centre_uai = fields.Char(string="Training centre's UAI")
    rncp = fields.Char(string="RNCP code")
    title = fields.Char(string="Exact title of the diploma")
    training_start = fields.Date(string="Start of training")
    training_end = fields.Date(string="End of examinations")
    training_hours = fields.Integer(string="Hours of training")

    # ------------------------------------------------------------------- the costs
    teaching_cost = fields.Monetary(
        string="Teaching cost", help="Total over the contract, not per year."
    )
    meals = fields.Integer(string="Meals over the contract")
    nights = fields.Integer(string="Nights over the contract")
    first_equipment = fields.Monetary(string="First equipment")
    is_mobile_abroad = fields.Boolean(string="International mobility")
    has_overseas_support = fields.Boolean(string="Overseas support")
    disability_amount_1 = fields.Monetary(
        string="RQTH amount, year 1", groups=PERSONAL_DATA
    )
    disability_amount_2 = fields.Monetary(
        string="RQTH amount, year 2", groups=PERSONAL_DATA
    )
    disability_amount_3 = fields.Monetary(
        string="RQTH amount, year 3", groups=PERSONAL_DATA
    )
    disability_amount_4 = fields.Monetary(
        string="RQTH amount, year 4", groups=PERSONAL_DATA
    )

    # --------------------------------------------------------------- the signed file
    file_ids = fields.Many2many(
        "ir.attachment",
        "apprenticeship_agreement_file_rel",
        string="Signed agreement (PDF)",
        bypass_search_access=True,
    )
    signed_on = fields.Date(
        string="Signed on", help="Day of the last signature of the agreement."
    )
    is_mandated_by_employer = fields.Boolean(
        string="The employer mandates the training centre to transmit it"
    )
    is_signed_by_employer = fields.Boolean(string="Signed by the employer")
    is_signed_by_centre = fields.Boolean(string="Signed by the training centre")
    has_proving_signature = fields.Boolean(string="Proving electronic signature")
    is_same_as_file = fields.Boolean(
        string="The file says the same as this page",
        help="To be ticked after a look at the file: the OPCO is told so.",
    )
    attested = fields.Json(readonly=True, help="Who ticked each attestation, and when.")
    attested_text = fields.Text(string="Attested by", compute="_compute_attested_text")

    blocking = fields.Text(compute="_compute_remarks")
    advice = fields.Text(compute="_compute_remarks")
    is_locked = fields.Boolean(compute="_compute_is_locked")

    _contract_uniq = models.Constraint(
        "UNIQUE(contract_id)", "This contract already has its training agreement."
    )
    _no_negative = models.Constraint(
        "CHECK(teaching_cost >= 0 AND meals >= 0 AND nights >= 0 "
        "AND first_equipment >= 0 AND disability_amount_1 >= 0 "
        "AND disability_amount_2 >= 0 AND disability_amount_3 >= 0 "
        "AND disability_amount_4 >= 0)",
        "The costs of a training agreement are not negative.",
    )

    @api.depends("contract_id.display_name")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = self.env._(
                "Agreement of %(contract)s", contract=agreement.contract_id.display_name
            )

    @api.depends("attested")
    @api.depends_context("tz")
    def _compute_attested_text(self):
        for agreement in self:
            held = agreement.attested or {}
            agreement.attested_text = "\n".join(
                self.env._(
                    "%(attestation)s: %(person)s, %(time)s",
                    attestation=self._label_of(name),
                    person=held[name]["by"],
                    time=self._shown_time(held[name]["on"]),
                )
                for name in ATTESTATIONS
                if name in held
            )

    @api.depends(
        "contract_id",
        "contract_id.document_ids.state",
        "file_ids",
        *STATED,
        *ATTESTATIONS,
    )
    @api.depends_context("uid")
    def _compute_remarks(self):
        for agreement in self:
            blocking, advice = agreement._sentences()
            agreement.blocking = "\n".join(blocking)
            agreement.advice = "\n".join(advice)

    @api.depends("contract_id")
    def _compute_is_locked(self):
        for agreement in self:
            agreement.is_locked = agreement._has_left()

    @api.onchange(*STATED)
    def _onchange_stated(self):
        self.is_same_as_file = False

    @api.onchange("file_ids")
    def _onchange_file_ids(self):
        for name in ATTESTED_OF_FILE:
            self[name] = False

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_attested_by_nobody_else(vals)
            ticked = {name for name in ATTESTATIONS if vals.get(name)}
            vals["attested"] = self._attested_now({}, ticked, set())
        agreements = super().create(vals_list)
        agreements._own_files()
        agreements._put_in_checklist()
        return agreements

    def write(self, vals):
        self._check_attested_by_nobody_else(vals)
        is_content = {*WATCHED, "contract_id"} & vals.keys()
        if "attested" in vals or not is_content:
            return super().write(vals)
        self._check_not_left()
        before = {agreement: agreement._watched() for agreement in self}
        result = super().write(vals)
        said = {name for name in ATTESTATIONS if vals.get(name)}
        for agreement, former in before.items():
            agreement._attest(former, said)
        return result

    def _watched(self):
        held = self.sudo()
        return {name: held[name] for name in WATCHED}

    def _attest(self, former, said):
        """What changed is not attested any more, unless it was ticked again.

        :param former: what `_watched` returned before the change
        :param said: names of the attestations that were ticked with the change
        """
        held = self._watched()
        changed = {name for name in WATCHED if held[name] != former[name]}
        to_attest_again = set()
        if changed & {*STATED}:
            to_attest_again.add("is_same_as_file")
        if "file_ids" in changed:
            to_attest_again.update(ATTESTED_OF_FILE)
            self._own_files()
            self._put_in_checklist()
        withdrawn = {name for name in to_attest_again - said if held[name]}
        ticked = said & (changed | to_attest_again)
        unticked = withdrawn | {name for name in changed if not held[name]}
        if ticked or unticked:
            attested = self._attested_now(self.attested or {}, ticked, unticked)
            self.sudo().write(dict.fromkeys(withdrawn, False) | {"attested": attested})
        self._tell_attestations(ticked)

    # ------------------------------------------------------------------ actions
    def action_take_from_contract(self):
        """State again what the contract states today."""
        self.ensure_one()
        self.write(self.contract_id._agreement_shared_values())

    def action_open_contract(self):
        self.ensure_one()
        return self.contract_id._get_records_action()

    # ----------------------------------------------------------------- business
    def _to_agreement(self):
        """Return the agreement as a value; what nobody but some may read included."""
        self.check_access("read")
        held = self.sudo()
        amounts = tuple(_euros(held[name]) for name in DISABILITY_AMOUNTS)
        values = {
            attribute.name: _plain(held, attribute.name)
            for attribute in attributes_of(Agreement)
            if attribute.name != "disability_amounts"
        }
        return Agreement(**values, disability_amounts=amounts)

    def _sentences(self):
        """Return what blocks the agreement, and what is only to be looked at.

        :return: two lists of what this user may read
        """
        entitled = self.env.user.has_group(PERSONAL_DATA)
        blocking, advice = self._file_remarks(), []
        for remark in check_agreement(
            self._to_agreement(),
            self.contract_id._form_for_agreement(),
            self.contract_id._day_of_check(),
        ):
            if remark.is_blocking:
                blocking.append(remark.message)
            elif entitled or not remark.is_personal:
                advice.append(remark.message)
        return blocking, advice

    def _file(self):
        """Return the signed file, if there is one."""
        return self.sudo().file_ids[:1]

    def _file_remarks(self):
        """Return why the signed file cannot be sent, one sentence for each reason."""
        files = self.sudo().file_ids
        if not files:
            return [self.env._("Attach the signed agreement, as a PDF.")]
        if len(files) > 1:
            return [self.env._("Attach one file only: the signed agreement.")]
        if not files.file_size:
            return [self._bad_file_message("empty", files.name)]
        if files.mimetype != PDF:
            return [self._bad_file_message("not_pdf", files.name)]
        try:
            with open(self._path(), "rb") as content:
                check_pdf(content)
        except OSError:
            return [
                self.env._(
                    "The file %(name)s is no longer on the server: attach it again.",
                    name=files.name,
                )
            ]
        except BadFile as bad:
            return [self._bad_file_message(bad.reason, files.name)]
        rejected = self._rejected_document()
        if rejected:
            return [
                self.env._(
                    "The file %(name)s was rejected among the documents (%(reason)s): "
                    "attach the right one.",
                    name=files.name,
                    reason=rejected.rejection_reason or "—",
                )
            ]
        return []

    def _rejected_document(self):
        """Return the document by which somebody has rejected the signed file."""
        documents = self.contract_id.sudo().document_ids
        return documents.filtered(
            lambda document: (
                document.kind == CONVENTION
                and document.is_current
                and document.state == "rejected"
                and self._holds(document)
            )
        )[:1]

    def _bad_file_message(self, reason, name):
        return {
            "empty": self.env._(
                "The file %(name)s is empty: attach the right one.", name=name
            ),
            "too_large": self.env._(
                "The file %(name)s is larger than %(limit)s MB: scan it in black and "
                "white, or at a lower resolution.",
                name=name,
                limit=LARGEST // MEGABYTE,
            ),
            "not_pdf": self.env._(
                "The file %(name)s is not a PDF: print the agreement to a PDF, or "
                "scan it as a PDF.",
                name=name,
            ),
            "locked": self.env._(
                "The file %(name)s opens with a password: the OPCO could not read it. "
                "Attach it without its password.",
                name=name,
            ),
            "broken": self.env._(
                "The file %(name)s is damaged: export or scan the agreement again.",
                name=name,
            ),
        }[reason]

    def _has_left(self):
        """Tell whether somebody else has or may have it: it does not change then.

        Hook for the add-ons that transmit.
        """
        return False

    def _check_not_left(self):
        for agreement in self:
            if agreement._has_left():
                raise UserError(
                    self.env._(
                        "%(agreement)s has left: it does not change any more.",
                        agreement=agreement.display_name,
                    )
                )

    def _own_files(self):
        """Whoever may read the agreement may read its file.

        :raises UserError: when a file is attached to something else
        """
        for agreement in self:
            strangers = agreement.file_ids.filtered(
                lambda file, own=agreement: (
                    (file.sudo().res_model, file.sudo().res_id) != (own._name, own.id)
                )
            )
            strangers.check_access("write")
            if any(file.sudo().res_id for file in strangers):
                raise UserError(
                    self.env._("Drop the signed agreement here: it is not copied.")
                )
            strangers.sudo().write({"res_model": self._name, "res_id": agreement.id})

    def _put_in_checklist(self):
        """Its file is the signed agreement that the documents expect."""
        for agreement in self:
            if agreement.file_ids and not agreement._file_remarks():
                with open(agreement._path(), "rb") as content:
                    self.env["apprenticeship.document"]._receive_once(
                        agreement.contract_id,
                        CONVENTION,
                        agreement._file().name,
                        content,
                    )

    def _take_from_checklist(self, document):
        """Hold the signed agreement received as a document, unless it has left."""
        for agreement in self:
            if agreement._has_left() or agreement._holds(document):
                continue
            copied = document.sudo().attachment_id
            file = copied.create(
                {
                    "name": document.name,
                    "raw": copied.raw,
                    "mimetype": PDF,
                    "res_model": self._name,
                    "res_id": agreement.id,
                }
            )
            agreement.file_ids = file.sudo(False)

    def _holds(self, document):
        file = self._file()
        return file.checksum == document.sudo().attachment_id.checksum

    def _path(self):
        file = self._file()
        return file._full_path(file.store_fname or "")

    # -------------------------------------------------------------- attestations
    @api.model
    def _check_attested_by_nobody_else(self, vals):
        """Who ticked is written by the ticking, by nothing else."""
        if "attested" in vals and not self.env.su:
            raise UserError(self.env._("Who attested what is not entered by hand."))

    @api.model
    def _attested_now(self, former, ticked, unticked):
        kept = {name: held for name, held in former.items() if name not in unticked}
        on = fields.Datetime.to_string(fields.Datetime.now())
        who = {"by": self.env.user.name, "by_id": self.env.uid, "on": on}
        return kept | dict.fromkeys(ticked, who)

    def _tell_attestations(self, ticked):
        if not ticked:
            return
        self.contract_id._message_log(
            body=self.env._(
                "Training agreement: %(attestations)s.",
                attestations=", ".join(
                    self._label_of(name) for name in ATTESTATIONS if name in ticked
                ),
            )
        )

    @api.model
    def _label_of(self, name):
        return self._fields[name]._description_string(self.env)

    @api.model
    def _shown_time(self, written):
        moment = fields.Datetime.context_timestamp(
            self, fields.Datetime.to_datetime(written)
        )
        return f"{moment:%d/%m/%Y %H:%M}"

    # -------------------------------------------------------------------- purge
    def _purge(self):
        """Erase what speaks of the apprentice; who attested what stays."""
        self.sudo().file_ids.unlink()
        erased = dict.fromkeys(
            (
                "apprentice_name",
                "apprentice_usage_name",
                "apprentice_first_name",
                *DISABILITY_AMOUNTS,
            ),
            False,
        )
        for agreement in self.sudo():
            agreement.write(erased | {"attested": agreement.attested})


def _plain(record, name):
    value = record[name]
    if record._fields[name].type == "monetary":
        return _euros(value)
    if record._fields[name].type in ("char", "date"):
        return value or None
    return value


def _euros(amount):
    return Decimal(f"{amount:.2f}")


def proposed_costs(training, start, end):
    """Return what a training says of the costs of a contract, by name of field."""
    if not training:
        return {}
    costs = {
        "meals": training.meal_count,
        "nights": training.night_count,
        "first_equipment": training.first_equipment_cost,
    }
    if training.yearly_cost and start and end and start <= end:
        yearly = _euros(training.yearly_cost)
        costs["teaching_cost"] = float(teaching_cost(yearly, start, end))
    return costs
