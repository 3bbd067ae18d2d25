# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the rows of a spreadsheet to partners and contracts.

`ImportPlan` reads the database and writes nothing until `carry_out`; the number of its
queries does not depend on the number of rows.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from odoo.fields import Command, Domain

from .cerfa.findings import shown
from .cerfa.identifiers import compact, is_rncp, rncp_digits
from .cerfa.spreadsheet.columns import (
    PAY_PERIOD_BOXES,
    PAY_PERIODS,
    columns,
    columns_by_path,
)
from .cerfa.spreadsheet.parties import (
    ESTABLISHMENTS,
    PEOPLE,
    check_duplicates,
    establishment_key,
    gather,
    person_key,
    same,
)
from .cerfa_reading import places_of_boxes

PERSONAL_DATA = "l10n_fr_apprenticeship.group_personal_data"

_PAY_PERIODS_PATH = "contract.pay_periods."
# The boxes that a chosen training fills in.
_TRAINING_FIELDS = {
    "training_diploma_type_id": "diploma_type_id",
    "training_title": "name",
    "training_diploma_code": "diploma_code",
    "training_rncp": "rncp",
    "training_hours": "hours",
    "training_distance_hours": "distance_hours",
}


@dataclass
class _Match:
    """The partner that a party is, if any, and what it lacks."""

    partner: object
    missing: dict = field(default_factory=dict)


