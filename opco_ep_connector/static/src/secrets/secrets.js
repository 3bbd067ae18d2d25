// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/**
 * The only entry of the secrets: they go from here to one route, never into the record.
 */
export class Secrets extends Component {
    static template = "opco_ep_connector.Secrets";
    static props = {...standardWidgetProps};

    setup() {
        this.notification = useService("notification");
        this.state = useState({apiKey: "", clientSecret: "", file: null, error: ""});
    }

    get isEmpty() {
        return !(this.state.apiKey || this.state.file || this.state.clientSecret);
    }

    get hasKey() {
        return Boolean(this.props.record.data.api_key_saved_at);
    }

    get hasClientSecret() {
        return Boolean(this.props.record.data.client_secret_saved_at);
    }

    onFileChosen(event) {
        this.state.file = event.target.files[0] || null;
    }

    async save() {
        const record = this.props.record;
        if ((record.isNew || record.dirty) && !(await record.save())) {
            return;
        }
        const response = await this.post(record.resId);
        if (response.error) {
            this.state.error = response.error;
            return;
        }
        Object.assign(this.state, {
            apiKey: "",
            clientSecret: "",
            file: null,
            error: "",
        });
        this.notification.add(_t("Saved. You can test the connection."), {
            type: "success",
        });
        await record.load();
    }

    async post(resId) {
        const form = new FormData();
        form.append("csrf_token", odoo.csrf_token);
        if (this.state.apiKey) {
            form.append("api_key", this.state.apiKey);
        }
        if (this.state.file) {
            form.append("api_key_file", this.state.file);
        }
        if (this.state.clientSecret) {
            form.append("client_secret", this.state.clientSecret);
        }
        try {
            const answer = await fetch(`/opco/connection/${resId}/secrets`, {
                method: "POST",
                body: form,
            });
            return await answer.json();
        } catch {
            return {
                error: _t("Nothing was saved: the server did not answer. Try again."),
            };
        }
    }
}

registry.category("view_widgets").add("opco_secrets", {component: Secrets});
