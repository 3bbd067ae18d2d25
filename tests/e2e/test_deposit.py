# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Sending a contract: one click, the receipt, what the OPCO decides."""

import time

from playwright.sync_api import expect

from person import FINDINGS, FORM, RECEIPT_SECONDS, REFRESH, REJECTION
from world import wait_for

REFRESH_SECONDS = 10


def test_from_click_to_commitment(world, working_connection, nadia):
    contract = world.contracts["complete"]
    nadia.open_contract(contract)
    began = time.monotonic()
    nadia.transmit()
    number = nadia.receipt(within=RECEIPT_SECONDS * 1000)
    print(f"\nFrom the click to the receipt: {time.monotonic() - began:.2f} s")
    [deposit] = world.deposits_of("MARTIN")
    assert deposit["numeroInterne"] == number
    lines = nadia.page.locator(".o-mail-Chatter .o-mail-Message", has_text=number)
    expect(lines).to_have_count(1)

    opco = nadia.context.new_page()
    opco.goto(f"{world.sandbox.url}/dossiers/{number}")
    opco.click("button[value=engager]")
    opco.wait_for_selector(".badge.state-engage")

    began = time.monotonic()
    nadia.page.click(REFRESH)
    badge = nadia.page.locator(f"{FORM} [name=opco_state] .text-bg-success")
    expect(badge).to_be_visible(timeout=REFRESH_SECONDS * 1000)
    print(f"From « Refresh » to the OPCO's decision: {time.monotonic() - began:.2f} s")
    assert world.contract_value(contract, "opco_state") == "committed"


def test_mistake_is_said_before_sending(world, working_connection, nadia):
    contract = world.contracts["with_mistake"]
    nadia.open_contract(contract)
    nadia.transmit()
    dialog = nadia.page.locator(".modal-content")
    expect(dialog).to_contain_text("antidaté")
    assert not world.deposits_of("HADDAD")
    assert world.contract_value(contract, "opco_transport_state") is None

    dialog.locator(".modal-footer button").first.click()
    expect(dialog).to_have_count(0)
    nadia.page.click(f"{FINDINGS} a[data-rule='DAT-01']")
    focused = nadia.page.locator(
        f"{FORM} [name=date_conclusion] :focus, {FORM} [name=date_start] :focus"
    )
    expect(focused).to_be_visible()


def test_opco_rejects(world, working_connection, nadia):
    """A closed establishment: only the OPCO knows."""
    contract = world.contracts["refused_by_opco"]
    nadia.open_contract(contract)
    nadia.transmit()
    [deposit] = wait_for(lambda: world.deposits_of("PETIT"))
    banner = nadia.page.locator(REJECTION)
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(deposit["reasons"][0])
    expect(banner.locator(".o_opco_cause")).to_have_count(1)
    expect(banner.locator(".o_opco_remedy")).not_to_be_empty()
    assert "{" not in banner.inner_text()
    assert world.contract_value(contract, "opco_transport_state") == "rejected"

    banner.locator("a[data-field=employer_siret]").click()
    focused = nadia.page.locator(f"{FORM} [name=employer_siret] :focus")
    expect(focused).to_be_visible()
