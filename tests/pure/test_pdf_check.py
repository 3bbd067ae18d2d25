# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is looked at in a file before it is kept."""

import hashlib
import io
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf.errors import DependencyError

from pdf_check import LARGEST, MEGABYTE, BadFile, check_pdf, kept_name
from pdf_examples import EXE, TORN, pdf


def reason_of(content: bytes) -> str:
    with pytest.raises(BadFile) as refusal:
        check_pdf(io.BytesIO(content))
    return refusal.value.reason


def test_a_pdf_is_known_by_its_hash_and_left_at_its_beginning():
    content = io.BytesIO(pdf())
    assert check_pdf(content) == hashlib.sha256(pdf()).hexdigest()
    assert content.tell() == 0


def test_a_pdf_that_only_forbids_printing_opens():
    locked = pdf(user_password="", owner_password="secret")
    assert check_pdf(io.BytesIO(locked)) == hashlib.sha256(locked).hexdigest()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (EXE, "not_pdf"),
        (b"hello" * 100, "not_pdf"),
        (TORN, "broken"),
        (b"%PDF-1.7\n%%EOF", "broken"),
        (pdf(user_password="secret"), "locked"),
    ],
)
def test_bad_files_are_told_apart(content, reason):
    assert reason_of(content) == reason


def test_what_the_server_cannot_decrypt_is_said_to_be_locked(monkeypatch):
    """As pypdf does with a cryptography older than 43."""

    def too_old(_content):
        raise DependencyError("cryptography>=3.1 is required for AES algorithm")

    monkeypatch.setattr("pdf_check.PdfReader", too_old)
    assert reason_of(pdf(user_password="secret")) == "locked"


def test_200_megabytes_are_refused_unread():
    with tempfile.TemporaryFile() as content:
        content.truncate(200 * MEGABYTE)
        with pytest.raises(BadFile) as refusal:
            check_pdf(content)
    assert refusal.value.reason == "too_large"


def test_the_largest_is_taken():
    content = pdf()
    # What follows the end of a PDF is ignored by its readers.
    padded = content + b"\n" * (LARGEST - len(content))
    assert check_pdf(io.BytesIO(padded))
    assert reason_of(padded + b"\n") == "too_large"


@given(st.binary(max_size=2000))
def test_no_content_makes_it_fail(noise):
    try:
        check_pdf(io.BytesIO(b"%PDF-1.7\n" + noise))
    except BadFile as error:
        assert error.reason in ("broken", "locked")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Convention.pdf", "Convention.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\Léa 🎓.pdf", "Léa 🎓.pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("ligne\nsuivante\x00.pdf", "lignesuivante.pdf"),
        ("...", "document.pdf"),
        ("dossier/", "document.pdf"),
        ("", "document.pdf"),
    ],
)
def test_names_are_made_plain(given_name, kept):
    assert kept_name(given_name) == kept


@given(st.text())
def test_any_name_is_kept_short_and_printable(name):
    kept = kept_name(name)
    assert 0 < len(kept) <= 120
    assert kept.isprintable() and "/" not in kept and "\\" not in kept
