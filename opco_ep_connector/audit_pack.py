# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an auditor receives: the journal, its receipts and the means to verify it.

The instructions are in French, like the verifier: for who reads them without Odoo.
"""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

from odoo import fields
from odoo.tools import format_datetime

from .convergence.people import readable
from .sealed_content import sealed_content

VERIFIER = Path(__file__).with_name("verify_journal.py")
IN_MEMORY = 8 * 1024 * 1024
# A spreadsheet would run what begins so.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "seal_number",
    "started_at",
    "sender",
    "operation",
    "reference",
    "siret",
    "environment",
    "method",
    "url",
    "outcome",
    "http_status",
    "duration_ms",
    "request_sha256",
    "file_sha256",
    "response_digest",
    "digest",
    "previous_seal",
    "seal",
    "sealed_at",
    "response_shown",
)
MASKED_COLUMN = "response_shown"
# Of a transmission, whose identifier ends the name of its receipt.
HASH_COLUMNS = (
    "reference",
    "operation",
    "id",
    "payload_sha256",
    "file_name",
    "file_size",
    "file_sha256",
)
INSTRUCTIONS = """\
DOSSIER DE PREUVES DES TRANSMISSIONS À L'OPCO

feuille.html        les transmissions de ce dossier, et la tête de chaque chaîne
accuses/            ce que l'OPCO a répondu, tel quel, données personnelles masquées
journal.csv         les échanges, à ouvrir avec un tableur
journal.json        les mêmes, avec les sceaux, pour le vérificateur
empreintes.csv      l'empreinte SHA-256 de chaque contenu transmis, et de son fichier
ancre.txt           la tête de chaque chaîne au moment de ce dossier
verify_journal.py   le vérificateur : Python 3.10 ou plus, rien d'autre
MANIFEST.sha256     l'empreinte de chaque fichier de ce dossier

VÉRIFIER
1. Décompressez le dossier, puis, dans ce dossier :
       python3 verify_journal.py
   Il recalcule chaque sceau, dit la première ligne rompue s'il y en a une, et ce qu'il
   ne peut pas prouver.
2. Avec une ancre conservée hors de la base (sur un accusé ou un dossier plus ancien) :
       python3 verify_journal.py --ancre CLÉ-NUMÉRO-SCEAU
   il prouve aussi que la chaîne n'a pas été recalculée depuis.
3. Sans Python, les fichiers seuls :
       sha256sum -c MANIFEST.sha256

