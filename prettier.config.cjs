// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

// The OCA template's options for Odoo 19.0. Indentation comes from .editorconfig; the
// plug-in is found through NODE_PATH, which dev/lint sets.
module.exports = {
  plugins: [require.resolve("@prettier/plugin-xml")],
  bracketSpacing: false,
  printWidth: 88,
  proseWrap: "always",
  semi: true,
  trailingComma: "es5",
  overrides: [
    {
      files: "*.xml",
      options: {
        // A view's attributes hold domains, which cannot be broken.
        printWidth: 120,
        // White space is data: in a field's value, between two words of a template.
        xmlWhitespaceSensitivity: "strict",
      },
    },
  ],
};
