# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was sent is read back as the form it came from, whatever its spelling."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cerfa import form
from cerfa.changes import changes
from cerfa.plain import from_plain
from convergence import payload, wire_reading
from convergence.payload import UnreadableContent
from convergence.wire_boxes import NOT_ON_THE_WIRE, TABLE
from test_convergence_payload import CERFA, EP, every_box, with_part

OTHERWISE = replace(
    EP,
    codes_as_int=False,
    rncp_prefix=False,
    nir_length=13,
    birth_department_length=2,
    date_format="%d/%m/%Y",
    proving_signature_key="signatureElectronique",
)
FULL = replace(
    with_part(
        "apprentice",
        legal_representative=form.LegalRepresentative(
            "MARTIN", "Anne", "anne@example.org", CERFA.apprentice.address
        ),
    ),
    second_tutor=replace(CERFA.tutor, birth_name="PETIT"),
    training_centre=replace(CERFA.training_centre, is_main_place=False),
    training_place=form.TrainingPlace(
        "ATELIER", "90000002700020", "0750001B", CERFA.training_centre.address
    ),
)


def read(cerfa, profile=EP):
    """Send a form through the wire and back, by its bytes."""
    body = payload.encode(payload.dossier(cerfa, profile))
    return from_plain(payload.plain_form(json.loads(body)))


def test_the_form_comes_back():
    back = read(CERFA)
    assert back.contract.date_start == date(2026, 9, 1)
    assert back.contract.gross_monthly_wage == Decimal("950.25")
    assert back.contract.pay_periods == CERFA.contract.pay_periods
    assert back.apprentice.last_class == "01"
    assert back.apprentice.nir == "106057505612379"
    assert back.apprentice.disabled_worker is False
    assert back.training.rncp == "RNCP38764"
    assert back.employer.specific_employer == "0"
    assert back.proving_signature is True
    assert back.second_tutor is None


def test_what_comes_back_is_sent_as_the_same_bytes():
    for cerfa in (CERFA, FULL):
        body = payload.encode(payload.dossier(cerfa, EP))
        assert payload.encode(payload.dossier(read(cerfa), EP)) == body


def test_a_spelling_is_no_change():
    for cerfa in (CERFA, FULL):
        assert payload.dossier(cerfa, EP) != payload.dossier(cerfa, OTHERWISE)
        assert changes(read(cerfa, OTHERWISE), read(cerfa, EP)) == ()


@pytest.mark.parametrize(
    ("part", "changed", "path"),
    [
        ("employer", {"idcc": "0992"}, "employer.idcc"),
        ("employer", {"employer_type": "12"}, "employer.employer_type"),
        ("apprentice", {"nir": "2 06 05 75 056 123"}, "apprentice.nir"),
        ("apprentice", {"last_class": "11"}, "apprentice.last_class"),
        ("apprentice", {"birth_department": "92"}, "apprentice.birth_department"),
        ("apprentice", {"disabled_worker": True}, "apprentice.disabled_worker"),
        ("contract", {"date_end": date(2028, 7, 31)}, "contract.date_end"),
        ("contract", {"gross_monthly_wage": Decimal("950.26")}, None),
        ("training", {"rncp": "38765"}, "training.rncp"),
    ],
)
def test_a_change_is_seen_through_two_spellings(part, changed, path):
    path = path or f"{part}.{next(iter(changed))}"
    found = changes(read(CERFA, OTHERWISE), read(with_part(part, **changed), EP))
    assert [change.path for change in found] == [path]


def test_every_line_of_the_table_is_read():
    for line in TABLE:
        assert (
            line.field == wire_reading.PAY_FIELD or line.spell in wire_reading._READERS
        )


def test_every_box_that_travels_comes_back():
    silent = set(NOT_ON_THE_WIRE)
    # Only carried by other forms than the one sent here.
    silent |= {
        "contract.derogation",
        "contract.date_amendment_effect",
        "apprentice.usage_name",
        "employer.address.street2",
    }
    back = read(FULL)
    for path in set(every_box()) - silent:
        value = back
        for name in path.replace("pay_periods", "pay_periods.0").split("."):
            value = value[int(name)] if name.isdigit() else getattr(value, name)
        assert value is not None or path.endswith("street2"), path


@pytest.mark.parametrize(
    ("group", "field", "value"),
    [
        ("contrat", "dateFinContrat", "bientôt"),
        ("contrat", "dateFinContrat", "2026-13-01"),
        ("contrat", "salaireEmbauche", "beaucoup"),
        ("contrat", "remunerationsAnnuelles", [{"ordre": "premier"}]),
        ("contrat", "remunerationsAnnuelles", [{}]),
    ],
)
def test_what_cannot_be_read_is_said(group, field, value):
    content = json.loads(payload.encode(payload.dossier(CERFA, EP)))
    content["cerfa"][group][field] = value
    with pytest.raises(UnreadableContent) as failure:
        payload.plain_form(content)
    assert failure.value.field.startswith(f"{group}.{field}")
