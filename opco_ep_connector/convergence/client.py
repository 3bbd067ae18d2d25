# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The norm's endpoints, one method each.

Nothing is repeated behind the caller's back, with one exception that is safe: a call
refused with 401 was not processed, so its token is renewed once and it leaves again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

import requests

from . import answers
from .answers import Dossier, Receipt, StateList, StatesPage
from .auth import Credentials, TokenSource
from .deadline import within
from .error_bodies import has_error_list
from .errors import Unknown
from .exchange import ACCEPTED, Exchange
from .profile import (
    DOSSIER_READ,
    DOSSIERS_DEPOSIT,
    DOSSIERS_STATES,
    STATUS,
    Profile,
)
from .states import gather_pages, only_page
from .transport import Answer, Call, Transport, utc_now
from .verdicts import call_error, failed, has_no_route

# Bytes enough to see that the list of states is one.
_ACCESS_BYTES = 4_096

T = TypeVar("T")


class ConvergenceClient:
    """Speaks to one OPCO for one CFA; usable from several threads.

    Every method raises the outcomes of `errors`, each with its `exchange`, and
    `profile.ClosedFlow` for a flow the OPCO does not offer.
    """

    def __init__(
        self,
        profile: Profile,
        credentials: Credentials,
        token_source: TokenSource | None = None,
        session_factory: Callable[[], requests.Session] = requests.Session,
        clock: Callable[[], datetime] = utc_now,
    ):
        self._profile = profile
        self._credentials = credentials
        self._transport = Transport(
            profile.timeouts.connect,
            profile.max_response_bytes,
            session_factory,
            clock,
        )
        self._tokens = token_source or TokenSource(
            profile, credentials, self._transport
        )

    def __enter__(self) -> "ConvergenceClient":
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ConvergenceClient({self._profile.base_url!r})"

    def close(self) -> None:
        """Close the connections kept open."""
        self._transport.close()

    def status(self) -> Exchange:
        """Ask whether the API is alive (E1); the body of the answer is free text."""
        answer = self._get(STATUS, {})
        _require_success(answer)
        return answer.exchange(ACCEPTED)

    def check_access(self) -> Exchange:
        """Make one harmless authorised read: the beginning of the list of states.

        Tells a key that is refused everywhere from one that is refused for a contract.
        """
        answer = self._call(self._states_call(1, longest_body=_ACCESS_BYTES))
        _require_verdict(answer)
        if not answers.looks_like_json(answer.body):
            raise failed(answer, Unknown, "unreadable answer (not JSON)")
        return answer.without_body().exchange(ACCEPTED)

    def deposit(self, body: bytes) -> Receipt:
        """Deposit a contract (E2): exactly these bytes, UTF-8 JSON of norm §2.

        Lasts no longer than the profile's `longest_deposit`, the token included.
        """
        headers = {"Content-Type": "application/json; charset=utf-8"}
        seconds = self._profile.timeouts.deposit_read
        url = self._profile.url(DOSSIERS_DEPOSIT)
        with within(self._profile.longest_deposit):
            answer = self._call(Call("POST", url, headers, seconds, body))
        _require_success(answer)
        return _readable(
            answer,
            lambda: answers.read_receipt(answer.body, answer.exchange(ACCEPTED)),
        )

    def read_dossier(
        self,
        *,
        internal_number: str | None = None,
        external_number: str | None = None,
        deca_number: str | None = None,
    ) -> Dossier | None:
        """Read one dossier (E3) by one of its numbers; None when there is none.

        :raises TypeError: unless exactly one number is given
        """
        numbers = {
            "numeroInterne": internal_number,
            "numeroExterne": external_number,
            "numeroDeca": deca_number,
        }
        query = {name: number for name, number in numbers.items() if number}
        if len(query) != 1:
            raise TypeError("exactly one number is needed")
        answer = self._get(DOSSIER_READ, query)
        if self._is_not_found(answer):
            return None
        _require_success(answer)
        return _readable(
            answer,
            lambda: answers.read_dossier(answer.body, answer.exchange(ACCEPTED)),
        )

    def list_states(self) -> StateList:
        """List the states of all the CFA's dossiers (E4), all pages (E4b)."""
        if self._profile.states_page_parameter is None:
            return only_page(self._states_page(1))
        return gather_pages(self._states_page)

    def _states_page(self, number: int) -> StatesPage:
        answer = self._call(self._states_call(number))
        _require_success(answer)
        return _readable(answer, lambda: answers.read_states_page(answer.body))

    def _states_call(self, page: int, longest_body: int | None = None) -> Call:
        parameter = self._profile.states_page_parameter
        query = {} if parameter is None else {parameter: str(page)}
        call = self._get_call(DOSSIERS_STATES, query)
        return replace(call, longest_body=longest_body)

    def _is_not_found(self, answer: Answer) -> bool:
        if answer.status not in self._profile.not_found_statuses:
            return False
        # A 400 that lists errors complains of the request; OPCO EP's « not found » has
        # ``errors: null``.
        if answer.status == 400 and has_error_list(answer.body):
            return False
        return not has_no_route(answer)

    def _get(self, flow: str, query: Mapping[str, str]) -> Answer:
        return self._call(self._get_call(flow, query))

    def _get_call(self, flow: str, query: Mapping[str, str]) -> Call:
        url = self._profile.url(flow)
        if query:
            url = f"{url}?{urlencode(query)}"
        return Call("GET", url, {}, self._profile.timeouts.read)

    def _call(self, call: Call) -> Answer:
        """Make a business call, with one renewal of the token on 401."""
        token = self._tokens.token()
        answer = self._fetch(call, token)
        if answer.status != 401 or token is None:
            return answer
        self._tokens.invalidate(token)
        return self._fetch(call, self._tokens.token())

    def _fetch(self, call: Call, token: str | None) -> Answer:
        headers = {"Accept": "application/json", **call.headers}
        headers |= self._credentials.headers(self._profile.api_key_header)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self._transport.fetch(replace(call, headers=headers))


def _require_verdict(answer: Answer) -> None:
    error = call_error(answer)
    if error is not None:
        raise error


def _require_success(answer: Answer) -> None:
    _require_verdict(answer)
    if answer.broken:
        raise failed(answer, Unknown, f"answer not read whole ({answer.broken})")


def _readable(answer: Answer, read: Callable[[], T]) -> T:
    try:
        return read()
    except answers.Unreadable as problem:
        reason = f"unreadable answer ({problem})"
    raise failed(answer, Unknown, reason)