Un accusé masque les données personnelles du contrat ; quelqu'un que le contrat ignore
et que l'OPCO nomme dans une phrase y reste lisible. Une réponse sans donnée personnelle
figure telle quelle dans journal.json : son texte est alors vérifié aussi. Les lignes
d'autres contrats n'y figurent que par leur sceau, pour relier celles-ci à la tête de
chaîne.
L'ancre de ce dossier ne prouve rien sur lui-même : gardez-la pour une vérification
future.
"""


class AuditPack:
    """The journal of some exchanges, as the user of `env` may read them."""

    def __init__(self, env, exchanges, title):
        self.env = env
        self.exchanges = exchanges
        self.title = title
        self.chains = env["opco.chain"].search(
            [("connection_id", "in", exchanges.connection_id.ids)]
        )
        self.name = f"dossier-de-preuves-{fields.Date.today()}"
        self._digests = {}

    def zip_file(self):
        """Return the whole pack, at its beginning."""
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # pylint: disable=consider-using-with
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
            self._add(pack, "LISEZMOI.txt", INSTRUCTIONS)
            self._add(pack, "feuille.html", self._sheet())
            self._add(pack, "ancre.txt", self._anchors())
            self._add(pack, "empreintes.csv", self._hashes())
            self._add(pack, "verify_journal.py", VERIFIER.read_text(encoding="utf-8"))
            with self._opened(pack, "journal.csv") as write:
                self._write_csv(write)
            with self._opened(pack, "journal.json") as write:
                self._write_json(write)
            for transmission in self.exchanges.transmission_id.sorted("id"):
                self._add_receipt(pack, transmission)
            self._add_manifest(pack)
        file.seek(0)
        return file

    def csv_file(self):
        """Return the journal alone, at its beginning."""
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # pylint: disable=consider-using-with
        self._write_csv(lambda text: file.write(text.encode()))
        file.seek(0)
        return file

    # ------------------------------------------------------------------------- files
    @contextmanager
    def _opened(self, pack, name):
        digest = hashlib.sha256()
        with pack.open(name, "w", force_zip64=True) as file:

            def write(text):
                content = text.encode()
                digest.update(content)
                file.write(content)

            yield write
        self._digests[name] = digest.hexdigest()

    def _add(self, pack, name, text):
        with self._opened(pack, name) as write:
            write(text)

    def _add_receipt(self, pack, transmission):
        page = self.env["report.opco_ep_connector.receipt"]._page(transmission)
        reference = (transmission.reference or "").replace("/", "-")
        self._add(pack, f"accuses/{reference}-{transmission.id}.html", str(page))

    def _add_manifest(self, pack):
        lines = [
            f"{digest}  {name}\n" for name, digest in sorted(self._digests.items())
        ]
        pack.writestr("MANIFEST.sha256", "".join(lines))

    def _sheet(self):
        page = self.env["ir.qweb"]._render(
            "opco_ep_connector.audit_pack_sheet",
            {
                "title": self.title,
                "made_at": format_datetime(self.env, fields.Datetime.now()),
                "transmissions": self.exchanges.transmission_id.sorted("id"),
                "chains": self.chains,
            },
        )
        return str(page)

    def _anchors(self):
        return "".join(
            f"{chain.anchor}  {fields.Datetime.to_string(chain.sealed_at)} UTC  "
            f"{chain.connection_id.display_name}\n"
            for chain in self.chains.filtered("seal")
        )

    def _hashes(self):
        transmissions = self.exchanges.transmission_id.sorted("id")
        words = self._words(transmissions)
        text = io.StringIO()
        text.write("\ufeff")
        _write_rows(text.write, [self._titles(transmissions, HASH_COLUMNS)])
        _write_rows(
            text.write,
            (
                [_in_words(row[name] or "", words.get(name)) for name in HASH_COLUMNS]
                for row in transmissions
            ),
        )
        return text.getvalue()

    # ----------------------------------------------------------------------- journal
    def _write_csv(self, write):
        # A journal keeps the operation as it was named; the transmission has its words.
        words = self._words(self.env["opco.transmission"]) | self._words(self.exchanges)
        write("\ufeff")
        _write_rows(write, [self._titles(self.exchanges, COLUMNS)])
        _write_rows(
            write,
            (
                [
                    _in_words(self._column(exchange, name), words.get(name))
                    for name in COLUMNS
                ]
                for exchange in self.exchanges
            ),
        )

    def _column(self, exchange, name):
        if name == MASKED_COLUMN:
            return readable(exchange._answer_without_people())
        return exchange[name]

    def _titles(self, records, names):
        """Return what the screens call these fields; times are those of the seals."""
        return [
            field._description_string(self.env)
            + (" (UTC)" if field.type == "datetime" else "")
            for field in map(records._fields.get, names)
        ]

    def _words(self, records):
        """Return, by field of a few values, what the screens call each of them."""
        return {
            name: dict(field._description_selection(self.env))
            for name, field in records._fields.items()
            if field.type == "selection"
        }

    def _write_json(self, write):
        write('{"chains": [')
        for index, chain in enumerate(self.chains.filtered("seal")):
            write(", " if index else "")
            self._write_chain(write, chain)
        write("]}\n")

    def _write_chain(self, write, chain):
        """Write the rows of the pack, and the bare links from there to the head."""
        mine = self.exchanges.filtered(
            lambda exchange: exchange.connection_id == chain.connection_id
        )
        sealed = mine.filtered("seal").sorted("seal_number")
        before = self._row_before(chain, sealed)
        number = before.seal_number if sealed else chain.number
        described = {
            "key": chain.key,
            "connection": chain.connection_id.display_name,
            "head": {
                "number": chain.number,
                "seal": chain.seal,
                "sealed_at": fields.Datetime.to_string(chain.sealed_at),
            },
            "unsealed": len(mine) - len(sealed),
            "begins_after": {
                "number": number,
                "seal": before.seal if sealed else chain.seal,
            }
            if number
            else None,
        }
        write(json.dumps(described, ensure_ascii=False)[:-1] + ', "rows": [')
        separator = "\n"
        while rows := chain.sudo()._fetch_rows(number, 2000):
            for values in rows:
                is_mine = values["id"] in mine._ids
                row = self._full_row(values) if is_mine else self._link(values)
                write(separator + json.dumps(row, ensure_ascii=False))
                separator = ",\n"
            number = rows[-1]["seal_number"]
        write("\n]}")

    def _row_before(self, chain, sealed):
        """Return the row that an export may begin after: if it is gone, none may."""
        return self.env["opco.exchange"].search(
            [
                ("connection_id", "=", chain.connection_id.id),
                ("seal", "!=", False),
                ("seal_number", "=", sealed[:1].seal_number - 1),
            ]
        )

    def _full_row(self, values):
        row = self._link(values) | {
            "previous": values["previous_seal"],
            "content": sealed_content(values),
        }
        answer = values["response_body"]
        exchange = self.env["opco.exchange"].browse(values["id"])
        # As it is only when nothing in it has to be masked.
        if answer is not None and exchange._answer_without_people() == answer:
            row |= {"salt": values["response_salt"], "answer": answer}
        return row

    def _link(self, values):
        return {
            "number": values["seal_number"],
            "digest": values["digest"],
            "sealed_at": values["sealed_at"],
            "seal": values["seal"],
        }


def _write_rows(write, rows):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        write(text.getvalue())
        text.seek(0)
        text.truncate()


def _in_words(value, words):
    return words.get(value, value) if words else value


def _cell(value):
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is False else value
