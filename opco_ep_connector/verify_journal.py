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
    return hashlib.sha256(text.encode()).hexdigest()


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
        key, number, sealed = "".join(text.split()).lower().split("-")
        if len(key) != KEY_SHOWN or len(sealed) != 64:
            raise ValueError(text)
        return cls(key, int(number), sealed)

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
        self._expected = {
            anchor.number: anchor for anchor in self.anchors if anchor.is_of(self.key)
        }

    def begin_after(self, number: int, sealed: str) -> None:
        """Take for granted a row that the export does not hold."""
        self.number, self.seal = number, sealed

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
        for anchor in self._expected.values():
            if not self.fault and anchor.number > self.number:
                self.fault = Fault(anchor.number, WRONG_ANCHOR)

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
        anchor = self._expected.get(row.number)
        if anchor and anchor.seal != row.seal:
            return WRONG_ANCHOR
        return None

    def _accept(self, row: Row) -> None:
        self.first = self.first or row.number
        self.number, self.seal = row.number, row.seal
        self.read += 1
        self.with_content += row.content is not None
        self.with_answer += row.answer is not None
        if row.number in self._expected:
            self.met.append(self._expected[row.number])


def _is_sealed_answer(row: Row) -> bool:
    if row.salt is None:
        return False
    if row.content is None:
        return True
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
    lines = [f"Chaîne {chain['key'][:KEY_SHOWN]} ({chain['connection']})"]
    if check.fault:
        reason = _SENTENCES[check.fault.kind]
        lines.append(f"  ROMPUE à la ligne n° {check.fault.number} : {reason}.")
        lines.append(f"  {check.read} ligne(s) en ordre avant elle.")
        return lines
    lines += [
        f"  Intacte : {check.read} ligne(s), jusqu'au n° {check.number}.",
        f"  Tête de chaîne : {check.seal}, "
        f"scellée le {chain['head']['sealed_at']} UTC.",
        f"  Contenus vérifiés : {check.with_content} ; "
        f"réponses vérifiées : {check.with_answer}.",
    ]
    lines += [f"  Ancre retrouvée : n° {anchor.number}." for anchor in check.met]
    return lines + [f"  Non prouvé : {limit}" for limit in _limits(chain, check)]


def _limits(chain, check):
    if chain["begins_after"]:
        number = chain["begins_after"]["number"]
        yield f"les lignes 1 à {number}, absentes de cet export."
    if check.with_content < check.read:
        yield "le contenu des lignes dont seul le sceau est exporté."
    if check.with_answer < check.with_content:
        yield "le texte des réponses effacées ou masquées (données personnelles)."
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


def check_manifest(folder: Path) -> list[str]:
    """Return the names of the files that are not what ``MANIFEST.sha256`` says."""
    manifest = folder / "MANIFEST.sha256"
    lines = manifest.read_text(encoding="utf-8").splitlines()
    return [
        name
        for digest, _space, name in (line.partition("  ") for line in lines)
        if not _has_digest(folder / name, digest)
    ]


def _has_digest(path, digest):
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _anchor(text):
    try:
        return Anchor.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "une ancre s'écrit CLÉ-NUMÉRO-SCEAU, comme sur l'accusé"
        ) from None


def main(arguments: list[str] | None = None) -> int:
    """Print what was verified; return 0 (intact), 1 (broken)."""
    parser = argparse.ArgumentParser(description="Vérifie un journal exporté.")
    parser.add_argument("journal", nargs="?", type=Path, default=Path("journal.json"))
    parser.add_argument("--ancre", type=_anchor, action="append", default=[])
    options = parser.parse_args(arguments)
    with options.journal.open(encoding="utf-8") as file:
        checks = list(check_export(json.load(file), options.ancre))
    for chain, check in checks:
        print("\n".join(describe(chain, check)))
    changed = []
    if (options.journal.parent / "MANIFEST.sha256").exists():
        changed = check_manifest(options.journal.parent)
        print("Fichiers du dossier : " + ("MODIFIÉS" if changed else "conformes"))
        print("".join(f"  {name}\n" for name in changed), end="")
    unknown = [
        anchor
        for anchor in options.ancre
        if not any(anchor.is_of(chain["key"]) for chain, _check in checks)
    ]
    for anchor in unknown:
        print(f"Ancre {anchor.key}-{anchor.number} : d'aucune chaîne de cet export.")
    broken = any(check.fault for _chain, check in checks)
    return 1 if broken or changed or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
