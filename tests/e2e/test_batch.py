# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""September: 200 contracts selected at once, watched, stopped, resumed."""

import os
import re
import time

import pytest
from playwright.sync_api import expect

from person import FORM, Person
from world import World, run_folder

COUNT = 200
TO_TRANSMIT = "odoo/action-opco_ep_connector.apprenticeship_contract_action_to_transmit"
STATE_COUNT = "SELECT count(*) FROM opco_transmission WHERE state = %s"
WITHOUT_WEBSOCKET = """
const bus = odoo.__WOWL_DEBUG__.root.env.services.bus_service;
bus.stop();
bus.workerState = "DISCONNECTED";
"""
WIZARD_SECONDS = 20
SECONDS_TO_FINISH = 240


@pytest.fixture(scope="module")
def crowd():
    """A world of its own, with many contracts."""
    template = os.environ.get("E2E_TEMPLATE", "opco_test")
    copies = [f"lot-{number:03d}" for number in range(COUNT)]
    database = f"{template}_e2e_batch"
    with World(template, database, run_folder() / "e2e-batch", copies) as world:
        yield world


@pytest.fixture
def people(crowd, browser, outside):
    """Give a function that opens the browser window of a login."""
    opened = []

    def log_in(login):
        opened.append(Person(browser, crowd.odoo.url, login))
        return opened[-1]

    yield log_in
    for someone in opened:
        outside |= someone.outside
        someone.close()
    assert not [error for someone in opened for error in someone.errors]


def test_two_hundred_contracts(crowd, people):
    people("admin").activate_connection(
        crowd.connection, crowd.key, crowd.client_secret
    )
    crowd.sandbox.add_fault("delay", "POST", "/v1/dossiers", times=None, seconds=0.15)
    nadia = people("nadia")
    page = nadia.page
    select_all(nadia)
    began = time.monotonic()
    page.click(".o_control_panel button[name=action_transmit]")
    send = page.locator(".modal-footer button[name=action_send]")
    expect(send).to_be_visible(timeout=WIZARD_SECONDS * 1000)
    print(f"\nFrom the click to the wizard: {time.monotonic() - began:.1f} s")
    # The demonstration's own contracts, besides.
    count = int(re.search(r"[0-9]+", send.inner_text())[0])
    assert count >= COUNT
    take(crowd, page, "wizard")
    began = time.monotonic()
    send.click()
    bar = page.locator(f"{FORM} [name=done_count]")
    expect(bar).to_be_visible(timeout=WIZARD_SECONDS * 1000)
    print(f"From the click to the batch: {time.monotonic() - began:.1f} s")
    asked = []
    page.on("request", lambda request: note(asked, request))

    seen = progress_seen(page, seconds=6)
    take(crowd, page, "running")
    assert len(set(seen)) > 2, f"it does not move: {seen}"
    assert seen == sorted(seen)
    assert len(asked) <= 8, f"{len(asked)} readings in 6 s"

    page.click(f"{FORM} button[name=action_stop]")
    expect(page.locator(f"{FORM} [name=stopped_text]")).to_be_visible()
    wait_until_nothing_leaves(crowd)
    stopped_at = crowd.one(STATE_COUNT, "sent")
    page.wait_for_timeout(3000)
    asked.clear()
    page.wait_for_timeout(4000)
    assert not asked, "nothing has moved, and it would be told"
    page.evaluate(WITHOUT_WEBSOCKET)
    page.wait_for_timeout(4000)
    assert asked, "nobody tells: it asks by itself"
    take(crowd, page, "stopped")
    assert stopped_at == crowd.one(STATE_COUNT, "sent")
    assert stopped_at < count

    page.click(f"{FORM} button[name=action_resume]")
    batch_url = page.url
    page.goto(f"{nadia.address}/odoo/opco-batches")
    page.wait_for_selector(".o_list_view .o_data_row")
    page.wait_for_timeout(2000)
    take(crowd, page, "list")
    page.goto(batch_url)
    summary = page.locator(f"{FORM} .alert-success [name=summary]")
    expect(summary).to_be_visible(timeout=SECONDS_TO_FINISH * 1000)
    page.wait_for_timeout(500)
    take(crowd, page, "finished")
    print(summary.inner_text())
    assert number(page, "accepted_count") == len(
        [deposit for deposit in crowd.sandbox.deposits() if deposit["numeroInterne"]]
    )
    assert number(page, "rejected_count") == 1
    expect(page.locator(f"{FORM} [name=rejected_ids] .o_data_row")).to_have_count(1)
    assert crowd.one(
        "SELECT count(*) FROM mail_activity a JOIN mail_activity_type t"
        " ON t.id = a.activity_type_id WHERE t.icon = 'fa-exclamation-circle'"
    )
    page.click(".o-form-buttonbox button:has([name=rejected_count])")
    page.wait_for_selector(".o_searchview_facet")
    expect(page.locator(".o_action_manager > .o_list_view .o_data_row")).to_have_count(
        1
    )
    take(crowd, page, "rejected-rows")


def select_all(person):
    """Select every contract of « To transmit », all pages."""
    page = person.page
    page.goto(f"{person.address}/{TO_TRANSMIT}")
    page.wait_for_selector(".o_list_view .o_data_row")
    page.click(".o_list_view thead .o_list_record_selector input")
    page.click(".o_list_selection_box .o_select_domain, .o_select_domain")


def note(asked, request):
    if "opco.batch/web_read" in request.url:
        asked.append(request.url)


def progress_seen(page, seconds):
    """Return what the progress bar shows, as often as it can be read."""
    seen = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen.append(number(page, "accepted_count"))
        page.wait_for_timeout(200)
    return seen


def number(page, name):
    text = page.locator(f".o-form-buttonbox [name={name}] .o_stat_value")
    return int(text.inner_text())


def wait_until_nothing_leaves(world):
    deadline = time.monotonic() + 20
    while world.one(STATE_COUNT, "sending"):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def take(world, page, name):
    page.screenshot(path=world.folder / f"batch-{name}.png")
