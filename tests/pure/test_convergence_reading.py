# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reading what is untrusted: error bodies, keys, addresses; masking what is logged."""

import base64
import gzip
import json
import logging
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergence.api_key import UnusableKey, clean_api_key, readable_claims
from convergence.error_bodies import MAX_ERRORS, parse_errors
from convergence.profile import InvalidAddress, Profile, check_url
from convergence.redact import (
    FILTERED_LOGGERS,
    RedactingFilter,
    install_log_filters,
    redact_json,
    redact_text,
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE4OTM0NTYwMDB9.c2lnbmF0dXJl"


def read(body, content_type="application/json"):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return [(e.code, e.text, e.field) for e in parse_errors(raw, content_type)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"description": "KO", "errors": [{"code": "E1", "description": "NIR"}]},
            [("E1", "NIR", None)],
        ),
        (
            {"Description": "KO", "ERRORS": [{"Code": 12, "Description": "non"}]},
            [("12", "non", None)],
        ),
        ({"errors": [{"code": "E", "message": "m"}]}, [("E", "m", None)]),
        ({"errors": [{"code": "E", "motif": "m"}]}, [("E", '{"motif": "m"}', None)]),
        (
            {"errors": [{"champ": "apprenti.nir", "message": "faux"}]},
            [(None, "faux", "apprenti.nir")],
        ),
        (
            {"errors": {"cerfa.apprenti.nir": ["faux", "court"]}, "title": "t"},
            [(None, "faux court", "cerfa.apprenti.nir")],
        ),
        (
            {"errors": [{"code": "F", "description": "cerfa.maitre1.nom : absent."}]},
            [("F", "cerfa.maitre1.nom : absent.", "cerfa.maitre1.nom")],
        ),
        ({"errors": ["a", "b"]}, [(None, "a", None), (None, "b", None)]),
        ({"description": "seule"}, [(None, "seule", None)]),
        ({"errors": None, "comment": "inexistant"}, [(None, "inexistant", None)]),
        ({"errors": [], "comment": "inexistant"}, [(None, "inexistant", None)]),
        ({"message": "m", "comment": "c"}, [(None, "c", None)]),
        (
            {"error": "invalid_client", "error_description": "Bad"},
            [("invalid_client", "Bad", None)],
        ),
        ({"error": "invalid_client"}, [(None, "invalid_client", None)]),
        ({"error": {"code": 4, "message": "m"}}, [("4", "m", None)]),
        ([{"code": "E", "description": "d"}], [("E", "d", None)]),
        (b"", []),
        (b"  ", []),
        (b'{"description": "cou', [(None, '{"description": "cou', None)]),
        ("Texte", [(None, "Texte", None)]),
        ('{"description": "r\xe9f"}'.encode("cp1252"), [(None, "réf", None)]),
        ('{"description": "réf"}'.encode("utf-16"), [(None, "réf", None)]),
        ('\ufeff{"comment": "réf"}'.encode(), [(None, "réf", None)]),
        (b'{"comment": "a\\u0000\\ud800b"}', [(None, "a?b", None)]),
    ],
)
def test_shapes_of_error_bodies(body, expected):
    assert read(body) == expected


def test_utf8_announced_as_latin1():
    assert read("Clé".encode(), "text/plain; charset=iso-8859-1") == [
        (None, "Clé", None)
    ]
    assert read(b"Cl\xe9", "text/plain; charset=base64") == [(None, "Clé", None)]


def test_a_web_page_gives_its_words():
    page = b"""<!DOCTYPE html><html><head><title>502 Bad&nbsp;Gateway</title>
    <style>p {}</style></head><body><script>x()</script><p>nginx</p></body></html>"""
    assert read(page, "text/html") == [(None, "502 Bad Gateway – nginx", None)]


def test_what_a_web_page_does_not_close_is_read_on():
    page = b"<html><script>a</script >b<!-- c --><head d<script>e<style>f</STYLE>g"
    assert read(page) == [(None, "b <head d e g", None)]


@pytest.mark.parametrize(
    "markup",
    [
        "<script>",
        "<head ",
        "<!--",
        "<title",
        "<title>",
        "</script ",
        "<style></script>",
    ],
)
def test_a_web_page_without_end_is_not_slow(markup):
    began = time.process_time()
    read(b"<html>" + markup.encode() * 20_000)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "noise",
    [
        random.Random(1).randbytes(64),
        gzip.compress(b'{"numeroInterne": "1000001"}', mtime=0),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\b\x06\0\0\0",
    ],
)
def test_noise_says_nothing(noise):
    assert read(noise) == []


