# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How the boxes of the CERFA are found on the contract's record.

A field of `apprenticeship.contract` is named after its box: the path with underscores,
without ``contract`` and ``address``, and with ``_id`` when its value is a code. The few
that differ are listed here.
"""

from dataclasses import dataclass
from decimal import Decimal

from .cerfa import form
from .cerfa.identifiers import compact
from .cerfa.progress import progress

FIELD_OF_BOX = {
    "employer": "employer_id",
    "employer.name": "employer_id",
    "employer.employer_type": "employer_type_id",
    "employer.specific_employer": "employer_specific_id",
    "apprentice": "apprentice_id",
    "apprentice.legal_representative": "legal_representative_birth_name",
    "tutor": "tutor_id",
    "second_tutor": "second_tutor_id",
    "contract": "contract_type_id",
    "contract.mode": "contract_mode_id",
    "contract.contract_type": "contract_type_id",
    "contract.pay_periods": "pay_period_ids",
    "training": "training_id",
    "training_centre": "training_centre_id",
    "training_centre.name": "training_centre_id",
    "training_place": "training_place_id",
    "training_place.name": "training_place_id",
    "version": "cerfa_version",
}
# Parts that stand on the form only when their record is chosen.
RECORD_OF_OPTIONAL_PART = {
    "second_tutor": "second_tutor_id",
    "training_place": "training_place_id",
}
# Boxes whose spaces and dots are only for the eye.
IDENTIFIERS = frozenset(
    (
        "siret",
        "naf",
        "idcc",
        "uai",
        "nir",
        "diploma_code",
        "rncp",
        "previous_number",
        "zip",
    )
)
# What the screen hides is not on the form either.
HIDDEN_BY = {
    "training_place": ("training_centre_is_main_place",),
    "apprentice.legal_representative": ("apprentice_emancipated",),
}
PAGE_OF_PART = {
    "employer": "employer",
    "apprentice": "apprentice",
    "tutor": "tutor",
    "second_tutor": "tutor",
    "contract": "contract",
    "training": "training",
    "training_centre": "training_centre",
    "training_place": "training_centre",
    "version": "contract",
    "proving_signature": "contract",
}


def contract_field(path):
    """Return the name of the contract's field for a box path.

    :param path: such as ``"employer.address.zip"``
    :rtype: str
    """
    names = [name for name in path.split(".") if not name.isdigit()]
    if names[:2] == ["contract", "pay_periods"]:
        names = names[:2]
    if names[-1] == "address":
        names.append("street")
    known = FIELD_OF_BOX.get(".".join(names))
    if known:
        return known
    if names[:2] == ["apprentice", "legal_representative"]:
        names = names[1:]
    spoken = [name for name in names if name not in ("contract", "address")]
    suffix = "_id" if form.boxes_on(path)[-1].table else ""
    return "_".join(spoken) + suffix


def form_page(path):
    """Return the name of the form view's page that shows a box path."""
    return PAGE_OF_PART[path.split(".")[0]]


def contract_fields():
    """Return the names of all the fields that the form is read from."""
    return sorted({contract_field(path) for path in _box_paths(form.Cerfa, "")})


def _box_paths(part, prefix):
    for name in form.boxes(part):
        path = f"{prefix}{name}"
        held = form.part_class(part, name)
        if held and held is not form.PayPeriod:
            yield from _box_paths(held, f"{path}.")
        else:
            yield path


def places_of_boxes(model_fields):
    """Return where each box is, by box path: field, names to follow, conversion.

    Names to follow replace related fields by their own path: reading a partner's field
    costs less than computing a related field.

    :param dict model_fields: the fields of `apprenticeship.contract`
    """
    places = {}
    for path in _box_paths(form.Cerfa, ""):
        name = contract_field(path)
        field = model_fields[name]
        chain = tuple((field.related or name).split("."))
        is_identifier = path.split(".")[-1] in IDENTIFIERS
        conversion = "identifier" if is_identifier else _conversion(field)
        places[path] = (name, chain, conversion)
    return places


@dataclass(frozen=True)
class PartPlan:
    """How one part of the form is read, worked out once for all contracts.

    `own` and `of_partner` are lists of (box, field to read, conversion): fields of the
    contract, and of the partner that its field `partner` holds. `parts` are the parts
    within, by box. The part is left out when a field of `hidden_by` is set, or when
    `record` is given and empty.
    """

    part: type
    own: tuple
    of_partner: tuple
    partner: str | None
    parts: tuple
    hidden_by: tuple
    record: str | None


