#!/usr/bin/env python3
# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Seal a journal, and verify a sealed one: Python's standard library only.

The add-on imports this file to seal and to verify; the audit pack ships it as it is,
for who has no Odoo::

    python3 verify_journal.py [journal.json] [--ancre ANCHOR …]

Each row holds the SHA-256 of its content. Its seal is the SHA-256 of its number, the
seal before it, that digest and the time of sealing: whoever changes, inserts, moves or
removes a row must recompute every seal after it. An anchor – a number and its seal,
printed outside the database – is what a recomputed chain cannot reproduce.

What is printed is in French, for the auditors who read it.
"""

# pylint: disable=print-used
import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

CHANGED_CONTENT = "content"
CHANGED_ANSWER = "answer"
CHANGED_SEAL = "seal"
BROKEN_LINK = "link"
MISSING_ROW = "missing"
MISPLACED_ROW = "misplaced"
WRONG_HEAD = "head"
WRONG_ANCHOR = "anchor"

KEY_SHOWN = 8
# Numbers are PostgreSQL's: a larger one is no number of a row.
LARGEST_NUMBER = 2**31 - 1
READ_AT_ONCE = 1024 * 1024

_ANCHOR = re.compile(r"([0-9a-f]{8})-([1-9][0-9]{0,9})-([0-9a-f]{64})")

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


# --------------------------------------------------------------------------- sealing
def canonical(content: Mapping[str, Any]) -> str:
    """Return a row's content as JSON with its keys in order: what is hashed."""
    return _encode(content)


def content_digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a row's content."""
    return _sha256(canonical(content))


def answer_digest(salt: str, answer: str) -> str:
    """Return the salted SHA-256 of an answer: without the salt it cannot be guessed."""
    return _sha256(f"{salt}\n{answer}")


def first_link(key: str) -> str:
    """Return what stands for the seal before row 1 in the chain of this key."""
    return _sha256(f"chain\n{key}")


def seal(number: int, previous: str, digest: str, sealed_at: str) -> str:
    """Return the seal of one row.

    :param previous: the seal of row ``number - 1``, or `first_link`
    :param sealed_at: UTC, ``YYYY-MM-DD HH:MM:SS``
    """
    return _sha256(f"{number}\n{previous}\n{digest}\n{sealed_at}")


def _sha256(text: str) -> str:
    # A file may hold what is no text: it is then what no seal fits.
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


# --------------------------------------------------------------------------- anchors
@dataclass(frozen=True)
class Anchor:
    """A number and its seal, as printed on a receipt: ``KEY-NUMBER-SEAL``."""

    key: str
    number: int
    seal: str

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """Read what was printed.

        :raises ValueError: this is no anchor
        """
        printed = _ANCHOR.fullmatch("".join(text.split()).lower())
        if not printed:
            raise ValueError(text)
        return cls(printed[1], int(printed[2]), printed[3])

    @classmethod
    def parse_all(cls, text: str) -> list["Anchor"]:
        """Read several, one after the other, cut by lines or spaces anywhere.

        :raises ValueError: something in it is no anchor
        """
        joined = "".join(text.split()).lower()
        found = list(_ANCHOR.finditer(joined))
        if "".join(anchor[0] for anchor in found) != joined:
            raise ValueError(text)
        return [cls.parse(anchor[0]) for anchor in found]

    def is_of(self, key: str) -> bool:
        """Tell whether it was taken from the chain of this key."""
        return key.startswith(self.key)


def anchor_text(key: str, number: int, sealed: str) -> str:
    """Return what is printed outside the database."""
    return f"{key[:KEY_SHOWN]}-{number}-{sealed}"


