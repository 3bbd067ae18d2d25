// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const TOO_LARGE = 413;
const MEGABYTE = 1024 * 1024;
const COLORS = {
    expected: "warning",
    received: "info",
    validated: "success",
    rejected: "danger",
};

/**
 * The documents of a contract: which are expected, which have come; each line takes
 * files dropped, pasted or chosen.
 */
export class Documents extends Component {
    static template = "l10n_fr_apprenticeship.Documents";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({
            over: null,
            errors: {},
            progress: null,
            asking: null,
            answer: "",
            added: null,
        });
    }

    get checklist() {
        return (
            this.props.record.data[this.props.name] || {
                needed: [],
                others: [],
                addable: [],
            }
        );
    }

    get sections() {
        const {needed, others} = this.checklist;
        return [
            {name: "needed", title: _t("Needed by this contract"), lines: needed},
            {name: "others", title: _t("Also there"), lines: others},
        ].filter((section) => section.lines.length);
    }

    get addedKind() {
        return this.state.added || this.checklist.addable.at(-1)?.kind;
    }

    get progressText() {
        return _t("Adding file %(number)s of %(total)s…", this.state.progress);
    }

    colorOf(line) {
        return `text-bg-${COLORS[line.state]}`;
    }

    hiddenText(line) {
        return _t("And %(count)s more: open the list.", {count: line.hidden_count});
    }

    // ------------------------------------------------------------------ reception
    onDragOver(kind, ev) {
        if (ev.dataTransfer?.types.includes("Files")) {
            ev.preventDefault();
            this.state.over = kind;
        }
    }

    onDragLeave() {
        this.state.over = null;
    }

    async onDrop(kind, ev) {
        ev.preventDefault();
        this.state.over = null;
        await this.receive(kind, [...ev.dataTransfer.files]);
    }

    async onPaste(kind, ev) {
        const files = [...(ev.clipboardData?.files || [])];
        if (files.length) {
            ev.preventDefault();
            await this.receive(kind, files);
        }
    }

    choose(ev) {
        ev.currentTarget.parentElement.querySelector("input[type=file]").click();
    }

    async onChosen(kind, ev) {
        const files = [...ev.target.files];
        ev.target.value = "";
        await this.receive(kind, files);
    }

    /**
     * Send files one after another: one that is refused says why, the others go on.
     */
    async receive(kind, files) {
        const record = this.props.record;
        if (!files.length || this.state.progress) {
            return;
        }
        // From the first instant: a second drop must not mix with this one.
        this.state.progress = {number: 1, total: files.length};
        try {
            if (await record.save()) {
                this.state.errors[kind] = await this.sendAll(kind, files);
                await record.load();
            }
        } finally {
            this.state.progress = null;
        }
    }

    /**
     * Return why files were not kept, a sentence each.
     */
    async sendAll(kind, files) {
        const errors = [];
        for (const [index, file] of files.entries()) {
            this.state.progress = {number: index + 1, total: files.length};
            const error = await this.send(kind, file);
            if (error) {
                errors.push(error);
            }
        }
        return errors;
    }

    /**
     * Return why the file is not kept, or nothing.
     */
    async send(kind, file) {
        if (file.size > this.checklist.largest) {
            return this.tooLarge(file);
        }
        const body = new FormData();
        body.append("csrf_token", odoo.csrf_token);
        body.append("kind", kind);
        body.append("ufile", file, file.name);
        const route = `/apprenticeship/contract/${this.props.record.resId}/document`;
        let answer = null;
        try {
            answer = await browser.fetch(route, {method: "POST", body});
        } catch {
            return _t(
                "« %(name)s » was not added: the server cannot be reached. Try again.",
                {name: file.name}
            );
        }
        if (answer.status === TOO_LARGE) {
            return this.tooLarge(file);
        }
        const isJson = answer.headers.get("Content-Type")?.includes("json");
        if (!isJson) {
            return _t(
                "« %(name)s » was not added: reload the page, then add it again.",
                {name: file.name}
            );
        }
        return (await answer.json()).error;
    }

    tooLarge(file) {
        return _t(
            "« %(name)s » is larger than %(limit)s MB: nothing was added. Scan it in black and white, or at a lower resolution.",
            {name: file.name, limit: Math.floor(this.checklist.largest / MEGABYTE)}
        );
    }

    // -------------------------------------------------------------------- actions
    async openFile(document) {
        const action = await this.orm.call(
            "apprenticeship.document",
            "action_open_file",
            [[document.id]]
        );
        this.action.doAction(action);
    }

    async run(document, action) {
        if (action.asks) {
            this.state.asking = {document: document.id, ...action};
            this.state.answer = "";
            return;
        }
        await this.call(document, action, []);
    }

    async answer(document) {
        await this.call(document, this.state.asking, [this.state.answer]);
        this.state.asking = null;
    }

    stopAsking() {
        this.state.asking = null;
    }

    async call(document, action, typed) {
        const record = this.props.record;
        if (!(await record.save())) {
            return;
        }
        const result = await this.orm.call("apprenticeship.document", action.method, [
            [document.id],
            ...typed,
        ]);
        if (result) {
            await this.action.doAction(result);
        }
        await record.load();
    }

    openList() {
        this.action.doActionButton({
            type: "object",
            name: "action_view_documents",
            resModel: "apprenticeship.contract",
            resId: this.props.record.resId,
        });
    }
}

registry.category("fields").add("apprenticeship_documents", {
    component: Documents,
    displayName: _t("Documents of a contract"),
    supportedTypes: ["json"],
});
