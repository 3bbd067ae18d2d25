# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The main path without a mouse: find a contract, correct it, transmit it."""

import re

from playwright.sync_api import expect

from person import FINDINGS, FORM

SEARCH = ".o_searchview_input"
RIGHT_DATE = (
    "SELECT to_char(date_conclusion, 'DD/MM/YYYY') FROM apprenticeship_contract"
    " WHERE id = %s"
)
TOO_LATE = (
    "UPDATE apprenticeship_contract SET date_conclusion = date_start + 1 WHERE id = %s"
)
MOST_TABS = 40


def test_from_the_list_to_the_receipt(world, working_connection, nadia):
    contract = world.contracts["keyboard"]
    name = world.contract_value(contract, "name")
    right_date = world.one(RIGHT_DATE, contract)
    world.execute(TOO_LATE, contract)
    page, keys = nadia.page, nadia.page.keyboard

    page.goto(f"{nadia.address}/odoo/apprenticeship-contracts")
    expect(page.locator(f"{SEARCH}:focus")).to_be_visible()
    keys.type(name)
    keys.press("Enter")
    expect(page.locator(".o_data_row")).to_have_count(1)
    keys.press("ArrowDown")
    tab_to(page, ".o_data_row :focus, .o_data_row:focus")
    keys.press("Enter")

    finding = f"{FINDINGS} a[data-rule='DAT-01']"
    expect(page.locator(finding)).to_be_visible()
    tab_to(page, f"{finding}:focus")
    keys.press("Enter")
    date = page.locator(f"{FORM} [name=date_conclusion] :focus")
    expect(date).to_be_visible()
    keys.press("Control+a")
    keys.type(right_date)
    keys.press("Tab")
    expect(page.locator(finding)).to_have_count(0)

    keys.press("Alt+t")
    number = nadia.receipt()
    [deposit] = world.deposits_of("KEYBOARD")
    assert deposit["numeroInterne"] == number


def test_a_gauge_opens_its_section(world, nadia):
    page = nadia.page
    nadia.open_contract(world.contracts["with_mistake"])
    tab_to(page, ".o_apprenticeship_completeness button[data-page=training]:focus")
    gauge = page.locator(":focus")
    filled, expected = gauge.locator(".small div").nth(1).inner_text().split("/")
    expect(gauge).to_have_accessible_name(re.compile(rf"\b{filled}\b.*\b{expected}\b"))
    page.keyboard.press("Enter")
    tab = page.locator(f"{FORM} .o_notebook_headers a[name=training]:focus")
    expect(tab).to_have_class(re.compile(r"\bactive\b"))


def tab_to(page, focused):
    """Press Tab until something has the focus."""
    for _ in range(MOST_TABS):
        if page.locator(focused).count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} times Tab do not reach {focused}")
