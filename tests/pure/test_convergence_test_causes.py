# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What tells why a test failed: the key's claims, the clock, the network."""

import base64
import json
from datetime import datetime, timedelta, timezone

import pytest
import requests

from convergence.clock_watch import TOLERATED, ClockWatch
from convergence.errors import NotSent
from convergence.key_claims import KeyClaims, read_claims
from convergence.network_causes import network_cause

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


def jwt(claims):
    parts = ({"alg": "none"}, claims)
    encoded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts
    ]
    return ".".join([*encoded, "signature"])


@pytest.mark.parametrize(
    ("claims", "siret"),
    [
        ({"siret": "90000002700012"}, "90000002700012"),
        ({"cfaSiret": 90000002700012}, "90000002700012"),
        ({"SIRET": "900 000 027 00012"}, "90000002700012"),
        ({"siret": "900000027"}, None),
        ({"siret": None, "siret_cfa": "90000002700012"}, "90000002700012"),
        ({"siret": ["90000002700012"]}, None),
        ({"sub": "90000002700012"}, None),
    ],
)
def test_siret_of_a_key(claims, siret):
    assert read_claims(jwt(claims)).siret == siret


def test_dates_of_a_key():
    claims = read_claims(jwt({"iat": NOW.timestamp(), "exp": "tomorrow"}))
    assert (claims.issued_at, claims.expires_at) == (NOW, None)


@pytest.mark.parametrize("key", ["", "opaque", "a.b.c", jwt({"exp": 1e300}), jwt({})])
def test_nothing_readable_is_nothing_said(key):
    assert read_claims(key) == KeyClaims()


@pytest.mark.parametrize(
    ("names", "cause"),
    [
        ("ConnectionError / MaxRetryError / NameResolutionError / gaierror", "name"),
        ("SSLError / MaxRetryError / SSLCertVerificationError", "tls"),
        ("ConnectionError / NewConnectionError / ConnectionRefusedError", "refused"),
        ("ConnectTimeout / MaxRetryError / ConnectTimeoutError", "timeout"),
        ("ReadTimeout / ReadTimeoutError", "timeout"),
        ("ConnectionError / ProtocolError", None),
    ],
)
def test_cause_of_a_network_failure(names, cause):
    assert network_cause(NotSent(f"GET /v1/status: {names}")) == cause


def test_an_answer_is_no_network_failure():
    assert network_cause(NotSent("GET: HTTP 504, Timeout", http_status=504)) is None


@pytest.mark.parametrize(
    ("ahead", "told"),
    [(0, 0), (TOLERATED, 0), (-TOLERATED, 0), (600, 600), (-600, -600)],
)
def test_clock(ahead, told):
    watch = ClockWatch(clock=lambda: NOW + timedelta(seconds=ahead))
    answer(watch, NOW.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert watch.seconds_ahead == told


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_clock_unknown(date):
    watch = ClockWatch(clock=lambda: NOW)
    answer(watch, date)
    assert watch.seconds_ahead == 0


def answer(watch, date):
    """Let a session of the watch get an answer with this date."""
    response = requests.Response()
    if date is not None:
        response.headers["Date"] = date
    for hook in watch.session().hooks["response"]:
        hook(response, timeout=None)
