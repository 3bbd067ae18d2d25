# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What happens around a deposit: a silent OPCO, a busy user, two users."""

import time

from playwright.sync_api import expect

from person import FORM, RECEIPT_SECONDS, SAVE, SENDING, TRANSMIT, WAITING
from world import wait_for

CLICK = f"document.querySelector({TRANSMIT!r}).click()"


def test_opco_stopped_then_back(world, working_connection, nadia, sandbox):
    contract = world.contracts["sandbox_stopped"]
    nadia.open_contract(contract)
    sandbox.stop()
    try:
        nadia.transmit()
        next_try = nadia.page.locator(f"{WAITING} [name=opco_leaves_at]")
        expect(next_try).to_be_visible()
        assert world.contract_value(contract, "opco_transport_state") == "retry"
    finally:
        sandbox.start()
    assert world.one("SELECT count(*) > 0 FROM ir_cron_trigger WHERE call_at > now()")
    world.make_next_try_come()
    assert nadia.receipt()
    assert len(world.deposits_of("SANDBOX-STOPPED")) == 1


def test_user_saves_while_the_answer_comes(world, working_connection, nadia, sandbox):
    """Neither the user's changes nor the receipt is lost."""
    contract = world.contracts["edited"]
    sandbox.add_fault("delay", "POST", "/v1/dossiers", seconds=2)
    nadia.open_contract(contract)
    nadia.transmit()
    expect(nadia.page.locator(SENDING)).to_be_visible()
    for town in ("Angers", "Rennes", "Le Mans", "Nantes", "Vannes", "Quimper"):
        nadia.type_into("contract", "signing_place", town)
        nadia.page.click(SAVE)
        nadia.page.wait_for_timeout(300)
    expect(nadia.page.locator(SAVE)).to_be_hidden()
    assert nadia.receipt()
    place = nadia.page.locator(f"{FORM} [name=signing_place] input")
    expect(place).to_have_value("Quimper")
    assert world.contract_value(contract, "signing_place") == "Quimper"
    assert world.contract_value(contract, "opco_transport_state") == "sent"
    assert len(world.deposits_of("EDITED")) == 1


def test_answer_that_crosses_a_reading_of_the_screen(world, working_connection, nadia):
    """What the click has read again is older than the answer, and comes after it."""
    contract = world.contracts["answered_meanwhile"]
    nadia.open_contract(contract)

    def come_late(route):
        read = route.fetch()
        wait_for(
            lambda: world.contract_value(contract, "opco_transport_state") == "sent"
        )
        # As long as the answer may take to be told.
        time.sleep(1)
        route.fulfill(response=read)

    nadia.page.route("**/web_read", come_late, times=1)
    nadia.transmit()
    assert nadia.receipt(within=RECEIPT_SECONDS * 1000)


def test_two_people_click_at_once(world, working_connection, nadia, paul):
    contract = world.contracts["two_browsers"]
    for someone in (nadia, paul):
        someone.open_contract(contract)
        someone.page.wait_for_selector(TRANSMIT)
    for someone in (nadia, paul):
        someone.page.evaluate(CLICK)
    assert nadia.receipt() == paul.receipt()
    assert len(world.deposits_of("TWO-BROWSERS")) == 1
    rows = "SELECT count(*) FROM opco_transmission WHERE contract_id = %s"
    assert world.one(rows, contract) == 1
