const jsdoc = require("eslint-plugin-jsdoc");
const globals = require("globals");

module.exports = [
    {
        files: ["**/static/**/*.js"],
        plugins: {jsdoc},
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: {...globals.browser, luxon: "readonly", odoo: "readonly"},
        },
        rules: {
            "array-callback-return": "error",
            curly: "error",
            eqeqeq: "error",
            "jsdoc/check-param-names": "warn",
            "jsdoc/check-tag-names": "warn",
            "no-constant-condition": "error",
            "no-console": "error",
            "no-debugger": "error",
            "no-dupe-keys": "error",
            "no-eval": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": "error",
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
