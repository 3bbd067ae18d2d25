# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The list of states read whole, or known not to be."""

import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergence import states
from convergence.answers import (
    DossierState,
    StatesPage,
    Unreadable,
    read_states_page,
)
from convergence.client import ConvergenceClient
from convergence.errors import AuthRefused, Busy, Rejected, Unknown, WrongAddress
from convergence.states import gather_pages
from raw_opco import credentials, failure, profile, reply, serving

LIST = "/v1/dossiers/etats"


@pytest.fixture
def opco():
    with serving() as server:
        yield server


@pytest.fixture
def client(opco):
    settings = profile(opco, states_page_parameter="numeroPage")
    with ConvergenceClient(settings, credentials()) as made:
        yield made


def line(number):
    return {"numeroInterne": number, "etat": "TRANSMIS"}


def lines(*numbers):
    return [line(number) for number in numbers]


def paged(*pages, total=None, wrapped=False, name="EtatDossierResult"):
    """Return an answer to each page; after the last, an empty page."""
    announced = sum(map(len, pages)) if total is None else total

    def answer(request, _connection):
        number = int(parse_qs(request.target.partition("?")[2])["numeroPage"][0])
        held = pages[number - 1] if number <= len(pages) else []
        if isinstance(held, bytes):
            return held
        page = {"total": announced, "count": len(held), "page": number, name: held}
        return reply(200, [page] if wrapped else page)

    return answer


def numbers(listed):
    return [state.internal_number for state in listed.states]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("name", ["EtatDossierResult", "etatdossierresult", "items"])
def test_every_page_is_read(opco, client, wrapped, name):
    pages = (lines(1, 2), lines(3, 4), lines(5))
    opco.on(LIST, paged(*pages, wrapped=wrapped, name=name))
    listed = client.list_states()
    assert numbers(listed) == ["1", "2", "3", "4", "5"]
    assert listed.is_complete
    assert opco.calls(LIST)[0].target == f"{LIST}?numeroPage=1"


def test_an_empty_list(opco, client):
    opco.on(LIST, paged())
    listed = client.list_states()
    assert (listed.states, listed.is_complete) == ((), True)
    opco.on(LIST, reply(200, {"total": 0, "page": 1, "EtatDossierResult": None}))
    assert client.list_states() == listed


def test_bare_pages_end_at_an_empty_one(opco, client):
    held = [lines(1, 2), lines(3), []]
    opco.on(LIST, lambda *_: reply(200, held.pop(0)))
    listed = client.list_states()
    assert (numbers(listed), listed.is_complete) == (["1", "2", "3"], True)


@pytest.mark.parametrize("total", [0, 1, 2, 3])
def test_a_total_too_small_hides_nothing(opco, client, total):
    opco.on(LIST, paged(lines(1, 2), lines(3, 4), total=total))
    listed = client.list_states()
    assert (numbers(listed), listed.is_complete) == (["1", "2", "3", "4"], True)


def test_a_total_too_large_is_an_incomplete_list(opco, client):
    opco.on(LIST, paged(lines(1, 2), lines(3), total=4))
    listed = client.list_states()
    assert (numbers(listed), listed.is_complete) == (["1", "2", "3"], False)
    assert listed.page_count == 3


def test_the_same_page_for_ever(opco, client):
    page = {"total": 4, "count": 2, "page": 1, "EtatDossierResult": lines(1, 2)}
    opco.on(LIST, reply(200, page))
    listed = client.list_states()
    assert (numbers(listed), listed.is_complete) == (["1", "2"], False)
    assert listed.page_count == 2


def test_the_last_page_given_again_is_the_end(opco, client):
    opco.on(LIST, paged(lines(1, 2), lines(3), lines(3), total=3))
    assert client.list_states().is_complete


def test_a_server_that_ignores_pages_without_a_total(opco, client):
    opco.on(LIST, reply(200, lines(1, 2)))
    listed = client.list_states()
    assert (numbers(listed), listed.is_complete) == (["1", "2"], False)


