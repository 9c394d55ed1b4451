import {Component} from "@odoo/owl";

const WIDTH = 96;
const HEIGHT = 20;

/**
 * A row of bars: how much happened in each interval.
 */
export class Sparkline extends Component {
    static template = "connector_hub.Sparkline";
    static props = {values: Array, title: {type: String, optional: true}};

    get bars() {
        const {values} = this.props;
        const most = Math.max(1, ...values);
        const step = WIDTH / values.length;
        return values.map((value, index) => {
            // What is not nothing is seen
            const height = value ? Math.max(2, (value / most) * HEIGHT) : 0;
            return {
                index,
                height,
                x: index * step,
                y: HEIGHT - height,
                width: Math.max(1, step - 1),
            };
        });
    }
}
