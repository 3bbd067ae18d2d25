# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the scenarios need. Run by dev/test, which makes the template database."""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

TESTS = Path(__file__).resolve().parents[1]
TESTING = TESTS.parent / "dev" / "testing"
for folder in (TESTS, TESTS / "pure", TESTS / "e2e", TESTING):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from person import Person, launch  # noqa: E402
from world import World, run_folder  # noqa: E402

# One complete contract for each scenario that sends one.
COPIES = (
    "wrong_key",
    "sandbox_stopped",
    "edited",
    "answered_meanwhile",
    "two_browsers",
    "agreed",
    "amended",
    "terminated",
    "ended",
    "documents",
    "modified",
    "keyboard",
)
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def world():
    template = os.environ.get("E2E_TEMPLATE", "opco_test")
    with World(template, "opco_test_e2e", run_folder() / "e2e", COPIES) as world:
        yield world


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def outside():
    """Addresses that browsers called outside of this machine."""
    return set()


@pytest.fixture
def person(request, world, browser, outside):
    """Give a function that opens the browser window of a login."""
    people = []

    def log_in(login):
        people.append(Person(browser, world.odoo.url, login))
        return people[-1]

    yield log_in
    if request.node.stash.get(FAILED, False):
        keep_traces(world, people, request.node.name)
    for someone in people:
        outside |= someone.outside
        someone.close()
    assert not [error for someone in people for error in someone.errors]


@pytest.fixture
def sandbox(world):
    """The OPCO, without what a former scenario asked of it."""
    world.sandbox.clear_faults()
    return world.sandbox


@pytest.fixture
def working_connection(world, person, sandbox):
    """Contracts can leave; the connection's id."""
    if not world.connection_works():
        admin = person("admin")
        admin.activate_connection(world.connection, world.key, world.client_secret)
    return world.connection


@pytest.fixture
def admin(person):
    return person("admin")


@pytest.fixture
def nadia(person):
    return person("nadia")


@pytest.fixture
def paul(person):
    return person("paul")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def keep_traces(world, people, name):
    """Keep what helps to understand a failure, and say where."""
    print(f"\n{world.odoo.tail()}Server log: {world.odoo.log}")
    for someone in people:
        path = world.folder / f"{name}-{someone.login}.png"
        someone.page.screenshot(path=path)
        print(f"Screenshot: {path}")
