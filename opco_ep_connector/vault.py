# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Encryption of secrets at rest.

The master keys live outside the database, in an environment variable or in the server's
configuration file. The first one encrypts, all of them decrypt: to change keys, put the
new one first, rotate every ciphertext, then remove the old one.

A ciphertext carries, sealed, to whom and for what it belongs: moved to another record
it does not open.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

ENVIRONMENT_VARIABLE = "OPCO_MASTER_KEYS"
CONFIGURATION_OPTION = "opco_master_keys"

MAKE_A_KEY = (
    'python3 -c "from cryptography.fernet import Fernet;'
    ' print(Fernet.generate_key().decode())"'
)
_FORMAT = "v1"


class NoMasterKey(Exception):
    """No master key is configured; the message says how to make one, and where to."""

    def __init__(self):
        super().__init__(
            "No master key is configured, so no secret can be stored. Make one with:"
            f"\n    {MAKE_A_KEY}\n"
            f"and put it in the environment variable {ENVIRONMENT_VARIABLE} of the"
            f" server, or in its configuration file: {CONFIGURATION_OPTION} = <key>"
        )


class BadMasterKey(Exception):
    """The master key at this `position` (from 1) is not a Fernet key."""

    def __init__(self, position: int):
        super().__init__(
            f"Master key number {position} is not a Fernet key (32 bytes in URL-safe"
            f" base64). Make one with:\n    {MAKE_A_KEY}"
        )
        self.position = position


class Unreadable(Exception):
    """A ciphertext that does not open; `reason` says why.

    ``wrong_key`` sealed with a master key that is not configured any more;
    ``tampered`` not what was sealed; ``wrong_place`` sealed for another owner or
    purpose.
    """

    def __init__(self, reason: str):
        super().__init__(f"The secret cannot be read: {reason}")
        self.reason = reason


def master_keys(
    environ: Mapping[str, str], configured: str | None = None
) -> tuple[bytes, ...]:
    """Return the master keys, the one that encrypts first.

    The environment variable wins over the configuration file. Keys are separated by
    commas.

    :raises NoMasterKey: when neither holds one
    :raises BadMasterKey: when one of them is not a Fernet key
    """
    written = environ.get(ENVIRONMENT_VARIABLE, "").strip(" ,\n") or configured or ""
    keys = tuple(key.strip().encode() for key in written.split(",") if key.strip())
    if not keys:
        raise NoMasterKey()
    for position, key in enumerate(keys, start=1):
        _check(key, position)
    return keys


class Vault:
    """Seals and opens secrets. Its `repr` shows no key.

    :raises NoMasterKey, BadMasterKey: at construction
    """

    def __init__(self, keys: Sequence[bytes]):
        if not keys:
            raise NoMasterKey()
        for position, key in enumerate(keys, start=1):
            _check(key, position)
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._key_ids = tuple(_key_id(key) for key in keys)

    def __repr__(self) -> str:
        return f"Vault({len(self._key_ids)} keys)"

    def seal(self, secret: str, owner: str, purpose: str) -> str:
        """Encrypt `secret` for one owner (a record's random id) and one purpose."""
        plaintext = json.dumps({"owner": owner, "purpose": purpose, "secret": secret})
        return self._labelled(self._fernet.encrypt(plaintext.encode()))

    def open(self, ciphertext: str, owner: str, purpose: str) -> str:
        """Return the secret.

        :raises Unreadable: wrong key, tampered, or sealed for another place
        """
        key_id, token = _split(ciphertext)
        try:
            sealed = json.loads(self._fernet.decrypt(token))
        except InvalidToken:
            raise self._unreadable(key_id) from None
        if (sealed["owner"], sealed["purpose"]) != (owner, purpose):
            raise Unreadable("wrong_place")
        return sealed["secret"]

    def rotate(self, ciphertext: str) -> str:
        """Encrypt again under the first master key; owner and purpose stay.

        :raises Unreadable: wrong key or tampered
        """
        key_id, token = _split(ciphertext)
        try:
            rotated = self._fernet.rotate(token)
        except InvalidToken:
            raise self._unreadable(key_id) from None
        return self._labelled(rotated)

    def is_current(self, ciphertext: str) -> bool:
        """Tell whether the ciphertext is under the first master key."""
        return ciphertext.startswith(f"{_FORMAT}:{self._key_ids[0]}:")

    def _labelled(self, token: bytes) -> str:
        return f"{_FORMAT}:{self._key_ids[0]}:{token.decode()}"

    def _unreadable(self, key_id: str) -> Unreadable:
        return Unreadable("tampered" if key_id in self._key_ids else "wrong_key")


def fingerprint(secret: str, owner: str) -> str:
    """Return 12 hexadecimal characters by which to recognize a secret.

    The same secret of the same owner always has the same one, also after a change of
    master keys, on which it therefore does not depend; two owners of one secret have
    two. Not reversible: scrypt makes each guess cost 16 MB and some 50 ms, against
    secrets that are long and random in the first place.
    """
    salt = hashlib.sha256(b"opco fingerprint\0" + owner.encode()).digest()
    kdf = Scrypt(salt=salt, length=6, n=2**14, r=8, p=1)
    return kdf.derive(secret.encode()).hex()


def last_four(secret: str) -> str:
    """Return the last four characters; nothing of a secret too short to show them."""
    return secret[-4:] if len(secret) >= 12 else ""


def _check(key: bytes, position: int) -> None:
    try:
        Fernet(key)
    except (ValueError, TypeError):
        raise BadMasterKey(position) from None


def _key_id(key: bytes) -> str:
    """Name a master key without revealing it: it tells a lost key from tampering."""
    raw = base64.urlsafe_b64decode(key)
    return hashlib.sha256(b"opco key id\0" + raw).hexdigest()[:8]


def _split(ciphertext: str) -> tuple[str, bytes]:
    parts = ciphertext.split(":")
    if len(parts) != 3 or parts[0] != _FORMAT or not ciphertext.isascii():
        raise Unreadable("tampered")
    return parts[1], parts[2].encode()
