// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
        const source = document.getElementById(button.dataset.copy);
        source.select();
        if (navigator.clipboard) {
            await navigator.clipboard.writeText(source.value);
        } else {
            // Plain http on another host than loopback has no clipboard.
            document.execCommand("copy");
        }
        button.textContent = button.dataset.copied;
    });
}
