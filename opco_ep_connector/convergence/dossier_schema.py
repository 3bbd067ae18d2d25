# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Check a deposit's body against our JSON Schema of it (norm §2)."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

_SCHEMA = Path(__file__).parent / "schema" / "dossier.json"

_SENTENCES = {
    "maxLength": "Ce texte dépasse %(limit)s caractères.",
    "minLength": "Ce champ est vide.",
    "minimum": "Cette valeur est inférieure à %(limit)s.",
    "maximum": "Cette valeur est supérieure à %(limit)s.",
    "minItems": "Il faut au moins %(limit)s ligne.",
    "enum": "Cette valeur n'est pas l'une des valeurs admises : %(limit)s.",
    "pattern": "Cette valeur n'a pas le format attendu : %(format)s.",
}
_TYPES = {
    "string": "Un texte est attendu.",
    "integer": "Un nombre entier est attendu.",
    "number": "Un nombre est attendu.",
    "boolean": "Oui ou non est attendu.",
    "array": "Une liste est attendue.",
    "object": "Un groupe de champs est attendu.",
}
_MISSING = "Ce champ est obligatoire."
_UNKNOWN_FIELD = "Ce champ n'existe pas dans la norme."
_OTHERWISE = "Cette valeur n'est pas admise."


def schema_errors(payload: Any) -> list[tuple[str, str]]:
    """Return what is wrong with a body: JSON path and sentence, in path order.

    The sentences never repeat the value, which may be personal.
    """
    found = {
        problem
        for error in _validator().iter_errors(payload)
        for problem in _problems(error)
    }
    return sorted(found)


@lru_cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _problems(error: jsonschema.ValidationError) -> Iterator[tuple[str, str]]:
    path = _path(error.absolute_path)
    if error.validator == "required":
        # One error per missing name, whose name only the sentence of jsonschema holds.
        for name in error.validator_value:
            if name not in error.instance:
                yield f"{path}.{name}", _MISSING
    elif error.validator == "additionalProperties":
        for name in set(error.instance) - set(error.schema["properties"]):
            yield f"{path}.{name}", _UNKNOWN_FIELD
    else:
        yield path, _sentence(error)


def _sentence(error: jsonschema.ValidationError) -> str:
    limit = error.validator_value
    if error.validator == "type":
        return _TYPES.get(str(limit), _OTHERWISE)
    if isinstance(limit, list):
        limit = ", ".join(map(str, limit))
    template = _SENTENCES.get(str(error.validator), _OTHERWISE)
    # `description` of a pattern says it in words.
    words = error.schema.get("description") if isinstance(error.schema, dict) else None
    return template % {"limit": limit, "format": words or limit}


def _path(steps: Any) -> str:
    return "$" + "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps
    )