def test_a_dossier_that_moves_between_pages_is_listed_once(opco, client):
    moved = {"numeroInterne": 2, "etat": "ENGAGE"}
    opco.on(LIST, paged(lines(1, 2), [moved, line(3)], total=3))
    listed = client.list_states()
    assert numbers(listed) == ["1", "2", "3"]
    assert [state.raw_state for state in listed.states][1] == "ENGAGE"
    assert listed.is_complete


def test_a_page_beyond_the_last_may_be_refused(opco, client):
    opco.on(LIST, paged(lines(1), reply(400, {"comment": "page"}), total=1))
    assert client.list_states().is_complete
    opco.on(LIST, paged(lines(1), reply(404), total=1))
    assert client.list_states().is_complete


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(400), Rejected),
        (reply(404), WrongAddress),
        (reply(429), Busy),
        (reply(403), AuthRefused),
        (reply(500), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {"errors": [], "comment": "?"}), Unknown),
    ],
)
def test_a_page_that_fails_gives_no_list(opco, client, answer, outcome):
    opco.on(LIST, paged(lines(1), answer, total=2))
    failure(client, outcome, client.list_states)


def test_an_endless_list_is_cut(monkeypatch):
    monkeypatch.setattr(states, "MAX_PAGES", 5)
    listed = gather_pages(lambda number: read_page(lines(number)))
    assert (len(listed.states), listed.is_complete) == (5, False)
    assert listed.page_count == 5


def test_a_list_in_one_answer_that_is_short_of_its_total(opco):
    with ConvergenceClient(profile(opco), credentials()) as unpaged:
        page = {"total": 3, "EtatDossierResult": lines(1, 2)}
        opco.on(LIST, reply(200, page))
        assert not unpaged.list_states().is_complete
        opco.on(LIST, reply(200, {**page, "total": 2}))
        assert unpaged.list_states().is_complete
        assert opco.received[-1].target == LIST


def read_page(body):
    return read_states_page(json.dumps(body).encode())


def test_the_named_list_wins_over_another():
    page = {"total": 1, "erreurs": [], "ETATDOSSIERRESULT": lines(1)}
    assert len(read_page(page).states) == 1
    with pytest.raises(Unreadable):
        read_page({"total": 1, "erreurs": [], "items": lines(1)})


PAGES = st.lists(st.lists(st.integers(1, 30), max_size=5), max_size=8)


@given(PAGES, st.none() | st.integers(0, 40))
def test_a_list_said_complete_has_all_that_was_announced(pages, total):
    def page_of(number):
        held = pages[number - 1] if number <= len(pages) else []
        found = tuple(DossierState(str(one), None, None, "X") for one in held)
        return StatesPage(found, total)

    listed = gather_pages(page_of)
    found = [state.number for state in listed.states]
    assert len(found) == len(set(found))
    if listed.is_complete and total is not None:
        assert len(found) >= total
    if total is None:
        ended_at = pages[listed.page_count - 1 :]
        assert listed.is_complete == (not ended_at or not ended_at[0])


def test_access_is_checked_by_the_first_page_alone(opco, client):
    long = [line(number) for number in range(20_000)]
    opco.on(LIST, paged(long, lines(30_000)))
    exchange = client.check_access()
    assert (exchange.outcome, exchange.http_status) == ("accepted", 200)
    assert exchange.response_body == ""
    assert [call.target for call in opco.calls(LIST)] == [f"{LIST}?numeroPage=1"]
    assert "x-api-key" in opco.received[-1].headers


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(403, {"message": "clé"}), AuthRefused),
        (reply(200, b"<!doctype html>"), Unknown),
        (reply(200, b""), Unknown),
        (reply(404), WrongAddress),
        (reply(503), Busy),
    ],
)
def test_access_refused(opco, client, answer, outcome):
    opco.on(LIST, answer)
    failure(client, outcome, client.check_access)


def test_a_slow_server_holds_nobody_for_hours():
    seconds = iter(range(0, 10_000, 50))
    listed = gather_pages(
        lambda number: read_page(lines(str(number))), clock=lambda: next(seconds)
    )
    assert not listed.is_complete
    assert [state.internal_number for state in listed.states] == ["1", "2", "3"]
    assert listed.page_count == 3
