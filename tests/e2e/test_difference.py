# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A contract corrected after it was sent: told, compared, put back."""

from playwright.sync_api import expect

from person import DIALOG, FORM, SAVE

DIFFERENCE = f"{FORM} .o_opco_difference"
COMPARE = f"{DIFFERENCE} button[name=action_opco_compare]"
LINES = f"{DIALOG} .o_field_widget[name=line_ids] .o_data_row"


def test_from_the_banner_to_what_was_sent(world, working_connection, nadia):
    contract = world.contracts["modified"]
    nadia.open_contract(contract)
    nadia.transmit()
    nadia.receipt()
    expect(nadia.page.locator(DIFFERENCE)).to_have_count(0)

    nadia.type_into("contract", "signing_place", "ANGERS")
    nadia.page.click(SAVE)
    expect(nadia.page.locator(DIFFERENCE)).to_contain_text("Fait à")

    nadia.page.click(COMPARE)
    line = nadia.page.locator(LINES)
    expect(line).to_have_count(1)
    expect(line.locator("[name=present_value]")).to_have_text("ANGERS")
    sent = line.locator("[name=sent_value]").inner_text()

    line.locator("button[name=action_put_back]").click()
    expect(nadia.page.locator(f"{DIALOG} .alert-success")).to_be_visible()
    nadia.page.click(f"{DIALOG} footer button[special=cancel], {DIALOG} .btn-close")
    expect(nadia.page.locator(DIFFERENCE)).to_have_count(0)
    assert world.contract_value(contract, "signing_place") == sent
    assert len(world.deposits_of("MODIFIED")) == 1
