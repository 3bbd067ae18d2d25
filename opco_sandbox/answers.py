# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Error bodies of the norm (1.4), one function per shape."""

from flask import jsonify


class Refusal(Exception):
    """Ends a request with a status and a JSON body."""

    def __init__(self, status, body):
        super().__init__(status)
        self.status = status
        self.body = body

    def answer(self):
        """Return the Flask answer."""
        return jsonify(self.body), self.status


def gateway(status, message):
    """Shape E: the gateway speaks."""
    return Refusal(status, {"message": message})


def oauth(status, error, description):
    """Shape E: the token server speaks."""
    return Refusal(status, {"error": error, "error_description": description})


def errors(description, items):
    """Shape A: validation errors, each with ``code`` and ``description``."""
    return Refusal(400, {"description": description, "errors": items})


def comment(status, text):
    """Shape D, of OPCO EP: no list, a comment."""
    return Refusal(status, {"errors": None, "comment": text})


def admin(status, sentence):
    """Refusal of the admin API, which is no part of the norm."""
    return Refusal(status, {"error": sentence})
