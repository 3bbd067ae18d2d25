# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files that people drop, good and bad."""

import io

from pypdf import PdfWriter

EXE = b"MZ\x90\x00" + b"\x00" * 400


def pdf(mark="", password=None) -> bytes:
    """Return a PDF of one page; those of different marks differ."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Title": mark or "Document"})
    if password:
        writer.encrypt(password, algorithm="AES-256")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()
