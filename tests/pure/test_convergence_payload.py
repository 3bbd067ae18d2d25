# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the form to the wire and back."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cerfa import form
from convergence import payload, wire_formats
from convergence.profile import Profile
from convergence.wire_boxes import NOT_ON_THE_WIRE

EP = Profile("https://api.example", auth_mode="none")

CERFA = form.Cerfa(
    employer=form.Employer(
        name="BOULANGERIE DES LILAS",
        siret="900 000 019 00019",
        naf="10.71C",
        headcount=7,
        idcc="843",
        phone="+33 1 42 00 00 01",
        email="contact@boulangerie-lilas.example",
        address=form.Address("12 RUE DES LILAS", None, "75019", "PARIS"),
        representative_name="DURAND",
        representative_first_name="Claire",
        employer_type="11",
        specific_employer="0",
        pension_fund="AG2R Agirc-Arrco",
        public_unemployment_scheme=True,
        tutor_eligibility_attested=True,
        supporting_documents_attested=True,
    ),
    apprentice=form.Apprentice(
        birth_name="MARTIN",
        first_name="Jean",
        sex="M",
        nationality="1",
        birth_date=date(2006, 5, 14),
        birth_department="75",
        birth_city="PARIS 19",
        nir="1 06 05 75 056 123",
        social_scheme="2",
        disabled_worker=False,
        disability_youth_equivalence=False,
        disability_boe_extension=False,
        situation_before="4",
        last_diploma_prepared="33",
        last_class="01",
        last_diploma_title="CAP Boulanger",
        highest_diploma="33",
        phone="06.00.00.00.02",
        email=" jean.martin@example.org",
        address=form.Address("3 PASSAGE DU SUD", "BAT B", "75019", "PARIS"),
        top_level_athlete=False,
        business_project=False,
    ),
    tutor=form.Tutor(
        birth_name="DURAND",
        first_name="Claire",
        birth_date=date(1980, 2, 2),
        email="claire.durand@boulangerie-lilas.example",
        job="Cheffe boulangère",
        diploma_title="BP Boulanger",
        diploma_level="4",
    ),
    contract=form.Contract(
        mode="1",
        contract_type="21",
        previous_number="075202409001234",
        date_conclusion=date(2026, 8, 20),
        date_start=date(2026, 9, 1),
        date_practical_training=date(2026, 9, 1),
        date_end=date(2028, 8, 31),
        weekly_hours=35,
        weekly_minutes=0,
        hazardous_work=False,
        pay_periods=(
            form.PayPeriod(
                1, 1, date(2026, 9, 1), date(2027, 5, 31), Decimal("51.00"), "SMIC"
            ),
            form.PayPeriod(
                1, 2, date(2027, 6, 1), date(2027, 8, 31), Decimal(61), "SMC"
            ),
            form.PayPeriod(
                2, 1, date(2027, 9, 1), date(2028, 8, 31), Decimal("61"), "SMC"
            ),
        ),
        gross_monthly_wage=Decimal("950.250"),
        meal_benefit=Decimal(0),
        housing_benefit=Decimal("0.00"),
        other_benefit=False,
        signing_place="PARIS",
    ),
    training=form.Training(
        diploma_type="49",
        title="BP Boulanger",
        diploma_code="45022104",
        rncp="38764",
        date_start=date(2026, 9, 7),
        date_end=date(2028, 6, 30),
        hours=840,
        distance_hours=0,
    ),
    training_centre=form.TrainingCentre(
        name="CFA EXEMPLE",
        siret="90000002700012",
        uai="0750000a",
        address=form.Address("1 AVENUE DU CFA", "", "75020", "PARIS"),
        in_house=False,
        visa=True,
        is_main_place=True,
    ),
    version=form.VERSION,
    proving_signature=True,
)

