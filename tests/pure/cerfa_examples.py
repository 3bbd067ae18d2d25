# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fictitious forms for the tests."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from cerfa.circumstances import NONE_KNOWN
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
from cerfa.legal import LegalTables
from cerfa.pay import gross_at_hiring, pay_periods
from cerfa.rules import check

TABLES = LegalTables.shipped()


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


def contract_between(birth_date: date, start: date, end: date, **changes) -> Cerfa:
    """Return a form whose dates, NIR, lines of pay and wage agree; then `changes`.

    Concluded on the day it starts, training included, until the exams on the last day.
    """
    cerfa = with_changes(
        valid_cerfa(),
        {
            "apprentice.birth_date": birth_date,
            "apprentice.nir": f"1{birth_date:%y%m}75056123",
            "apprentice.legal_representative": valid_representative(),
            "contract.date_conclusion": start,
            "contract.date_start": start,
            "contract.date_practical_training": start,
            "contract.date_end": end,
            "training.date_start": start,
            "training.date_end": end,
            "training.hours": 3000,
        },
    )
    lines = pay_periods(birth_date, start, end, TABLES)
    cerfa = with_changes(
        cerfa,
        {
            "contract.pay_periods": lines,
            "contract.gross_monthly_wage": gross_at_hiring(lines[0], TABLES, start),
        },
    )
    paths = {name.replace("__", "."): value for name, value in changes.items()}
    return with_changes(cerfa, paths)


def found_on(cerfa: Cerfa, circumstances=NONE_KNOWN) -> list[tuple[str, str]]:
    """Return the rules that find something, each with its first path."""
    findings = check(cerfa, TABLES, circumstances)
    return [(finding.rule_id, finding.paths[0]) for finding in findings]


def ids_on(cerfa: Cerfa, circumstances=NONE_KNOWN) -> set[str]:
    return {rule_id for rule_id, _ in found_on(cerfa, circumstances)}


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