# --------------------------------------------------------------------- verification
class Row(NamedTuple):
    """One sealed row; what an export leaves out is None.

    `previous` is None in a bare link, `content` (`canonical`) and what it says of the
    answer, `answer_sealed`, when the row itself is not exported, `salt` and `answer`
    when the answer was erased or is shown masked.
    """

    number: int
    digest: str
    sealed_at: str
    seal: str
    previous: str | None = None
    content: str | None = None
    answer_sealed: str | None = None
    salt: str | None = None
    answer: str | None = None

    @classmethod
    def exported(cls, values: Mapping[str, Any]) -> "Row":
        """Read a row of an export, whose content is a mapping."""
        content = values.get("content")
        if content is None:
            return cls(**values)
        return cls(
            **{**values, "content": canonical(content)},
            answer_sealed=content.get("response_digest"),
        )


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong: which row, and one of the kinds above."""

    number: int
    kind: str


@dataclass
class ChainCheck:
    """Reads the rows of one chain in order, and stops at the first fault.

    Can be stopped and resumed anywhere: `number` and `seal` are all it remembers of
    what it has read.
    """

    key: str
    number: int = 0
    seal: str = ""
    anchors: tuple[Anchor, ...] = ()
    first: int | None = None
    read: int = 0
    with_content: int = 0
    with_answer: int = 0
    fault: Fault | None = None
    met: list[Anchor] = field(default_factory=list)

    def __post_init__(self):
        self.seal = self.seal or first_link(self.key)
        self._expected: dict[int, list[Anchor]] = {}
        for anchor in self.anchors:
            if anchor.is_of(self.key):
                self._expected.setdefault(anchor.number, []).append(anchor)

    def begin_after(self, number: int, sealed: str) -> None:
        """Take for granted a row that was read before, or is not in the export.

        An anchor of that very row is compared all the same.
        """
        self.number, self.seal = number, sealed
        if self._betrays(number, sealed):
            self.fault = Fault(number, WRONG_ANCHOR)
        else:
            self.met += self._expected.get(number, ())

    def feed(self, rows: Iterable[Row]) -> None:
        """Read rows; those after a fault are not looked at."""
        for row in rows:
            if self.fault:
                return
            kind = self._kind_of_fault(row)
            if kind == MISSING_ROW:
                self.fault = Fault(self.number + 1, kind)
            elif kind:
                self.fault = Fault(row.number, kind)
            else:
                self._accept(row)

    def end(self, head: tuple[int, str]) -> None:
        """Compare with what the head says of the last row, then with the anchors."""
        if not self.fault and (self.number, self.seal) != head:
            number = self.number + 1 if head[0] > self.number else self.number
            self.fault = Fault(number, WRONG_HEAD)
        for number in sorted(self._expected):
            if not self.fault and number > self.number:
                self.fault = Fault(number, WRONG_ANCHOR)

    def _kind_of_fault(self, row: Row) -> str | None:
        if row.number > self.number + 1:
            return MISSING_ROW
        if row.number != self.number + 1:
            return MISPLACED_ROW
        if row.previous is not None and row.previous != self.seal:
            return BROKEN_LINK
        if row.content is not None and _sha256(row.content) != row.digest:
            return CHANGED_CONTENT
        if row.answer is not None and not _is_sealed_answer(row):
            return CHANGED_ANSWER
        if seal(row.number, self.seal, row.digest, row.sealed_at) != row.seal:
            return CHANGED_SEAL
        if self._betrays(row.number, row.seal):
            return WRONG_ANCHOR
        return None

    def _betrays(self, number: int, sealed: str) -> bool:
        return any(anchor.seal != sealed for anchor in self._expected.get(number, ()))

    def _accept(self, row: Row) -> None:
        self.first = self.first or row.number
        self.number, self.seal = row.number, row.seal
        self.read += 1
        self.with_content += row.content is not None
        self.with_answer += row.answer is not None
        self.met += self._expected.get(row.number, ())


def _is_sealed_answer(row: Row) -> bool:
    if row.salt is None or row.content is None:
        return False
    return answer_digest(row.salt, row.answer) == row.answer_sealed


# ----------------------------------------------------------------- a file, without Odoo
_SENTENCES = {
    CHANGED_CONTENT: "son contenu a été modifié",
    CHANGED_ANSWER: "la réponse de l'OPCO a été modifiée",
    CHANGED_SEAL: "son sceau ne correspond plus à son contenu",
    BROKEN_LINK: "elle ne suit pas la ligne précédente : insérée ou déplacée",
    MISSING_ROW: "elle manque",
    MISPLACED_ROW: "elle n'est pas à sa place : insérée, répétée ou déplacée",
    WRONG_HEAD: "la fin du journal ne correspond pas à la tête de chaîne",
    WRONG_ANCHOR: "elle ne porte pas le sceau imprimé : chaîne recalculée ou coupée",
}


class Unreadable(Exception):
    """What was given is no exported journal; the text says why, in French."""


# What an export holds, and of what kind; "?" ends the names that may be left out.
_EXPORT = {"chains": list}
_CHAIN = {
    "key": str,
    "connection": str,
    "head": dict,
    "unsealed": int,
    "begins_after?": dict,
    "rows": list,
}
_LINK = {"number": int, "seal": str}
_HEAD = _LINK | {"sealed_at": str}
_ROW = _HEAD | {
    "digest": str,
    "previous?": str,
    "content?": dict,
    "salt?": str,
    "answer?": str,
}
_SCALARS = (str, int, float, bool, type(None))


def read_export(path: Path) -> Mapping[str, Any]:
    """Return an exported journal, each value of the kind that is expected.

    :raises Unreadable: with a sentence to print
    """
    export = _read_json(path)
    _expect(export, _EXPORT, "le fichier")
    for number, chain in enumerate(export["chains"], 1):
        where = f"la chaîne n° {number}"
        _expect(chain, _CHAIN, where)
        _expect(chain["head"], _HEAD, f"la tête de {where}")
        if chain["begins_after"] is not None:
            _expect(chain["begins_after"], _LINK, f"le début de {where}")
        for index, row in enumerate(chain["rows"], 1):
            _expect(row, _ROW, f"la {index}e ligne de {where}")
    keys = [chain["key"] for chain in export["chains"]]
    if len(set(keys)) < len(keys):
        raise Unreadable("deux chaînes y portent la même clé.")
    return export


def _read_json(path):
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"le fichier ne s'ouvre pas ({error.strerror}).") from None
    if content.startswith(b"PK"):
        raise Unreadable("c'est un zip : décompressez-le, et vérifiez le dossier.")
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_object)
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("ce n'est pas du JSON lisible.") from None


def _object(pairs):
    """Return a JSON object; a name given twice could be read in two ways."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("repeated name")
    return found


