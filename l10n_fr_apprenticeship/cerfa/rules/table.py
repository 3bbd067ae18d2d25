# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The table of the rules, for people: ``docs/regles.md``."""

import string

from ..findings import Severity
from . import Rule, all_rules

_SEVERITIES = {
    Severity.BLOCK: "Bloquant",
    Severity.OVERRIDABLE_BLOCK: "Bloquant, sauf motif",
    Severity.WARN: "Avertissement",
    Severity.INFO: "Information",
}
_SECTIONS = {
    "AGE": "Âge de l'apprenti",
    "AVE": "Avenants",
    "COD": "Codes de la notice",
    "COH": "Cohérence",
    "DAT": "Dates et durées",
    "EMP": "Employeur",
    "FIN": "Financement",
    "FMT": "Formats",
    "FOR": "Formation",
    "IDT": "Identifiants",
    "MA": "Maître d'apprentissage",
    "OBL": "Cases obligatoires",
    "PAY": "Rémunération",
    "VER": "Version du formulaire",
}
_INTRODUCTION = """# Règles du contrôle

Chaque règle compare les cases du formulaire CERFA 10103 avec la loi, la notice 51649 ou
les usages des OPCO. Une règle *bloquante* empêche l'envoi ; *bloquante, sauf motif*,
elle laisse passer quand quelqu'un en donne le motif. « … » est ce qui est lu sur le
formulaire ou dans la loi.

Cette page est écrite par `python -m cerfa.rules` : ne la corrigez pas à la main.
"""
_HEADER = "| Règle | Gravité | Article | Message |\n| --- | --- | --- | --- |"


def rules_table() -> str:
    """Return the rules as a page of Markdown, by section then id, in French."""
    parts = [_INTRODUCTION]
    for prefix, title in sorted(_SECTIONS.items(), key=lambda item: item[1].casefold()):
        rows = [_row(rule) for rule in all_rules() if _prefix(rule) == prefix]
        parts.append("\n".join([f"## {title}", "", _HEADER, *rows, ""]))
    return "\n".join(parts)


def _prefix(rule: Rule) -> str:
    return rule.rule_id.split("-")[0]


def _row(rule: Rule) -> str:
    cells = (
        rule.rule_id,
        _SEVERITIES[rule.severity],
        rule.article or "",
        _sentence(rule.sentence),
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _sentence(template: str) -> str:
    pieces = string.Formatter().parse(template)
    return "".join(text + ("" if name is None else "…") for text, name, _, _ in pieces)
