# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_args, get_type_hints

from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged

from ..cerfa import form
from ..cerfa_reading import contract_field, contract_fields, form_page
from .common import NIR, PERSONAL_DATA, USER, ApprenticeshipCase

# What a contract filled in from the first box to the last one holds.
FULL_CERFA = form.Cerfa(
    employer=form.Employer(
        name="BOULANGERIE DES LILAS",
        siret="90000001900019",
        naf="1071C",
        headcount=7,
        idcc="0843",
        phone="0142000001",
        email="contact@boulangerie-lilas.example",
        address=form.Address("12 RUE DES LILAS", "ZONE DU FOUR", "75011", "PARIS 11"),
        representative_name="ROCHE",
        representative_first_name="Ines",
        employer_type="11",
        specific_employer="0",
        pension_fund="CAISSE EXEMPLE",
        public_unemployment_scheme=True,
        tutor_eligibility_attested=True,
        supporting_documents_attested=True,
    ),
    apprentice=form.Apprentice(
        birth_name="MARTIN",
        usage_name="MARTIN-PETIT",
        first_name="Alix",
        sex="F",
        nationality="1",
        birth_date=date(2006, 5, 14),
        birth_department="075",
        birth_city="PARIS 19",
        nir=NIR,
        social_scheme="2",
        disabled_worker=True,
        disability_youth_equivalence=True,
        disability_boe_extension=True,
        situation_before="3",
        last_diploma_prepared="33",
        last_class="01",
        last_diploma_title="CAP Boulanger",
        highest_diploma="38",
        phone="+33 6 00 00 00 02",
        email="alix.martin@courrier.example",
        address=form.Address("3 PASSAGE DU SUD", "BAT C", "75018", "PARIS 18"),
        emancipated=False,
        legal_representative=form.LegalRepresentative(
            birth_name="MOREL",
            first_name="Odile",
            email="odile.morel@courrier.example",
            address=form.Address("8 ALLEE DU NORD", "ETAGE 2", "75017", "PARIS 17"),
        ),
        top_level_athlete=True,
        business_project=True,
    ),
    tutor=form.Tutor(
        birth_name="DURAND",
        first_name="Claire",
        birth_date=date(1980, 2, 2),
        email="claire.durand@boulangerie-lilas.example",
        job="Cheffe boulangère",
        diploma_title="BP Boulanger-pâtissier",
        diploma_level="4",
    ),
    second_tutor=form.Tutor(
        birth_name="BLANC",
        first_name="Sami",
        birth_date=date(1985, 3, 3),
        email="sami.blanc@boulangerie-lilas.example",
        job="Boulanger",
        diploma_title="BTM Boulanger",
        diploma_level="5",
    ),
    contract=form.Contract(
        mode="1",
        contract_type="36",
        derogation="22",
        previous_number="075202609001234",
        date_conclusion=date(2026, 8, 20),
        date_start=date(2026, 9, 1),
        date_practical_training=date(2026, 9, 2),
        date_amendment_effect=date(2026, 9, 3),
        date_end=date(2028, 8, 31),
        weekly_hours=34,
        weekly_minutes=45,
        hazardous_work=True,
        pay_periods=(
            form.PayPeriod(
                1, 1, date(2026, 9, 1), date(2027, 5, 31), Decimal("43.00"), "SMIC"
            ),
            form.PayPeriod(
                1, 2, date(2027, 6, 1), date(2027, 8, 31), Decimal("53.50"), "SMIC"
            ),
            form.PayPeriod(
                2, 1, date(2027, 9, 1), date(2028, 8, 31), Decimal("61.00"), "SMC"
            ),
        ),
        gross_monthly_wage=Decimal("802.82"),
        meal_benefit=Decimal("3.15"),
        housing_benefit=Decimal("61.20"),
        other_benefit=True,
        signing_place="PARIS 12",
    ),
    training=form.Training(
        diploma_type="49",
        title="BP Boulanger",
        diploma_code="45022104",
        rncp="38764",
        date_start=date(2026, 9, 7),
        date_end=date(2028, 7, 5),
        hours=840,
        distance_hours=40,
    ),
    training_centre=form.TrainingCentre(
        name="CFA EXEMPLE",
        siret="90000002700012",
        uai="0750000T",
        address=form.Address("1 AVENUE DU CFA", "PORTE B", "75020", "PARIS 20"),
        in_house=True,
        visa=True,
        is_main_place=False,
    ),
    training_place=form.TrainingPlace(
        name="CFA EXEMPLE SITE NORD",
        siret="90000002700020",
        uai="0750001U",
        address=form.Address("5 QUAI DU NORD", "HALL 4", "75016", "PARIS 16"),
    ),
    version="10103*14",
    proving_signature=True,
)


