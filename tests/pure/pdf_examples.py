# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files that people drop, good and bad."""

import io

from pypdf import PdfWriter


def pdf(user_password=None, owner_password=None, mark="") -> bytes:
    """Return a PDF of one page; those of different marks differ."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Title": mark or "Document"})
    if user_password is not None:
        writer.encrypt(user_password, owner_password, algorithm="AES-256")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


EXE = b"MZ\x90\x00" + b"\x00" * 400
TORN = pdf()[:120]
