// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * What an amendment changes, before and after, by section of the form.
 */
export class Changes extends Component {
    static template = "l10n_fr_apprenticeship.Changes";
    static props = {...standardFieldProps};

    get sections() {
        const sections = new Map();
        for (const change of this.props.record.data[this.props.name] || []) {
            if (!sections.has(change.section)) {
                sections.set(change.section, []);
            }
            sections.get(change.section).push(change);
        }
        return [...sections].map(([title, changes]) => ({title, changes}));
    }
}

registry.category("fields").add("apprenticeship_changes", {
    component: Changes,
    displayName: _t("Differences of an amendment"),
    supportedTypes: ["json"],
});