def _expect(value, kinds, where):
    if not isinstance(value, dict):
        raise Unreadable(f"{where} n'est pas ce qu'un export contient.")
    for name, kind in kinds.items():
        held = value.setdefault(name.rstrip("?"), None)
        if held is None and name.endswith("?"):
            continue
        if type(held) is not kind or not _is_plausible(name, held):
            raise Unreadable(f"{where} n'a pas de « {name.rstrip('?')} » lisible.")
    if unknown := value.keys() - {name.rstrip("?") for name in kinds}:
        name = _printable(min(unknown))
        raise Unreadable(f"{where} contient « {name} », inconnu d'un export.")


def _is_plausible(name, held):
    if name == "number":
        return 1 <= held <= LARGEST_NUMBER
    if name == "content?":
        return all(type(value) in _SCALARS for value in held.values())
    return True


def _printable(text):
    """Return a text of the file without what could act on the screen."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    return shown if len(shown) <= 200 else f"{shown[:200]}…"


def check_export(export: Mapping[str, Any], anchors: Iterable[Anchor] = ()):
    """Yield one ended `ChainCheck` for each chain of an export, with its head."""
    for chain in export["chains"]:
        check = ChainCheck(chain["key"], anchors=tuple(anchors))
        if chain["begins_after"]:
            check.begin_after(
                chain["begins_after"]["number"], chain["begins_after"]["seal"]
            )
        check.feed(map(Row.exported, chain["rows"]))
        head = chain["head"]
        check.end((head["number"], head["seal"]))
        yield chain, check


def describe(chain: Mapping[str, Any], check: ChainCheck) -> list[str]:
    """Return in French what one chain proves, and what it does not."""
    lines = [_printable(f"Chaîne {chain['key'][:KEY_SHOWN]} ({chain['connection']})")]
    if check.fault:
        reason = _SENTENCES[check.fault.kind]
        lines.append(f"  ROMPUE à la ligne n° {check.fault.number} : {reason}.")
        lines.append(f"  {check.read} ligne(s) en ordre avant elle.")
        return lines
    lines += [
        f"  Intacte : {check.read} ligne(s), jusqu'au n° {check.number}.",
        f"  Tête de chaîne : {_printable(check.seal)}{_sealed_on(chain)}.",
        f"  Contenus vérifiés : {check.with_content} ; "
        f"réponses vérifiées : {check.with_answer}.",
    ]
    lines += [f"  Ancre retrouvée : n° {anchor.number}." for anchor in check.met]
    return lines + [f"  Non prouvé : {limit}" for limit in _limits(chain, check)]


def _sealed_on(chain):
    # Not the head's, which no seal covers.
    if not chain["rows"]:
        return ""
    return _printable(f", scellée le {chain['rows'][-1]['sealed_at']} UTC")


def _limits(chain, check):
    if chain["begins_after"]:
        number = chain["begins_after"]["number"]
        yield f"les lignes 1 à {number}, absentes de cet export."
    if check.with_content < check.read:
        yield "le contenu des lignes dont seul le sceau est exporté."
    if check.with_answer < check.with_content:
        yield "le texte des réponses effacées ou masquées (données personnelles)."
    before = [anchor for anchor in check.anchors if _precedes(anchor, chain)]
    for anchor in before:
        yield f"l'ancre n° {anchor.number}, d'une ligne absente de cet export."
    if not check.met:
        yield (
            "que toute la chaîne n'a pas été recalculée. Donnez une ancre imprimée "
            "auparavant (accusé, dossier de preuves) : --ancre …"
        )
    elif check.met[-1].number < check.number:
        number = check.met[-1].number
        yield f"que les lignes après l'ancre n° {number} n'ont pas été recalculées."
    yield "que rien n'a été retiré après la tête de chaîne ci-dessus."
    if chain["unsealed"]:
        count = chain["unsealed"]
        yield f"{count} échange(s) pas encore scellé(s), hors de cet export."


def _precedes(anchor, chain):
    begun = chain["begins_after"]
    return (
        bool(begun) and anchor.is_of(chain["key"]) and anchor.number < begun["number"]
    )


MANIFEST = "MANIFEST.sha256"


def check_manifest(folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of the files that are not what the manifest says, and of those
    that it does not name.

    :raises Unreadable: with a sentence to print
    """
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise Unreadable(f"{MANIFEST} ne se lit pas.") from None
    named = [
        (name, digest)
        for digest, _space, name in (line.partition("  ") for line in lines)
    ]
    changed = [name for name, digest in named if _digest_of(folder, name) != digest]
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir()
    }
    return changed, sorted(found - dict(named).keys() - {MANIFEST})


