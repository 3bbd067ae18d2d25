// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

function nextFrame() {
    return new Promise((resolve) => requestAnimationFrame(resolve));
}

/**
 * Open the page of the contract's form that shows a field, and put the cursor in it.
 */
export async function openField({page, field}) {
    const form = document.querySelector(".o_action_manager .o_form_view");
    form?.querySelector(`.o_notebook_headers a[name="${page}"]`)?.click();
    await nextFrame();
    await nextFrame();
    const widget = form?.querySelector(`.o_field_widget[name="${field}"]`);
    widget?.scrollIntoView({block: "center"});
    widget?.querySelector("input, select, textarea, button, a")?.focus();
}