# The example of norm §2.10; the empty adresse2 and the null nomUsage are left out, the
# département of birth has three characters, and the key of the NIR is the right one.
EXAMPLE = json.loads("""
{"employeur": {
  "denomination": "BOULANGERIE DES LILAS", "siret": "90000001900019", "naf": "1071C",
  "nombreDeSalaries": 7, "codeIdcc": "0843", "telephone": "0142000001",
  "courriel": "contact@boulangerie-lilas.example",
  "adresse": {"adresse1": "12 RUE DES LILAS", "codePostal": "75019",
    "commune": "PARIS"},
  "nom": "DURAND", "prenom": "Claire", "typeEmployeur": 11, "employeurSpecifique": 0,
  "caisseComplementaire": "AG2R Agirc-Arrco",
  "attestationEligibilite": true, "attestationPieces": true},
 "apprenti": {
  "nom": "MARTIN", "prenom": "Jean", "sexe": "M", "nationalite": 1,
  "dateNaissance": "2006-05-14T00:00:00+00:00", "departementNaissance": "075",
  "communeNaissance": "PARIS 19", "nir": "106057505612379", "regimeSocial": 2,
  "handicap": false, "droitsRqthExtensionBOE": false,
  "droitsRqthEquivalenceJeune": false, "situationAvantContrat": 4, "diplome": 33,
  "derniereClasse": 1, "diplomePrepare": 33, "intituleDiplomePrepare": "CAP Boulanger",
  "telephone": "0600000002", "courriel": "jean.martin@example.org",
  "adresse": {"adresse1": "3 PASSAGE DU SUD", "adresse2": "BAT B",
    "codePostal": "75019", "commune": "PARIS"},
  "inscriptionSportifDeHautNiveau": false, "projetCreationRepriseEntreprise": false},
 "maitre1": {
  "nom": "DURAND", "prenom": "Claire", "dateNaissance": "1980-02-02T00:00:00+00:00",
  "courriel": "claire.durand@boulangerie-lilas.example",
  "emploiOccupe": "Cheffe boulangère", "intituleDiplomeObtenu": "BP Boulanger",
  "niveauDiplomeObtenu": 4},
 "formation": {
  "rncp": "RNCP38764", "codeDiplome": "45022104", "typeDiplome": 49,
  "intituleQualification": "BP Boulanger",
  "dateDebutFormation": "2026-09-07T00:00:00+00:00",
  "dateFinFormation": "2028-06-30T00:00:00+00:00",
  "dureeFormation": 840, "nombreHeuresEnDistanciel": 0},
 "contrat": {
  "modeContractuel": 1, "typeContratApp": 21,
  "numeroContratPrecedent": "075202409001234",
  "dateConclusion": "2026-08-20T00:00:00+00:00",
  "dateDebutContrat": "2026-09-01T00:00:00+00:00",
  "dateFormationPratiqueEmployeur": "2026-09-01T00:00:00+00:00",
  "dateFinContrat": "2028-08-31T00:00:00+00:00",
  "lieuSignatureContrat": "PARIS", "dureeTravailHebdoHeures": 35,
  "dureeTravailHebdoMinutes": 0, "travailRisque": false, "salaireEmbauche": 950.25,
  "avantageNourriture": 0, "avantageLogement": 0, "autreAvantageEnNature": false,
  "remunerationsAnnuelles": [
   {"ordre": "1.1", "dateDebut": "2026-09-01T00:00:00+00:00",
    "dateFin": "2027-05-31T00:00:00+00:00", "taux": 51, "typeSalaire": "SMIC"},
   {"ordre": "1.2", "dateDebut": "2027-06-01T00:00:00+00:00",
    "dateFin": "2027-08-31T00:00:00+00:00", "taux": 61, "typeSalaire": "SMC"},
   {"ordre": "2.1", "dateDebut": "2027-09-01T00:00:00+00:00",
    "dateFin": "2028-08-31T00:00:00+00:00", "taux": 61, "typeSalaire": "SMC"}]},
 "organismeFormation": {
  "denomination": "CFA EXEMPLE", "formationInterne": false, "siret": "90000002700012",
  "uaiCfa": "0750000A", "visaCfa": true,
  "adresse": {"adresse1": "1 AVENUE DU CFA", "codePostal": "75020",
    "commune": "PARIS"},
  "lieuFormationIdentique": true},
 "etat": "TRANSMIS", "versionCERFA": "10103*14", "CERFASignatureProbante": true}
""")