class ImportPlan:
    """What importing a file into a company would do.

    Errors and warnings are added to the issues of the reading.

    :param env: of the user who imports, whose rights apply
    :param company: the company of the contracts
    :param reading: a `cerfa.spreadsheet.reading.Reading`
    """

    def __init__(self, env, company, reading):
        self.env = env
        self.company = company
        self.reading = reading
        self._codes = env["apprenticeship.code"]._ids_by_start()
        self._tables = env["apprenticeship.legal.table"]._legal_tables()
        self._partner_fields, self._contract_fields = _places(env)
        self._country_id = env.ref("base.fr").id
        self._currency_id = env.ref("base.EUR").id
        self._refuse_personal_data()
        self._parties = gather(reading, self._partner_fields)
        first_rows = check_duplicates(reading, self._parties)
        self._matches = self._match()
        self._compare()
        self._refuse_unnamed_establishments()
        self._refuse_employees_of_the_employer()
        self._refuse_known_contracts(first_rows)

    def carry_out(self):
        """Create what is missing and return the contracts, in the order of the rows.

        :raises ValueError: when the reading has errors
        """
        if self.reading.errors:
            raise ValueError("a file with errors is not imported")
        partners = self._create_partners()
        self._fill_in_partners()
        trainings = self._trainings()
        contracts = self.env["apprenticeship.contract"].with_context(
            mail_create_nolog=True, mail_notrack=True
        )
        return contracts.create(
            [
                self._contract_values(row, partners, trainings)
                for row in self.reading.rows
            ]
        )

    # ------------------------------------------------------------------ checks
    def _refuse_personal_data(self):
        if self.env.user.has_group(PERSONAL_DATA):
            return
        personal = [column.path for column in columns() if column.personal]
        for row in self.reading.rows:
            for path in personal:
                if path in row.values:
                    self.reading.add_issue(
                        row,
                        path,
                        "Vous n'avez pas accès aux données personnelles (NIR et "
                        "handicap). Videz cette cellule, ou demandez cet accès à votre "
                        "administrateur.",
                    )

    def _refuse_unnamed_establishments(self):
        for key, party in self._parties.by_key.items():
            if party.is_company and key not in self._matches:
                if "name" not in party.stated:
                    statement = party.stated["company_registry"]
                    part = statement.path.split(".")[0]
                    self.reading.add_issue(
                        statement.row,
                        f"{part}.name",
                        "Cet établissement n'est pas encore connu : donnez sa "
                        "dénomination.",
                    )

    def _refuse_employees_of_the_employer(self):
        """As the contract's own constraint does, but on the row."""
        for row in self.reading.rows:
            employer = self._partner_of(row, "employer")
            apprentice = self._partner_of(row, "apprentice")
            if not (employer and apprentice):
                continue
            company = apprentice.commercial_partner_id
            if company in employer._apprenticeship_enterprise():
                self.reading.add_issue(
                    row,
                    "apprentice.birth_name",
                    f"{apprentice.name} est un contact de {company.name}, qui "
                    "pourrait alors lire ses données. Retirez la société de sa fiche.",
                )

    def _refuse_known_contracts(self, first_rows):
        for (apprentice_key, employer_key, start), row in first_rows.items():
            apprentice = self._matches.get(apprentice_key)
            employer = self._matches.get(employer_key)
            if not apprentice or not employer:
                continue
            known = self._known_contracts.get(
                (apprentice.partner.id, employer.partner.id, start or False)
            )
            if known:
                self.reading.add_issue(
                    row,
                    "contract.date_start",
                    f"Ce contrat existe déjà : {known} (même apprenti, même employeur, "
                    "même date de début).",
                )

    # ---------------------------------------------------------------- matching
    def _match(self):
        found = self._establishments() | self._people()
        self._known_contracts = self._contracts_of(
            [partners[0].id for partners in found.values()]
        )
        for key, partners in found.items():
            if len(partners) > 1:
                self._warn_of_several(self._parties.by_key[key], partners)
        return {key: _Match(partners[0]) for key, partners in found.items()}

    def _establishments(self):
        numbers = {
            key[1]: key
            for key, party in self._parties.by_key.items()
            if party.is_company
        }
        written = [way for siret in numbers for way in _ways_of_writing(siret)]
        found = {}
        for partner in self._search_partners(
            Domain("is_company", "=", True) & Domain("company_registry", "in", written)
        ):
            key = establishment_key(partner.company_registry)
            found.setdefault(key, []).append(partner)
        return found

    def _people(self):
        keys = {
            key for key, party in self._parties.by_key.items() if not party.is_company
        }
        found = {}
        for partner in self._search_partners(
            Domain("is_company", "=", False)
            & Domain("apprenticeship_birth_date", "in", [key[3] for key in keys])
        ):
            key = person_key(
                partner.apprenticeship_birth_name or "",
                partner.apprenticeship_first_name or "",
                partner.apprenticeship_birth_date,
            )
            if key in keys:
                found.setdefault(key, []).append(partner)
        return found

    def _search_partners(self, domain):
        """Return the company itself, its own partners, then the shared ones."""
        partners = self.env["res.partner"].search(
            domain & Domain("company_id", "in", [self.company.id, False]), order="id"
        )
        itself = self.company.partner_id
        return partners.sorted(lambda found: (found != itself, not found.company_id))

    def _contracts_of(self, partner_ids):
        contracts = self.env["apprenticeship.contract"].search_read(
            [
                ("company_id", "=", self.company.id),
                ("apprentice_id", "in", partner_ids),
                ("employer_id", "in", partner_ids),
                ("state", "!=", "cancelled"),
            ],
            ["name", "apprentice_id", "employer_id", "date_start"],
            load=None,
        )
        return {
            (found["apprentice_id"], found["employer_id"], found["date_start"]): found[
                "name"
            ]
            for found in contracts
        }

    def _warn_of_several(self, party, partners):
        self.reading.add_issue(
            party.rows[0],
            _first_path(party),
            f"{len(partners)} fiches correspondent : « {partners[0].name} » est "
            "retenue.",
            blocking=False,
        )

    def _compare(self):
        """Find what the matched partners lack, and what differs and is left."""
        for key, match in self._matches.items():
            for name, statement in self._parties.by_key[key].stated.items():
                current = match.partner[name]
                if columns_by_path()[statement.path].table:
                    current = current.code
                if not current:
                    if statement.value:
                        match.missing[name] = self._written(statement)
                elif not same(name, current, statement.value):
                    self._warn_of_difference(match.partner, statement, current)

    def _warn_of_difference(self, partner, statement, current):
        self.reading.add_issue(
            statement.row,
            statement.path,
            f"La fiche de {partner.name} porte « {shown(current)} », qui est gardé ; "
            f"le fichier porte « {shown(statement.value)} ».",
            blocking=False,
        )

    def _partner_of(self, row, part):
        party = self._parties.named(row, part)
        match = self._matches.get(party.key) if party else None
        return match.partner if match else None

    # ---------------------------------------------------------------- creation
    def _create_partners(self):
        """Return the partner's id of every party by key."""
        new = [key for key in self._parties.by_key if key not in self._matches]
        partners = (
            self.env["res.partner"]
            .with_context(tracking_disable=True)
            .create([self._partner_values(self._parties.by_key[key]) for key in new])
        )
        known = {key: match.partner.id for key, match in self._matches.items()}
        return known | dict(zip(new, partners.ids, strict=True))

    def _partner_values(self, party):
        values = {
            name: self._written(statement) for name, statement in party.stated.items()
        }
        values["company_id"] = self.company.id
        values["is_company"] = party.is_company
        values["country_id"] = self._country_id
        if not party.is_company:
            names = ("apprenticeship_birth_name", "apprenticeship_first_name")
            values["name"] = " ".join(values[name] for name in names)
        return values

    def _fill_in_partners(self):
        for match in self._matches.values():
            if match.missing:
                match.partner.write(match.missing)

    def _trainings(self):
        """Return the only training of each RNCP and diploma code."""
        found = {}
        for training in self.env["apprenticeship.training"].search(
            [
                ("company_id", "in", [self.company.id, False]),
                ("rncp", "!=", False),
                ("diploma_code", "!=", False),
            ]
        ):
            key = _training_key(training.rncp, training.diploma_code)
            found.setdefault(key, []).append(training)
        return {key: alike[0] for key, alike in found.items() if len(alike) == 1}

    def _contract_values(self, row, partners, trainings):
        values = {
            "company_id": self.company.id,
            "currency_id": self._currency_id,
            # The model proposes 35 hours: a file that says nothing says nothing.
            "weekly_hours": 0,
            "pay_period_ids": _pay_periods(row),
        }
        for part in (*ESTABLISHMENTS, *PEOPLE):
            party = self._parties.named(row, part)
            if party:
                values[f"{part}_id"] = partners[party.key]
        values.setdefault("training_centre_id", self.company.partner_id.id)
        if "training_place_id" in values:
            values["training_centre_is_main_place"] = False
        for path, value in row.values.items():
            if path in self._contract_fields:
                values[self._contract_fields[path]] = self._converted(path, value, row)
        training = trainings.get(
            _training_key(
                row.values.get("training.rncp"), row.values.get("training.diploma_code")
            )
        )
        return values | _training_values(training, values)

    def _written(self, statement):
        return self._converted(statement.path, statement.value, statement.row)

    def _converted(self, path, value, row):
        """Return the value of a box as the ORM writes it."""
        table = columns_by_path()[path].table
        if table:
            return self._code_id(table, value, row.values.get(_CONCLUSION))
        return float(value) if isinstance(value, Decimal) else value

    def _code_id(self, table, code, on):
        """Return the row in force at the conclusion, else the last one."""
        valid = self._tables.code(table, code, on) if on else None
        chosen = valid or self._tables.rows(table, code)[-1]
        return self._codes[table, code, chosen.valid_from]