def walk(part=form.Cerfa, prefix=""):
    """Yield the class, the name and the path of every box and group of the form."""
    for name in form.boxes(part):
        yield part, name, f"{prefix}{name}"
        held = form.part_class(part, name)
        if held:
            yield from walk(held, f"{prefix}{name}.")


def plain_boxes():
    """Yield the class, the name and the path of every box outside the pay periods."""
    for part, name, path in walk():
        if form.part_class(part, name) is None and part is not form.PayPeriod:
            yield part, name, path


def value_at(cerfa, path):
    value = cerfa
    for name in path.split("."):
        value = getattr(value, name)
    return value


def with_value(part, path, value):
    name, _, rest = path.partition(".")
    if rest:
        value = with_value(getattr(part, name), rest, value)
    return replace(part, **{name: value})


@tagged("post_install", "-at_install")
class TestCerfaReading(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.personal_user = cls.new_user("personal", f"{USER},{PERSONAL_DATA}")
        cls.contract = cls.new_full_contract()

    @classmethod
    def new_full_contract(cls):
        return cls.new_contract(
            employer_id=cls.new_employer(
                street2="ZONE DU FOUR",
                zip="75011",
                city="PARIS 11",
                apprenticeship_public_unemployment_scheme=True,
            ).id,
            employer_representative_name="ROCHE",
            employer_representative_first_name="Ines",
            apprentice_id=cls.new_apprentice(
                street2="BAT C", apprenticeship_usage_name="MARTIN-PETIT"
            ).id,
            apprentice_disabled_worker=True,
            apprentice_disability_youth_equivalence=True,
            apprentice_disability_boe_extension=True,
            apprentice_situation_before_id=cls.code("situation_before", "3").id,
            apprentice_highest_diploma_id=cls.code("diploma", "38").id,
            apprentice_emancipated=False,
            training_centre_is_main_place=False,
            apprentice_top_level_athlete=True,
            apprentice_business_project=True,
            legal_representative_birth_name="MOREL",
            legal_representative_first_name="Odile",
            legal_representative_email="odile.morel@courrier.example",
            legal_representative_street="8 ALLEE DU NORD",
            legal_representative_street2="ETAGE 2",
            legal_representative_zip="75017",
            legal_representative_city="PARIS 17",
            tutor_id=cls.new_tutor(
                apprenticeship_diploma_title="BP Boulanger-pâtissier"
            ).id,
            second_tutor_id=cls.new_tutor(
                name="BLANC Sami",
                email="sami.blanc@boulangerie-lilas.example",
                function="Boulanger",
                apprenticeship_birth_name="BLANC",
                apprenticeship_first_name="Sami",
                apprenticeship_birth_date=date(1985, 3, 3),
                apprenticeship_diploma_title="BTM Boulanger",
                apprenticeship_diploma_level_id=cls.code("tutor_diploma_level", "5").id,
            ).id,
            contract_type_id=cls.code("contract_type", "36").id,
            derogation_id=cls.code("derogation", "22").id,
            previous_number="075202609001234",
            date_amendment_effect=date(2026, 9, 3),
            weekly_hours=34,
            weekly_minutes=45,
            hazardous_work=True,
            meal_benefit=3.15,
            housing_benefit=61.2,
            other_benefit=True,
            training_centre_in_house=True,
            training_place_id=cls.new_training_place().id,
        )

    @classmethod
    def new_training_place(cls):
        return cls.env["res.partner"].create(
            {
                "name": "CFA EXEMPLE SITE NORD",
                "is_company": True,
                "country_id": cls.env.ref("base.fr").id,
                "company_id": cls.company.id,
                "company_registry": "90000002700020",
                "apprenticeship_uai": "0750001U",
                "street": "5 QUAI DU NORD",
                "street2": "HALL 4",
                "zip": "75016",
                "city": "PARIS 16",
            }
        )

    def test_full_contract_fills_every_box(self):
        empty = [
            path
            for _part, _name, path in plain_boxes()
            if value_at(FULL_CERFA, path) in (None, "", ())
        ]
        self.assertEqual(empty, [], "the expected form must hold every box")
        self.assertEqual(self.contract._to_cerfa(), FULL_CERFA)

    def test_expected_values_tell_boxes_apart(self):
        """Else two boxes read from each other's field would go unseen."""
        seen = {}
        for part, name, path in plain_boxes():
            value = value_at(FULL_CERFA, path)
            box = form.boxes(part)[name]
            if isinstance(value, bool):
                continue
            twin = seen.setdefault((box.table, value), path)
            self.assertEqual(twin, path)

    def test_each_checkbox_is_read_on_its_own(self):
        paths = [
            path
            for _part, _name, path in plain_boxes()
            if isinstance(value_at(FULL_CERFA, path), bool)
        ]
        self.assertIn("contract.hazardous_work", paths)
        for path in paths:
            field = contract_field(path)
            was = self.contract[field]
            self.contract[field] = not was
            self.assertEqual(value_at(self.contract._to_cerfa(), path), not was, path)
            if field not in self.HIDING_BOXES:
                self.assertEqual(
                    self.contract._to_cerfa(),
                    with_value(FULL_CERFA, path, not was),
                    path,
                )
            self.contract[field] = was

    # They take a whole part off the form with them.
    HIDING_BOXES = ("apprentice_emancipated", "training_centre_is_main_place")

    def test_what_the_screen_hides_is_not_on_the_form(self):
        self.contract.apprentice_emancipated = True
        self.contract.training_centre_is_main_place = True
        cerfa = self.contract._to_cerfa()
        self.assertIsNone(cerfa.apprentice.legal_representative)
        self.assertIsNone(cerfa.training_place)

    def test_values_have_the_types_of_the_form(self):
        cerfa = self.contract._to_cerfa()
        for part, name, path in plain_boxes():
            wanted = get_args(get_type_hints(part)[name])
            self.assertIn(type(value_at(cerfa, path)), wanted, path)
        for period in cerfa.contract.pay_periods:
            for name, hint in get_type_hints(form.PayPeriod).items():
                self.assertIn(type(getattr(period, name)), get_args(hint), name)

    def test_cerfa_is_a_value(self):
        self.assertEqual(
            hash(self.contract._to_cerfa()), hash(self.contract._to_cerfa())
        )

    def test_every_box_has_a_field_of_the_right_type(self):
        expected_types = {
            bool: {"boolean"},
            int: {"integer"},
            date: {"date"},
            Decimal: {"monetary", "float"},
            str: {"char", "selection"},
        }
        for part, name, path in plain_boxes():
            self.assertIn(contract_field(path), self.Contract._fields, path)
            field = self.Contract._fields[contract_field(path)]
            kind = get_args(get_type_hints(part)[name])[0]
            if form.boxes(part)[name].table:
                self.assertEqual(field.type, "many2one", path)
                self.assertEqual(field.comodel_name, "apprenticeship.code", path)
            elif path.split(".")[-1] == "name":
                self.assertEqual(field.comodel_name, "res.partner", path)
            else:
                self.assertIn(field.type, expected_types[kind], path)

    def test_code_fields_offer_the_table_of_their_box(self):
        for part, name, path in plain_boxes():
            table = form.boxes(part)[name].table
            if table:
                name = contract_field(path)
                described = self.Contract.fields_get([name], ["domain"])[name]
                self.assertEqual(described["domain"], [("table", "=", table)], path)

    def test_pay_period_has_the_fields_of_its_boxes(self):
        fields = self.env["apprenticeship.pay.period"]._fields
        types = {name: fields[name].type for name in form.boxes(form.PayPeriod)}
        self.assertEqual(
            types,
            {
                "year": "integer",
                "number": "integer",
                "date_start": "date",
                "date_end": "date",
                "rate": "float",
                "basis": "selection",
            },
        )

    def test_personal_boxes_and_only_they_are_restricted(self):
        for part, name, path in plain_boxes():
            field = self.Contract._fields[contract_field(path)]
            is_personal = form.boxes(part)[name].personal
            # Whoever reads contracts reads the civil status.
            groups = (PERSONAL_DATA,) if is_personal else (None, USER)
            self.assertIn(field.groups, groups, path)

    def test_contract_fields_are_those_of_the_boxes(self):
        named = {contract_field(path) for _part, _name, path in plain_boxes()}
        self.assertEqual(set(contract_fields()), named | {"pay_period_ids"})

    def test_findings_depend_on_every_box(self):
        depends = self.Contract._findings_depends()
        for _part, _name, path in plain_boxes():
            self.assertIn(contract_field(path), depends)
        for name in form.boxes(form.PayPeriod):
            self.assertIn(f"pay_period_ids.{name}", depends)

    def test_boxes_of_pay_periods_lead_to_their_list(self):
        self.assertEqual(
            contract_field("contract.pay_periods.0.rate"), "pay_period_ids"
        )
        self.assertEqual(contract_field("contract.pay_periods"), "pay_period_ids")
        self.assertEqual(form_page("contract.pay_periods.0.rate"), "contract")

    def test_each_field_is_on_the_page_that_findings_name(self):
        """Findings lead to a page of the form view, whatever path they name."""
        arch = self._form_arch()
        pages = arch.xpath("//page/@name")
        above = set(arch.xpath("//field[not(ancestor::page)]/@name"))
        # Establishments and people are chosen above the pages.
        self.assertLessEqual({"employer_id", "apprentice_id", "training_id"}, above)
        for _part, _name, path in walk():
            page = form_page(path)
            self.assertIn(page, pages, path)
            if path == "contract":
                continue  # A record always holds some of it: no finding names it.
            on_page = arch.xpath("//page[@name=$page]//field/@name", page=page)
            self.assertIn(contract_field(path), above | set(on_page), path)

    def _form_arch(self):
        view = self.env.ref("l10n_fr_apprenticeship.apprenticeship_contract_view_form")
        model = self.Contract.with_user(self.personal_user)
        return etree.fromstring(model.get_view(view.id, "form")["arch"])

    def test_empty_contract_is_read(self):
        contract = self.Contract.create({"training_centre_id": False})
        cerfa = contract._to_cerfa()
        self.assertEqual(cerfa.contract.pay_periods, ())
        for part, name, path in plain_boxes():
            if path.split(".")[0] in ("second_tutor", "training_place"):
                continue
            if "legal_representative" in path:
                continue
            kind = get_args(get_type_hints(part)[name])[0]
            if kind in (str, date) and path != "version":
                self.assertIsNone(value_at(cerfa, path), path)

    def test_optional_parts_are_none_when_not_chosen(self):
        self.contract.write(
            {
                "second_tutor_id": False,
                "training_place_id": False,
                **{
                    name: False
                    for name in self.Contract._fields
                    if name.startswith("legal_representative_")
                },
            }
        )
        cerfa = self.contract._to_cerfa()
        expected = replace(FULL_CERFA, second_tutor=None, training_place=None)
        expected = with_value(expected, "apprentice.legal_representative", None)
        self.assertEqual(cerfa, expected)

    def test_representative_stands_as_soon_as_one_box_is_filled(self):
        contract = self.new_contract(legal_representative_city="PARIS 17")
        self.assertEqual(
            contract._to_cerfa().apprentice.legal_representative,
            form.LegalRepresentative(address=form.Address(city="PARIS 17")),
        )

    def test_empty_second_tutor_stands_when_chosen(self):
        tutor = self.env["res.partner"].create({"name": "VIDE"})
        contract = self.new_contract(second_tutor_id=tutor.id)
        self.assertEqual(contract._to_cerfa().second_tutor, form.Tutor())

    def test_no_benefit_in_kind_is_an_empty_box(self):
        self.contract.write({"meal_benefit": 0, "housing_benefit": 0})
        cerfa = self.contract._to_cerfa()
        self.assertIsNone(cerfa.contract.meal_benefit)
        self.assertIsNone(cerfa.contract.housing_benefit)

    def test_pay_periods_are_in_the_order_of_the_form(self):
        values = self.pay_period_values()
        contract = self.new_contract(
            pay_period_ids=[Command.create(line) for line in reversed(values)]
        )
        self.assertEqual(
            [period.order for period in contract._to_cerfa().contract.pay_periods],
            ["1.1", "1.2", "2.1"],
        )

    def test_identifiers_are_compacted(self):
        written_and_read = {
            "employer.siret": (" 900 000 019 00019 ", "90000001900019"),
            "employer.naf": ("10.71c", "1071C"),
            "employer.idcc": ("08 43", "0843"),
            "employer.address.zip": ("75 019", "75019"),
            "apprentice.nir": ("2 06 05 75 056 123 29", NIR),
            "apprentice.address.zip": ("75\u00a0018", "75018"),
            "apprentice.legal_representative.address.zip": ("75 017", "75017"),
            "contract.previous_number": ("075 202609 nc 1234", "075202609NC1234"),
            "training.diploma_code": ("450 22104", "45022104"),
            "training.rncp": ("rncp 38764", "RNCP38764"),
            "training_centre.siret": ("900 000 027 00012", "90000002700012"),
            "training_centre.uai": ("0750000 t", "0750000T"),
            "training_centre.address.zip": ("75 020", "75020"),
            "training_place.siret": ("900.000.027.00020", "90000002700020"),
            "training_place.uai": ("075 0001u", "0750001U"),
            "training_place.address.zip": ("75.016", "75016"),
        }
        for path, (written, read) in written_and_read.items():
            self.contract[contract_field(path)] = written
            self.assertEqual(value_at(self.contract._to_cerfa(), path), read, path)

    def test_blank_identifier_is_an_empty_box(self):
        self.contract.apprentice_nir = "   "
        self.assertIsNone(self.contract._to_cerfa().apprentice.nir)

    def test_other_texts_are_read_as_written(self):
        self.contract.apprentice_id.apprenticeship_birth_name = "d'Ornano St. Clair"
        self.assertEqual(
            self.contract._to_cerfa().apprentice.birth_name, "d'Ornano St. Clair"
        )

    def test_amounts_are_exact(self):
        self.contract.gross_monthly_wage = 1801.8
        self.assertEqual(
            str(self.contract._to_cerfa().contract.gross_monthly_wage), "1801.80"
        )

    def test_reading_follows_changes(self):
        self.contract._to_cerfa()
        self.contract.employer_id.street = "14 RUE NEUVE"
        self.contract.pay_period_ids[0].rate = 44
        cerfa = self.contract._to_cerfa()
        self.assertEqual(cerfa.employer.address.street, "14 RUE NEUVE")
        self.assertEqual(cerfa.contract.pay_periods[0].rate, Decimal("44.00"))

    def test_queries_do_not_grow_with_the_number_of_contracts(self):
        contracts = self.Contract.create([self.contract_values() for _ in range(50)])
        self.env.flush_all()
        one = self._queries_of_preflight(contracts[:1])
        fifty = self._queries_of_preflight(contracts)
        self.assertGreater(one, 0)
        self.assertLessEqual(fifty, one + 2)

    def _queries_of_preflight(self, contracts):
        self.env.invalidate_all()
        contracts = contracts.with_user(self.personal_user)
        before = self.env.cr.sql_log_count
        for _cerfa, findings in contracts._checked().values():
            self.assertEqual(findings, ())
        return self.env.cr.sql_log_count - before
