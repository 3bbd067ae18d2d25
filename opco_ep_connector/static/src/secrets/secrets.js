// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/**
 * The only entry of the secrets: they go from here to one route, never into the record.
 * It asks for those that are missing; another window replaces the others.
 */
export class Secrets extends Component {
    static template = "opco_ep_connector.Secrets";
    static props = {...standardWidgetProps};

    setup() {
        this.notification = useService("notification");
        this.action = useService("action");
        this.state = useState({
            apiKey: "",
            clientSecret: "",
            file: null,
            error: "",
            isBusy: false,
        });
    }

    get record() {
        return this.props.record;
    }

    get connectionId() {
        return this.record.resId;
    }

    get asksKey() {
        return !this.record.data.api_key_saved_at;
    }

    get asksClientSecret() {
        return !this.record.data.client_secret_saved_at;
    }

    get buttonLabel() {
        return _t("Save");
    }

    get isEmpty() {
        return !(this.state.apiKey || this.state.file || this.state.clientSecret);
    }

    onFileChosen(event) {
        this.state.file = event.target.files[0] || null;
    }

    async save() {
        if ((this.record.isNew || this.record.dirty) && !(await this.record.save())) {
            return;
        }
        this.state.isBusy = true;
        const answer = await this.post();
        this.state.isBusy = false;
        if (answer.error) {
            this.state.error = answer.error;
            return;
        }
        Object.assign(this.state, {
            apiKey: "",
            clientSecret: "",
            file: null,
            error: "",
        });
        this.notification.add(
            answer.works
                ? _t("Saved: the connection works.")
                : _t("Saved. You can test the connection."),
            {type: "success"}
        );
        await this.afterSave();
    }

    async afterSave() {
        await this.record.load();
    }

    async post() {
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
            const answer = await fetch(
                `/opco/connection/${this.connectionId}/secrets`,
                {method: "POST", body: form}
            );
            return await answer.json();
        } catch {
            return {
                error: _t("Nothing was saved: the server did not answer. Try again."),
            };
        }
    }
}

/**
 * In the window that replaces the token.
 */
export class NewSecrets extends Secrets {
    get connectionId() {
        return this.record.data.connection_id.id;
    }

    get asksKey() {
        return true;
    }

    get asksClientSecret() {
        return true;
    }

    get buttonLabel() {
        return _t("Test and replace");
    }

    async afterSave() {
        await this.action.doAction({type: "ir.actions.act_window_close"});
        await this.action.doAction({type: "ir.actions.client", tag: "soft_reload"});
    }
}

registry.category("view_widgets").add("opco_secrets", {component: Secrets});
registry.category("view_widgets").add("opco_new_secrets", {component: NewSecrets});
