// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {openField} from "./open_field";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const SHOWN_AT_FIRST = 5;
const BLOCKING = ["block", "overridable_block"];

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

    /**
     * What blocks, then what only warns: two boxes, each with its title.
     */
    get boxes() {
        const isBlocking = (finding) => BLOCKING.includes(finding.severity);
        const boxes = [
            {
                name: "blocking",
                color: "alert-danger",
                title: _t("To complete or correct before sending:"),
                findings: this.findings.filter(isBlocking),
            },
            {
                name: "warning",
                color: "alert-warning",
                title: _t("To check:"),
                findings: this.findings.filter((finding) => !isBlocking(finding)),
            },
        ];
        return boxes.filter((box) => box.findings.length).map((box) => this.cut(box));
    }

    cut(box) {
        const shown = this.state.all
            ? box.findings
            : box.findings.slice(0, SHOWN_AT_FIRST);
        return {...box, shown, hiddenCount: box.findings.length - shown.length};
    }

    mayPassOver(finding) {
        return finding.severity === "overridable_block" && this.props.record.resId;
    }

    /**
     * The same words on each line: the finding tells which one to who hears them.
     */
    passOverName(finding) {
        return _t("Pass over… %(finding)s", {finding: finding.message});
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

    openField(finding) {
        return openField(finding);
    }
}

registry.category("fields").add("apprenticeship_findings", {
    component: Findings,
    displayName: _t("Pre-flight findings"),
    supportedTypes: ["json"],
});