_CONCLUSION = "contract.date_conclusion"


def _places(env):
    """Return where each box is written: on a partner, or on the contract."""
    of_partner, of_contract = {}, {}
    places = places_of_boxes(env["apprenticeship.contract"]._fields)
    for column in columns():
        if column.path.startswith(_PAY_PERIODS_PATH):
            continue
        _own_field, chain, conversion = places[column.path]
        if conversion == "name":
            of_partner[column.path] = "name"
        elif len(chain) > 1:
            of_partner[column.path] = chain[-1]
        else:
            of_contract[column.path] = chain[0]
    return of_partner, of_contract


def _ways_of_writing(siret):
    siren = siret[:9]
    spaced = " ".join((siren[:3], siren[3:6], siren[6:]))
    return (siret, f"{siren} {siret[9:]}", f"{spaced} {siret[9:]}")


def _first_path(party):
    return next(iter(party.stated.values())).path


def _training_key(rncp, diploma_code):
    written = compact(rncp or "")
    digits = rncp_digits(written) if is_rncp(written) else written
    return (digits, compact(diploma_code or ""))


def _training_values(training, stated):
    """Return the training and what the row leaves to it."""
    if not training:
        return {}
    values = {"training_id": training.id}
    for name, source in _TRAINING_FIELDS.items():
        if name not in stated:
            value = training[source]
            values[name] = value.id if name.endswith("_id") else value
    return values


def _pay_periods(row):
    commands = []
    for year, number in PAY_PERIODS:
        prefix = f"{_PAY_PERIODS_PATH}{year}.{number}."
        given = {
            name: row.values[prefix + name]
            for name in PAY_PERIOD_BOXES
            if prefix + name in row.values
        }
        if given:
            given["rate"] = float(given["rate"])
            commands.append(Command.create({"year": year, "number": number, **given}))
    return commands