def with_part(name, **changed):
    return replace(CERFA, **{name: replace(getattr(CERFA, name), **changed)})


def sent(cerfa, profile=EP):
    return payload.dossier(cerfa, profile)["cerfa"]


def test_the_example_of_the_norm_key_by_key():
    body = payload.dossier(CERFA, EP)
    assert list(body) == ["cerfa"]
    assert list(body["cerfa"]) == list(EXAMPLE)
    for group, expected in EXAMPLE.items():
        if not isinstance(expected, dict):
            assert body["cerfa"][group] == expected
            continue
        assert set(body["cerfa"][group]) == set(expected), group
        for name, value in expected.items():
            found = body["cerfa"][group][name]
            assert (found, type(found)) == (value, type(value)), f"{group}.{name}"
    assert payload.schema_errors(body) == []


def test_the_same_payload_gives_the_same_bytes():
    first = payload.encode(payload.dossier(CERFA, EP))
    assert first == payload.encode(payload.dossier(replace(CERFA), EP))
    assert json.loads(first) == {"cerfa": EXAMPLE}
    assert "Cheffe boulangère".encode() in first
    assert b'"taux":51,' in first and b'"salaireEmbauche":950.25,' in first


def test_spellings_of_the_profile():
    other = replace(
        EP,
        codes_as_int=False,
        rncp_prefix=False,
        nir_length=13,
        birth_department_length=2,
        date_format="%Y-%m-%d",
        proving_signature_key="CERFAsignatureProbante",
    )
    body = sent(CERFA, other)
    assert body["apprenti"]["derniereClasse"] == "01"
    assert body["formation"]["rncp"] == "38764"
    assert body["apprenti"]["nir"] == "1060575056123"
    assert body["apprenti"]["departementNaissance"] == "75"
    assert body["contrat"]["dateFinContrat"] == "2028-08-31"
    assert body["CERFAsignatureProbante"] is True
    assert "CERFASignatureProbante" not in body
    assert payload.schema_errors({"cerfa": body}) == []


@pytest.mark.parametrize(
    ("held", "spelled"),
    [("075", "75"), ("1", "01"), ("02A", "2A"), ("974", "974"), ("099", "99")],
)
def test_a_department_of_two_characters(held, spelled):
    other = replace(EP, birth_department_length=2)
    assert wire_formats.department(held, other) == spelled


def test_parts_that_come_and_go():
    assert not {"maitre2", "organismeFormationLieuFormationPrincipal"} & set(
        sent(CERFA)
    )
    representative = form.LegalRepresentative(
        "MARTIN", "Anne", "anne@example.org", CERFA.apprentice.address
    )
    cerfa = replace(
        with_part("apprentice", legal_representative=representative),
        second_tutor=CERFA.tutor,
        training_place=form.TrainingPlace(
            "ATELIER", "90000002700020", None, CERFA.training_centre.address
        ),
    )
    body = sent(cerfa)
    assert body["maitre2"] == body["maitre1"]
    assert body["apprenti"]["responsableLegal"]["prenom"] == "Anne"
    assert body["apprenti"]["responsableLegal"]["adresse"]["adresse2"] == "BAT B"
    assert "organismeFormationLieuFormationPrincipal" not in body
    elsewhere = replace(
        cerfa, training_centre=replace(cerfa.training_centre, is_main_place=False)
    )
    body = sent(elsewhere)
    assert body["organismeFormationLieuFormationPrincipal"] == {
        "denomination": "ATELIER",
        "siret": "90000002700020",
        "adresse": body["organismeFormation"]["adresse"],
    }
    assert payload.schema_errors({"cerfa": body}) == []
    nowhere = payload.dossier(replace(elsewhere, training_place=None), EP)
    assert payload.schema_errors(nowhere) == [
        (
            "$.cerfa.organismeFormationLieuFormationPrincipal",
            "Ce champ est obligatoire.",
        )
    ]


