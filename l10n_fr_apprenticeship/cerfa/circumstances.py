# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a rule may need besides the form, passed as data.

Nothing here is on the CERFA. What is not known is ``None``, or left out: a rule that
needs it stays silent.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .form import Cerfa

# The documents that may go with the form.
DURATION_AGREEMENT = "duration_agreement"
IN_HOUSE_ANNEX = "in_house_annex"


@dataclass(frozen=True)
class TutorContract:
    """Another contract in which somebody is the tutor.

    The form under check, its amendments and the contract it amends are left out.
    `is_prolonged`: the apprentice's training is prolonged after a failure (L6222-11).
    """

    birth_name: str
    birth_date: date
    date_start: date
    date_end: date
    is_prolonged: bool = False


@dataclass(frozen=True)
class PreviousContract:
    """The apprentice's previous contract, with this employer or another.

    `date_end` is the day it really ended; `last_rate` the last rate of its pay, and
    `last_minimum_rate` the lowest rate the law allowed then, both in percent.
    """

    date_end: date | None = None
    diploma_obtained: bool | None = None
    exam_failed: bool | None = None
    last_rate: Decimal | None = None
    last_minimum_rate: Decimal | None = None


@dataclass(frozen=True)
class AmendedContract:
    """The version of the contract that an amendment amends.

    `cerfa` is that version as it was concluded; `deca_number` its deposit number.
    """

    cerfa: Cerfa
    deca_number: str | None = None


@dataclass(frozen=True)
class Certification:
    """The sheet of a certification in the national register (RNCP).

    `rncp` is the code on the form, with or without ``RNCP``; `valid_from` and
    `valid_to` are the first and last days somebody may enter the training.
    """

    rncp: str
    title: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    diploma_codes: frozenset[str] = frozenset()
    is_exempt_from_distance_cut: bool | None = None


@dataclass(frozen=True)
class CentreStanding:
    """What is known of the training centre.

    `may_prepare`: entitled to prepare for the certification (R6113-16); `quality_from`
    and `quality_to`: its quality certificate for apprenticeship (L6316-1).
    """

    may_prepare: bool | None = None
    quality_from: date | None = None
    quality_to: date | None = None


@dataclass(frozen=True)
class Establishment:
    """The employer's establishment in the national register (Sirene)."""

    zip: str | None = None
    closed_on: date | None = None


@dataclass(frozen=True)
class Circumstances:
    """What is known around a form, on the day it is checked.

    `cycle_months`: the normal length of the training, in months. `documents`: those
    at hand, among the constants above. `is_deposited`: the form was sent to the OPCO,
    by whoever, `deposited_on` that day; `complete_on`: the day the OPCO had the
    complete file; `answered_on`: the day it decided. `work_permit_to`: last day of the
    apprentice's permit to work. `is_mobile_abroad`: the training agreement foresees a
    stay abroad.
    """

    today: date | None = None
    tutor_contracts: tuple[TutorContract, ...] = ()
    previous_contract: PreviousContract | None = None
    amended: AmendedContract | None = None
    certification: Certification | None = None
    centre: CentreStanding | None = None
    establishment: Establishment | None = None
    cycle_months: int | None = None
    documents: frozenset[str] | None = None
    work_permit_to: date | None = None
    is_mobile_abroad: bool | None = None
    is_deposited: bool | None = None
    deposited_on: date | None = None
    complete_on: date | None = None
    answered_on: date | None = None


NONE_KNOWN = Circumstances()
