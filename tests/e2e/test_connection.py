# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Setting up a connection: paste, save, test."""

from playwright.sync_api import expect

from person import (
    DIALOG,
    FORM,
    REFUSED_TOKEN,
    SAVE_SECRETS,
    TEST_CONNECTION,
    TEST_PASSED,
)
from world import SIRET

MOST_ACTIONS = 8


class Counter:
    """Counts what a person does in a page."""

    def __init__(self, page):
        self.page = page
        self.count = 0

    def click(self, selector):
        self.page.click(selector)
        self.count += 1

    def paste(self, selector, text):
        self.page.fill(selector, text)
        self.count += 1


def test_first_connection(world, sandbox, admin):
    world.empty_connection()
    page = admin.page
    page.goto(f"{admin.address}/odoo")
    page.wait_for_selector(".o_main_navbar .o_menu_sections, .o_navbar_apps_menu")
    page.click(".o_navbar_apps_menu button")
    page.click(".o_app[data-menu-xmlid='opco_ep_connector.menu_root']")

    action = Counter(page)
    action.click("[data-menu-xmlid='opco_ep_connector.menu_configuration']")
    action.click("[data-menu-xmlid='opco_ep_connector.menu_connections']")
    action.click(".o_kanban_record:has-text('90000002700012')")
    expect(page.locator(TEST_CONNECTION)).to_have_count(0)
    action.paste("#opco_api_key", f"\n  {world.key} \n")
    action.paste("#opco_client_secret", world.client_secret)
    action.click(SAVE_SECRETS)
    action.click(TEST_CONNECTION)
    expect(page.locator(TEST_PASSED)).to_be_visible()

    assert action.count <= MOST_ACTIONS
    print(f"\nActions from the application OPCO to a tested connection: {action.count}")
    assert world.connection_works()
    shown = page.locator(f"{FORM} [name=api_key_last_four]")
    expect(shown).to_have_text(world.key[-4:])
    assert world.key not in page.content()


def test_revoked_key(world, sandbox, working_connection, admin, nadia):
    """What is sent meanwhile is held; it leaves once a token that works is pasted."""
    contract = world.contracts["wrong_key"]
    world.revoked_key, world.key = world.key, sandbox.issue_key(SIRET)

    nadia.open_contract(contract)
    nadia.transmit()
    message = nadia.page.locator(f"{FORM} .alert-warning [name=opco_message]")
    expect(message).to_contain_text("403")
    assert world.contract_value(contract, "opco_transport_state") == "held"
    assert not world.deposits_of("WRONG-KEY")

    admin.open_connection(working_connection)
    admin.begin_replacement()
    admin.try_token(world.revoked_key)
    expect(admin.page.locator(REFUSED_TOKEN)).to_contain_text("403")
    admin.try_token(world.key)
    expect(admin.page.locator(DIALOG)).to_have_count(0)
    expect(admin.page.locator(TEST_PASSED)).to_be_visible()
    assert world.key not in admin.page.content()

    assert nadia.receipt()
    assert len(world.deposits_of("WRONG-KEY")) == 1
