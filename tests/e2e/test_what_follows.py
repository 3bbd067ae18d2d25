# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What follows a contract: its training agreement, an amendment, its early end."""

import json
import re
from datetime import date, timedelta
from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfWriter

from person import DIALOG, FORM, HEADING, REFRESH

TRANSMIT_AGREEMENT = f"{HEADING} button[name=action_opco_transmit]"
BLOCKING = f"{FORM} .alert-warning [name=blocking]"
ATTESTATIONS = (
    "is_mandated_by_employer",
    "is_signed_by_employer",
    "is_signed_by_centre",
    "has_proving_signature",
    "is_same_as_file",
)
OPEN_TERMINATION = "UPDATE opco_profile SET termination_open = %s"
TODO = ".o-mail-Activity"


def received_agreements(world):
    """Return what the OPCO holds, without the documents of other scenarios."""
    return [file for file in world.sandbox.files() if file["flow"] == "convention"]


def test_training_agreement(world, working_connection, nadia, tmp_path):
    """Prepared, attached, ticked; a difference blocks it; then its receipt."""
    page = nadia.page
    number = deposited(world, nadia, "agreed")
    page.click(f"{FORM} button[name=action_open_agreement]")
    cost = page.locator(f"{FORM} [name=teaching_cost] input")
    expect(cost).to_have_value(re.compile(r"^13\s242,00$"))
    page.set_input_files(
        f"{FORM} [name=file_ids] input[type=file]", signed_pdf(tmp_path)
    )
    expect(page.locator(f"{FORM} [name=file_ids]")).to_contain_text("Convention signée")
    fill_date(page, FORM, "signed_on", date.today())
    hours = page.locator(f"{FORM} [name=training_hours] input")
    hours.fill("800")
    hours.press("Tab")
    for name in ATTESTATIONS:
        page.check(f"{FORM} [name={name}] input")
    # Said before anything is sent, with both values.
    expect(page.locator(BLOCKING)).to_contain_text("« 800 », le contrat « 840 »")
    page.click(TRANSMIT_AGREEMENT)
    refusal = page.locator(".o_error_dialog, .modal-content").last
    expect(refusal).to_contain_text("Durée de la formation")
    refusal.locator(".modal-footer button").first.click()
    assert not received_agreements(world)

    page.click(f"{HEADING} button[name=action_take_from_contract]")
    expect(hours).to_have_value("840")
    same = page.locator(f"{FORM} [name=is_same_as_file] input")
    expect(same).not_to_be_checked()
    same.check()
    expect(page.locator(BLOCKING)).to_have_count(0)
    page.click(TRANSMIT_AGREEMENT)
    receipt = page.locator(f"{FORM} .alert-success [name=opco_dossier_number]")
    expect(receipt).to_have_text(number)

    [file] = received_agreements(world)
    assert (file["outcome"], file["numeroInterne"]) == ("accepted", number)
    assert file["infos"]["formation"]["dureeFormation"] == 840
    nadia.open_contract(world.contracts["agreed"])
    chatter = page.locator(".o-mail-Chatter .o-mail-Message", has_text=number)
    expect(chatter).to_have_count(2)
    opco = nadia.context.new_page()
    opco.goto(f"{world.sandbox.url}/pieces")
    expect(opco.locator("main")).to_contain_text("Convention")


def test_amendment(world, working_connection, nadia):
    """The number is carried, the difference shown, and it has its own receipt."""
    page = nadia.page
    number = deposited(world, nadia, "amended")
    deca = engaged(world, nadia, "amended", number)
    page.click(f"{HEADING} button[name=action_amend]")
    expect(page.locator(f"{DIALOG} [name=deca_number]")).to_have_text(deca)
    page.check(f"{DIALOG} [name=reason_id] input[type=radio] >> nth=5")
    fill_date(page, DIALOG, "date_effect", date.today() + timedelta(days=14))
    page.click(f"{DIALOG} button[name=action_create]")
    expect(page.locator(f"{FORM} [name=amendment_number]")).to_have_text("1")

    open_tab(page, "contract")
    expect(page.locator(f"{FORM} [name=previous_number] input")).to_have_value(deca)
    nadia.type_into("contract", "weekly_hours", "32")
    fill_date(page, FORM, "date_conclusion", date.today())
    page.check(f"{FORM} [name=proving_signature] input")
    open_tab(page, "training_centre")
    page.check(f"{FORM} [name=training_centre_visa] input")
    open_tab(page, "employer")
    page.check(f"{FORM} [name=employer_tutor_eligibility_attested] input")
    page.check(f"{FORM} [name=employer_supporting_documents_attested] input")
    page.click(".o_form_button_save")
    open_tab(page, "differences")
    changes = page.locator(f"{FORM} [name=amendment_changes]")
    expect(changes).to_contain_text("32")
    expect(changes).to_contain_text("35")

    nadia.transmit()
    other = nadia.receipt()
    assert other != number
    [deposit] = [
        one for one in world.deposits_of("AMENDED") if one["numeroInterne"] == other
    ]
    assert deposit["outcome"] == "accepted"
    row = json.loads(
        world.one(
            "SELECT payload FROM opco_transmission WHERE internal_number = %s", other
        )
    )
    assert row["cerfa"]["contrat"]["numeroContratPrecedent"] == deca


