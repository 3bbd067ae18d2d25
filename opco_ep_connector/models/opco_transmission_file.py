# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from ..convergence.files import FileToSend, sha256_of


class OpcoTransmission(models.Model):
    """The file that leaves with a row, as it was when it was queued."""

    # A subject of its own, in a file of its own.
    _inherit = "opco.transmission"  # pylint: disable=consider-merging-classes-inherited

    attachment_id = fields.Many2one(
        "ir.attachment", string="File", readonly=True, ondelete="set null"
    )
    file_name = fields.Char(readonly=True)
    file_mime_type = fields.Char(readonly=True)
    file_size = fields.Integer(
        string="File size (bytes)", readonly=True, aggregator=None
    )
    file_sha256 = fields.Char(string="File (SHA-256)", readonly=True)

    @api.model
    def _file_values(self, preparation):
        """Return what the row keeps of a file.

        A document leaves as it was received and checked: its hash is not taken again,
        and the call finds out whether its content has changed since.
        """
        attachment = preparation.attachment
        if not attachment:
            return {}
        known = preparation.document and preparation.document.sha256
        return {
            "attachment_id": attachment.id,
            "file_name": attachment.name,
            "file_mime_type": attachment.mimetype,
            "file_size": attachment.file_size,
            "file_sha256": known or self._sha256_of(attachment),
        }

    @api.model
    def _sha256_of(self, attachment):
        """Return the hash of a content, read piece by piece."""
        with open(self._path_of(attachment), "rb") as content:
            return sha256_of(content)

    def _file_to_send(self):
        """Return the file that leaves with the row, or nothing."""
        if not self.file_sha256:
            return None
        return FileToSend(
            self._path_of(self.sudo().attachment_id),
            self.file_name,
            self.file_mime_type,
            self.file_sha256,
            self.file_size,
        )

    @api.model
    def _path_of(self, attachment):
        """Return where the content is, or nowhere: an empty path."""
        name = attachment.store_fname
        return attachment._full_path(name) if name else ""
