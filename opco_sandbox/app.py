# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Flask application: the norm, the token server, the admin API, the page."""

from flask import Flask, render_template, request

from .answers import SHAPES, Refusal, Verdict, gateway
from .answers import admin as admin_refusal
from .routes import admin, keyinfo, norm, page, rupture, token, uploads
from .sandbox import current


def create_app(sandbox):
    """Return the application serving this sandbox."""
    app = Flask(__name__)
    app.extensions["opco_sandbox"] = sandbox
    app.json.sort_keys = False
    app.json.ensure_ascii = False
    for module in (token, norm, uploads, rupture, keyinfo, admin, page):
        app.register_blueprint(module.blueprint)
    app.register_error_handler(Refusal, lambda refusal: refusal.answer())
    app.register_error_handler(Verdict, _verdict)
    app.register_error_handler(404, _no_route)
    app.register_error_handler(405, _no_route)
    app.register_error_handler(413, _too_long)
    app.before_request(_let_time_pass)
    app.after_request(_harden)
    return app


def _let_time_pass():
    current().dossiers.let_time_pass()


def _verdict(refusal):
    shape = SHAPES.get(current().settings["error_shape"])
    return (refusal.shaped(shape) if shape else refusal).answer()


def _no_route(error):
    """Answer an unknown address or method in the language of its part."""
    if request.path.startswith(("/v1", "/v2", "/auth")):
        return gateway(404, "no Route matched with those values").answer()
    if request.path.startswith("/sandbox"):
        return admin_refusal(error.code, "Adresse ou méthode inconnue.").answer()
    return render_template("not_found.html"), error.code


def _too_long(error):
    return gateway(413, "Request size limit exceeded").answer()


def _harden(response):
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; frame-ancestors 'none'; form-action 'self'"
        )
    return response
