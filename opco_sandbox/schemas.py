# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""JSON Schemas of what is deposited, ready to validate with."""

import json
import re
from pathlib import Path

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from .formats import CHECKER

FOLDER = Path(__file__).parent / "schema"
LOCAL = "#/$defs/"


def _match_pattern(validator, pattern, instance, schema):
    # unlike ECMA 262, which JSON Schema follows, $ accepts a final line break here
    if isinstance(instance, str) and not re.search(
        re.sub(r"\$$", r"\\Z", pattern), instance
    ):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


Validator = extend(Draft202012Validator, {"pattern": _match_pattern})


def load(name):
    """Return the validator of a schema of the folder."""
    schema = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    definitions = schema.pop("$defs", {})
    return Validator(_inlined(schema, definitions), format_checker=CHECKER)


def _inlined(node, definitions):
    # following a reference costs more than the check behind it
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(definitions[node["$ref"].removeprefix(LOCAL)], definitions)
    return {key: _inlined(item, definitions) for key, item in node.items()}