def _digest_of(folder, name):
    """Return the SHA-256 of a file of the folder, None when it is not one."""
    try:
        path = (folder / name).resolve()
        if not (path.is_relative_to(folder.resolve()) and path.is_file()):
            return None
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while part := file.read(READ_AT_ONCE):
                digest.update(part)
    except (OSError, ValueError, RuntimeError):
        # Too long a name, a link that turns round: no file.
        return None
    return digest.hexdigest()


def _anchor(text):
    try:
        return Anchor.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "une ancre s'écrit CLÉ-NUMÉRO-SCEAU, comme sur l'accusé"
        ) from None


def main(arguments: list[str] | None = None) -> int:
    """Print what was verified; return 0 (intact), 1 (broken) or 2 (not verified)."""
    parser = argparse.ArgumentParser(description="Vérifie un journal exporté.")
    parser.add_argument("journal", nargs="?", type=Path, default=Path("journal.json"))
    parser.add_argument("--ancre", type=_anchor, action="append", default=[])
    options = parser.parse_args(arguments)
    try:
        checks = list(check_export(read_export(options.journal), options.ancre))
        is_broken = _print_chains(checks, options.ancre)
        is_changed = _print_files(options.journal.parent)
    except Unreadable as error:
        print(f"NON VÉRIFIÉ : {_printable(str(options.journal))} : {error}")
        return 2
    if is_broken or is_changed:
        return 1
    return 0 if checks else 2


def _print_chains(checks, anchors):
    for chain, check in checks:
        print("\n".join(describe(chain, check)))
    if not checks:
        print("Aucune ligne scellée dans cet export : rien n'est prouvé.")
    unknown = [
        anchor
        for anchor in anchors
        if not any(anchor.is_of(chain["key"]) for chain, _check in checks)
    ]
    for anchor in unknown:
        print(f"Ancre {anchor.key}-{anchor.number} : d'aucune chaîne de cet export.")
    return bool(unknown) or any(check.fault for _chain, check in checks)


def _print_files(folder):
    if not (folder / MANIFEST).exists():
        print(f"Fichiers du dossier : non vérifiés, {MANIFEST} est absent.")
        return False
    changed, unnamed = check_manifest(folder)
    print("Fichiers du dossier : " + ("MODIFIÉS" if changed else "conformes"))
    for name in changed:
        print(f"  {_printable(name) or '(ligne du manifeste sans nom)'}")
    for name in unnamed:
        print(f"  Hors du manifeste, non vérifié : {_printable(name)}")
    print(
        "  Non prouvé : qu'ils n'ont pas été réécrits avec leur manifeste ; "
        "les sceaux ne portent que sur le journal."
    )
    return bool(changed)


if __name__ == "__main__":
    # A console that lacks a letter shows another in its place.
    sys.stdout.reconfigure(errors="replace")
    sys.exit(main())
