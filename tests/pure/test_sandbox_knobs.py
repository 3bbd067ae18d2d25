# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each setting that makes the OPCO another one."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox_calls import deposit


def read(sandbox, session, version="v1", **number):
    url = f"{sandbox.url}/{version}/dossiers"
    return session.get(url, params=number, timeout=10).json()


def states(sandbox, session, version="v1", **query):
    url = f"{sandbox.url}/{version}/dossiers/etats"
    return session.get(url, params=query, timeout=10).json()


def until(read_value, wanted, seconds=5):
    """Poll until the value is there; return what was seen on the way."""
    seen, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        value = read_value()
        if value not in seen:
            seen.append(value)
        if value == wanted:
            return seen
        time.sleep(0.05)
    raise AssertionError(f"{wanted} not seen, but {seen}")


def test_latency_applies_to_business_and_token_calls(sandbox, session):
    sandbox.set(latency=0.4)
    for call in (sandbox.token, lambda: deposit(sandbox, session)):
        began = time.monotonic()
        assert call()
        assert 0.4 <= time.monotonic() - began < 3
    began = time.monotonic()
    sandbox.deposits()
    assert time.monotonic() - began < 0.4


def test_latency_of_one_call_does_not_hold_the_others(sandbox):
    sandbox.set(latency=0.5)

    def ask(_):
        return requests.get(f"{sandbox.url}/v1/status", timeout=10).status_code

    began = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(ask, range(20))) == [200] * 20
    assert time.monotonic() - began < 3


def test_jitter_comes_out_the_same_with_the_same_seed(sandbox):
    def measure():
        sandbox.reset()
        sandbox.set(jitter=0.6, seed=7)
        taken = []
        for _ in range(4):
            began = time.monotonic()
            requests.get(f"{sandbox.url}/v1/status", timeout=10)
            taken.append(time.monotonic() - began)
        return taken

    first, second = measure(), measure()
    assert max(first) - min(first) > 0.1
    assert first == pytest.approx(second, abs=0.12)


def test_a_single_dossier_may_be_an_object(sandbox, session):
    sandbox.set(list_format="object")
    assert states(sandbox, session) == []
    number = deposit(sandbox, session).json()["numeroInterne"]
    assert states(sandbox, session)["numeroInterne"] == number
    deposit(sandbox, session)
    assert len(states(sandbox, session)) == 2


def test_v2_lists_by_pages(sandbox, session):
    sandbox.set(page_size=2)
    numbers = [deposit(sandbox, session).json()["numeroInterne"] for _ in range(3)]
    pages = [states(sandbox, session, "v2", numeroPage=n) for n in (1, 2, 3)]
    assert [(p["total"], p["count"], p["page"]) for p in pages] == [
        (3, 2, 1),
        (3, 1, 2),
        (3, 0, 3),
    ]
    found = [d["numeroInterne"] for p in pages for d in p["EtatDossierResult"]]
    assert found == numbers
    assert states(sandbox, session, "v2") == pages[0]
    assert "errors" in states(sandbox, session, "v2", numeroPage=0)
    sandbox.set(list_format="paged")
    assert states(sandbox, session, numeroPage=2) == pages[1]


def test_pages_may_be_wrapped_repeated_and_lie(sandbox, session):
    for _ in range(2):
        deposit(sandbox, session)
    sandbox.set(page_size=1, page_wrapping=True, page_repeats=True, page_total=9)
    (first,), (second,) = (
        states(sandbox, session, "v2", numeroPage=number) for number in (1, 2)
    )
    assert first["EtatDossierResult"] == second["EtatDossierResult"]
    assert first["total"] == 9


def test_v2_reads_one_dossier(sandbox, session):
    number = deposit(sandbox, session).json()["numeroInterne"]
    sandbox.set_state(number, "ENGAGE", "Bon pour accord")
    first, second = (
        read(sandbox, session, version, numeroInterne=number)
        for version in ("v1", "v2")
    )
    assert second["comment"] == "Bon pour accord"
    amounts = [line["montantTotal"] for line in first["echeances"]]
    assert second["engagement"] == pytest.approx(sum(amounts))
    assert first == {k: v for k, v in second.items() if k in first}


@pytest.mark.parametrize(
    ("deca", "deposited", "engaged"),
    [
        ("at_deposit", True, True),
        ("at_commitment", False, True),
        ("never", False, False),
    ],
)
def test_when_the_deca_number_comes(sandbox, session, deca, deposited, engaged):
    sandbox.set(deca=deca)
    number = deposit(sandbox, session).json()["numeroInterne"]
    assert bool(states(sandbox, session)[0]["numeroDeca"]) is deposited
    sandbox.set_state(number, "ENGAGE")
    assert bool(states(sandbox, session)[0]["numeroDeca"]) is engaged
    assert read(sandbox, session, numeroInterne=number)["echeances"]


