# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Draws the screens of the guide, in French: screenshots.py FOLDER"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
for folder in ("tests", "tests/pure", "tests/e2e"):
    sys.path.insert(0, str(ROOT / folder))

from playwright.sync_api import expect, sync_playwright  # noqa: E402

from person import (  # noqa: E402
    FINDINGS,
    REFRESH,
    REJECTION,
    SENDING,
    WAITING,
    Person,
    launch,
)
from world import World, run_folder  # noqa: E402

PHONE = (390, 844)
# Messages that pass and moving pictures would differ from one run to the next.
STILL = ".o_notification_manager { display: none } * { transition: none !important }"


class Camera:
    """Takes pictures into a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def take(self, page, name):
        page.mouse.move(0, 0)
        # Pictures of people come last, and nothing tells when.
        page.wait_for_timeout(1500)
        page.screenshot(path=self.folder / f"{name}.png", style=STILL)
        print(f"{name}.png")


def connect(world, admin, camera):
    """The administrator pastes the secrets and tests."""
    admin.activate_connection(world.connection, world.key, world.client_secret)
    camera.take(admin.page, "connection-form")
    admin.page.goto(f"{admin.address}/odoo/opco-connections")
    admin.page.wait_for_selector(".o_kanban_record")
    camera.take(admin.page, "connection-cards")


def fill_in(world, nadia, phone, camera):
    """The mistake is said before anything leaves."""
    nadia.open_contract(world.contracts["with_mistake"])
    nadia.page.wait_for_selector(FINDINGS)
    camera.take(nadia.page, "contract-form")
    phone.open_contract(world.contracts["with_mistake"])
    phone.page.wait_for_selector(FINDINGS)
    camera.take(phone.page, "contract-form-phone")


def transmit(world, nadia, camera):
    """One accepted, one rejected, one that the OPCO commits afterwards."""
    nadia.open_contract(world.contracts["refused_by_opco"])
    nadia.transmit()
    expect(nadia.page.locator(REJECTION)).to_be_visible()
    camera.take(nadia.page, "contract-rejected")

    nadia.open_contract(world.contracts["committed"])
    nadia.transmit()
    world.sandbox.set_state(nadia.receipt(), "ENGAGE")
    nadia.page.click(REFRESH)
    expect(nadia.page.locator("[name=opco_state] .text-bg-success")).to_be_visible()

    nadia.open_contract(world.contracts["complete"])
    nadia.transmit()
    nadia.receipt()
    expect(nadia.page.locator(f"{SENDING}, {WAITING}")).to_have_count(0)
    camera.take(nadia.page, "contract-receipt")


def look_back(world, nadia, camera):
    """The lists, and the same contracts at the OPCO."""
    nadia.page.goto(f"{nadia.address}/odoo/apprenticeship-contracts")
    nadia.page.wait_for_selector(".o_data_row")
    camera.take(nadia.page, "contract-list")
    nadia.page.goto(f"{nadia.address}/odoo/opco-transmissions")
    nadia.page.wait_for_selector(".o_data_row")
    camera.take(nadia.page, "transmissions")
    nadia.page.goto(world.sandbox.url)
    camera.take(nadia.page, "opco-sandbox")


def main(folder):
    camera = Camera(folder)
    database = "opco_screenshots"
    logs = run_folder() / "screenshots"
    with (
        World(database, f"{database}_shown", logs, ("committed",)) as world,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        nadia = Person(browser, world.odoo.url, "nadia")
        phone = Person(browser, world.odoo.url, "nadia", PHONE)
        connect(world, Person(browser, world.odoo.url, "admin"), camera)
        fill_in(world, nadia, phone, camera)
        transmit(world, nadia, camera)
        look_back(world, nadia, camera)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
