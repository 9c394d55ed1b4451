import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";

const {DateTime} = luxon;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/**
 * A length of time as people say it, in its largest unit.
 *
 * @param {Number|null} seconds
 * @returns {String} empty for null
 */
export function duration(seconds) {
    if (seconds === null || seconds === undefined) {
        return "";
    }
    if (seconds < 10) {
        return _t("%s s", Math.max(0, seconds).toFixed(1));
    }
    if (seconds < 2 * MINUTE) {
        return _t("%s s", Math.round(seconds));
    }
    if (seconds < 2 * HOUR) {
        return _t("%s min", Math.round(seconds / MINUTE));
    }
    if (seconds < 2 * DAY) {
        return _t("%s h", Math.round(seconds / HOUR));
    }
    return _t("%s days", Math.round(seconds / DAY));
}

/**
 * How long ago a moment of the server was, in seconds.
 *
 * @param {String} moment as Odoo sends it, in UTC
 * @param {String} now of the same clock
 * @returns {Number|null}
 */
export function age(moment, now) {
    if (!moment) {
        return null;
    }
    const there = deserializeDateTime(now);
    return there.diff(deserializeDateTime(moment)).as("seconds");
}

export function relative(moment) {
    return moment ? deserializeDateTime(moment).toRelative({base: DateTime.now()}) : "";
}

export function exact(moment) {
    return moment ? formatDateTime(deserializeDateTime(moment)) : "";
}
