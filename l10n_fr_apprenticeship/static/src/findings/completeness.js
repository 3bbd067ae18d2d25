// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const LABELS = {
    employer: _t("Employer"),
    apprentice: _t("Apprentice"),
    tutor: _t("Tutors"),
    contract: _t("Contract"),
    training: _t("Training"),
    training_centre: _t("Training centre"),
};

/**
 * One gauge per section of the form: mandatory boxes filled in, out of how many.
 */
export class Completeness extends Component {
    static template = "l10n_fr_apprenticeship.Completeness";
    static props = {...standardFieldProps};

    get gauges() {
        return (this.props.record.data[this.props.name] || []).map((gauge) => ({
            ...gauge,
            label: LABELS[gauge.page],
            sentence: this.sentence(gauge),
            percent: Math.round((100 * gauge.filled) / gauge.expected),
            isFull: gauge.filled === gauge.expected,
        }));
    }

    sentence(gauge) {
        return _t("%(section)s %(filled)s/%(expected)s: mandatory boxes filled in", {
            section: LABELS[gauge.page],
            filled: gauge.filled,
            expected: gauge.expected,
        });
    }

    openPage(gauge) {
        const tab = document.querySelector(
            `.o_action_manager .o_form_view .o_notebook_headers a[name="${gauge.page}"]`
        );
        tab?.click();
        tab?.focus();
    }
}

registry.category("fields").add("apprenticeship_completeness", {
    component: Completeness,
    displayName: _t("Completeness of the form"),
    supportedTypes: ["json"],
});
