# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What differs between OPCOs, as a value (norm §8 and §9).

The defaults are what is publicly known of OPCO EP. Its production and test addresses
are not: `base_url` and `token_url` have no default.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from .document import (
    CERTIFICAT_REALISATION,
    CONVENTION_MOBILITE,
    CONVENTION_REDUCTION_DUREE,
    FILE_TYPES,
)

AUTH_MODES = ("none", "client_credentials_post", "client_credentials_basic")

STATUS = "status"
DOSSIERS_DEPOSIT = "dossiers_deposit"
DOSSIER_READ = "dossier_read"
DOSSIERS_STATES = "dossiers_states"
CONVENTIONS_DEPOSIT = "conventions_deposit"
DOCUMENTS_UPLOAD = "documents_upload"
TERMINATION = "termination"
KEY_INFO = "key_info"
# Amendments leave by DOSSIERS_DEPOSIT; not every OPCO takes them there (norm §5.5).
AMENDMENTS = "amendments"

_PATHS = {
    STATUS: "/v1/status",
    DOSSIERS_DEPOSIT: "/v1/dossiers",
    DOSSIER_READ: "/v1/dossiers",
    DOSSIERS_STATES: "/v1/dossiers/etats",
    CONVENTIONS_DEPOSIT: "/v1/conventions",
    DOCUMENTS_UPLOAD: "/v1/documents",
    TERMINATION: "/v2/dossiers/rupture/employeur",
    KEY_INFO: "/v2/cfakeyinfo",
}

#: Known to be open at OPCO EP in July 2026, or inferred (amendments): norm §8.
_OPEN_FLOWS = frozenset(
    (
        STATUS,
        DOSSIERS_DEPOSIT,
        DOSSIER_READ,
        DOSSIERS_STATES,
        CONVENTIONS_DEPOSIT,
        AMENDMENTS,
    )
)

_DOCUMENT_TYPES = MappingProxyType(
    {
        "duration_agreement": CONVENTION_REDUCTION_DUREE,
        "mobility_agreement": CONVENTION_MOBILITE,
        "completion_certificate": CERTIFICAT_REALISATION,
    }
)

#: A guess: the body of the norm is not public.
TERMINATION_TEMPLATE = """{
  "numeroInterne": "{numeroInterne}",
  "dateRupture": "{dateRupture}"
}"""


class InvalidAddress(ValueError):
    """A URL no secret may be sent to; `reason` says why, as a code.

    ``empty``, ``characters``, ``scheme``, ``not_https``, ``host``, ``port``,
    ``credentials``, ``query``, ``fragment``.
    """

    def __init__(self, reason: str):
        super().__init__(f"Unusable address: {reason}")
        self.reason = reason


class ClosedFlow(LookupError):
    """The OPCO does not offer this flow (yet)."""


def check_url(url: str) -> str:
    """Return `url` without its final slash.

    :raises InvalidAddress: unless it is absolute, https (http on a loopback host
        only), without credentials, query or fragment
    """
    if not url:
        raise InvalidAddress("empty")
    if not url.isascii() or not url.isprintable() or set(url) & set(" \\<>\"'"):
        raise InvalidAddress("characters")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise InvalidAddress("host") from None
    try:
        port_is_usable = parts.port != 0
    except ValueError:
        port_is_usable = False
    refusals = {
        "scheme": parts.scheme not in ("http", "https"),
        "host": not host,
        "port": not port_is_usable,
        "credentials": "@" in parts.netloc,
        "query": "?" in url,
        "fragment": "#" in url,
        "not_https": parts.scheme == "http" and not is_loopback(host or ""),
    }
    for reason, refused in refusals.items():
        if refused:
            raise InvalidAddress(reason)
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Timeouts:
    """Seconds. One HTTP call lasts `connect` and its `read` together at the most.

    `deposit_total` bounds a whole deposit: the wait for a token, the call, and the
    second call that follows a renewed token.
    """

    connect: float = 5.0
    read: float = 10.0
    deposit_read: float = 25.0
    deposit_total: float = 30.0


