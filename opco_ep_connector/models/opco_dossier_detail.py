# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from markupsafe import Markup

from odoo import models

from ..convergence.redact import redact_text
from ..fingerprints import Fingerprint, fingerprint, identity
from .opco_dossier import CONTRACT_STATE


class OpcoDossier(models.Model):
    """What the OPCO says of one dossier, and what it means for the contract."""

    # A subject of its own, in a file of its own.
    _inherit = "opco.dossier"  # pylint: disable=consider-merging-classes-inherited

    def _record_detail(self, detail):
        """Mirror what the OPCO says of one dossier.

        :param detail: a `convergence` Dossier
        :return: whether something changed
        """
        read_at = detail.exchange.started_at.replace(tzinfo=None, microsecond=0)
        if self.detail_read_at and read_at < self.detail_read_at:
            # An older answer, written late.
            return False
        self.write({"detail_read_at": read_at, "asked_at": False, "failed_reads": 0})
        if self.contract_id:
            return self._apply_detail(detail)
        self.write(self._identity_values(detail))
        return False

    def _record_unread(self):
        self.write({"failed_reads": self.failed_reads + 1, "asked_at": False})

    def _identity_values(self, detail):
        """Return what is kept to recognise the contract of a dossier."""
        found = identity(detail.cerfa)
        kept = fingerprint(found, self.connection_id.sudo().vault_id)
        return {
            "employer_siret": found.employer_siret,
            "date_start": _date(found.start),
            "date_effect": _date(found.effect),
            "match_key": kept.key,
            "nir_digest": kept.by_nir,
            "names_digest": kept.by_names,
        }

    def _fingerprint(self):
        dossier = self.sudo()
        return Fingerprint(
            dossier.match_key or "",
            dossier.nir_digest or "",
            dossier.names_digest or "",
            dossier.date_effect.isoformat() if dossier.date_effect else "",
        )

    def _apply_detail(self, detail):
        """Mirror what the OPCO says, journal it, and tell the contract.

        :return: whether something changed
        """
        values = {
            "external_number": detail.external_number or self.external_number,
            "deca_number": detail.deca_number or self.deca_number,
            "comment": redact_text(detail.comment or "") or False,
            "instalments": list(detail.instalments),
            "date_broken": detail.broken_on or self.date_broken,
        }
        if detail.raw_state and detail.raw_state != self.raw_state:
            values |= self._state_values(self.connection_id, detail.raw_state)
        if all(
            (self[name] or False) == (value or False) for name, value in values.items()
        ):
            return False
        self.env["opco.exchange"]._journal(
            self.connection_id, detail.exchange, dossier=self
        )
        former_state = self.raw_state
        self.write(values)
        contract = self.contract_id
        # A dossier refused before does not speak for the one sent since.
        if contract.opco_internal_number != self.internal_number:
            return True
        contract._opco_mirror(self)
        if self.raw_state != former_state:
            language = contract.user_id.lang or self.env.lang
            self.with_context(lang=language)._log_state_on_contract()
        contract._opco_notify()
        return True

    def _log_state_on_contract(self):
        # Remote text: Markup escapes its arguments.
        body = Markup("%s") % self.env._(
            "%(opco)s: %(state)s",
            opco=self.connection_id.profile_id.name,
            state=self._state_label(),
        )
        if self.deca_number:
            body += Markup("<br/>%s") % self.env._(
                "DECA number: %(number)s", number=self.deca_number
            )
        if self.date_broken:
            body += Markup("<br/>%s") % self.env._(
                "Last day of the contract at the OPCO: %(date)s",
                date=f"{self.date_broken:%d/%m/%Y}",
            )
        if self.comment:
            body += Markup("<br/>« %s »") % self.comment
        self.contract_id._message_log(body=body)

    def _contract_state(self):
        """Return what the OPCO's state means for the contract, or nothing."""
        # A contract that was broken stays so when the OPCO has paid what it owes.
        if self.state == "settled" and self.date_broken:
            return CONTRACT_STATE["broken"]
        return CONTRACT_STATE.get(self.state)

    def _days_of_deposit(self):
        """Return what the rules on the legal clocks need to know, by name."""
        contract = self.contract_id
        received_on = contract._opco_received_on() or None
        answered_at = self.state_changed_at or self.first_seen_at
        return {
            # Deposited elsewhere: on that day at the latest.
            "deposited_on": received_on or contract._legal_day(self.first_seen_at),
            "complete_on": received_on,
            "answered_on": (
                None
                if contract._opco_awaits_answer()
                else contract._legal_day(answered_at)
            ),
        }

    def _state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.raw_state if self.state == "other" else labels.get(self.state)


def _date(text):
    """Return a date the OPCO wrote, or nothing when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return False
