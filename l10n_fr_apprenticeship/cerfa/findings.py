# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a check has to say: a severity, the boxes concerned and a French sentence."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Any

from .form import boxes_on
from .parts import form_order

MASK = "•••"
_OVERRIDDEN = "{sentence} Passé outre, motif : « {reason} »."
_SHOWN_LENGTH = 60
# Python refuses to write an integer of some thousands of digits.
_SHOWN_BITS = 192

Pairs = tuple[tuple[str, str], ...]


class Severity(IntEnum):
    """How much a finding weighs; ``severity >= Severity.WARN`` reads as written."""

    INFO = 1
    WARN = 2
    OVERRIDABLE_BLOCK = 3
    BLOCK = 4


@dataclass(frozen=True)
class Finding:
    """One thing a rule found on a form.

    `paths` are the boxes concerned, the first one being where to look.
    `values` were read from the form, `facts` were not (labels, limits, dates of the
    law); both are pairs of a placeholder of `template` and a text ready to be shown.
    `override_reason` is what somebody answered to go on in spite of it.
    """

    rule_id: str
    severity: Severity
    article: str | None
    paths: tuple[str, ...]
    template: str
    values: Pairs = ()
    facts: Pairs = ()
    override_reason: str | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether the form may not leave as it is."""
        return self.severity >= Severity.OVERRIDABLE_BLOCK

    @property
    def message(self) -> str:
        """The sentence, for people entitled to personal data."""
        sentence = self.template.format_map(dict(self.facts + self.values))
        return self._with_reason(sentence, self.override_reason)

    @property
    def masked_message(self) -> str:
        """The sentence for anybody.

        A box marked `personal` among the paths hides every value read from the form:
        another box (a birth date) may tell what the personal one holds.
        """
        if not self.is_personal:
            return self.message
        masked = tuple((name, MASK) for name, _ in self.values)
        sentence = self.template.format_map(dict(self.facts + masked))
        return self._with_reason(sentence, MASK)

    def _with_reason(self, sentence: str, reason: str | None) -> str:
        if self.override_reason is None:
            return sentence
        return _OVERRIDDEN.format(sentence=sentence, reason=shown(reason))

    @property
    def is_personal(self) -> bool:
        """Whether one of the paths leads to a box marked `personal`."""
        return any(box.personal for path in self.paths for box in boxes_on(path))


def reading_order(finding: Finding) -> tuple:
    """Return a key that sorts findings, the most severe first, then in form order."""
    return -finding.severity, form_order(finding.paths[0]), finding.rule_id


def shown(value: Any) -> str:
    """Write a value of the form as a French reader expects it, at most 60 characters.

    A date is ``"01/09/2026"``, a decimal has a comma, an empty box is ``"vide"``.
    """
    if value is None:
        return "vide"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return _shown_integer(value)
    if isinstance(value, Decimal):
        return _cut(str(value).replace(".", ","))
    if isinstance(value, date):
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    return _cut(str(value))


def _shown_integer(value: int) -> str:
    if value.bit_length() > _SHOWN_BITS:
        return "nombre démesuré"
    return str(value)


def _cut(text: str) -> str:
    # Only the beginning is read: a box may hold megabytes.
    line = " ".join(text[: 2 * _SHOWN_LENGTH].split())
    if len(line) <= _SHOWN_LENGTH and len(text) <= 2 * _SHOWN_LENGTH:
        return line
    return line[: _SHOWN_LENGTH - 1] + "…"


@lru_cache(maxsize=1024)
def title_of(path: str) -> str:
    """Return the labels on the way to a box: ``"Le contrat › Date de conclusion"``.

    A pay period is named by its line, counted from 1.

    :raises KeyError: when the form has no such box
    """
    titles = [box.label for box in boxes_on(path)]
    for position, name in enumerate(path.split(".")):
        if name.isdigit():
            titles.insert(position, f"ligne {int(name) + 1}")
    return " › ".join(titles)
