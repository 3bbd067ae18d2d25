# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.l10n_fr_apprenticeship.cerfa_reading import contract_field, form_page

from ..convergence.anonymous import masked
from ..convergence.error_catalogue import Catalogue, Entry, read_wordings, shown
from ..convergence.wire_boxes import TABLE, cerfa_box

_logger = logging.getLogger(__name__)

# An OPCO that never says the same thing twice must not fill the table.
MAX_TO_COMPLETE = 500
MAX_NEW_PER_ANSWER = 10
NAME_LENGTH = 80
RECOGNISING_CRON = "opco_ep_connector.ir_cron_recognise"
# By what an entry is recognised, and whether it speaks.
RECOGNITION_FIELDS = {
    "active",
    "cause",
    "code",
    "http_status",
    "is_general",
    "wordings",
}


class OpcoError(models.Model):
    """What an OPCO may complain of: cause, remedy, field of the form.

    Shared by all companies: it holds nothing personal. What nobody has explained yet is
    collected by itself, masked, at most `MAX_TO_COMPLETE` kinds of it: beyond, the
    oldest that were said once make room.
    """

    _name = "opco.error"
    _description = "OPCO Error"
    _order = "state desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(
        default=True, help="Archived, it is neither shown nor proposed for completion."
    )
    sequence = fields.Integer(default=100)
    state = fields.Selection(
        [("known", "Explained"), ("to_complete", "To complete")],
        compute="_compute_state",
        store=True,
        index=True,
        help="An error is explained as soon as its cause is written.",
    )
    code = fields.Char(
        string="Code of the OPCO", help="Exactly the code that the OPCO sends."
    )
    http_status = fields.Integer(
        string="HTTP status",
        aggregator=None,
        help="0 for any. Alone, it only advises on what nothing else explains.",
    )
    wordings = fields.Text(
        string="Words to recognise",
        help="One wording a line: all its words must be in the message, in any order, "
        "whatever their case and accents. « ferm* » stands for every word that begins "
        "so.",
    )
    is_general = fields.Boolean(
        string="Only if nothing more precise is recognised",
    )
    collected_text = fields.Char(
        string="As the OPCO said it",
        readonly=True,
        copy=False,
        help="Names, dates and figures are masked. This very wording is recognised "
        "without code or words.",
    )
    fingerprint = fields.Char(readonly=True, copy=False)
    field_path = fields.Selection(
        selection="_selection_field_path",
        string="Box of the form",
        help="Opened by the link, unless the OPCO names another one.",
    )
    cause = fields.Text(translate=True, help="What is wrong, in words of every day.")
    remedy = fields.Text(
        string="What to do", translate=True, help="What the person must do now."
    )
    seen_count = fields.Integer(string="Times seen", readonly=True, copy=False)
    first_seen_at = fields.Datetime(string="First seen", readonly=True, copy=False)
    last_seen_at = fields.Datetime(string="Last seen", readonly=True, copy=False)

    _fingerprint_uniq = models.UniqueIndex(
        "(fingerprint) WHERE fingerprint IS NOT NULL", "This error is already known."
    )

    @api.depends("cause")
    def _compute_state(self):
        for error in self:
            error.state = "known" if (error.cause or "").strip() else "to_complete"

    @api.model
    def _selection_field_path(self):
        """Return the boxes of the form that travel, under the names of the screen."""
        contracts = self.env["apprenticeship.contract"]
        return [
            (line.field, f"{self._box_label(contracts, line.box)} ({line.field})")
            for line in TABLE
        ]

    @api.model
    def _box_label(self, contracts, box):
        return contracts._fields[contract_field(box)]._description_string(self.env)

    @api.constrains("name", "code", "http_status", "wordings", "fingerprint")
    def _check_recognisable(self):
        for error in self:
            try:
                wordings = read_wordings(error.wordings or "")
            except ValueError as line:
                raise ValidationError(
                    self.env._(
                        "« %(line)s » would be found in every message: give at least "
                        "one word of three letters.",
                        line=line,
                    )
                ) from None
            if not (wordings or error.code or error.http_status or error.fingerprint):
                raise ValidationError(
                    self.env._("Say how it is recognised: a code, a status or words.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        errors = super().create(vals_list)
        if "known" in errors.mapped("state"):
            self._recognise_again()
        return errors

    def write(self, vals):
        result = super().write(vals)
        if self and RECOGNITION_FIELDS & vals.keys():
            self._recognise_again()
        return result

    def unlink(self):
        was_known = "known" in self.mapped("state")
        result = super().unlink()
        if was_known:
            self._recognise_again()
        return result

    # ------------------------------------------------------------------ actions
    def action_view_transmissions(self):
        """Show what was rejected for this reason."""
        self.ensure_one()
        self.env["opco.transmission"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "opco_ep_connector.opco_transmission_action"
        )
        return action | {"domain": [("error_id", "=", self.id)], "context": {}}

    # ----------------------------------------------------------------- business
    @api.model
    def _catalogue(self):
        """Return the entries that have an explanation, as a `Catalogue` of ids."""
        known = self.sudo().search([("state", "=", "known")])
        return Catalogue(
            Entry(
                error.id,
                error.code or "",
                error.http_status,
                read_wordings(error.wordings or ""),
                error.fingerprint or "",
                error.is_general,
            )
            for error in known
        )

    @api.model
    def _learn(self, answers):
        """Count what OPCOs complain of, and collect what nobody has explained.

        Counters and the unique index stand conflicts as the crons' transactions do: the
        whole is done again.

        :param answers: for each one, its `Complaint` values, and the form it is about,
            None when nobody knows it any more
        :return: the main error of each answer, which may be none
        """
        catalogue = self._catalogue()
        collected = self._collect(catalogue, answers)
        seen, main_errors = Counter(), []
        for complaints, _form in answers:
            by_complaint = [
                self._errors_of(catalogue, collected, complaint)
                for complaint in complaints
            ]
            seen.update(set().union(*(errors.ids for errors in by_complaint)))
            main_errors.append(next(filter(None, by_complaint), self.browse())[:1])
        self.browse(sorted(seen))._count(seen)
        return main_errors

    @api.model
    def _errors_of(self, catalogue, collected, complaint):
        known = catalogue.find(complaint)
        if known:
            return self.sudo().browse(known)
        return collected.get(complaint.fingerprint) or self.sudo().browse(
            catalogue.advise(complaint)
        )

    @api.model
    def _collect(self, catalogue, answers):
        """Return by fingerprint what has no explanation, new kinds included."""
        unknown, forms = {}, {}
        for complaints, form in answers:
            new = [
                complaint
                for complaint in complaints
                if not catalogue.find(complaint)
                and not (complaint.is_silent and catalogue.advise(complaint))
                and self._can_be_masked(complaint, form)
            ]
            for complaint in new[:MAX_NEW_PER_ANSWER]:
                unknown.setdefault(complaint.fingerprint, complaint)
                forms.setdefault(complaint.fingerprint, form)
        kept = self._collected(unknown)
        missing = [mark for mark in unknown if mark not in kept]
        room = self._make_room(len(missing), kept) if missing else 0
        if len(missing) > room:
            _logger.warning(
                "The catalogue holds %s errors to complete: %s new ones are not kept",
                MAX_TO_COMPLETE,
                len(missing) - room,
            )
        created = self.sudo().create(
            [
                self._values_to_collect(unknown[mark], forms[mark])
                for mark in missing[:room]
            ]
        )
        return kept | {error.fingerprint: error for error in created}

    @api.model
    def _make_room(self, wanted, kept):
        """Return how many new kinds may be collected, `wanted` when there are so many.

        What was said once, longest ago, gives up its place: a burst of odd answers must
        not keep out what an OPCO says from then on.

        :param kept: what the answers at hand say again, by fingerprint
        """
        every = self.sudo().with_context(active_test=False)
        room = MAX_TO_COMPLETE - every.search_count([("state", "=", "to_complete")])
        if room < wanted:
            # Archived, somebody has seen it and wants no more of it.
            said_once = self.sudo().search(
                [
                    ("state", "=", "to_complete"),
                    ("fingerprint", "not in", [False, *kept]),
                    ("seen_count", "<=", 1),
                ],
                order="id",
                limit=wanted - room,
            )
            room += len(said_once)
            said_once.unlink()
        return min(max(room, 0), wanted)

    @api.model
    def _collected(self, fingerprints):
        every = self.sudo().with_context(active_test=False)
        found = every.search([("fingerprint", "in", list(fingerprints))])
        return {error.fingerprint: error for error in found}

    @api.model
    def _can_be_masked(self, complaint, form):
        """Tell whether something may be kept of a complaint, whose code is no name."""
        return bool(form or complaint.error.code or complaint.is_silent)

    @api.model
    def _values_to_collect(self, complaint, form):
        # The code may be anything as well. Without the form names cannot be told.
        said = (complaint.error.code or "", form and complaint.error.text)
        text = masked(" – ".join(filter(None, said)), form)
        text = text or f"HTTP {complaint.http_status}"
        box = cerfa_box(complaint.error.field or "")
        return {
            "name": text[:NAME_LENGTH],
            "collected_text": text,
            "fingerprint": complaint.fingerprint,
            "field_path": next((line.field for line in TABLE if line.box == box), None),
        }

    def _count(self, seen):
        now = fields.Datetime.now()
        for error in self.sudo():
            error.write(
                {
                    "seen_count": error.seen_count + seen[error.id],
                    "first_seen_at": error.first_seen_at or now,
                    "last_seen_at": now,
                }
            )

    @api.model
    def _recognise_again(self):
        """The rejections that had no explanation may have one now.

        They may be thousands: nobody waits for them.
        """
        # The shipped entries come one by one; what ships them asks for it once.
        if not self.env.context.get("install_mode"):
            self.env.ref(RECOGNISING_CRON).sudo()._trigger()

    # ------------------------------------------------------------------ display
    @api.model
    def _explain(self, catalogue, complaints):
        """Return what a banner shows: what was said, why, what to do, which field.

        What has the same explanation about the same field is said together.

        :param complaints: a list of `Complaint` of one answer
        :return: JSON values, in the order of the OPCO
        """
        items = {}
        for complaint in complaints:
            keys = catalogue.find(complaint) or catalogue.advise(complaint)
            errors = self.sudo().browse(keys)
            box = cerfa_box(complaint.error.field or "")
            explanations = [error._explanation(box) for error in errors]
            explanations = explanations or [self._general_advice(box)]
            mark = tuple(keys), explanations[0]["field"]
            item = items.setdefault(mark, {"said": [], "explanations": explanations})
            said = self._said(complaint)
            if said and said not in item["said"]:
                item["said"].append(said)
        return list(items.values())

    @api.model
    def _said(self, complaint):
        error = complaint.error
        return shown(" – ".join(filter(None, (error.code, error.text))))

    def _explanation(self, box):
        own_box = cerfa_box(self.field_path or "")
        if not box or (own_box or "").startswith(f"{box}."):
            box = own_box
        return {"cause": self.cause, "remedy": self.remedy or "", **self._place(box)}

    @api.model
    def _general_advice(self, box):
        return {
            "cause": False,
            "remedy": self.env._(
                "This error is not explained yet. Correct what the OPCO's words point "
                "at, then transmit again; if they are not clear, ask the OPCO, giving "
                "the reference of the contract."
            ),
            **self._place(box),
        }

    @api.model
    def _place(self, box):
        """Return where a box is on the contract's form, and what it is called."""
        contracts = self.env["apprenticeship.contract"]
        field = contract_field(box) if box else None
        if field not in contracts._fields:
            return {"field": False, "page": False, "label": False}
        return {
            "field": field,
            "page": form_page(box),
            "label": self._box_label(contracts, box),
        }
