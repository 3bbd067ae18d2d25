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


class Verdict(Refusal):
    """Refusal by the OPCO itself; a setting may change the shape of its body."""

    def __init__(self, status, sentence, items):
        shape = shape_a if items else shape_d
        super().__init__(status, shape(sentence, items))
        self.sentence = sentence
        self.items = items

    def reasons(self):
        """Return the reasons as sentences."""
        return [item["description"] for item in self.items] or [self.sentence]

    def shaped(self, shape):
        """Return this refusal in the shape of another OPCO."""
        return Refusal(self.status, shape(self.sentence, self.items))


def shape_a(sentence, items):
    """General shape of the norm."""
    return {"description": sentence, "errors": items}


def shape_b(sentence, items):
    """Description only, as Atlas: the items are in it."""
    return {"description": " ".join([sentence, *(i["description"] for i in items)])}


def shape_c(sentence, items):
    """Capital D, as for documents."""
    shouted = [{"code": i["code"], "Description": i["description"]} for i in items]
    return {"Description": sentence, "errors": shouted}


def shape_d(sentence, items):
    """Comment only, as OPCO EP."""
    return {"errors": None, "comment": shape_b(sentence, items)["description"]}


SHAPES = {"A": shape_a, "B": shape_b, "C": shape_c, "D": shape_d}


def gateway(status, message):
    """Shape E: the gateway speaks."""
    return Refusal(status, {"message": message})


def oauth(status, error, description):
    """Shape E: the token server speaks."""
    return Refusal(status, {"error": error, "error_description": description})


def errors(description, items):
    """Shape A by itself: validation errors, each with ``code`` and ``description``."""
    return Verdict(400, description, items)


def comment(status, text):
    """Shape D by itself, of OPCO EP: no list, a comment."""
    return Verdict(status, text, [])


def admin(status, sentence):
    """Refusal of the admin API, which is no part of the norm."""
    return Refusal(status, {"error": sentence})
