import {Component} from "@odoo/owl";
import {formatDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const {DateTime} = luxon;
const SECOND = 1000;

/**
 * A date as people say it ("3 minutes ago"), with the exact time on hover.
 */
export class HubRelativeTime extends Component {
    static template = "connector_hub.HubRelativeTime";
    static props = {...standardFieldProps};

    get value() {
        return this.props.record.data[this.props.name];
    }

    get exact() {
        return this.value ? formatDateTime(this.value, {showSeconds: true}) : "";
    }

    get relative() {
        if (!this.value) {
            return "";
        }
        const distance = this.value.toMillis() - DateTime.now().toMillis();
        if (Math.abs(distance) < 10 * SECOND) {
            return _t("just now");
        }
        return this.value.toRelative();
    }
}

registry.category("fields").add("hub_relative_time", {
    component: HubRelativeTime,
    displayName: _t("Relative Time"),
    supportedTypes: ["datetime"],
    listViewWidth: [110, 140],
});
