# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""After the deposit: amendments, early terminations, the key's validity."""

import copy
from datetime import UTC, datetime

import pytest

from sandbox_calls import CFA, EXAMPLE

OTHER_CFA = "90000003500007"


NO_ROUTE = {"message": "no Route matched with those values"}


def deposit(sandbox, session, **contract):
    document = copy.deepcopy(EXAMPLE)
    document["cerfa"]["contrat"] |= contract
    return session.post(f"{sandbox.url}/v1/dossiers", json=document, timeout=5)


def amend(sandbox, session, deca, effect="2027-01-04", kind=36, **contract):
    return deposit(
        sandbox,
        session,
        typeContratApp=kind,
        numeroContratPrecedent=deca,
        dateEffetAvenant=f"{effect}T00:00:00+00:00",
        **contract,
    )


def read(sandbox, session, number):
    url = f"{sandbox.url}/v1/dossiers"
    return session.get(url, params={"numeroInterne": number}, timeout=5).json()


def terminate(sandbox, session, number, day="2027-03-15", **more):
    wish = {"numeroInterne": number, "dateRupture": f"{day}T00:00:00+00:00"} | more
    url = f"{sandbox.url}/v2/dossiers/rupture/employeur"
    return session.post(url, json=wish, timeout=5)


@pytest.fixture
def number(sandbox, session):
    return deposit(sandbox, session).json()["numeroInterne"]


@pytest.fixture
def deca(sandbox, number):
    return sandbox.set_state(number, "ENGAGE")["numeroDeca"]


def test_amendments_are_numbered(sandbox, session, number, deca):
    first = amend(sandbox, session, deca).json()["numeroInterne"]
    second = amend(sandbox, session, deca, "2027-02-01").json()["numeroInterne"]
    assert len({number, first, second}) == 3
    seen = [
        read(sandbox, session, n)["cerfa"]["contrat"]["noAvenant"]
        for n in (number, first, second)
    ]
    assert seen == [None, "1", "2"]
    assert sandbox.duplicates() == []
    amend(sandbox, session, deca, "2027-02-01")
    assert len(sandbox.duplicates()) == 1


def test_an_amendment_of_an_amendment_goes_on_counting(sandbox, session, deca):
    first = amend(sandbox, session, deca).json()["numeroInterne"]
    next_deca = sandbox.set_state(first, "ENGAGE")["numeroDeca"]
    second = amend(sandbox, session, next_deca, "2027-02-01").json()["numeroInterne"]
    contract = read(sandbox, session, second)["cerfa"]["contrat"]
    assert contract["noAvenant"] == "2"


def test_an_amendment_needs_a_committed_contract(sandbox, session, number, deca):
    unknown = amend(sandbox, session, "075202409001234")
    assert unknown.status_code == 400
    assert "075202409001234" in unknown.json()["comment"]
    sandbox.set_state(number, "ANNULE")
    assert amend(sandbox, session, deca).status_code == 400
    assert sandbox.deposits()[0]["outcome"] == "rejected"
    sandbox.set_state(number, "ENGAGE")
    assert amend(sandbox, session, deca).status_code == 200


@pytest.mark.parametrize("kind", range(31, 39))
def test_every_kind_of_amendment(sandbox, session, deca, kind):
    assert amend(sandbox, session, deca, kind=kind).status_code == 200


@pytest.mark.parametrize("effect", ["2026-08-31", "2028-09-01"])
def test_an_amendment_takes_effect_within_the_contract(sandbox, session, deca, effect):
    answer = amend(sandbox, session, deca, effect)
    assert answer.status_code == 400
    assert "cerfa.contrat.dateEffetAvenant" in answer.text


def test_an_amendment_is_concluded_while_the_contract_runs(sandbox, session, deca):
    sandbox.set(today="2026-12-15")
    concluded = {"dateConclusion": "2026-12-14T00:00:00+00:00"}
    assert amend(sandbox, session, deca, **concluded).status_code == 200
    assert deposit(sandbox, session, **concluded).status_code == 400