def test_fields_under_a_condition():
    disabled = sent(with_part("apprentice", disabled_worker=True))["apprenti"]
    assert disabled["handicap"] is True
    assert not [name for name in disabled if name.startswith("droits")]
    assert "regimeSpecifique" not in sent(CERFA)["employeur"]
    public = sent(with_part("employer", employer_type="22"))["employeur"]
    assert public["regimeSpecifique"] is True
    for none in (None, "0", ""):
        assert (
            "typeDerogation"
            not in sent(with_part("contract", derogation=none))["contrat"]
        )
    derogated = sent(with_part("contract", derogation="11"))
    assert derogated["contrat"]["typeDerogation"] == 11


def test_an_empty_form_does_not_raise():
    body = payload.dossier(form.Cerfa(), EP)
    assert body == {"cerfa": {"etat": "TRANSMIS"}}
    payload.encode(body)
    paths = [path for path, _sentence in payload.schema_errors(body)]
    assert "$.cerfa.apprenti" in paths and "$.cerfa.maitre2" not in paths


def test_schema_errors_name_the_field_in_french_without_its_value():
    cerfa = with_part("apprentice", nir="12 34", phone="+32 470 12 34 56", sex="X")
    cerfa = replace(
        cerfa,
        contract=replace(
            cerfa.contract,
            mode="A",
            weekly_minutes=75,
            gross_monthly_wage=Decimal("NaN"),
            pay_periods=(replace(CERFA.contract.pay_periods[0], rate=None, year=5),),
        ),
        employer=replace(cerfa.employer, name="B" * 81, headcount=None),
    )
    body = payload.dossier(cerfa, EP)
    body["cerfa"]["contrat"]["autre"] = 1
    found = dict(payload.schema_errors(body))
    assert found == {
        "$.cerfa.apprenti.nir": "Cette valeur n'a pas le format attendu :"
        " un NIR, 13 caractères ou 15 avec sa clé.",
        "$.cerfa.apprenti.sexe": "Cette valeur n'est pas l'une des valeurs admises :"
        " M, F.",
        "$.cerfa.apprenti.telephone": "Cette valeur n'a pas le format attendu :"
        " un téléphone, 10 chiffres.",
        "$.cerfa.contrat.autre": "Ce champ n'existe pas dans la norme.",
        "$.cerfa.contrat.dureeTravailHebdoMinutes": "Cette valeur est supérieure à 59.",
        "$.cerfa.contrat.modeContractuel": "Cette valeur n'a pas le format attendu :"
        " un code de la notice, un ou deux chiffres.",
        "$.cerfa.contrat.remunerationsAnnuelles[0].ordre": "Cette valeur n'a pas le"
        " format attendu : année et période, de 1.1 à 4.2.",
        "$.cerfa.contrat.remunerationsAnnuelles[0].taux": "Ce champ est obligatoire.",
        "$.cerfa.contrat.salaireEmbauche": "Un nombre est attendu.",
        "$.cerfa.employeur.denomination": "Ce texte dépasse 80 caractères.",
        "$.cerfa.employeur.nombreDeSalaries": "Ce champ est obligatoire.",
    }
    assert payload.cerfa_box("$.cerfa.contrat.remunerationsAnnuelles[0].taux") == (
        "contract.pay_periods.0.rate"
    )


