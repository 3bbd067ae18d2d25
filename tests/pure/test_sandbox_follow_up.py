# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a training centre reads after a deposit."""

import copy
import re

import pytest

from sandbox_calls import CFA, EXAMPLE

SISTER_CFA = "90000002700020"
OTHER_CFA = "90000003500007"
DECA = r"075202\d{3}[0-9]{6}"


def deposit(sandbox, session, **sections):
    document = copy.deepcopy(EXAMPLE)
    for section, values in sections.items():
        document["cerfa"][section] |= values
    answer = session.post(f"{sandbox.url}/v1/dossiers", json=document, timeout=5)
    assert answer.status_code == 200, answer.text
    return answer.json()


def read(sandbox, session, **number):
    return session.get(f"{sandbox.url}/v1/dossiers", params=number, timeout=5)


def states(sandbox, session):
    answer = session.get(f"{sandbox.url}/v1/dossiers/etats", timeout=5)
    assert answer.status_code == 200
    return answer.json()


def test_a_new_dossier_is_transmitted_without_deca_number(sandbox, session):
    numbers = deposit(sandbox, session)
    body = read(sandbox, session, numeroInterne=numbers["numeroInterne"]).json()
    cerfa = body["cerfa"]
    assert {name: cerfa[name] for name in numbers} == numbers
    assert cerfa["etat"] == "TRANSMIS"
    assert cerfa["numeroDeca"] is None
    assert cerfa["commentaireEtat"] is None
    assert cerfa["contrat"]["noContrat"] is None
    assert body["echeances"] == [] == body["engagementsFraisAnnexe"]
    assert states(sandbox, session) == [
        numbers | {"numeroDeca": None, "etat": "TRANSMIS"}
    ]


def test_what_was_deposited_comes_back(sandbox, session):
    number = deposit(sandbox, session)["numeroInterne"]
    cerfa = read(sandbox, session, numeroInterne=number).json()["cerfa"]
    assert cerfa["apprenti"]["nir"] == EXAMPLE["cerfa"]["apprenti"]["nir"]
    assert cerfa["employeur"] == EXAMPLE["cerfa"]["employeur"]
    assert cerfa["contrat"]["dateDebutContrat"] == "2026-09-01T00:00:00+0000"


def test_engagement_gives_deca_number_and_payment_schedule(sandbox, session):
    number = deposit(sandbox, session)["numeroInterne"]
    sandbox.set_state(number, "ENGAGE")
    body = read(sandbox, session, numeroInterne=number).json()
    deca = body["cerfa"]["numeroDeca"]
    assert re.fullmatch(DECA, deca)
    assert body["cerfa"]["contrat"]["noContrat"] == deca
    assert read(sandbox, session, numeroDeca=deca).json() == body
    assert states(sandbox, session)[0]["numeroDeca"] == deca
    lines = body["echeances"]
    assert [line["numero"] for line in lines] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [line["dateOuverture"][:10] for line in lines] == [
        "2026-09-01",
        "2027-03-01",
        "2027-06-01",
        "2027-09-01",
        "2027-09-01",
        "2028-03-01",
        "2028-06-01",
        "2028-09-01",
    ]
    assert [line["montantTotal"] for line in lines[:4]] == [
        2648.40,
        1986.30,
        1324.20,
        662.10,
    ]
    assert lines[-1]["codification"] == "99"
    assert {line["siretCfa"] for line in lines} == {CFA}
    assert body["detailsFacturation"]["plafondFraisPremierEquipement"] == 500
    assert len(body["engagementsFraisAnnexe"]) == 2


def test_a_second_engagement_keeps_the_deca_number(sandbox, session):
    number = deposit(sandbox, session)["numeroInterne"]
    first = sandbox.set_state(number, "ENGAGE")
    sandbox.set_state(number, "EN_COURS_INSTRUCTION")
    assert sandbox.set_state(number, "ENGAGE") == first


def test_each_dossier_has_its_own_deca_number(sandbox, session):
    numbers = [deposit(sandbox, session)["numeroInterne"] for _ in range(3)]
    engaged = [sandbox.set_state(number, "ENGAGE") for number in numbers]
    assert len({dossier["numeroDeca"] for dossier in engaged}) == 3


