# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The dashboard: what it counts is what its lists show."""

from playwright.sync_api import expect

COUNTER = ".o_opco_dashboard .o_opco_counter"


def test_a_counter_opens_its_list(nadia):
    page = nadia.page
    page.goto(f"{nadia.address}/odoo/opco-dashboard")
    counter = page.locator(f"{COUNTER}[data-filter=to_transmit]")
    expect(counter).to_be_visible()
    count = int(counter.locator(".fs-1").inner_text())
    assert count > 1
    counter.click()
    expect(page.locator(".o_list_view .o_data_row")).to_have_count(count)
    page.click(".o_control_panel .breadcrumb-item")
    page.click(f"{COUNTER} >> nth=0")
    expect(page.locator(".o_searchview_facet")).to_have_count(1)


def test_the_cards_of_a_counter_are_by_state_too(nadia):
    page = nadia.page
    page.goto(f"{nadia.address}/odoo/opco-dashboard")
    counter = page.locator(f"{COUNTER}[data-filter=to_transmit]")
    label = counter.locator("div >> nth=1").inner_text()
    counter.click()
    expect(page.locator(".o_control_panel .o_breadcrumb .active")).to_contain_text(
        label
    )
    page.click(".o_switch_view.o_kanban")
    expect(page.locator(".o_kanban_group .o_kanban_header_title").first).to_be_visible()


def test_the_rate_opens_the_analysis(nadia):
    page = nadia.page
    page.goto(f"{nadia.address}/odoo/opco-dashboard")
    page.click(".o_opco_first_pass")
    expect(page.locator(".o_pivot_view")).to_be_visible()


def test_contracts_without_a_state_have_a_titled_column(nadia):
    page = nadia.page
    page.goto(f"{nadia.address}/odoo/opco-contracts")
    page.click(".o_switch_view.o_kanban")
    titles = page.locator(".o_kanban_header_title .text-truncate")
    expect(titles.first).to_be_visible()
    assert all(titles.all_inner_texts())
