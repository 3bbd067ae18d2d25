# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealed_content import (
    CURRENT_FORMAT,
    SEALED_CONTENT,
    SEALED_NAMES,
    ContentWriter,
    sealed_content,
)
from verify_journal import canonical

COLUMNS = ("id", *sorted(SEALED_NAMES, reverse=True))
# PostgreSQL keeps neither a lone surrogate nor a null character.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
ROW = st.tuples(*[st.none() | st.integers() | TEXT for _name in COLUMNS])


@given(st.sampled_from(sorted(SEALED_CONTENT)), ROW)
def test_writer_writes_what_was_hashed(digest_format, row):
    values = dict(zip(COLUMNS, row, strict=True)) | {"digest_format": digest_format}
    written = ContentWriter(digest_format, COLUMNS).as_json(row)
    assert written == canonical(sealed_content(values))


def test_what_could_be_written_in_two_ways_is_refused():
    row = [1.5] * len(COLUMNS)
    with pytest.raises(TypeError):
        ContentWriter(CURRENT_FORMAT, COLUMNS).as_json(row)


def test_row_without_a_format_has_the_first():
    row = dict.fromkeys(SEALED_NAMES, "x") | {"digest_format": None}
    assert tuple(sealed_content(row)) == SEALED_CONTENT[1]
