import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatInteger} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {Sparkline} from "./sparkline.esm";
import {Throughput} from "./throughput.esm";
import {age, duration, exact, relative} from "./durations.esm";
import {useLiveReload} from "../views/live.esm";

/**
 * Is everything all right? If not, must I do something? What exactly?
 */
export class HubDashboard extends Component {
    static template = "connector_hub.Dashboard";
    static components = {Sparkline, Throughput};
    static props = {...standardActionServiceProps};
    static displayName = _t("Dashboard");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({figures: null, error: "", hours: 24, backend: 0});
        this.state.environment = "";
        this.asked = 0;
        this.spans = [
            {hours: 1, name: _t("Last hour")},
            {hours: 24, name: _t("Last 24 hours")},
            {hours: 168, name: _t("Last 7 days")},
            {hours: 720, name: _t("Last 30 days")},
        ];
        Object.assign(this, {duration, exact, relative, number: formatInteger});
        onWillStart(() => this.load());
        useLiveReload(
            () => this.load(),
            () => true
        );
    }

    async load() {
        const {hours, backend, environment} = this.state;
        // A slow answer must not replace that to a later question
        const question = ++this.asked;
        try {
            const figures = await this.orm.silent.call(
                "hub.dashboard",
                "figures",
                [],
                {
                    hours,
                    backend_ids: backend ? [backend] : null,
                    environment: environment || null,
                }
            );
            if (question === this.asked) {
                Object.assign(this.state, {figures, error: ""});
            }
        } catch (error) {
            this.state.error = error.data?.message || error.message;
        }
    }

    get figures() {
        return this.state.figures;
    }

    get toDo() {
        const {act} = this.figures;
        return act.count + act.paused.length;
    }

    get isQuiet() {
        return !this.toDo && !this.figures.heals.length;
    }

    choose(name, value) {
        this.state[name] = name === "environment" ? value : Number(value);
        return this.load();
    }

    freshness(flow) {
        if (flow.freshness === "stopped") {
            return flow.reason || flow.freshness_text;
        }
        const waits = age(flow.oldest, this.figures.now);
        const limit = duration(flow.sla);
        if (waits === null) {
            return _t("nothing waits (SLA %s)", limit);
        }
        return `${duration(waits)} / ${limit}`;
    }

    freshnessClass(flow) {
        const classes = {late: "text-bg-danger", stopped: "text-bg-secondary"};
        return classes[flow.freshness] || "border text-success";
    }

    // === WHERE FIGURES LEAD ===

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openAll(name, context = {}) {
        return this.action.doAction(`connector_hub.${name}`, {
            additionalContext: context,
        });
    }

    async openMessages(flow, filter) {
        const action = await this.orm.call("hub.flow", "action_open_messages", [
            [flow.id],
        ]);
        const context = {[`search_default_${filter}`]: 1};
        return this.action.doAction({...action, context});
    }

    async openDone(flow) {
        const action = await this.orm.call("hub.flow", "action_open_messages", [
            [flow.id],
        ]);
        const domain = [
            ...action.domain,
            ["state", "in", this.figures.settled_states],
            ["processed_at", ">=", this.figures.since],
        ];
        return this.action.doAction({...action, domain});
    }

    directionText(flow) {
        return flow.direction === "in" ? _t("Into Odoo") : _t("Out of Odoo");
    }

    trendText(flow) {
        return _t("%(flow)s: done per interval, %(most)s at most", {
            flow: flow.name,
            most: formatInteger(Math.max(0, ...flow.trend)),
        });
    }

    openCategory(category) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: category.name,
            res_model: "hub.exception",
            domain: [
                ["category", "=", category.category],
                ["state", "in", ["open", "ack"]],
            ],
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }
}

registry.category("actions").add("hub_dashboard", HubDashboard);
