# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fictitious forms for the tests."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from cerfa.form import (
    Address,
    Apprentice,
    Cerfa,
    Contract,
    Employer,
    LegalRepresentative,
    PayPeriod,
    Training,
    TrainingCentre,
    TrainingPlace,
    Tutor,
)


def valid_cerfa(**changes) -> Cerfa:
    """Return a form nothing is to be said of.

    `changes` replace boxes as `with_changes` does, ``__`` standing for a dot:
    ``valid_cerfa(apprentice__nir=None)``.
    """
    cerfa = Cerfa(
        employer=_employer(),
        apprentice=_apprentice(),
        tutor=valid_tutor(),
        contract=_contract(),
        training=_training(),
        training_centre=_training_centre(),
        version="10103*14",
        proving_signature=True,
    )
    paths = {name.replace("__", "."): value for name, value in changes.items()}
    return with_changes(cerfa, paths)


def with_changes(cerfa: Cerfa, changes: dict) -> Cerfa:
    """Return the form with the boxes at dotted paths replaced.

    ``with_changes(cerfa, {"contract.pay_periods.0.rate": None})``
    """
    for path, value in changes.items():
        cerfa = _replaced(cerfa, path.split("."), value)
    return cerfa


def valid_tutor() -> Tutor:
    return Tutor(
        birth_name="DURAND",
        first_name="Claire",
        birth_date=date(1980, 2, 2),
        email="claire.durand@boulangerie-lilas.example",
        job="Cheffe boulangère",
        diploma_title="BP Boulanger",
        diploma_level="4",
    )


def valid_representative() -> LegalRepresentative:
    return LegalRepresentative(
        birth_name="MARTIN",
        first_name="Odile",
        email="odile.martin@courrier.example",
        address=valid_address(),
    )


def valid_place() -> TrainingPlace:
    return TrainingPlace(
        name="CFA EXEMPLE SITE NORD",
        siret="90000002700020",
        address=valid_address(),
    )


def valid_address() -> Address:
    return Address(
        street="3 PASSAGE DU SUD", street2="BAT B", zip="75019", city="PARIS"
    )


def valid_pay_period(year: int = 1, number: int = 1) -> PayPeriod:
    return PayPeriod(
        year=year,
        number=number,
        date_start=date(2026, 9, 1),
        date_end=date(2027, 5, 31),
        rate=Decimal("43"),
        basis="SMIC",
    )


def _employer() -> Employer:
    return Employer(
        name="BOULANGERIE DES LILAS",
        siret="90000001900019",
        naf="1071C",
        headcount=7,
        idcc="0843",
        phone="0142000001",
        email="contact@boulangerie-lilas.example",
        address=Address(street="12 RUE DES LILAS", zip="75019", city="PARIS"),
        representative_name="DURAND",
        representative_first_name="Claire",
        employer_type="11",
        specific_employer="0",
        pension_fund="CAISSE EXEMPLE",
        public_unemployment_scheme=False,
        tutor_eligibility_attested=True,
        supporting_documents_attested=True,
    )


def _apprentice() -> Apprentice:
    return Apprentice(
        birth_name="MARTIN",
        first_name="Jean",
        sex="M",
        nationality="1",
        birth_date=date(2006, 5, 14),
        birth_department="075",
        birth_city="PARIS 19",
        nir="1060575056123",
        social_scheme="2",
        disabled_worker=False,
        disability_youth_equivalence=False,
        disability_boe_extension=False,
        situation_before="1",
        last_diploma_prepared="33",
        last_class="01",
        last_diploma_title="CAP Boulanger",
        highest_diploma="33",
        phone="+33 6 00 00 00 02",
        email="jean.martin@courrier.example",
        address=valid_address(),
        emancipated=False,
        top_level_athlete=False,
        business_project=False,
    )


def _contract() -> Contract:
    return Contract(
        mode="1",
        contract_type="11",
        date_conclusion=date(2026, 8, 20),
        date_start=date(2026, 9, 1),
        date_practical_training=date(2026, 9, 1),
        date_end=date(2028, 8, 31),
        weekly_hours=35,
        weekly_minutes=0,
        hazardous_work=False,
        pay_periods=_pay_periods(),
        gross_monthly_wage=Decimal("802.82"),
        other_benefit=False,
        signing_place="PARIS",
    )


def _pay_periods() -> tuple[PayPeriod, ...]:
    # 21 years old on 14 May 2027: the higher rate runs from 1 June.
    return (
        valid_pay_period(),
        PayPeriod(1, 2, date(2027, 6, 1), date(2027, 8, 31), Decimal("53"), "SMIC"),
        PayPeriod(2, 1, date(2027, 9, 1), date(2028, 8, 31), Decimal("61"), "SMIC"),
    )


def _training() -> Training:
    return Training(
        diploma_type="49",
        title="BP Boulanger",
        diploma_code="45022104",
        rncp="38764",
        date_start=date(2026, 9, 7),
        date_end=date(2028, 7, 5),
        hours=840,
        distance_hours=0,
    )


def _training_centre() -> TrainingCentre:
    return TrainingCentre(
        name="CFA EXEMPLE",
        siret="90000002700012",
        uai="0750000T",
        address=Address(street="1 AVENUE DU CFA", zip="75020", city="PARIS"),
        in_house=False,
        visa=True,
        is_main_place=True,
    )


def _replaced(part, names: list[str], value):
    if not names:
        return value
    name, *rest = names
    if name.isdigit():
        items = list(part)
        items[int(name)] = _replaced(items[int(name)], rest, value)
        return tuple(items)
    return replace(part, **{name: _replaced(getattr(part, name), rest, value)})
