// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {openField} from "@l10n_fr_apprenticeship/findings/open_field";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const SHOWN_AT_FIRST = 5;

/**
 * What the OPCO complains of: its words, why, what to do; each opens its field.
 */
export class OpcoErrors extends Component {
    static template = "opco_ep_connector.Errors";
    static props = {...standardFieldProps};

    setup() {
        this.state = useState({all: false});
    }

    get errors() {
        return this.props.record.data[this.props.name] || [];
    }

    get shown() {
        return this.state.all ? this.errors : this.errors.slice(0, SHOWN_AT_FIRST);
    }

    get hiddenCount() {
        return this.errors.length - this.shown.length;
    }

    linkLabel(explanation) {
        return _t("Open the box « %s »", explanation.label);
    }

    openField(explanation) {
        return openField(explanation);
    }

    showAll() {
        this.state.all = true;
    }
}

registry.category("fields").add("opco_errors", {
    component: OpcoErrors,
    displayName: _t("Errors of the OPCO"),
    supportedTypes: ["json"],
});
