# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Draws the screens of the guide, in French: screenshots.py FOLDER"""

import sys
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
for folder in ("tests", "tests/pure", "tests/e2e"):
    sys.path.insert(0, str(ROOT / folder))

from PIL import Image  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402

from pdf_examples import pdf  # noqa: E402
from person import (  # noqa: E402
    DIALOG,
    FINDINGS,
    FORM,
    HEADING,
    REFRESH,
    REJECTION,
    SAVE,
    SENDING,
    TEST_CONNECTION,
    TEST_FAILED,
    TEST_PASSED,
    WAITING,
    Person,
    launch,
)
from test_documents import LIST, TAB, drop  # noqa: E402
from test_what_follows import (  # noqa: E402
    ATTESTATIONS,
    engaged,
    fill_date,
    open_tab,
    signed_pdf,
)
from world import SIRET, World, run_folder  # noqa: E402

TO_TRANSMIT = "action-opco_ep_connector.apprenticeship_contract_action_to_transmit"
PHONE = (390, 844)
# Messages that pass and moving pictures would differ from one run to the next.
STILL = ".o_notification_manager { display: none } * { transition: none !important }"
COLOURS = 256
SCENARIOS = ("committed", "caron", "fernandez", "picard", "renard")
# The contracts of September: enough of them to see the batch move.
SEPTEMBER = (
    *("bernard", "dubois", "robert", "richard", "simon", "laurent", "lefebvre"),
    *("roux", "vincent", "muller", "lefevre", "faure", "mercier", "boyer", "chevalier"),
    *("lambert", "bonnet", "legrand", "guerin", "rousseau", "gauthier", "lopez"),
    *("fontaine", "masson", "marchand", "dumont", "noel", "meunier", "brun", "baron"),
)


class Reader(Person):
    """Somebody who does what the guide says, from the menus of OPCO."""

    contracts = "opco-contracts"


