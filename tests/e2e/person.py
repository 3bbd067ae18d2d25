# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Chromium, and what a person does in it. Selectors are names and classes: no label."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Milliseconds for what a slow machine may take; what is promised has its own limit.
PATIENCE = 20_000
RECEIPT_SECONDS = 5

HEADING = ".o_form_view .o_form_statusbar"
FORM = ".o_action_manager .o_form_view"
SENDING = f"{FORM} .alert-info .fa-spinner"
RECEIPT = f"{FORM} .alert-success [name=opco_internal_number]"
REJECTION = f"{FORM} .alert-danger [name=opco_errors]"
WAITING = f"{FORM} .alert-warning"
FINDINGS = f"{FORM} .o_apprenticeship_findings"
TRANSMIT = f"{HEADING} button[name=action_transmit]"
REFRESH = f"{HEADING} button[name=action_opco_refresh]"
SAVE = ".o_control_panel .o_form_button_save"
TEST_CONNECTION = f"{HEADING} button[name=action_test_connection]"
TEST_PASSED = f"{FORM} .alert-success [name=test_message]"
TEST_FAILED = f"{FORM} .alert-danger [name=test_message]"
SAVE_SECRETS = ".o_opco_save_secrets"
API_KEY = "#opco_api_key"
REPLACE_TOKEN = f"{HEADING} button[name=action_rotate]"
DIALOG = ".o_dialog"
PASSWORD = f"{DIALOG} .o_field_widget[name=password] input"
CONFIRM_PASSWORD = f"{DIALOG} button[name=run_check]"
REFUSED_TOKEN = f"{DIALOG} .o_opco_secrets .alert-danger"


def launch(playwright):
    """Start Debian's Chromium.

    :raises RuntimeError: it is not there; a browser test is never skipped
    """
    if not CHROMIUM.exists():
        raise RuntimeError(
            f"{CHROMIUM} is missing: the browser tests need Debian's package chromium."
        )
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


class Person:
    """Somebody logged in, with a browser window of their own, in French."""

    # Path of the list that contracts are opened from.
    contracts = "apprenticeship-contracts"

    def __init__(self, browser, address, login, size=(1400, 900)):
        self.address = address
        self.login = login
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="fr-FR",
            timezone_id="Europe/Paris",
        )
        self.errors = []
        self.outside = set()
        self.context.on("request", self._note_outside)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._log_in()

    def _note_outside(self, request):
        url = urlsplit(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.hostname != "127.0.0.1":
            self.outside.add(request.url)

    def _log_in(self):
        self.page.goto(f"{self.address}/web/login")
        self.page.fill("input[name=login]", self.login)
        self.page.fill("input[name=password]", self.login)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar", timeout=60_000)

    def close(self):
        """Close the window."""
        self.context.close()

    # ----------------------------------------------------------------- contract
    def open_contract(self, contract_id):
        """Open the form of a contract."""
        self.page.goto(f"{self.address}/odoo/{self.contracts}/{contract_id}")
        self.page.wait_for_selector(f"{FORM} .o_field_widget[name=apprentice_id]")
        # Without its websocket a page would only poll.
        self.page.wait_for_function(
            "odoo.__WOWL_DEBUG__?.root.env.services.bus_service.isActive !== false"
        )

    def transmit(self):
        """Click « Transmit »."""
        self.page.click(TRANSMIT)

    def receipt(self, within=PATIENCE):
        """Wait for the receipt, without reloading; return the OPCO's number."""
        field = self.page.locator(RECEIPT)
        expect(field).to_be_visible(timeout=within)
        return field.inner_text().strip()

    def type_into(self, tab, field, text):
        """Fill in a field of a page of the form."""
        self.page.click(f"{FORM} .o_notebook_headers a[name={tab}]")
        self.page.fill(f"{FORM} .o_field_widget[name={field}] input", text)

    # --------------------------------------------------------------- connection
    def open_connection(self, connection_id):
        """Open the form of a connection by its address."""
        self.page.goto(f"{self.address}/odoo/opco-connections/{connection_id}")
        self.page.wait_for_selector(f"{FORM} .o_field_widget[name=onboarding_done]")

    def save_secrets(self, api_key, client_secret=None):
        """Paste the first secrets and save them."""
        self.page.fill(API_KEY, api_key)
        if client_secret:
            self.page.fill("#opco_client_secret", client_secret)
        self.page.click(SAVE_SECRETS)
        expect(self.page.locator(API_KEY)).to_have_count(0)

    def begin_replacement(self):
        """Open the window that replaces the token; the password may be asked."""
        self.page.click(REPLACE_TOKEN)
        self.page.wait_for_selector(f"{PASSWORD}, {DIALOG} {API_KEY}")
        if self.page.locator(PASSWORD).count():
            self.page.fill(PASSWORD, self.login)
            self.page.click(CONFIRM_PASSWORD)
        self.page.wait_for_selector(f"{DIALOG} {API_KEY}")

    def try_token(self, api_key):
        """Paste a token in the window that replaces it."""
        self.page.fill(API_KEY, api_key)
        self.page.click(SAVE_SECRETS)

    def activate_connection(self, connection_id, api_key, client_secret):
        """Paste the secrets and test the connection until it works."""
        self.open_connection(connection_id)
        if self.page.locator(API_KEY).count():
            self.save_secrets(api_key, client_secret)
        else:
            self.begin_replacement()
            self.try_token(api_key)
            expect(self.page.locator(DIALOG)).to_have_count(0)
        self.page.click(TEST_CONNECTION)
        expect(self.page.locator(TEST_PASSED)).to_be_visible()
