# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is kept of a dossier to recognise its contract, without the apprentice.

Compares as `convergence.matching` does, on digests instead of the person's data.
"""

import hashlib
import hmac
from dataclasses import dataclass

from .convergence.matching import Identity, identity

__all__ = ["Fingerprint", "fingerprint", "identity", "is_same_contract", "match_key"]


@dataclass(frozen=True)
class Fingerprint:
    """Where to look, two digests of who, an amendment's effect; empty is unknown."""

    key: str
    by_nir: str
    by_names: str
    effect: str = ""


def match_key(employer_siret: str, start: str) -> str:
    """Return what tells nearly every contract from the others, person aside."""
    return f"{employer_siret}|{start}" if employer_siret and start else ""


def fingerprint(of: Identity, salt: str) -> Fingerprint:
    """Return the fingerprint of an identity; those of two salts never match."""
    key = match_key(of.employer_siret, of.start)
    if not key or not of.contract_type:
        return Fingerprint(key, "", "", of.effect)
    person = (*of.names, of.birth_date)
    return Fingerprint(
        key,
        _digest(salt, key, of.contract_type, of.nir) if of.nir else "",
        _digest(salt, key, of.contract_type, *person) if all(person) else "",
        of.effect,
    )


def is_same_contract(one: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether both are of one contract: by the NIR when both have it."""
    if not one.key or one.key != other.key:
        return False
    if one.effect and other.effect and one.effect != other.effect:
        return False
    if one.by_nir and other.by_nir:
        return one.by_nir == other.by_nir
    return bool(one.by_names) and one.by_names == other.by_names


def _digest(salt: str, *parts: str) -> str:
    text = "\n".join(parts)
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()