def reading_plan(model_fields, *, from_partners):
    """Return how a form is read, as a `PartPlan`.

    :param bool from_partners: whether partners are up to date. A form being edited
        holds what its partners have not received yet.
    """
    return _plan_part(form.Cerfa, "", places_of_boxes(model_fields), from_partners)


def _plan_part(part, path, places, from_partners):
    own, of_partner, partners, parts = [], [], set(), []
    for name in form.boxes(part):
        box_path = f"{path}.{name}" if path else name
        held = form.part_class(part, name)
        if held is form.PayPeriod:
            own.append((name, contract_field(box_path), read_pay_lines))
        elif held:
            parts.append((name, _plan_part(held, box_path, places, from_partners)))
        else:
            own_field, chain, conversion = places[box_path]
            convert = CONVERSIONS[conversion]
            if from_partners and len(chain) > 1:
                partner, partner_field = chain
                partners.add(partner)
                of_partner.append((name, partner_field, convert))
            else:
                own.append((name, own_field, convert))
    return PartPlan(
        part=part,
        own=tuple(own),
        of_partner=tuple(of_partner),
        # One part of the form is about one partner.
        partner=partners.pop() if partners else None,
        parts=tuple(parts),
        hidden_by=HIDDEN_BY.get(path, ()),
        record=RECORD_OF_OPTIONAL_PART.get(path),
    )


def _conversion(field):
    if field.type == "many2one" and field.comodel_name == "res.partner":
        return "name"
    if field.name in ("meal_benefit", "housing_benefit"):
        return "amount_if_any"
    if field.type in ("float", "monetary"):
        return "amount"
    if field.type == "many2one":
        return "code"
    return "plain" if field.type in ("boolean", "integer") else "text_or_date"


def _amount(value):
    return Decimal(f"{value:.2f}")


CONVERSIONS = {
    "name": lambda partner: partner.name or None,
    "code": lambda code: code.code or None,
    "amount": _amount,
    "amount_if_any": lambda value: _amount(value) if value else None,
    "identifier": lambda value: compact(value) or None if value else None,
    "plain": lambda value: value,
    "text_or_date": lambda value: value or None,
}


def read_cerfa(contract):
    """Return the `Cerfa` that a contract's record holds.

    :param contract: one `apprenticeship.contract`, with the rights to read it whole
    """
    _fetch_pay_periods(contract)
    plan = contract._cerfa_plan(from_partners=bool(contract.id))
    return _read_part(contract, plan)


def _fetch_pay_periods(contract):
    """Fetch at once the lines of all the contracts that are read along with this one.

    The ORM reads ahead 1,000 records of a model: 1,000 contracts have 3,000 lines.
    """
    lines = contract.pay_period_ids
    if lines and not lines.env.cache.contains(lines[0], lines._fields["rate"]):
        lines.browse(lines._prefetch_ids).fetch(list(form.boxes(form.PayPeriod)))


def _read_part(contract, plan):
    values = {name: convert(contract[field]) for name, field, convert in plan.own}
    if plan.partner:
        partner = contract[plan.partner]
        for name, field, convert in plan.of_partner:
            values[name] = convert(partner[field])
    for name, held in plan.parts:
        values[name] = _read_held_part(contract, held)
    return plan.part(**values)


def _read_held_part(contract, plan):
    if any(contract[field] for field in plan.hidden_by):
        return None
    if plan.record and not contract[plan.record]:
        return None
    value = _read_part(contract, plan)
    if plan.part is form.LegalRepresentative and value == NO_REPRESENTATIVE:
        return None
    return value


NO_REPRESENTATIVE = form.LegalRepresentative(address=form.Address())


def read_pay_lines(lines):
    """Return lines of pay, in the order of the form."""
    read = [
        form.PayPeriod(
            year=line.year,
            number=line.number,
            date_start=line.date_start or None,
            date_end=line.date_end or None,
            rate=_amount(line.rate),
            basis=line.basis or None,
        )
        for line in lines
    ]
    return tuple(sorted(read, key=lambda line: (line.year, line.number)))


def completeness_by_page(cerfa):
    """Return (filled, expected) mandatory boxes by page of the form view."""
    pages = {}
    for section, done in progress(cerfa).items():
        page = PAGE_OF_PART[section]
        filled, expected = pages.get(page, (0, 0))
        pages[page] = (filled + done.filled, expected + done.expected)
    return pages
