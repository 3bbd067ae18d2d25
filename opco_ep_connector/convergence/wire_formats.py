# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How one value of the form is spelled on the wire (norm §2).

Each function takes the value and the profile, and returns a JSON value, None for
nothing to send. None of them raises or corrects: what cannot be spelled is sent through
as text, for the schema to name it.
"""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from .profile import Profile

_CENT = Decimal("0.01")

# +33, and the overseas codes whose numbers keep the metropolitan form 0X XX XX XX XX.
_FRENCH_PREFIX = re.compile(r"(?:\+|00)(?:33|262|590|594|596)(?:\(0\)|0)?(?=[1-9])")
_PUNCTUATION = re.compile(r"[\s./\u00a0-]+")


def text(value: Any, profile: Profile) -> str | None:
    """On one line, without spaces around."""
    return " ".join(str(value).split()) or None


def compact(value: Any, profile: Profile) -> str | None:
    """An identifier without its spaces and dots, in capitals: SIRET, NAF, UAI…"""
    return _PUNCTUATION.sub("", str(value)).upper() or None


def email(value: Any, profile: Profile) -> str | None:
    return str(value).strip() or None


def phone(value: Any, profile: Profile) -> str | None:
    """Ten digits: ``+33 1 42 00 00 01`` is ``0142000001``."""
    dialled = _PUNCTUATION.sub("", str(value))
    national = _FRENCH_PREFIX.sub("0", dialled, count=1)
    return re.sub(r"[()]", "", national) or None


def code(value: Any, profile: Profile) -> int | str | None:
    """A code of the notice: ``"01"`` is 1 where the OPCO counts in integers."""
    spelled = compact(value, profile)
    if profile.codes_as_int and spelled and re.fullmatch(r"[0-9]{1,9}", spelled):
        return int(spelled)
    return spelled


def class_code(value: Any, profile: Profile) -> int | str | None:
    """A code of two digits: ``"01"`` is 1 where the OPCO counts in integers."""
    return code(value, profile)


def optional_code(value: Any, profile: Profile) -> int | str | None:
    """A code whose 0 means none, and none is not sent."""
    spelled = code(value, profile)
    return None if spelled in (0, "0", "00") else spelled


def idcc(value: Any, profile: Profile) -> str | None:
    """Four digits: ``843`` is ``0843``."""
    spelled = compact(value, profile)
    return spelled.zfill(4) if spelled and spelled.isdigit() else spelled


def rncp(value: Any, profile: Profile) -> str | None:
    """``RNCP38764`` or ``38764``, as the OPCO wants it."""
    spelled = compact(value, profile) or ""
    digits = spelled.removeprefix("RNCP")
    if not digits.isdigit():
        return spelled or None
    return f"RNCP{digits}" if profile.rncp_prefix else digits


def nir(value: Any, profile: Profile) -> str | None:
    """13 characters, or 15 with the key, which is computed when missing (norm §2.3).

    A key that was given is left as it is: whether it is right is for the rules to say.
    """
    spelled = compact(value, profile)
    if spelled is None:
        return None
    if profile.nir_length == 13 and len(spelled) == 15:
        return spelled[:13]
    if profile.nir_length == 15 and len(spelled) == 13:
        return spelled + nir_key(spelled)
    return spelled


def nir_key(number: str) -> str:
    """Return the two digits that close a NIR of 13, empty when it is not one.

    97 − n mod 97, where 2A counts as 19 and 2B as 18.
    """
    if not re.fullmatch(r"[0-9]{5}([0-9]{2}|2[AB])[0-9]{6}", number):
        return ""
    digits = number.replace("2A", "19").replace("2B", "18")
    return f"{97 - int(digits) % 97:02d}"


def department(value: Any, profile: Profile) -> str | None:
    """``75`` is ``075``, ``2a`` is ``02A``; abroad is ``099`` (norm §2.3).

    Where the OPCO wants two characters, ``075`` is ``75`` and ``974`` stays.
    """
    spelled, length = compact(value, profile), profile.birth_department_length
    if spelled and len(spelled) > length:
        return spelled.removeprefix("0")
    return spelled and spelled.zfill(length)


def day(value: Any, profile: Profile) -> str:
    if isinstance(value, date):
        return value.strftime(profile.date_format)
    return str(value)


def boolean(value: Any, profile: Profile) -> bool:
    return bool(value)


def integer(value: Any, profile: Profile) -> Any:
    return value


def number(value: Any, profile: Profile) -> int | float | str:
    """An amount or a rate as a JSON number, at most two decimals."""
    try:
        amount = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return str(value)
    # Beyond 13 digits a float would no longer hold the cents.
    if not amount.is_finite() or amount.adjusted() > 12:
        return str(value)
    rounded = amount.quantize(_CENT, rounding=ROUND_HALF_UP)
    if rounded == rounded.to_integral_value():
        return int(rounded)
    return float(rounded)
