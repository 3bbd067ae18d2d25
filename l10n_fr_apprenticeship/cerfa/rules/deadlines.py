# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The legal clocks, on the day of the check."""

from collections.abc import Iterator
from datetime import date

from ..circumstances import Circumstances
from ..clock import (
    answer_alert,
    answer_deadline,
    department_of,
    deposit_alert,
    deposit_deadline,
)
from ..contract_types import is_amendment
from ..findings import Severity
from ..form import Cerfa
from ..legal import LegalTables
from .registry import Problem, rule


@rule(
    "DAT-13",
    Severity.WARN,
    article="D6224-1",
    sentence="Le délai de dépôt, 5 jours ouvrables après le {first_day}, a expiré le "
    "{deadline}. Envoyez le dossier sans attendre : le retard ne le fait pas refuser, "
    "mais les aides sont perdues 6 mois après la conclusion.",
)
def deposited_in_time(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The contract is deposited within 5 working days of its start (D6224-1)."""
    path, first_day = _first_day(cerfa)
    today = circumstances.today
    if today is None or first_day is None or _is_deposited(circumstances):
        return
    # Whatever the holidays, 5 working days are not over in 5 days.
    if (today - first_day).days < 5:
        return
    deadline = deposit_deadline(first_day, _department(cerfa))
    if today > deadline:
        yield Problem((path,), {"first_day": first_day}, {"deadline": deadline})


@rule(
    "DAT-13",
    Severity.WARN,
    article="D6224-1",
    sentence="Le dossier est à envoyer avant la fin du {deadline} : 5 jours ouvrables "
    "après le {first_day}.",
)
def deposit_is_pressing(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """From the third of the 5 working days, the deposit is pressing (D6224-1)."""
    path, first_day = _first_day(cerfa)
    today = circumstances.today
    if today is None or first_day is None or _is_deposited(circumstances):
        return
    if (today - first_day).days < 3:
        return
    department = _department(cerfa)
    deadline = deposit_deadline(first_day, department)
    if deposit_alert(first_day, department) <= today <= deadline:
        yield Problem((path,), {"first_day": first_day}, {"deadline": deadline})


@rule(
    "DAT-14",
    Severity.INFO,
    article="D6224-3",
    sentence="L'OPCO a le dossier complet depuis le {complete} et n'a pas répondu. Son "
    "silence vaut refus après le {deadline}, 20 jours plus tard : relancez-le.",
)
def answer_is_pressing(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The OPCO answers within 20 days of the complete file (D6224-3)."""
    today, complete = circumstances.today, circumstances.complete_on
    if today is None or complete is None or circumstances.answered_on is not None:
        return
    if today >= answer_alert(complete):
        yield Problem(
            ("contract",),
            facts={"complete": complete, "deadline": answer_deadline(complete)},
        )


def _is_deposited(circumstances: Circumstances) -> bool:
    return bool(circumstances.is_deposited) or circumstances.deposited_on is not None


def _first_day(cerfa: Cerfa) -> tuple[str, date | None]:
    """Return the day the 5 days run from: the start, or the effect of an amendment."""
    if is_amendment(cerfa):
        return "contract.date_amendment_effect", cerfa.contract.date_amendment_effect
    return "contract.date_start", cerfa.contract.date_start


def _department(cerfa: Cerfa) -> str | None:
    return department_of(cerfa.employer.address.zip)
