# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How the boxes of the CERFA are found on the contract's record.

A field of `apprenticeship.contract` is named after its box: the path with underscores,
without ``contract`` and ``address``, and with ``_id`` when its value is a code. The few
that differ are listed here.
"""

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


def reading_plan(model_fields):
    """Return where each box is read, by box path: field, names to follow, conversion.

    Names to follow replace related fields by their own path: reading a partner's field
    costs less than computing a related field.

    :param dict model_fields: the fields of `apprenticeship.contract`
    """
    plan = {}
    for path in _box_paths(form.Cerfa, ""):
        name = contract_field(path)
        field = model_fields[name]
        chain = tuple((field.related or name).split("."))
        is_identifier = path.split(".")[-1] in IDENTIFIERS
        conversion = "identifier" if is_identifier else _conversion(field)
        plan[path] = (name, chain, conversion)
    return plan


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
    return _read_part(contract, contract._cerfa_plan(), form.Cerfa, "")


def _fetch_pay_periods(contract):
    """Fetch at once the lines of all the contracts that are read along with this one.

    The ORM reads ahead 1,000 records of a model: 1,000 contracts have 3,000 lines.
    """
    lines = contract.pay_period_ids
    if lines and not lines.env.cache.contains(lines[0], lines._fields["rate"]):
        lines.browse(lines._prefetch_ids).fetch(list(form.boxes(form.PayPeriod)))


def _read_part(contract, plan, part, prefix):
    values = {}
    for name in form.boxes(part):
        path = f"{prefix}{name}"
        held = form.part_class(part, name)
        if held is form.PayPeriod:
            values[name] = read_pay_periods(contract)
        elif held:
            values[name] = _read_held_part(contract, plan, held, path)
        else:
            own_field, chain, conversion = plan[path]
            value = contract
            # A form being edited holds what its partners have not received yet.
            for field_name in chain if contract.id else (own_field,):
                value = value[field_name]
            values[name] = CONVERSIONS[conversion](value)
    return part(**values)


def _read_held_part(contract, plan, part, path):
    if any(contract[field] for field in HIDDEN_BY.get(path, ())):
        return None
    record = RECORD_OF_OPTIONAL_PART.get(path)
    if record and not contract[record]:
        return None
    value = _read_part(contract, plan, part, f"{path}.")
    if part is form.LegalRepresentative and value == NO_REPRESENTATIVE:
        return None
    return value


NO_REPRESENTATIVE = form.LegalRepresentative(address=form.Address())


def read_pay_periods(contract):
    """Return the pay periods of a contract's record, in the order of the form."""
    periods = contract.pay_period_ids.sorted(lambda line: (line.year, line.number))
    return tuple(
        form.PayPeriod(
            year=period.year,
            number=period.number,
            date_start=period.date_start or None,
            date_end=period.date_end or None,
            rate=_amount(period.rate),
            basis=period.basis or None,
        )
        for period in periods
    )


def completeness_by_page(cerfa):
    """Return (filled, expected) mandatory boxes by page of the form view."""
    pages = {}
    for section, done in progress(cerfa).items():
        page = PAGE_OF_PART[section]
        filled, expected = pages.get(page, (0, 0))
        pages[page] = (filled + done.filled, expected + done.expected)
    return pages