class Camera:
    """Takes pictures into a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def take(self, page, name):
        page.mouse.move(0, 0)
        # Pictures of people come last, and nothing tells when.
        page.wait_for_timeout(1500)
        picture = Image.open(BytesIO(page.screenshot(style=STILL))).convert("RGB")
        # Whoever installs the add-on downloads them all: a palette makes a third.
        picture = picture.quantize(COLOURS, dither=Image.Dither.NONE)
        picture.save(self.folder / f"{name}.png", optimize=True)
        print(f"{name}.png")


def connect(world, admin, camera):
    """The administrator pastes the secrets and tests: a bad token, then a good one."""
    page = admin.page
    page.goto(f"{admin.address}/opco/help/token")
    camera.take(page, "token-help")
    admin.open_connection(world.connection)
    camera.take(page, "connection-empty")
    page.locator(f"{FORM} [name=has_production]").scroll_into_view_if_needed()
    camera.take(page, "connection-steps")
    page.locator("#opco_api_key").scroll_into_view_if_needed()
    admin.save_secrets(world.revoked_key, world.client_secret)
    page.click(TEST_CONNECTION)
    expect(page.locator(TEST_FAILED)).to_be_visible()
    camera.take(page, "connection-refused")
    admin.activate_connection(world.connection, world.key, world.client_secret)
    camera.take(page, "connection-form")
    page.goto(f"{admin.address}/odoo/opco-connections")
    page.wait_for_selector(".o_kanban_record")
    camera.take(page, "connection-cards")


def fill_in(world, nadia, phone, camera):
    """The mistake is said before anything leaves."""
    show_list(nadia, TO_TRANSMIT)
    camera.take(nadia.page, "contracts-to-transmit")
    nadia.open_contract(world.contracts["with_mistake"])
    nadia.page.wait_for_selector(FINDINGS)
    camera.take(nadia.page, "contract-form")
    phone.open_contract(world.contracts["with_mistake"])
    phone.page.wait_for_selector(FINDINGS)
    camera.take(phone.page, "contract-form-phone")
    nadia.open_contract(world.contracts["complete"])
    nadia.page.click(f"{HEADING} button[name=action_simulate]")
    nadia.page.wait_for_selector(f"{DIALOG} [name=content]")
    camera.take(nadia.page, "simulation")


def transmit(world, nadia, camera):
    """One accepted, one rejected, one that the OPCO commits afterwards."""
    nadia.open_contract(world.contracts["refused_by_opco"])
    nadia.transmit()
    expect(nadia.page.locator(REJECTION)).to_be_visible()
    camera.take(nadia.page, "contract-rejected")
    show_list(nadia, "opco-rejected")
    camera.take(nadia.page, "contracts-rejected")

    deposit(world, nadia, "committed")
    world.sandbox.set_state(nadia.receipt(), "ENGAGE")
    nadia.page.click(REFRESH)
    expect(nadia.page.locator("[name=opco_state] .text-bg-success")).to_be_visible()
    camera.take(nadia.page, "contract-committed")

    deposit(world, nadia, "complete")
    expect(nadia.page.locator(f"{SENDING}, {WAITING}")).to_have_count(0)
    camera.take(nadia.page, "contract-receipt")


def follow(world, nadia, camera):
    """What goes with a contract, and what happens to it afterwards."""
    send_documents(world, nadia, camera)
    send_agreement(world, nadia, camera)
    amend(world, nadia, camera)
    terminate(world, nadia, camera)
    compare(world, nadia, camera)


def send_documents(world, nadia, camera):
    world.execute("UPDATE opco_profile SET documents_open = true")
    nadia.open_contract(world.contracts["complete"])
    nadia.page.click(TAB)
    identity = f"{LIST} [data-kind=identity]"
    drop(nadia.page, identity, ("Carte d'identité.pdf", pdf(mark="identity")))
    expect(nadia.page.locator(f"{identity} [data-state=received]")).to_be_visible()
    nadia.page.locator(TAB).evaluate("tab => tab.scrollIntoView()")
    camera.take(nadia.page, "documents")


def send_agreement(world, nadia, camera):
    page = nadia.page
    deposit(world, nadia, "caron")
    page.click(f"{FORM} button[name=action_open_agreement]")
    with TemporaryDirectory() as folder:
        page.set_input_files(
            f"{FORM} [name=file_ids] input[type=file]", signed_pdf(Path(folder))
        )
        expect(page.locator(f"{FORM} [name=file_ids]")).to_contain_text("Convention")
    fill_date(page, FORM, "signed_on", date.today())
    for name in ATTESTATIONS[:2]:
        page.check(f"{FORM} [name={name}] input")
    camera.take(page, "agreement")
    for name in ATTESTATIONS[2:]:
        page.check(f"{FORM} [name={name}] input")
    page.click(f"{HEADING} button[name=action_opco_transmit]")
    page.wait_for_selector(f"{FORM} .alert-success [name=opco_dossier_number]")
    camera.take(page, "agreement-receipt")


def amend(world, nadia, camera):
    page = nadia.page
    number = deposit(world, nadia, "fernandez")
    engaged(world, nadia, "fernandez", number)
    page.click(f"{HEADING} button[name=action_amend]")
    page.check(f"{DIALOG} [name=reason_id] input[type=radio] >> nth=5")
    fill_date(page, DIALOG, "date_effect", date.today() + timedelta(days=14))
    camera.take(page, "amendment")
    page.click(f"{DIALOG} button[name=action_create]")
    expect(page.locator(f"{FORM} [name=amendment_number]")).to_have_text("1")
    nadia.type_into("contract", "weekly_hours", "32")
    page.click(SAVE)
    open_tab(page, "differences")
    expect(page.locator(f"{FORM} [name=amendment_changes]")).to_contain_text("32")
    camera.take(page, "amendment-differences")


def terminate(world, nadia, camera):
    page = nadia.page
    number = deposit(world, nadia, "picard")
    engaged(world, nadia, "picard", number)
    page.click(f"{HEADING} button[name=action_terminate]")
    fill_date(page, DIALOG, "effect_date", date.today() + timedelta(days=90))
    page.click(f"{DIALOG} [name=case] input")
    page.click(".o_select_menu_item:has-text('Accord des deux parties')")
    fill_date(page, DIALOG, "notice_date", date.today())
    page.fill(f"{DIALOG} [name=practical_days] input", "50")
    page.check(f"{DIALOG} [name=is_signed] input")
    camera.take(page, "termination")
    page.click(f"{DIALOG} button[name=action_terminate]")
    expect(page.locator(DIALOG)).to_have_count(0)
    expect(page.locator(".o-mail-Activity")).to_have_count(1)
    camera.take(page, "termination-to-do")


def compare(world, nadia, camera):
    deposit(world, nadia, "renard")
    nadia.open_contract(world.contracts["renard"])
    nadia.type_into("contract", "signing_place", "Angers")
    nadia.page.click(SAVE)
    nadia.page.wait_for_selector(f"{FORM} .o_opco_difference")
    camera.take(nadia.page, "contract-modified")
    nadia.page.click(f"{FORM} .o_opco_difference button[name=action_opco_compare]")
    nadia.page.wait_for_selector(f"{DIALOG} [name=line_ids]")
    camera.take(nadia.page, "comparison")


def replace_token(world, admin, camera):
    """The queue is held while the token is replaced."""
    admin.open_connection(world.connection)
    admin.begin_replacement()
    camera.take(admin.page, "token-replacement")
    world.key = world.sandbox.issue_key(SIRET)
    admin.try_token(world.key)
    expect(admin.page.locator(TEST_PASSED)).to_be_visible()
    show_list(admin, "opco-tokens")
    camera.take(admin.page, "token-register")


def transmit_many(world, nadia, camera):
    """September: everything that is ready leaves at once."""
    page = nadia.page
    world.sandbox.add_fault("delay", "POST", "/v1/dossiers", times=None, seconds=1)
    show_list(nadia, TO_TRANSMIT)
    page.click(".o_list_view thead .o_list_record_selector input")
    page.click(".o_control_panel button[name=action_transmit]")
    page.wait_for_selector(".modal-footer button[name=action_send]")
    camera.take(page, "batch-choice")
    page.click(".modal-footer button[name=action_send]")
    page.wait_for_selector(f"{FORM} [name=done_count]")
    page.wait_for_timeout(3000)
    camera.take(page, "batch-running")
    world.sandbox.clear_faults()
    summary = page.locator(f"{FORM} .alert-success [name=summary]")
    expect(summary).to_be_visible(timeout=120_000)
    camera.take(page, "batch-finished")


def look_back(world, nadia, admin, camera):
    """The lists, the proof, and the same contracts at the OPCO."""
    show_list(nadia, "opco-contracts")
    camera.take(nadia.page, "contract-list")
    show_list(nadia, "opco-transmissions")
    camera.take(nadia.page, "transmissions")
    show_list(nadia, "opco-journal")
    camera.take(nadia.page, "journal")
    open_window(nadia, "opco_audit_pack_action")
    camera.take(nadia.page, "audit-pack")
    open_window(nadia, "opco_integrity_check_action")
    nadia.page.click(f"{DIALOG} button[name=action_start]")
    nadia.page.wait_for_selector(f"{DIALOG} .alert-success")
    camera.take(nadia.page, "integrity-check")
    nadia.page.goto(f"{nadia.address}/odoo/opco-dashboard")
    nadia.page.wait_for_selector(".o_opco_dashboard .o_opco_counter")
    camera.take(nadia.page, "dashboard")
    show_list(admin, "opco-errors")
    camera.take(admin.page, "error-catalogue")
    nadia.page.goto(world.sandbox.url)
    camera.take(nadia.page, "opco-sandbox")


def deposit(world, person, name):
    """Transmit a contract; return the number that the OPCO gave it."""
    person.open_contract(world.contracts[name])
    person.transmit()
    return person.receipt()


def show_list(person, path):
    person.page.goto(f"{person.address}/odoo/{path}")
    person.page.wait_for_selector(".o_list_view .o_data_row")


def open_window(person, action):
    person.page.goto(f"{person.address}/odoo/action-opco_ep_connector.{action}")
    person.page.wait_for_selector(f"{DIALOG} .o_form_view")


def main(folder):
    camera = Camera(folder)
    database = "opco_screenshots"
    logs = run_folder() / "screenshots"
    with (
        World(database, f"{database}_shown", logs, SCENARIOS + SEPTEMBER) as world,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        nadia = Reader(browser, world.odoo.url, "nadia")
        phone = Reader(browser, world.odoo.url, "nadia", PHONE)
        admin = Reader(browser, world.odoo.url, "admin")
        connect(world, admin, camera)
        fill_in(world, nadia, phone, camera)
        transmit(world, nadia, camera)
        follow(world, nadia, camera)
        replace_token(world, admin, camera)
        transmit_many(world, nadia, camera)
        look_back(world, nadia, admin, camera)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
