# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The norm's endpoints, one method each.

Nothing is repeated behind the caller's back, with one exception that is safe: a call
refused with 401 was not processed, so its token is renewed once and it leaves again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import requests

from . import answers
from .answers import (
    Acknowledgement,
    Dossier,
    KeyInfo,
    Receipt,
    StateList,
    StatesPage,
)
from .auth import Credentials, TokenSource
from .deadline import within
from .error_bodies import has_error_list
from .errors import Unknown
from .exchange import ACCEPTED, Exchange
from .files import FileToSend, check_file, multipart, opened
from .profile import (
    CONVENTIONS_DEPOSIT,
    DOCUMENTS_UPLOAD,
    DOSSIER_READ,
    DOSSIERS_DEPOSIT,
    DOSSIERS_STATES,
    KEY_INFO,
    STATUS,
    TERMINATION,
    Profile,
)
from .redact import MASK
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
        call = self._states_call(1, longest_body=_ACCESS_BYTES)
        answer = self._call(lambda: call)
        _require_verdict(answer)
        if not answers.looks_like_json(answer.body):
            raise failed(answer, Unknown, "unreadable answer (not JSON)")
        return answer.without_body().exchange(ACCEPTED)

    def deposit(self, body: bytes) -> Receipt:
        """Deposit a contract (E2): exactly these bytes, UTF-8 JSON of norm §2.

        Lasts no longer than the profile's `longest_deposit`, the token included.
        """
        answer = self._post(DOSSIERS_DEPOSIT, body)
        return _readable(
            answer,
            lambda: answers.read_receipt(answer.body, answer.exchange(ACCEPTED)),
        )

    def deposit_convention(
        self, convention: Mapping[str, Any], file: FileToSend
    ) -> Acknowledgement:
        """Deposit a training agreement (E6): its data and its signed file.

        :raises FileChanged: when the file is no longer what it was; nothing left
        :raises UnusableFile: when the OPCO would not take it; nothing left
        """
        part = self._profile.convention_part
        return self._upload(CONVENTIONS_DEPOSIT, part, convention, file)

    def upload_document(
        self, info: Mapping[str, Any], file: FileToSend
    ) -> Acknowledgement:
        """Attach a file to a dossier or an invoice (E9), `info` from `document`.

        :raises FileChanged: when the file is no longer what it was; nothing left
        :raises UnusableFile: when the OPCO would not take it; nothing left
        """
        part = self._profile.document_part
        return self._upload(DOCUMENTS_UPLOAD, part, info, file)

    def notify_termination(self, body: bytes) -> Acknowledgement:
        """Notify an early termination (E11): exactly these bytes, UTF-8 JSON."""
        return _acknowledged(self._post(TERMINATION, body))

    def key_info(self, siren: str) -> KeyInfo:
        """Ask until when the key is valid (E12), which wants the key in the query.

        It is in no exchange and no error, even when the answer repeats it.
        """
        key = self._credentials.api_key
        answer = self._get(KEY_INFO, {"siren": siren, "XAPIKEY": key})
        answer = answer.without(key, MASK)
        _require_success(answer)
        return _readable(
            answer,
            lambda: answers.read_key_info(answer.body, answer.exchange(ACCEPTED)),
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
        call = self._states_call(number)
        answer = self._call(lambda: call)
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
        call = self._get_call(flow, query)
        return self._call(lambda: call)

    def _get_call(self, flow: str, query: Mapping[str, str]) -> Call:
        url = self._profile.url(flow)
        if query:
            url = f"{url}?{urlencode(query)}"
        return Call("GET", url, {}, self._profile.timeouts.read)

    def _post(self, flow: str, body: bytes) -> Answer:
        """Return the answer to what changes something, once it is a success."""
        headers = {"Content-Type": "application/json; charset=utf-8"}
        seconds = self._profile.timeouts.deposit_read
        call = Call("POST", self._profile.url(flow), headers, seconds, body)
        with within(self._profile.longest_deposit):
            answer = self._call(lambda: call)
        _require_success(answer)
        return answer

    def _upload(
        self, flow: str, part: str, document: Mapping[str, Any], file: FileToSend
    ) -> Acknowledgement:
        url, seconds = self._profile.url(flow), self._profile.timeouts.deposit_read
        check_file(file, self._profile)

        def make_call() -> Call:
            body = multipart(part, document, self._profile.file_part, file, content)
            headers = {"Content-Type": body.content_type}
            return Call("POST", url, headers, seconds, body)

        with opened(file) as content, within(self._profile.longest_deposit):
            answer = self._call(make_call)
        _require_success(answer)
        return _acknowledged(answer)

    def _call(self, make_call: Callable[[], Call]) -> Answer:
        """Make a business call, and once more with a renewed token on 401.

        It is made anew for that: a streamed body is read only once.
        """
        token = self._tokens.token()
        answer = self._fetch(make_call(), token)
        if answer.status != 401 or token is None:
            return answer
        self._tokens.invalidate(token)
        return self._fetch(make_call(), self._tokens.token())

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


def _acknowledged(answer: Answer) -> Acknowledgement:
    return _readable(
        answer,
        lambda: answers.read_acknowledgement(answer.body, answer.exchange(ACCEPTED)),
    )


def _readable(answer: Answer, read: Callable[[], T]) -> T:
    try:
        return read()
    except answers.Unreadable as problem:
        reason = f"unreadable answer ({problem})"
    raise failed(answer, Unknown, reason)