def test_words_with_a_lost_letter_are_kept():
    lost = "Num\ufffdro d\ufffdj\xe0 connu"
    assert read(lost.encode(), "text/plain") == [(None, lost, None)]


def test_errors_are_bounded():
    found = parse_errors(json.dumps({"errors": ["é" * 5000] * 500}).encode())
    assert len(found) == MAX_ERRORS
    assert {len(error.text) for error in found} == {2000}
    assert parse_errors(b"[" * 200_000)


@given(st.binary(), st.none() | st.text())
def test_any_bytes_are_read(body, content_type):
    assert isinstance(parse_errors(body, content_type), tuple)


@given(JSON_VALUES, st.sampled_from(["errors", "Errors", "error", "message", "x"]))
def test_any_json_is_read(value, name):
    for body in (value, {name: value}, {name: [{"code": value, "message": value}]}):
        for error in parse_errors(json.dumps(body).encode()):
            assert "\0" not in error.text
            assert len(error.text) <= 2000
            error.text.encode()


NIRS = st.from_regex(
    r"[1-478][0-9]{2}(0[1-9]|1[0-2])([0-9]{2}|2[AB])[0-9]{6}([0-9]{2})?",
    fullmatch=True,
)


@given(NIRS, st.sampled_from(["%s", "nir=%s", "le NIR %s.", "NIR%s", '{"x": "%s"}']))
def test_a_nir_is_masked(nir, sentence):
    assert nir not in redact_text(sentence % nir)


@pytest.mark.parametrize("nir", ["1 06 05 75 056 123", "1 06 05 2A 056 123 79"])
def test_a_spaced_nir_is_masked(nir):
    assert redact_text(f"nir : {nir} faux") == "nir : *** faux"


@given(st.text(min_size=8))
def test_a_named_value_is_masked(secret):
    for name in (
        "client_secret",
        "Access_Token",
        "nir",
        "droitsRqthExtensionBOE",
        "dontMajorationRqth",
        "montantRQTHAnnee1",
    ):
        assert redact_json({"a": [{name: secret}]}) == {"a": [{name: "***"}]}
        written = json.dumps({name: secret, "z": 1})
        assert redact_text(written) == f'{{"{name}": "***", "z": 1}}'


@given(st.text(min_size=1), st.text(), st.text())
def test_given_secrets_are_masked(secret, before, after):
    redacted = redact_text(before + secret + after, [secret])
    assert secret not in redacted.replace("***", "") or secret in redact_text(
        before
    ) + redact_text(after)


@given(JSON_VALUES)
def test_any_json_is_masked(value):
    redact_json(value)
    redact_text(repr(value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"key {JWT}, next", "key ***, next"),
        (
            "GET /k?siren=900000019&XAPIKEY=abc HTTP",
            "GET /k?siren=***&XAPIKEY=*** HTTP",
        ),
        ("url: https://h/p?XAPIKEY=abc", "url: https://h/p?XAPIKEY=***"),
        ("X-API-KEY: abc", "X-API-KEY: ***"),
        ("Authorization: Basic YTpi", "Authorization: ***"),
        ("sent Bearer abc.def to", "sent Bearer *** to"),
        ("{'handicap': True, 'a': 1}", "{'handicap': ***, 'a': 1}"),
        ('{\\"nir\\": \\"x\\"}', '{\\"nir\\": \\"***\\"}'),
        ("numéro de sécurité sociale : x", "numéro de sécurité sociale : ***"),
        ("SIRET 90000001900019", "SIRET 90000001900019"),
        ("DECA 075202609001234", "DECA 075202609001234"),
    ],
)
def test_free_text(text, expected):
    assert redact_text(text) == expected


def test_numbers_and_depth():
    assert redact_json({"a": 1060575056123, "b": 12, "c": True}) == {
        "a": "***",
        "b": 12,
        "c": True,
    }
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert redact_json(deep) == "***"


