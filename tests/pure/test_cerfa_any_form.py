# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No form makes the checks raise, and no right form is blocked."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import luhn

from cerfa.circumstances import (
    CentreStanding,
    Certification,
    Circumstances,
    Establishment,
    PreviousContract,
    TutorContract,
)
from cerfa.findings import Finding, Severity
from cerfa.form import Cerfa, boxes_on, part_class
from cerfa.identifiers import nir_with_key
from cerfa.legal import LegalTables
from cerfa.rules import check
from cerfa_examples import (
    contract_between,
    valid_cerfa,
    valid_representative,
    valid_tutor,
    with_changes,
)

TABLES = LegalTables.shipped()

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", "11", "36", "71", "99", "M", "SMIC", "{", "{0}", "%s", "x" * 100_000]
        + ["\ud800", "1060575056123", "7060575056123", "94202209001234", "a@b.fr"]
    ),
)
VALUES = {
    str: TEXTS,
    int: st.one_of(st.integers(), st.integers(-2, 70), st.just(10**6000)),
    bool: st.booleans(),
    date: st.one_of(st.dates(), st.sampled_from([date.min, date.max])),
    Decimal: st.one_of(
        st.decimals(), st.sampled_from([Decimal("sNaN"), Decimal("1E+999999")])
    ),
}
RELAXED = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def arbitrary(part: type):
    """Return a strategy of parts of that class, any box of which may be empty."""
    hints = get_type_hints(part)
    held = {
        name: arbitrary_box(hint, part_class(part, name))
        for name, hint in hints.items()
    }
    return st.builds(part, **held)


def arbitrary_box(hint, held: type | None):
    options = [option for option in get_args(hint) if option is not type(None)]
    if any(get_origin(option) is tuple for option in options):
        values = st.lists(st.none() | arbitrary(held), max_size=10).map(tuple)
    elif held:
        values = arbitrary(held)
    else:
        values = VALUES[options[0]]
    return st.none() | values


def assert_readable(findings: tuple[Finding, ...]) -> None:
    assert len(set(findings)) <= len(findings)
    for finding in findings:
        assert finding.paths
        assert all(boxes_on(path) for path in finding.paths)
        assert 0 < len(finding.message) < 600
        assert 0 < len(finding.masked_message) < 600


def arbitrary_value(part: type):
    """Return a strategy of values of a class whose fields are all hinted."""
    return st.builds(part, **{found.name: ... for found in fields(part)})


for circumstance in (
    PreviousContract,
    Certification,
    CentreStanding,
    Establishment,
    TutorContract,
    Circumstances,
):
    st.register_type_strategy(circumstance, arbitrary_value(circumstance))


@RELAXED
@given(arbitrary(Cerfa), st.from_type(Circumstances))
def test_check_never_raises(cerfa, circumstances):
    assert_readable(check(cerfa, TABLES, circumstances))


def leaves(part: type = Cerfa, prefix: str = "") -> dict:
    """Return the strategy of every box and group, by path."""
    found = {}
    for name, hint in get_type_hints(part).items():
        path = prefix + name
        held = part_class(part, name)
        found[path] = arbitrary_box(hint, held)
        if held and "pay_periods" in path:
            found |= leaves(held, f"{path}.1.")
        elif held:
            found |= leaves(held, f"{path}.")
    return found


LEAVES = leaves()
FULL = with_changes(
    valid_cerfa(training_centre__is_main_place=False),
    {
        "second_tutor": valid_tutor(),
        "apprentice.legal_representative": valid_representative(),
    },
)


@st.composite
def spoilt_forms(draw):
    """A full form with up to five boxes or groups replaced by anything."""
    paths = draw(
        st.lists(
            st.sampled_from([p for p in LEAVES if not p.startswith("training_place.")]),
            max_size=5,
            unique=True,
        )
    )
    # Boxes before the groups that hold them.
    paths.sort(key=lambda path: -path.count("."))
    return with_changes(FULL, {path: draw(LEAVES[path]) for path in paths})


@RELAXED
@given(spoilt_forms(), st.from_type(Circumstances))
def test_check_never_raises_on_a_spoilt_form(cerfa, circumstances):
    assert_readable(check(cerfa, TABLES, circumstances))


NAMES = st.text(
    alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ ÉÈÇÎ'-", min_size=1, max_size=80
).filter(str.strip)
EMAILS = st.from_regex(r"[a-z]{1,12}\.[a-z]{1,12}@[a-z]{1,20}\.example", fullmatch=True)
PHONES = st.from_regex(r"(0|\+33 ?)[1-9]( [0-9]{2}){4}", fullmatch=True)
DEPARTMENTS = st.sampled_from(["075", "01", "02A", "2B", "971", "988", "099", "69"])


@st.composite
def sirets(draw):
    start = draw(st.from_regex(r"9[0-9]{7}", fullmatch=True))
    siren = start + luhn.calc_check_digit(start)
    establishment = siren + draw(st.from_regex(r"00[0-9]{2}", fullmatch=True))
    return establishment + luhn.calc_check_digit(establishment)


@st.composite
def right_forms(draw):
    """Valid forms whose people, companies and numbers vary."""
    born = draw(st.dates(date(1998, 1, 1), date(2008, 8, 20)))
    sex = draw(st.sampled_from("MF"))
    department = draw(DEPARTMENTS)
    return with_changes(
        contract_between(born, date(2026, 9, 1), date(2028, 8, 31)),
        {
            "employer.name": draw(NAMES),
            "employer.siret": draw(sirets()),
            "employer.email": draw(EMAILS),
            "employer.headcount": draw(st.integers(1, 10**6)),
            "apprentice.birth_name": draw(NAMES),
            "apprentice.first_name": draw(NAMES),
            "apprentice.sex": sex,
            "apprentice.birth_department": department,
            "apprentice.nir": draw(nirs(born, sex, department)),
            "apprentice.phone": draw(PHONES),
            "apprentice.email": draw(EMAILS),
            "training_centre.siret": draw(sirets()),
            "contract.weekly_hours": draw(st.integers(1, 35)),
            "training.rncp": draw(st.from_regex(r"(RNCP)?[0-9]{5}", fullmatch=True)),
        },
    )


@st.composite
def nirs(draw, born: date, sex: str, department: str):
    digit = "1" if sex == "M" else "2"
    place = department.removeprefix("0") if len(department) == 3 else department
    serial = draw(st.integers(0, 10 ** (8 - len(place)) - 1))
    nir = f"{digit}{born:%y%m}{place}{serial:0{8 - len(place)}}"
    return draw(st.sampled_from([nir, nir_with_key(nir)]))


@RELAXED
@given(right_forms())
def test_a_right_form_is_not_blocked(cerfa):
    assert check(cerfa, TABLES) == ()


def test_the_valid_form_on_the_day_it_is_concluded():
    known = Circumstances(today=valid_cerfa().contract.date_conclusion)
    findings = check(valid_cerfa(), TABLES, known)
    assert [found for found in findings if found.severity >= Severity.WARN] == []
