# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Complete validation of what is deposited: schema, then rules across fields."""

import json

from .formats import EXPECTED
from .rules import RULES, Problem, Reader
from .schemas import load

DOSSIER = load("dossier")
TYPES = {
    "string": "un texte",
    "integer": "un nombre entier",
    "number": "un nombre",
    "boolean": "true ou false",
    "object": "un objet",
    "array": "un tableau",
    "null": "null",
}
SHOWN_CHARACTERS = 60


class NotJson(Exception):
    """The body is not a JSON object; the message is for the sender."""


def read_body(body):
    """Return the JSON object of a request body (bytes, UTF-8).

    :raises NotJson: not UTF-8, not JSON, or not an object
    """
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        # a lone surrogate is read without complaint but is no text
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise NotJson("Le corps de la requête n'est pas un JSON valide.") from error
    if not isinstance(document, dict):
        raise NotJson("Le corps de la requête n'est pas un objet JSON.")
    return document


def problems(document, today):
    """Return every reason to refuse this document (norm, section 2)."""
    found = schema_problems(DOSSIER, document)
    cerfa = document.get("cerfa")
    if isinstance(cerfa, dict):
        reader = Reader(cerfa, today)
        for rule in RULES:
            found.extend(rule(reader))
    return one_per_path(found)


def schema_problems(validator, document):
    """Return every reason a schema gives to refuse this document."""
    found = []
    for error in validator.iter_errors(document):
        found.extend(_explain(error))
    return found


def as_error(problem):
    """Return one element of ``errors`` (norm, 1.4)."""
    return {
        "code": problem.code,
        "description": f"{problem.path} : {problem.sentence}.",
    }


def _refuse_constant(name):
    raise ValueError(name)


def one_per_path(found):
    """Return the first problem of each path, sorted."""
    # a wrong type also breaks the code list: only the first thing is worth saying
    first = {}
    for problem in sorted(found, key=lambda p: p.code != "TYPE"):
        first.setdefault(problem.path, problem)
    return sorted(first.values(), key=lambda problem: problem.path)


def _explain(error):
    return EXPLANATIONS[error.validator](error, _path(error.absolute_path))


def _path(keys):
    path = ""
    for key in keys:
        if isinstance(key, int):
            path += f"[{key}]"
        else:
            path += f".{key}" if path else key
    return path


def _child(path, key):
    return f"{path}.{key}" if path else key


def _seen(error):
    text = json.dumps(error.instance, ensure_ascii=False)
    if error.absolute_path and error.absolute_path[-1] == "nir":
        return f"reçu : {len(str(error.instance))} caractères"
    if len(text) > SHOWN_CHARACTERS:
        text = f"{text[:SHOWN_CHARACTERS]}…"
    return f"reçu : {text}"


def _missing(error, path):
    return [
        Problem("CHAMP_OBLIGATOIRE", _child(path, key), "champ obligatoire absent")
        for key in error.validator_value
        if key not in error.instance
    ]


def _unknown(error, path):
    extra = [key for key in error.instance if key not in error.schema["properties"]]
    return [
        Problem("CHAMP_INCONNU", _child(path, key[:SHOWN_CHARACTERS]), "champ inconnu")
        for key in extra
    ]


def _type(error, path):
    wanted = error.validator_value
    names = [TYPES[name] for name in ([wanted] if type(wanted) is str else wanted)]
    sentence = f"attendu {' ou '.join(names)}, {_seen(error)}"
    return [Problem("TYPE", path or "corps", sentence)]


def _code(error, path):
    allowed = ", ".join(str(v) for v in error.validator_value if v is not None)
    sentence = f"valeur hors nomenclature ({allowed}), {_seen(error)}"
    return [Problem("CODE_INCONNU", path, sentence)]


def _too_long(error, path):
    limit, length = error.validator_value, len(error.instance)
    if limit == 0:
        sentence = f"champ attribué par l'OPCO, à ne pas renseigner, {_seen(error)}"
        return [Problem("CHAMP_INTERDIT", path, sentence)]
    sentence = f"{length} caractères pour {limit} au plus, {_seen(error)}"
    return [Problem("LONGUEUR", path, sentence)]


def _empty(error, path):
    return [Problem("CHAMP_OBLIGATOIRE", path, "champ obligatoire vide")]


def _pattern(error, path):
    if not error.instance.strip():
        return _empty(error, path)
    return [Problem("FORMAT", path, f"format incorrect, {_seen(error)}")]


def _format(error, path):
    expected = EXPECTED[error.validator_value]
    return [Problem("FORMAT", path, f"attendu {expected}, {_seen(error)}")]


def _bound(error, path):
    limit = error.validator_value
    sentence = f"valeur hors limites (limite {limit}), {_seen(error)}"
    return [Problem("VALEUR", path, sentence)]


def _count(error, path):
    sentence = f"{len(error.instance)} éléments (limite {error.validator_value})"
    return [Problem("NOMBRE", path, sentence)]


EXPLANATIONS = {
    "required": _missing,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _code,
    "maxLength": _too_long,
    "minLength": _empty,
    "pattern": _pattern,
    "format": _format,
    "minimum": _bound,
    "exclusiveMinimum": _bound,
    "maximum": _bound,
    "minItems": _count,
    "maxItems": _count,
}
