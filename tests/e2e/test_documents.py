# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Documents: dropped on their line, refused in words, sent, their receipt seen."""

import base64
import hashlib

from playwright.sync_api import expect

from pdf_examples import EXE, pdf
from person import FORM

TAB = f"{FORM} .o_notebook_headers a[name=documents]"
LIST = f"{FORM} .o_apprenticeship_documents"
TRANSMIT_DOCUMENTS = f"{FORM} button[name=action_opco_transmit_documents]"
DROP = """
([selector, files]) => {
    const dataTransfer = new DataTransfer();
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name, {type: "application/pdf"}));
    }
    const options = {dataTransfer, bubbles: true, cancelable: true};
    const line = document.querySelector(selector);
    line.dispatchEvent(new DragEvent("dragover", options));
    line.dispatchEvent(new DragEvent("drop", options));
}
"""
PASTE = """
([selector, [name, content]]) => {
    const clipboardData = new DataTransfer();
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    clipboardData.items.add(new File([bytes], name, {type: "application/pdf"}));
    const options = {clipboardData, bubbles: true, cancelable: true};
    const line = document.querySelector(selector);
    line.dispatchEvent(new ClipboardEvent("paste", options));
}
"""


def drop(page, selector, *files):
    """Drop files – pairs of a name and a content – on a line."""
    page.evaluate(
        DROP, [selector, [(name, encoded(content)) for name, content in files]]
    )


def encoded(content):
    """Return bytes as the browser is given them."""
    return base64.b64encode(content).decode()


def test_from_drop_to_receipt(world, working_connection, nadia):
    world.execute("UPDATE opco_profile SET documents_open = true")
    contract = world.contracts["documents"]
    nadia.open_contract(contract)
    nadia.transmit()
    number = nadia.receipt()
    nadia.page.click(TAB)

    # A bad one says why, and the good one goes on.
    identity = f"{LIST} [data-kind=identity]"
    drop(nadia.page, identity, ("virus.pdf", EXE), ("Carte 🎓.pdf", pdf(mark="id")))
    error = nadia.page.locator(f"{identity} .o_apprenticeship_document_error")
    expect(error).to_contain_text("virus.pdf")
    expect(nadia.page.locator(f"{identity} [data-state=received]")).to_be_visible()
    expect(nadia.page.locator(TRANSMIT_DOCUMENTS)).to_have_count(0)

    content = pdf(mark="mobility")
    other = f"{LIST} .o_apprenticeship_document_other"
    nadia.page.select_option(f"{other} select", "mobility_agreement")
    nadia.page.set_input_files(
        f"{other} input[type=file]",
        {"name": "Accord.pdf", "mimeType": "application/pdf", "buffer": content},
    )
    mobility = f"{LIST} [data-kind=mobility_agreement] .o_apprenticeship_document"
    expect(nadia.page.locator(mobility)).to_contain_text("Accord.pdf")

    nadia.page.click(TRANSMIT_DOCUMENTS)
    expect(nadia.page.locator(f"{mobility} .text-bg-success")).to_be_visible()
    expect(nadia.page.locator(mobility)).to_contain_text(number)
    expect(nadia.page.locator(TRANSMIT_DOCUMENTS)).to_have_count(0)
    [file] = [one for one in world.sandbox.files() if one["numeroInterne"] == number]
    assert file["sha256"] == hashlib.sha256(content).hexdigest()

    opco = nadia.context.new_page()
    opco.goto(f"{world.sandbox.url}/dossiers/{number}")
    expect(opco.locator("td.file")).to_contain_text("Accord.pdf")


def test_pasted_and_rejected_with_a_reason(world, nadia):
    nadia.open_contract(world.contracts["documents"])
    nadia.page.click(TAB)
    line = f"{LIST} [data-kind=signed_form]"
    nadia.page.focus(line)
    nadia.page.evaluate(PASTE, [line, ("CERFA.pdf", encoded(pdf(mark="form")))])
    expect(nadia.page.locator(f"{line} [data-state=received]")).to_be_visible()
    nadia.page.click(f"{line} button[name=action_reject]")
    nadia.page.fill(f"{line} form input", "Sans le visa du CFA")
    nadia.page.click(f"{line} form button[type=submit]")
    expect(nadia.page.locator(f"{line} [data-state=rejected]")).to_be_visible()
    expect(nadia.page.locator(line)).to_contain_text("Sans le visa du CFA")