@dataclass(frozen=True)
class Profile:
    """One OPCO's way of speaking the norm.

    :raises InvalidAddress: at construction, for an unusable URL
    :raises ValueError: at construction, for an unknown mode, NIR length or file type
    """

    base_url: str
    token_url: str | None = None
    auth_mode: str = "client_credentials_post"
    scope: str | None = None
    api_key_header: str = "X-API-KEY"
    paths: Mapping[str, str] = field(default_factory=lambda: _PATHS, hash=False)
    open_flows: frozenset[str] = _OPEN_FLOWS
    # Query parameter of the page in the list of states; None when it has no pages (V1).
    states_page_parameter: str | None = None
    # Seconds a token is taken to live when the server does not say.
    token_lifetime: float = 300.0
    timeouts: Timeouts = Timeouts()
    max_response_bytes: int = 20 * 1024 * 1024

    # Statuses by which a dossier is said not to exist; OPCO EP answers 400.
    not_found_statuses: frozenset[int] = frozenset({400, 404})
    state_aliases: Mapping[str, str] = field(
        default_factory=lambda: {"RUPTU": "RUPTURE"}, hash=False
    )
    final_states: frozenset[str] = frozenset({"REFUSE", "ANNULE", "SOLDE"})

    date_format: str = "%Y-%m-%dT00:00:00+00:00"
    codes_as_int: bool = True
    rncp_prefix: bool = True
    nir_length: int = 15
    birth_department_length: int = 3
    proving_signature_key: str = "CERFASignatureProbante"
    mobility_key: str = "mentionMobiliteInternationale"

    convention_part: str = "convention"
    document_part: str = "infosFichier"
    file_part: str = "fichier"
    # The norm's type of each kind of document that the OPCO takes.
    document_types: Mapping[str, str] = field(
        default_factory=lambda: _DOCUMENT_TYPES, hash=False
    )
    accepted_mime_types: frozenset[str] = frozenset({"application/pdf"})
    max_file_bytes: int = 10 * 1024 * 1024
    termination_template: str = TERMINATION_TEMPLATE

    def __post_init__(self):
        if self.auth_mode not in AUTH_MODES:
            raise ValueError(f"Unknown authentication mode: {self.auth_mode}")
        if self.nir_length not in (13, 15):
            raise ValueError(f"A NIR has 13 or 15 characters, not {self.nir_length}")
        self._freeze("base_url", check_url(self.base_url))
        if self.auth_mode != "none":
            self._freeze("token_url", check_url(self.token_url or ""))
        self._freeze("paths", MappingProxyType(dict(self.paths)))
        unknown = set(self.document_types.values()) - set(FILE_TYPES)
        if unknown:
            raise ValueError(f"Types the norm is not known to name: {unknown}")
        self._freeze("document_types", MappingProxyType(dict(self.document_types)))
        self._freeze("state_aliases", MappingProxyType(dict(self.state_aliases)))

    def _freeze(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def url(self, flow: str) -> str:
        """Return the full URL of a flow.

        :raises ClosedFlow: when the OPCO does not offer it
        """
        if not self.is_open(flow) or flow not in self.paths:
            raise ClosedFlow(flow)
        return self.base_url + self.paths[flow]

    def is_open(self, flow: str) -> bool:
        """Tell whether the OPCO offers this flow."""
        return flow in self.open_flows

    @property
    def longest_deposit(self) -> float:
        """Seconds that one deposit may last, whatever the servers do."""
        return self.timeouts.deposit_total

    def state(self, raw_state: str) -> str:
        """Return the norm's name of a state; an unknown one comes back as it is."""
        state = raw_state.strip().upper()
        return self.state_aliases.get(state, state)

    def is_final(self, raw_state: str) -> bool:
        """Tell whether a dossier in this state is not expected to move again."""
        return self.state(raw_state) in self.final_states