def test_amendments_may_be_closed(sandbox, session, deca):
    sandbox.set(closed_flows=["avenants"])
    answer = amend(sandbox, session, deca)
    assert answer.status_code == 400
    assert "avenants" in answer.json()["comment"]
    assert deposit(sandbox, session).status_code == 200


def test_a_termination_cuts_the_schedule(sandbox, session, number, deca):
    before = read(sandbox, session, number)["echeances"]
    answer = terminate(sandbox, session, number)
    assert answer.status_code == 200, answer.text
    assert answer.json()["etat"] == "RUPTURE"
    body = read(sandbox, session, number)
    assert body["cerfa"]["etat"] == "RUPTURE"
    contract = body["cerfa"]["contrat"]
    assert contract["dateRupture"] == "2027-03-15T00:00:00+0000"
    after = body["echeances"]
    assert len(after) < len(before)
    paid_days = 196  # 1 September to 15 March
    assert sum(line["montantTotal"] for line in after) == pytest.approx(
        6621 * paid_days / 365, abs=0.01
    )
    assert after[-1]["dateOuverture"] == "2027-03-16T00:00:00+0000"


def test_a_termination_before_the_commitment_has_no_schedule(sandbox, session, number):
    assert terminate(sandbox, session, number).status_code == 200
    assert read(sandbox, session, number)["echeances"] == []


@pytest.mark.parametrize("etat", ["REFUSE", "ANNULE", "RUPTURE", "SOLDE"])
def test_what_has_ended_is_not_terminated(sandbox, session, number, etat):
    sandbox.set_state(number, etat)
    answer = terminate(sandbox, session, number)
    assert answer.status_code == 400
    assert answer.json()["comment"]


@pytest.mark.parametrize(
    "change",
    [
        {"numeroInterne": "9999999"},
        {"numeroInterne": 1000001},
        {"dateRupture": "2026-08-31T00:00:00+00:00"},
        {"dateRupture": "2028-09-01T00:00:00+00:00"},
        {"dateRupture": "2027-03-15"},
        {"dateRupture": None},
        {"motif": "x"},
    ],
)
def test_wrong_terminations(sandbox, session, number, change):
    assert terminate(sandbox, session, number, **change).status_code == 400
    assert read(sandbox, session, number)["cerfa"]["etat"] == "TRANSMIS"


def test_another_training_centre_terminates_nothing(sandbox, session, number):
    other = sandbox.session(OTHER_CFA)
    assert terminate(sandbox, other, number).status_code == 400
    assert read(sandbox, session, number)["cerfa"]["etat"] == "TRANSMIS"


def test_terminations_may_be_closed(sandbox, session, number):
    sandbox.set(closed_flows=["rupture"])
    answer = terminate(sandbox, session, number)
    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)


def key_info(sandbox, session, **query):
    return session.get(f"{sandbox.url}/v2/cfakeyinfo", params=query, timeout=5)


def test_the_key_is_valid_for_a_year(sandbox, session):
    key = session.headers["X-API-KEY"]
    body = key_info(sandbox, session, siren=CFA[:9], XAPIKEY=key).json()
    today = datetime.now(UTC).date()
    assert body["status"] == "success"
    assert body["dateFinValidite"][:4] == str(today.year + 1)
    assert body["dateFinValidite"][5:] in (f"{today:%m-%d}", "03-01")
    whole_siret = key_info(sandbox, session, siren=CFA, XAPIKEY=key).json()
    assert whole_siret == body


@pytest.mark.parametrize(
    "query",
    [
        {"siren": "900000035"},
        {"siren": "9000"},
        {"XAPIKEY": "unknown"},
        {"XAPIKEY": ""},
    ],
)
def test_a_key_that_is_not_the_one_of_this_siren(sandbox, session, query):
    asked = {"siren": CFA[:9], "XAPIKEY": session.headers["X-API-KEY"]} | query
    answer = key_info(sandbox, session, **asked)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["dateFinValidite"]) == ("error", None)
    assert body["comment"]


def test_key_info_may_be_closed(sandbox, session):
    sandbox.set(closed_flows=["cfakeyinfo"])
    answer = key_info(sandbox, session, siren=CFA[:9])
    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)
