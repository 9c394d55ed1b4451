import {Component, onWillStart, onWillUnmount, useEffect, useRef} from "@odoo/owl";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {loadBundle} from "@web/core/assets";

const DAY_HOURS = 48;

/**
 * What was done and what failed, per interval.
 */
export class Throughput extends Component {
    static template = "connector_hub.Throughput";
    static props = {chart: Object, hours: Number};

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.render_chart(),
            () => [this.props.chart]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get labels() {
        const format = this.props.hours > DAY_HOURS ? "d LLL" : "HH:mm";
        return this.props.chart.moments.map((moment) =>
            deserializeDateTime(moment).toFormat(format)
        );
    }

    get datasets() {
        const {done, failed} = this.props.chart;
        return [
            {label: _t("Failed"), data: failed, backgroundColor: this.color("danger")},
            {label: _t("Done"), data: done, backgroundColor: this.color("primary")},
        ];
    }

    get summary() {
        const sum = (values) => values.reduce((total, value) => total + value, 0);
        const {done, failed} = this.props.chart;
        return _t("%(done)s done, %(failed)s failed", {
            done: sum(done),
            failed: sum(failed),
        });
    }

    // As the theme has it, so that dark mode is followed
    color(name) {
        const style = getComputedStyle(document.documentElement);
        return style.getPropertyValue(`--${name}`).trim() || "gray";
    }

    render_chart() {
        const data = {labels: this.labels, datasets: this.datasets};
        if (this.chart) {
            this.chart.data = data;
            this.chart.update("none");
            return;
        }
        const text = getComputedStyle(this.canvas.el).color;
        const grid = {color: "rgba(128, 128, 128, 0.2)"};
        const ticks = {color: text, precision: 0};
        this.chart = new Chart(this.canvas.el, {
            type: "bar",
            data,
            options: {
                animation: false,
                maintainAspectRatio: false,
                scales: {
                    x: {stacked: true, grid: {display: false}, ticks},
                    y: {stacked: true, beginAtZero: true, grid, ticks},
                },
                plugins: {legend: {labels: {color: text, boxWidth: 12}}},
            },
        });
    }
}
