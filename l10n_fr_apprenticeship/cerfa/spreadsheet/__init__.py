# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The flat spreadsheet: one contract per row, one box of the form per column."""
