# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The identifiers written on the form: is it one, and how is it written.

Unless they say otherwise, the functions read a value as `compact` returns it: no
spaces, no dots, capitals. They tell whether a value is well formed and its control key
right, never whether it exists in a register.
"""

import re

from stdnum import luhn
from stdnum.fr import nir as stdnum_nir
from stdnum.fr import siret as stdnum_siret

_SEPARATORS = re.compile(r"[\s.\u200b\u2060\ufeff]+")

_SIRET = re.compile(r"[0-9]{14}")
_UAI = re.compile(r"[0-9]{7}[A-Z]")
_UAI_KEYS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_NIR = re.compile(
    r"[12][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?"
)
_PROVISIONAL_NIR = re.compile(r"[3478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?")
_DECA_REST = r"[0-9]{4}(?:0[1-9]|1[0-2])(?:NC|[0-9]{2})[0-9]{4}"
_DECA = re.compile(rf"(?:0[0-9]{{2}}|02[AB]|97[12346]){_DECA_REST}")
_SHORT_DECA = re.compile(rf"9[0-5]{_DECA_REST}")
_RNCP = re.compile(r"(?:RNCP)?([0-9]{3,5})")
_DIPLOMA_CODE = re.compile(r"[A-Z0-9]{3}[0-9]{3}[A-Z0-9]{2}")
_NAF = re.compile(r"[0-9]{4}[A-Z]")
_IDCC = re.compile(r"[0-9]{4}")
_POSTAL_CODE = re.compile(r"[0-9]{5}")

# 975 is in INSEE's geographic code, though the State's own expression forgets it.
_OVERSEAS = "971 972 973 974 975 976 977 978 984 986 987 988 989"
_BIRTH_DEPARTMENTS = frozenset(
    [f"{number:03}" for number in range(1, 96)]
    + ["02A", "02B", "099", *_OVERSEAS.split()]
)

_EMAIL_MAX_LENGTH = 80
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)

_PHONE_MAX_LENGTH = 40
_PHONE_SEPARATORS = re.compile(r"[\s./()\u200b\u2060\ufeff\u2010-\u2013-]+")
_PHONE = re.compile(r"(?:(?:\+|00)(?:33|262|590|594|596)0?|0)([1-9][0-9]{8})")


def compact(value: str) -> str:
    """Return `value` in capitals without spaces, dots or non-breaking spaces.

    ``compact("732 829 320 00074")`` is ``"73282932000074"``.
    """
    return _SEPARATORS.sub("", value).upper()


def is_siret(value: str) -> bool:
    """Tell whether `value` is a SIRET: 14 digits, Luhn key.

    La Poste (SIREN 356000000) numbers most of its establishments so that the sum of the
    digits, rather than Luhn's, is right: ``"35600000009075"`` is a SIRET.
    """
    if not _SIRET.fullmatch(value):
        return False
    return luhn.is_valid(value) or stdnum_siret.is_valid(value)


def siren_of(siret: str) -> str:
    """Return the SIREN of the company a SIRET belongs to: its first nine digits."""
    return stdnum_siret.to_siren(siret)


def is_uai(value: str) -> bool:
    """Tell whether `value` is a UAI number: 7 digits and a key letter.

    The letter is the remainder of the number by 23 in the alphabet without I, O, Q.
    Example: ``"0561910X"``.
    """
    if not _UAI.fullmatch(value):
        return False
    return value[7] == _UAI_KEYS[int(value[:7]) % 23]


def is_nir(value: str) -> bool:
    """Tell whether `value` is a NIR: 13 characters, or 15 with the right key.

    Corsica writes 2A or 2B: ``"186022A215325"``, ``"186022A21532523"``. The NIR given
    while someone is being registered (first digit 3, 4, 7 or 8) is not one: see
    `is_provisional_nir`.
    """
    if not _NIR.fullmatch(value):
        return False
    return len(value) == 13 or stdnum_nir.is_valid(value)


def is_provisional_nir(value: str) -> bool:
    """Tell whether `value` is shaped like the number of someone being registered."""
    return _PROVISIONAL_NIR.fullmatch(value) is not None


def nir_key(nir13: str) -> str:
    """Return the two digits of the key of a NIR of 13 characters.

    97 minus the remainder by 97, 2A counting as 19 and 2B as 18:
    ``nir_key("186022A215325")`` is ``"23"``.

    :raises ValueError: when it is not a NIR of 13 characters
    """
    if len(nir13) != 13 or not is_nir(nir13):
        raise ValueError("not a NIR of 13 characters")
    return stdnum_nir.calc_check_digits(nir13)


def nir_with_key(nir: str) -> str:
    """Return a NIR of 13 or 15 characters with its key, 15 characters.

    :raises ValueError: when it is not a NIR
    """
    if not is_nir(nir):
        raise ValueError("not a NIR")
    return nir if len(nir) == 15 else nir + nir_key(nir)


def is_deca_number(value: str) -> bool:
    """Tell whether `value` is the deposit (DECA) number of a contract.

    Department on 3, year, month, 2 digits or ``NC``, 4 digits: ``"02B202212000000"``,
    ``"075202209NC1234"``.
    """
    return _DECA.fullmatch(value) is not None


def is_short_deca_number(value: str) -> bool:
    """Tell whether `value` is a DECA number whose department is written on 2 digits.

    The State's generator took ``90`` to ``95`` so: ``"94202209001234"``.
    """
    return _SHORT_DECA.fullmatch(value) is not None


def is_rncp(value: str) -> bool:
    """Tell whether `value` is an RNCP code: ``"RNCP38764"`` or ``"38764"``."""
    return _RNCP.fullmatch(value) is not None


def rncp_digits(value: str) -> str:
    """Return the digits of an RNCP code, as printed on the form.

    :raises ValueError: when it is not an RNCP code
    """
    found = _RNCP.fullmatch(value)
    if found is None:
        raise ValueError("not an RNCP code")
    return found[1]


def is_diploma_code(value: str) -> bool:
    """Tell whether `value` is a formation-diplôme code: ``"32031213"``."""
    return _DIPLOMA_CODE.fullmatch(value) is not None


def is_naf(value: str) -> bool:
    """Tell whether `value` is an activity code (NAF) without its dot: ``"1071C"``."""
    return _NAF.fullmatch(value) is not None


def is_idcc(value: str) -> bool:
    """Tell whether `value` is an IDCC on 4 digits: ``"0843"``, ``"9999"`` if none."""
    return _IDCC.fullmatch(value) is not None


def is_postal_code(value: str) -> bool:
    """Tell whether `value` is a French postal code: ``"75019"``."""
    return _POSTAL_CODE.fullmatch(value) is not None


def is_birth_department(value: str) -> bool:
    """Tell whether `value` is a department of birth, on 2 or 3 characters.

    ``"75"``, ``"075"``, ``"2A"``, ``"971"``, ``"99"`` or ``"099"`` when born abroad.
    """
    return len(value) in (2, 3) and birth_department_3(value) in _BIRTH_DEPARTMENTS


def birth_department_3(value: str) -> str:
    """Return a department of birth on 3 characters: ``"75"`` is ``"075"``."""
    return value.rjust(3, "0")


def is_email(value: str) -> bool:
    """Tell whether `value` is one plausible address of at most 80 characters."""
    return len(value) <= _EMAIL_MAX_LENGTH and _EMAIL.fullmatch(value) is not None


def is_phone(value: str) -> bool:
    """Tell whether `value` is a French phone number, however it is written.

    ``"+33 6 12 34 56 78"``, ``"0033 (0)6.12.34.56.78"``, ``"+262 692 12 34 56"``.
    """
    return _phone_match(value) is not None


def phone_10_digits(value: str) -> str:
    """Return a French phone number on 10 digits.

    ``"+33 6 12 34 56 78"`` is ``"0612345678"``, and ``"+262 692 12 34 56"`` (Réunion,
    Mayotte; likewise +590, +594, +596) is ``"0692123456"``.

    :raises ValueError: when it is not a French phone number
    """
    found = _phone_match(value)
    if found is None:
        raise ValueError("not a French phone number")
    return f"0{found[1]}"


def _phone_match(value: str) -> re.Match[str] | None:
    if len(value) > _PHONE_MAX_LENGTH:
        return None
    return _PHONE.fullmatch(_PHONE_SEPARATORS.sub("", value))