def test_a_short_contract_has_a_schedule_by_days(sandbox, session):
    end = "2027-01-31T00:00:00+00:00"
    period = EXAMPLE["cerfa"]["contrat"]["remunerationsAnnuelles"][0]
    number = deposit(
        sandbox,
        session,
        contrat={
            "dateFinContrat": end,
            "remunerationsAnnuelles": [period | {"dateFin": end}],
        },
    )["numeroInterne"]
    sandbox.set_state(number, "ENGAGE")
    lines = read(sandbox, session, numeroInterne=number).json()["echeances"]
    assert [line["codification"] for line in lines] == ["1", "99"]
    expected = 6621 * 153 / 365
    assert sum(line["montantTotal"] for line in lines) == pytest.approx(
        expected, abs=0.01
    )


def test_a_higher_diploma_has_the_employer_participation_deducted(sandbox, session):
    number = deposit(sandbox, session, formation={"typeDiplome": 62})["numeroInterne"]
    sandbox.set_state(number, "ENGAGE")
    lines = read(sandbox, session, numeroInterne=number).json()["echeances"]
    assert lines[0]["montantTotal"] == 2648.40 - 750


def test_settled_means_paid(sandbox, session):
    number = deposit(sandbox, session)["numeroInterne"]
    sandbox.set_state(number, "ENGAGE")
    sandbox.set_state(number, "SOLDE")
    body = read(sandbox, session, numeroInterne=number).json()
    assert all(e["montantRegle"] == e["montantTotal"] > 0 for e in body["echeances"])
    assert body["detailsFacturation"]["fraisPremierEquipementRegles"] is True


def test_termination_has_a_date(sandbox, session):
    number = deposit(sandbox, session)["numeroInterne"]
    sandbox.set(today="2026-10-15")
    sandbox.set_state(number, "RUPTURE")
    cerfa = read(sandbox, session, numeroInterne=number).json()["cerfa"]
    assert cerfa["contrat"]["dateRupture"] == "2026-10-15T00:00:00+0000"


def test_any_state_and_its_comment_are_readable(sandbox, session):
    number = deposit(sandbox, session)["numeroInterne"]
    sandbox.set_state(number, "RUPTU", "Orthographe d'ailleurs")
    cerfa = read(sandbox, session, numeroInterne=number).json()["cerfa"]
    assert (cerfa["etat"], cerfa["commentaireEtat"]) == (
        "RUPTU",
        "Orthographe d'ailleurs",
    )


@pytest.mark.parametrize("number", ["9999999", "9" * 30])
def test_the_state_of_an_unknown_dossier_cannot_be_set(sandbox, number):
    with pytest.raises(ValueError, match="404"):
        sandbox.set_state(number, "ENGAGE")


@pytest.mark.parametrize(
    "number",
    [
        {"numeroInterne": "9999999"},
        {"numeroInterne": "abc"},
        {"numeroInterne": "01000001"},
        {"numeroExterne": "EP-2026-9999999"},
        {"numeroDeca": "075202609001234"},
    ],
)
def test_an_unknown_dossier_is_a_400_with_a_comment(sandbox, session, number):
    deposit(sandbox, session)
    answer = read(sandbox, session, **number)
    assert answer.status_code == 400
    assert answer.json()["errors"] is None
    assert answer.json()["comment"].startswith("Aucun dossier trouvé")


def test_exactly_one_number_is_asked(sandbox, session):
    for numbers in ({}, {"numeroInterne": "1000001", "numeroDeca": "1"}):
        answer = read(sandbox, session, **numbers)
        assert answer.status_code == 400
        assert answer.json()["errors"]


def test_a_key_sees_the_dossiers_of_its_siren_only(sandbox, session):
    numbers = deposit(sandbox, session)
    number = {"numeroExterne": numbers["numeroExterne"]}
    sister, other = sandbox.session(SISTER_CFA), sandbox.session(OTHER_CFA)
    assert read(sandbox, sister, **number).status_code == 200
    assert len(states(sandbox, sister)) == 1
    refused = read(sandbox, other, **number)
    assert refused.status_code == 400
    assert refused.json()["errors"] is None
    assert states(sandbox, other) == []
