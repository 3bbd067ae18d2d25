# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Pages on which a person plays the OPCO."""

import json
from dataclasses import dataclass

from flask import (
    Blueprint,
    abort,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)

from .. import states
from ..formats import is_siret
from ..sandbox import current
from ..uploads import CONTENT_TYPES, extension

blueprint = Blueprint("page", __name__)

SHOWN = 500


@dataclass(frozen=True)
class Decision:
    """One button of a dossier's page."""

    name: str
    label: str
    etat: str


DECISIONS = (
    Decision("instruire", "Passer en instruction", states.EN_COURS_INSTRUCTION),
    Decision("engager", "Engager", states.ENGAGE),
    Decision("refuser", "Refuser", states.REFUSE),
    Decision("annuler", "Annuler", states.ANNULE),
    Decision("rompre", "Rompre", states.RUPTURE),
    Decision("solder", "Solder", states.SOLDE),
)


@blueprint.app_template_filter("etat")
def state_label(etat):
    """French label of a state."""
    return states.label(etat)


@blueprint.app_template_filter("instant")
def instant(text):
    """Instant of the ledger as a person reads it."""
    return f"{text[8:10]}/{text[5:7]}/{text[:4]} {text[11:16]} UTC"


@blueprint.app_template_filter("euros")
def euros(amount):
    """Amount in euros, French style."""
    return f"{amount:,.2f} €".replace(",", "\u202f").replace(".", ",")


@blueprint.get("/")
def home():
    """Dossiers received."""
    latest = current().dossiers.latest(SHOWN)
    rows = [(row, json.loads(row["cerfa"])) for row in latest]
    return render_template("dossiers.html", rows=rows, limit=SHOWN)


@blueprint.get("/dossiers/<int(max=9999999999):number>")
def dossier(number):
    """One dossier and its buttons."""
    row = current().dossiers.get(number)
    if row is None:
        abort(404)
    cerfa = json.loads(row["cerfa"])
    return render_template(
        "dossier.html",
        row=row,
        cerfa=cerfa,
        received=json.dumps(_masked(cerfa), ensure_ascii=False, indent=2),
        echeances=json.loads(row["echeances"] or "[]"),
        decisions=DECISIONS,
        files=current().files.of_dossier(number),
    )


@blueprint.post("/dossiers/<int(max=9999999999):number>/decision")
def decide(number):
    """Apply the button pressed."""
    wanted = request.form.get("decision")
    decision = next((d for d in DECISIONS if d.name == wanted), None)
    if decision is None:
        abort(400)
    sandbox = current()
    comment = request.form.get("commentaire", "").strip() or None
    row = sandbox.dossiers.set_state(
        number, decision.etat, comment, sandbox.settings.today()
    )
    if row is None:
        abort(404)
    return redirect(url_for("page.dossier", number=number), 303)


@blueprint.get("/cles")
def keys():
    """Keys issued and the form for a new one."""
    return render_template("keys.html", keys=current().keys.all())


@blueprint.post("/cles")
def issue_key():
    """Issue a key and show it once."""
    siret = "".join(request.form.get("siret", "").split())
    sandbox = current()
    if not is_siret(siret):
        return (
            render_template(
                "keys.html",
                keys=sandbox.keys.all(),
                problem="Ce SIRET n'est pas valide : 14 chiffres sont attendus.",
                siret=siret,
            ),
            400,
        )
    key = sandbox.keys.issue(siret)
    return render_template("key.html", siret=siret, key=key)


@blueprint.get("/depots")
def deposits():
    """Every deposit received, or the duplicates only."""
    ledger, duplicates = current().ledger, bool(request.args.get("doublons"))
    found = ledger.duplicates(SHOWN) if duplicates else ledger.all(SHOWN)
    return render_template(
        "deposits.html",
        deposits=found,
        duplicates=duplicates,
        summary=ledger.summary(),
        limit=SHOWN,
    )


@blueprint.get("/rejets")
def rejected():
    """Refused deposits and why."""
    return render_template("rejected.html", deposits=current().ledger.rejected(SHOWN))


@blueprint.get("/pieces")
def files():
    """Files received with conventions and documents."""
    return render_template("files.html", files=current().files.all()[:SHOWN])


@blueprint.get("/pieces/<int(max=9999999999):number>/fichier")
def download(number):
    """One of these files."""
    sandbox = current()
    file = sandbox.files.get(number)
    if file is None or file["sha256"] is None:
        abort(404)
    return send_file(
        sandbox.files.path(file["sha256"]),
        mimetype=CONTENT_TYPES[extension(file["name"])],
        as_attachment=True,
        download_name=file["name"],
    )


def _masked(value):
    if isinstance(value, dict):
        return {
            key: mask_nir(item) if key == "nir" else _masked(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return value


def mask_nir(nir):
    """Return a NIR of which only the first digit is shown."""
    return f"{nir[:1]}{'•' * (len(nir) - 1)}"