def test_early_termination_is_told_to_the_opco(world, working_connection, nadia):
    """Where the OPCO takes it: sent, then broken when its state says so."""
    world.execute(OPEN_TERMINATION, True)
    number = deposited(world, nadia, "terminated")
    engaged(world, nadia, "terminated", number)
    terminate(nadia.page)
    badge = nadia.page.locator(f"{FORM} [name=opco_termination_state]")
    open_tab(nadia.page, "termination")
    expect(badge).to_be_visible()
    wait_for_state(world, "terminated", "opco_termination_state", "sent", nadia)
    refresh_until(nadia, "terminated", world, "state", "broken")


def test_early_termination_left_to_the_portal(world, working_connection, nadia):
    """Where it does not: a to-do says what to enter, and closes by itself."""
    world.execute(OPEN_TERMINATION, False)
    number = deposited(world, nadia, "ended")
    deca = engaged(world, nadia, "ended", number)
    terminate(nadia.page)
    todo = nadia.page.locator(TODO)
    expect(todo).to_have_count(1)
    expect(todo).to_contain_text(number)
    expect(todo).to_contain_text(deca)
    world.sandbox.set_state(number, "RUPTURE")
    refresh_until(nadia, "ended", world, "state", "broken")
    nadia.open_contract(world.contracts["ended"])
    expect(nadia.page.locator(TODO)).to_have_count(0)


def deposited(world, person, name):
    """Transmit a contract; return its number."""
    person.open_contract(world.contracts[name])
    person.transmit()
    return person.receipt()


def engaged(world, person, name, number):
    """Have the OPCO engage a dossier, and its contract know it; return its DECA."""
    world.sandbox.set_state(number, "ENGAGE")
    refresh_until(person, name, world, "state", "active")
    person.open_contract(world.contracts[name])
    return world.contract_value(world.contracts[name], "deca_number")


def refresh_until(person, name, world, field, value):
    """Ask the OPCO for the states until the contract shows this one."""
    person.open_contract(world.contracts[name])
    person.page.click(REFRESH)
    wait_for_state(world, name, field, value, person)


def wait_for_state(world, name, field, value, person):
    contract = world.contracts[name]
    for _second in range(40):
        if world.contract_value(contract, field) == value:
            return
        person.page.wait_for_timeout(500)
    assert world.contract_value(contract, field) == value


def terminate(page):
    """State that both parties agree to end the contract in three months."""
    page.click(f"{HEADING} button[name=action_terminate]")
    fill_date(page, DIALOG, "effect_date", date.today() + timedelta(days=90))
    page.click(f"{DIALOG} [name=case] input")
    page.click(".o_select_menu_item:has-text('Accord des deux parties')")
    fill_date(page, DIALOG, "notice_date", date.today())
    page.fill(f"{DIALOG} [name=practical_days] input", "50")
    page.check(f"{DIALOG} [name=is_signed] input")
    page.click(f"{DIALOG} button[name=action_terminate]")
    expect(page.locator(DIALOG)).to_have_count(0)


def open_tab(page, name):
    page.click(f"{FORM} .o_notebook_headers a[name={name}]")


def fill_date(page, within, field, day):
    box = page.locator(f"{within} .o_field_widget[name={field}]")
    # A date that is only shown becomes an input once it is clicked.
    box.locator("input, button").first.click()
    box.locator("input").first.fill(f"{day:%d/%m/%Y}")
    box.locator("input").first.press("Tab")


def signed_pdf(folder):
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    content = BytesIO()
    writer.write(content)
    path = folder / "Convention signée.pdf"
    path.write_bytes(content.getvalue())
    return path
