// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const SHOWN_AT_FIRST = 5;
const BLOCKING = ["block", "overridable_block"];

function nextFrame() {
    return new Promise((resolve) => requestAnimationFrame(resolve));
}

/**
 * The banner of what the pre-flight found; each line opens its field.
 */
export class Findings extends Component {
    static template = "l10n_fr_apprenticeship.Findings";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.state = useState({all: false});
    }

    get findings() {
        return this.props.record.data[this.props.name] || [];
    }

    get shown() {
        return this.state.all ? this.findings : this.findings.slice(0, SHOWN_AT_FIRST);
    }

    get hiddenCount() {
        return this.findings.length - this.shown.length;
    }

    get isBlocking() {
        return this.findings.some((finding) => BLOCKING.includes(finding.severity));
    }

    get title() {
        return this.isBlocking
            ? _t("To complete or correct before sending:")
            : _t("To check before sending:");
    }

    mayPassOver(finding) {
        return finding.severity === "overridable_block" && this.props.record.resId;
    }

    async passOver(finding) {
        const record = this.props.record;
        if (!(await record.save())) {
            return;
        }
        this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Pass over a finding"),
                res_model: "apprenticeship.override",
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_contract_id: record.resId,
                    default_rule_id: finding.rule,
                },
            },
            {onClose: () => record.load()}
        );
    }

    showAll() {
        this.state.all = true;
    }

    async openField(finding) {
        const form = document.querySelector(".o_action_manager .o_form_view");
        form?.querySelector(`.o_notebook_headers a[name="${finding.page}"]`)?.click();
        await nextFrame();
        await nextFrame();
        const field = form?.querySelector(`.o_field_widget[name="${finding.field}"]`);
        field?.scrollIntoView({block: "center"});
        field?.querySelector("input, select, textarea, button, a")?.focus();
    }
}

registry.category("fields").add("apprenticeship_findings", {
    component: Findings,
    displayName: _t("Pre-flight findings"),
    supportedTypes: ["json"],
});