@pytest.mark.parametrize(
    ("path", "box"),
    [
        ("cerfa.apprenti.nir", "apprentice.nir"),
        ("$.cerfa.employeur.siret", "employer.siret"),
        ("employeur.siret", "employer.siret"),
        ("EMPLOYEUR.SIRET", "employer.siret"),
        ("#/cerfa/apprenti/adresse/codePostal", "apprentice.address.zip"),
        ("$.cerfa.apprenti.adresse", "apprentice.address"),
        ("apprenti", "apprentice"),
        ("cerfa.maitre2.nom", "second_tutor.birth_name"),
        ("cerfa.CERFAsignatureProbante", "proving_signature"),
        ("contrat.remunerationsAnnuelles.1.ordre", "contract.pay_periods.1.year"),
        ("contrat.remunerationsAnnuelles[2]", "contract.pay_periods.2"),
        ("contrat.remunerationsAnnuelles.taux", "contract.pay_periods.rate"),
        ("cerfa.contrat", "contract"),
        ("[0].apprenti", "apprentice"),
        ("$[0].cerfa[1].apprenti[2].nir", "apprentice.nir"),
        ("3.contrat.remunerationsAnnuelles[0].taux", "contract.pay_periods.0.rate"),
        ("contrat.dateRupture", None),
        ("cerfa", None),
        ("$", None),
        ("", None),
        ("0", None),
    ],
)
def test_from_the_wire_to_the_form(path, box):
    assert payload.cerfa_box(path) == box
    if box:
        assert form.boxes_on(box)


@given(st.text())
def test_any_path_is_a_box_or_nothing(path):
    payload.cerfa_box(path)


def every_box(owner=form.Cerfa, under=""):
    for name in form.boxes(owner):
        part = form.part_class(owner, name)
        if part:
            yield from every_box(part, f"{under}{name}.")
        else:
            yield f"{under}{name}"


def test_every_box_travels_or_is_known_not_to():
    boxes = set(every_box())
    silent = {box for box in boxes if payload.wire_path(box) is None}
    assert silent == set(NOT_ON_THE_WIRE)
    for box in boxes - silent:
        path = payload.wire_path(box)
        back = payload.cerfa_box(path)
        assert back == box or payload.wire_path(back) == path
    assert payload.wire_path("contract.pay_periods.1.rate") == (
        "cerfa.contrat.remunerationsAnnuelles.1.taux"
    )


@pytest.mark.parametrize(
    ("number", "key"),
    [("2951099126111", "93"), ("186022A215325", "23"), ("1801275123456", "42")],
)
def test_nir_keys(number, key):
    assert wire_formats.nir_key(number) == key
    assert wire_formats.nir(number.lower() + key, EP) == number + key


@pytest.mark.parametrize(
    ("spell", "value", "expected"),
    [
        (wire_formats.phone, "0033 (0)1 42 00 00 01", "0142000001"),
        (wire_formats.phone, "+262 692 00 00 01", "0692000001"),
        (wire_formats.phone, "01-42-00-00-01", "0142000001"),
        (wire_formats.department, "2a", "02A"),
        (wire_formats.department, "1", "001"),
        (wire_formats.department, "971", "971"),
        (wire_formats.department, "99", "099"),
        (wire_formats.rncp, "RNCP 38764", "RNCP38764"),
        (wire_formats.rncp, "inconnu", "INCONNU"),
        (wire_formats.idcc, "9999", "9999"),
        (wire_formats.nir, "186022A215325", "186022A21532523"),
        (wire_formats.nir, "en cours", "ENCOURS"),
        (wire_formats.text, " a \n b ", "a b"),
        (wire_formats.number, Decimal("0.1") + Decimal("0.2"), 0.3),
        (wire_formats.number, Decimal("1530.455"), 1530.46),
        (wire_formats.number, Decimal("-0.001"), 0),
        (wire_formats.number, Decimal("1E+30"), "1E+30"),
        (wire_formats.number, 2.675, 2.68),
    ],
)
def test_spellings(spell, value, expected):
    assert spell(value, EP) == expected


@given(
    st.decimals(
        min_value=Decimal("-1e10"),
        max_value=Decimal("1e10"),
        places=2,
    )
)
def test_amounts_have_no_float_artefact(amount):
    assert Decimal(json.dumps(wire_formats.number(amount, EP))) == amount