def test_log_filters_are_attached_once(caplog):
    install_log_filters()
    install_log_filters()
    for name in FILTERED_LOGGERS:
        held = logging.getLogger(name).filters
        assert sum(isinstance(one, RedactingFilter) for one in held) == 1
    logger = logging.getLogger("urllib3.connectionpool")
    try:
        raise ValueError(f"with {JWT}")
    except ValueError:
        logger.error('"%s %s"', "GET", "/v2/cfakeyinfo?XAPIKEY=secret", exc_info=True)
    assert "XAPIKEY=***" in caplog.text
    assert "secret" not in caplog.text and JWT not in caplog.text


def test_a_key_is_cleaned():
    assert clean_api_key(f"\ufeff \r\n{JWT}\n\n ") == JWT
    assert clean_api_key("abcDEF123+/=") == "abcDEF123+/="


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\u200b", "empty"),
        ("abc def", "inner_spaces"),
        ("abc\ndef", "inner_spaces"),
        ("https://cfa.example/key", "url"),
        ("lea@cfa.example", "email"),
        (JWT.rpartition(".")[0], "truncated_jwt"),
        (JWT.rpartition(".")[0] + ".", "truncated_jwt"),
        ("eyJhbGciOiJIUzI1NiJ9", "truncated_jwt"),
        ("clé", "not_ascii"),
        ("abc\x07", "not_ascii"),
    ],
)
def test_what_cannot_be_a_key(text, reason):
    with pytest.raises(UnusableKey) as caught:
        clean_api_key(text)
    assert caught.value.reason == reason
    assert not text.strip() or text not in str(caught.value)


def test_claims():
    assert readable_claims(JWT) == {
        "header": {"alg": "HS256"},
        "payload": {"exp": 1893456000},
    }
    listed = base64.urlsafe_b64encode(b"[]").decode()
    for other in ("", "abc", "a.b.c", "é.é.é", f"{listed}.{listed}.x"):
        assert readable_claims(other) == {}


@given(st.text())
def test_any_text_has_claims_or_not(text):
    assert isinstance(readable_claims(text), dict)
    assert isinstance(readable_claims(f"{text}.{text}.x"), dict)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/prefix",
        "http://localhost:8080",
        "http://127.0.0.2/x",
        "http://[::1]:80",
    ],
)
def test_good_addresses(url):
    assert check_url(url) == url
    assert check_url(url + "/") == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "empty"),
        ("api.example", "scheme"),
        ("ftp://api.example", "scheme"),
        ("http://api.example", "not_https"),
        ("http://127.0.0.1.example", "not_https"),
        ("http://localhost@api.example", "credentials"),
        ("https://a:b@api.example", "credentials"),
        ("https://api.example?a=b", "query"),
        ("https://api.example#a", "fragment"),
        ("https://api.example:99999", "port"),
        ("https://", "host"),
        ("https://[::1", "host"),
        ("https://a b", "characters"),
        ("https://a\\@b", "characters"),
        ("https://é.example", "characters"),
    ],
)
def test_bad_addresses(url, reason):
    with pytest.raises(InvalidAddress) as caught:
        check_url(url)
    assert caught.value.reason == reason


def test_profiles():
    ep = Profile("https://api.example/", "https://auth.example/token")
    assert ep.url("dossiers_states") == "https://api.example/v1/dossiers/etats"
    assert ep.state(" ruptu ") == "RUPTURE"
    assert ep.state("NOUVEAU") == "NOUVEAU"
    assert ep.is_final("SOLDE") and not ep.is_final("ENGAGE")
    hash(ep)
    with pytest.raises(TypeError):
        ep.paths["status"] = "/other"
    with pytest.raises(InvalidAddress):
        Profile("https://api.example")
    with pytest.raises(ValueError):
        Profile("https://api.example", auth_mode="magic")
    with pytest.raises(ValueError):
        Profile("https://api.example", auth_mode="none", nir_length=14)


def test_a_profile_names_only_the_types_of_the_norm():
    with pytest.raises(ValueError, match="CERFA"):
        Profile(
            "https://api.example",
            auth_mode="none",
            document_types={"signed_form": "CERFA"},
        )
    profile = Profile(
        "https://api.example",
        auth_mode="none",
        document_types={"identity": "CONVENTION_MOBILITE"},
    )
    assert dict(profile.document_types) == {"identity": "CONVENTION_MOBILITE"}
