# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The two parts of a multipart deposit: some JSON and one file (norm, 3 and 5.1)."""

import os

from .answers import errors, gateway
from .validation import NotJson, as_error, one_per_path, read_body, schema_problems

# what a file of each extension begins with
BEGINNINGS = {
    ".pdf": b"%PDF-",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
}
CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


def extension(name):
    """Return the extension of a file name, in lower case."""
    return os.path.splitext(name or "")[1].lower()


def json_part(request, name, validator):
    """Return the JSON object of a part, after its schema.

    :raises Refusal: absent, unreadable or not as the schema says
    """
    text = request.form.get(name)
    if text is None and name in request.files:
        text = request.files[name].read().decode("utf-8", "replace")
    if text is None:
        raise _refused("PARTIE_OBLIGATOIRE", f"La partie {name} est obligatoire.")
    try:
        document = read_body(text.encode())
    except (NotJson, UnicodeEncodeError) as error:
        sentence = f"La partie {name} n'est pas un objet JSON."
        raise _refused("JSON_INVALIDE", sentence) from error
    found = schema_problems(validator, document)
    if found:
        listed = [as_error(problem) for problem in one_per_path(found)]
        raise errors(f"La partie {name} comporte des erreurs.", listed)
    return document


def file_part(request, extensions, largest):
    """Return the part ``fichier``, read nowhere yet, and its size.

    :raises Refusal: absent, empty, too long, or not what its name says
    """
    file = request.files.get("fichier")
    if file is None:
        raise _refused("PARTIE_OBLIGATOIRE", "La partie fichier est obligatoire.")
    kind = extension(file.filename)
    if kind not in extensions:
        allowed = ", ".join(extensions)
        raise _refused("FICHIER_TYPE", f"Extension attendue parmi {allowed}.")
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    if size == 0:
        raise _refused("FICHIER_VIDE", "Le fichier est vide.")
    if size > largest:
        raise gateway(413, "Request size limit exceeded")
    beginning = file.stream.read(len(BEGINNINGS[kind]))
    file.stream.seek(0)
    if beginning != BEGINNINGS[kind]:
        sentence = f"Le contenu du fichier n'est pas celui d'un fichier {kind[1:]}."
        raise _refused("FICHIER_ILLISIBLE", sentence)
    return file, size


def _refused(code, sentence):
    return errors(sentence, [{"code": code, "description": sentence}])