def test_a_late_deca_number(sandbox, session):
    sandbox.set(deca_delay=0.5)
    number = deposit(sandbox, session).json()["numeroInterne"]
    sandbox.set_state(number, "ENGAGE")
    assert states(sandbox, session)[0]["numeroDeca"] is None
    until(lambda: bool(states(sandbox, session)[0]["numeroDeca"]), True)


def test_a_late_external_number(sandbox, session):
    sandbox.set(external_number_delay=0.5)
    assert deposit(sandbox, session).json()["numeroExterne"] is None
    assert states(sandbox, session)[0]["numeroExterne"] is None
    until(lambda: bool(states(sandbox, session)[0]["numeroExterne"]), True)


def test_an_external_number_that_never_comes(sandbox, session):
    sandbox.set(external_number_delay=None)
    assert deposit(sandbox, session).json()["numeroExterne"] is None


def test_the_spelling_of_a_termination(sandbox, session):
    sandbox.set(rupture_spelling="RUPTU")
    number = deposit(sandbox, session).json()["numeroInterne"]
    sandbox.set_state(number, "RUPTURE")
    assert states(sandbox, session)[0]["etat"] == "RUPTU"
    body = read(sandbox, session, numeroInterne=number)
    assert body["cerfa"]["etat"] == "RUPTU"


def refusals(sandbox, session):
    """Return a refusal with a list of errors and one with a comment."""
    url = f"{sandbox.url}/v1/dossiers"
    listed = session.post(url, json={"cerfa": {}}, timeout=5)
    commented = session.get(url, params={"numeroInterne": "1"}, timeout=5)
    assert (listed.status_code, commented.status_code) == (400, 400)
    return listed.json(), commented.json()


def test_shapes_of_the_errors(sandbox, session):
    natural = refusals(sandbox, session)
    assert [set(body) for body in natural] == [
        {"description", "errors"},
        {"errors", "comment"},
    ]
    sentence = natural[0]["errors"][0]["description"]
    sandbox.set(error_shape="A")
    listed, commented = refusals(sandbox, session)
    assert listed == natural[0]
    assert commented == {"description": natural[1]["comment"], "errors": []}
    sandbox.set(error_shape="B")
    listed, commented = refusals(sandbox, session)
    assert set(listed) == {"description"} == set(commented)
    assert sentence in listed["description"]
    sandbox.set(error_shape="C")
    listed, _ = refusals(sandbox, session)
    assert set(listed) == {"Description", "errors"}
    assert listed["errors"][0]["Description"] == sentence
    sandbox.set(error_shape="D")
    listed, _ = refusals(sandbox, session)
    assert listed["errors"] is None
    assert sentence in listed["comment"]


def test_dossiers_move_by_themselves(sandbox, session):
    sandbox.set(
        progress=[
            {"after": 0.4, "etat": "EN_COURS_INSTRUCTION"},
            {"after": 1.0, "etat": "ENGAGE", "comment": "Bon pour accord"},
        ]
    )
    number = deposit(sandbox, session).json()["numeroInterne"]
    seen = until(lambda: states(sandbox, session)[0]["etat"], "ENGAGE")
    assert seen == ["TRANSMIS", "EN_COURS_INSTRUCTION", "ENGAGE"]
    body = read(sandbox, session, numeroInterne=number)
    assert body["cerfa"]["commentaireEtat"] == "Bon pour accord"
    assert body["echeances"]


def test_an_unknown_state_is_told_as_it_is(sandbox, session):
    number = deposit(sandbox, session).json()["numeroInterne"]
    sandbox.set_state(number, "EN_ATTENTE_DE_PIECES")
    assert states(sandbox, session)[0]["etat"] == "EN_ATTENTE_DE_PIECES"


def test_v2_may_be_closed(sandbox, session):
    sandbox.set(closed_flows=["dossiers_v2"])
    message = {"message": "no Route matched with those values"}
    assert states(sandbox, session, "v2") == message
    assert states(sandbox, session) == []


@pytest.mark.parametrize(
    "wish",
    [
        {"unknown": 1},
        {"latency": -1},
        {"latency": "1"},
        {"seed": 1.5},
        {"list_format": "list"},
        {"page_size": 0},
        {"deca": "later"},
        {"today": "yesterday"},
        {"error_shape": "E"},
        {"closed_flows": ["dossiers"]},
        {"progress": [{"etat": "ENGAGE"}]},
        {"progress": [{"after": 1}]},
        {"max_file_megabytes": 0},
    ],
)
def test_wrong_settings_change_nothing(sandbox, wish):
    before = sandbox.set()
    with pytest.raises(ValueError, match="400"):
        sandbox.set(token_lifetime=5, **wish)
    assert sandbox.set() == before
