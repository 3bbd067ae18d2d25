# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Secrets at rest."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from vault import (
    BadMasterKey,
    NoMasterKey,
    Unreadable,
    Vault,
    fingerprint,
    last_four,
    master_keys,
)

OLD, NEW, OTHER = (Fernet.generate_key() for _ in range(3))
SECRET = "eyJ-secret-d-exemple-1234"


def reason(vault, ciphertext, owner="a", purpose="api_key"):
    with pytest.raises(Unreadable) as caught:
        vault.open(ciphertext, owner, purpose)
    assert SECRET not in str(caught.value)
    return caught.value.reason


@given(st.text(), st.text(), st.text())
def test_what_is_sealed_opens(secret, owner, purpose):
    vault = Vault([NEW])
    sealed = vault.seal(secret, owner, purpose)
    assert vault.open(sealed, owner, purpose) == secret


def test_a_ciphertext_shows_nothing_and_never_repeats():
    vault = Vault([NEW])
    sealed = vault.seal(SECRET, "a", "api_key")
    assert SECRET not in sealed and "api_key" not in sealed
    assert sealed != vault.seal(SECRET, "a", "api_key")
    assert repr(vault) == "Vault(1 keys)"


def test_a_lost_key():
    assert reason(Vault([NEW]), Vault([OTHER]).seal(SECRET, "a", "api_key")) == (
        "wrong_key"
    )


def test_tampering():
    vault = Vault([NEW])
    sealed = vault.seal(SECRET, "a", "api_key")
    middle = len(sealed) // 2
    changed = "A" if sealed[middle] != "A" else "B"
    for forged in (
        sealed[:middle] + changed + sealed[middle + 1 :],
        sealed[:-8],
        "",
        "é:b:c",
        SECRET,
        "v2" + sealed[2:],
    ):
        assert reason(vault, forged) == "tampered"
        if forged.startswith("v1:"):
            with pytest.raises(Unreadable):
                vault.rotate(forged)


def test_moved_to_another_place():
    vault = Vault([NEW])
    sealed = vault.seal(SECRET, "a", "api_key")
    assert reason(vault, sealed, owner="b") == "wrong_place"
    assert reason(vault, sealed, purpose="client_secret") == "wrong_place"


def test_master_keys_rotate():
    sealed = Vault([OLD]).seal(SECRET, "a", "api_key")
    both = Vault([NEW, OLD])
    assert both.open(sealed, "a", "api_key") == SECRET
    assert not both.is_current(sealed)
    rotated = both.rotate(sealed)
    assert both.is_current(rotated)
    only_new = Vault([NEW])
    assert only_new.open(rotated, "a", "api_key") == SECRET
    assert reason(only_new, rotated, owner="b") == "wrong_place"
    assert reason(only_new, sealed) == "wrong_key"
    with pytest.raises(Unreadable) as caught:
        only_new.rotate(sealed)
    assert caught.value.reason == "wrong_key"


def test_where_master_keys_come_from():
    new, old = NEW.decode(), OLD.decode()
    assert master_keys({"OPCO_MASTER_KEYS": f" {new} ,\n{old}, "}) == (NEW, OLD)
    assert master_keys({}, new) == (NEW,)
    assert master_keys({"OPCO_MASTER_KEYS": ""}, new) == (NEW,)
    assert master_keys({"OPCO_MASTER_KEYS": old}, new) == (OLD,)


@pytest.mark.parametrize("configured", [None, "", " , "])
def test_no_master_key(configured):
    with pytest.raises(NoMasterKey) as caught:
        master_keys({}, configured)
    message = str(caught.value)
    assert (
        'python3 -c "from cryptography.fernet import Fernet;'
        ' print(Fernet.generate_key().decode())"' in message
    )
    assert "OPCO_MASTER_KEYS" in message and "opco_master_keys" in message
    with pytest.raises(NoMasterKey):
        Vault([])


@pytest.mark.parametrize("bad", ["court", "é" * 44, "A" * 40])
def test_a_bad_master_key_is_named_by_its_position(bad):
    with pytest.raises(BadMasterKey) as caught:
        master_keys({"OPCO_MASTER_KEYS": f"{NEW.decode()},{bad}"})
    assert caught.value.position == 2
    assert bad not in str(caught.value)
    with pytest.raises(BadMasterKey):
        Vault([bad.encode()])


def test_fingerprints():
    mark = fingerprint(SECRET, "a")
    assert mark == fingerprint(SECRET, "a") == "34577096f20a"
    assert fingerprint(SECRET, "b") != mark != fingerprint(SECRET + "x", "a")


def test_last_four():
    assert last_four(SECRET) == "1234"
    assert last_four("court") == last_four("") == ""
