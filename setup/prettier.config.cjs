/** @type {import('prettier').Config} */
module.exports = {
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    semi: true,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "strict",
    plugins: [require.resolve("@prettier/plugin-xml")],
};
