# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify_journal import (
    Anchor,
    ChainCheck,
    Fault,
    Row,
    anchor_text,
    answer_digest,
    canonical,
    content_digest,
    first_link,
    main,
    seal,
)

KEY = "0123456789abcdef0123456789abcdef"
SEALED_AT = "2026-11-23 09:30:00"


def chained(contents, key=KEY):
    """Return the sealed rows of these contents."""
    rows, previous = [], first_link(key)
    for number, content in enumerate(contents, 1):
        digest = content_digest(content)
        sealed = seal(number, previous, digest, SEALED_AT)
        rows.append(
            Row(
                number,
                digest,
                SEALED_AT,
                sealed,
                previous,
                canonical(content),
                content.get("response_digest"),
            )
        )
        previous = sealed
    return rows


def read(rows, head=None, anchors=()):
    check = ChainCheck(KEY, anchors=tuple(anchors))
    check.feed(rows)
    check.end(head or (rows[-1].number, rows[-1].seal))
    return check


ROWS = chained([{"reference": f"AP/{number}"} for number in range(1, 7)])
HEAD = (6, ROWS[-1].seal)


def test_value_of_a_seal_never_changes():
    # What was sealed once must verify for ever: these values are not to be adapted.
    digest = content_digest({"b": "é", "a": False})
    assert digest == "2447e183148a85a0212050c80839498dea0331faa827d6956cc5d41c04ab7028"
    sealed = seal(1, first_link(KEY), digest, SEALED_AT)
    assert sealed == "267a316dd6e9d37b7f02da1c43dcfe5c1825d249f820a1a99613c83743aa47fb"


def test_intact_chain():
    check = read(ROWS)
    assert check.fault is None
    assert (check.read, check.first, check.number) == (6, 1, 6)


@given(st.integers(0, 5))
def test_any_changed_row_is_named(index):
    rows = list(ROWS)
    rows[index] = rows[index]._replace(content=canonical({"reference": "other"}))
    assert read(rows, HEAD).fault == Fault(index + 1, "content")


@given(st.integers(0, 5))
def test_any_removed_row_is_named(index):
    rows = ROWS[:index] + ROWS[index + 1 :]
    kind = "head" if index == 5 else "missing"
    assert read(rows, HEAD).fault == Fault(index + 1, kind)


@given(st.permutations(ROWS).filter(lambda rows: rows != ROWS))
def test_any_other_order_is_found(rows):
    assert read(rows, HEAD).fault


@given(st.integers(0, 4))
def test_any_renumbered_swap_is_found(index):
    rows = list(ROWS)
    first, second = rows[index : index + 2]
    rows[index : index + 2] = [
        second._replace(number=first.number),
        first._replace(number=second.number),
    ]
    assert read(rows, HEAD).fault == Fault(index + 1, "link")


@given(st.integers(0, 5))
def test_any_repeated_row_is_found(index):
    rows = ROWS[: index + 1] + ROWS[index:]
    assert read(rows, HEAD).fault == Fault(index + 1, "misplaced")


@given(st.integers(1, 6), st.integers(0, 5))
def test_recomputed_chain_is_found_from_the_anchor_on(number, index):
    anchor = Anchor.parse(anchor_text(KEY, number, ROWS[number - 1].seal))
    contents = [json.loads(row.content) for row in ROWS]
    contents[index] = {"reference": "other"}
    check = read(chained(contents), anchors=[anchor])
    if index < number:
        assert check.fault == Fault(number, "anchor")
    else:
        assert check.fault is None, "what follows the anchor is not proven"


def test_chain_cut_before_the_anchor():
    anchor = Anchor.parse(anchor_text(KEY, 6, ROWS[5].seal))
    assert read(ROWS[:4], anchors=[anchor]).fault == Fault(6, "anchor")


def test_anchor_of_another_chain_is_not_looked_for():
    anchor = Anchor("ffffffff", 3, "0" * 64)
    assert read(ROWS, anchors=[anchor]).fault is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "a-b-c",
        f"{KEY}-1-{'0' * 64}",
        "1-2-3-4",
        f"{KEY[:8]}-0-{'0' * 64}",
        f"{KEY[:8]}-1-{'O' * 64}",
        f"{KEY[:8]}-١-{'0' * 64}",
    ],
)
def test_what_is_no_anchor(text):
    with pytest.raises(ValueError):
        Anchor.parse(text)
    with pytest.raises(ValueError):
        Anchor.parse_all(f"{text} ?")


def test_anchors_copied_from_pages_that_cut_their_lines():
    first, second = (anchor_text(KEY, n, ROWS[n - 1].seal) for n in (2, 5))
    pasted = f" {first[:30]}\n{first[30:]}\n{second[:70]} {second[70:].upper()}\n"
    assert Anchor.parse_all(pasted) == [Anchor.parse(first), Anchor.parse(second)]
    assert Anchor.parse_all(" \n") == []


def test_each_anchor_of_the_same_row_counts():
    true = Anchor(KEY[:8], 4, ROWS[3].seal)
    false = Anchor(KEY[:8], 4, "0" * 64)
    for anchors in ([true, false], [false, true]):
        assert read(ROWS, anchors=anchors).fault == Fault(4, "anchor")
    assert read(ROWS, anchors=[true, true]).fault is None


def test_answers():
    digest = answer_digest("salt", "answer")
    [row] = chained([{"response_digest": digest}])
    assert read([row._replace(salt="salt", answer="answer")]).with_answer == 1
    assert read([row]).with_answer == 0
    for changed in (
        {"salt": "salt", "answer": "other"},
        {"answer": "answer"},
        {"salt": "salt", "answer": "answer", "content": None},
    ):
        assert read([row._replace(**changed)]).fault == Fault(1, "answer")


def test_answer_of_which_the_content_says_nothing():
    [row] = chained([{"reference": "AP/1"}])
    assert read([row._replace(salt="", answer="")]).fault == Fault(1, "answer")


def test_answer_of_an_export():
    content = {"response_digest": answer_digest("salt", "answer")}
    [row] = chained([content])
    exported = {
        "number": 1,
        "digest": row.digest,
        "sealed_at": SEALED_AT,
        "seal": row.seal,
        "content": content,
        "salt": "salt",
    }
    assert read([Row.exported(exported | {"answer": "answer"})]).with_answer == 1
    changed = Row.exported(exported | {"answer": "other"})
    assert read([changed]).fault == Fault(1, "answer")


@given(st.integers(0, 6))
def test_stopped_anywhere_and_resumed(stop):
    first = ChainCheck(KEY)
    first.feed(ROWS[:stop])
    second = ChainCheck(KEY)
    second.begin_after(first.number, first.seal)
    second.feed(ROWS[stop:])
    second.end(HEAD)
    assert second.fault is None


# -------------------------------------------------------------------- as a command
def export(rows=ROWS, **changes):
    chain = {
        "key": KEY,
        "connection": "CFA EXEMPLE",
        "head": {"number": 6, "seal": ROWS[-1].seal, "sealed_at": SEALED_AT},
        "unsealed": 0,
        "begins_after": None,
        "rows": [
            {
                "number": row.number,
                "digest": row.digest,
                "sealed_at": row.sealed_at,
                "seal": row.seal,
                "content": json.loads(row.content),
            }
            for row in rows
        ],
    }
    return {"chains": [chain | changes]}


def run(tmp_path, content, *arguments):
    path = tmp_path / "journal.json"
    path.write_text(json.dumps(content))
    return main([str(path), *arguments])


def test_without_an_anchor_it_says_what_it_cannot_prove(tmp_path, capsys):
    assert run(tmp_path, export()) == 0
    said = capsys.readouterr().out
    assert "Intacte : 6 ligne(s)" in said
    assert "que toute la chaîne n'a pas été recalculée" in said


def test_with_an_anchor(tmp_path, capsys):
    anchor = anchor_text(KEY, 4, ROWS[3].seal)
    assert run(tmp_path, export(), "--ancre", anchor) == 0
    said = capsys.readouterr().out
    assert "Ancre retrouvée : n° 4" in said
    assert "les lignes après l'ancre n° 4" in said


def test_recomputed_export_and_anchor(tmp_path, capsys):
    rows = chained([{"reference": "other"}] * 6)
    head = {"number": 6, "seal": rows[-1].seal, "sealed_at": SEALED_AT}
    anchor = anchor_text(KEY, 4, ROWS[3].seal)
    assert run(tmp_path, export(rows, head=head)) == 0
    assert run(tmp_path, export(rows, head=head), "--ancre", anchor) == 1
    assert "ROMPUE à la ligne n° 4" in capsys.readouterr().out


def test_anchor_of_no_chain(tmp_path, capsys):
    anchor = anchor_text("f" * 8, 4, ROWS[3].seal)
    assert run(tmp_path, export(), "--ancre", anchor) == 1
    assert "d'aucune chaîne" in capsys.readouterr().out


def test_part_of_a_chain(tmp_path, capsys):
    begins_after = {"number": 2, "seal": ROWS[1].seal}
    assert run(tmp_path, export(ROWS[2:], begins_after=begins_after)) == 0
    assert "les lignes 1 à 2" in capsys.readouterr().out


def test_anchor_of_the_row_before_a_part(tmp_path, capsys):
    begins_after = {"number": 2, "seal": ROWS[1].seal}
    part = export(ROWS[2:], begins_after=begins_after)
    assert run(tmp_path, part, "--ancre", anchor_text(KEY, 2, ROWS[1].seal)) == 0
    assert "Ancre retrouvée : n° 2" in capsys.readouterr().out
    assert run(tmp_path, part, "--ancre", anchor_text(KEY, 2, "0" * 64)) == 1
    assert "ROMPUE à la ligne n° 2" in capsys.readouterr().out


def test_anchor_before_a_part(tmp_path, capsys):
    begins_after = {"number": 2, "seal": ROWS[1].seal}
    part = export(ROWS[2:], begins_after=begins_after)
    assert run(tmp_path, part, "--ancre", anchor_text(KEY, 1, "0" * 64)) == 0
    assert "Non prouvé : l'ancre n° 1" in capsys.readouterr().out


def test_time_of_the_head_is_that_of_its_row(tmp_path, capsys):
    head = {"number": 6, "seal": ROWS[-1].seal, "sealed_at": "2020-01-01 00:00:00"}
    assert run(tmp_path, export(head=head)) == 0
    said = capsys.readouterr().out
    assert f"scellée le {SEALED_AT}" in said
    assert "2020" not in said


def test_broken_export(tmp_path, capsys):
    assert run(tmp_path, export(ROWS[:2] + ROWS[3:])) == 1
    assert "ROMPUE à la ligne n° 3 : elle manque." in capsys.readouterr().out


def test_manifest(tmp_path, capsys):
    (tmp_path / "MANIFEST.sha256").write_text(f"{'0' * 64}  journal.json\n")
    assert run(tmp_path, export()) == 1
    said = capsys.readouterr().out
    assert "MODIFIÉS\n  journal.json" in said
    assert "réécrits avec leur manifeste" in said


def test_without_a_manifest_it_says_that_files_are_not_verified(tmp_path, capsys):
    assert run(tmp_path, export()) == 0
    assert "non vérifiés, MANIFEST.sha256 est absent" in capsys.readouterr().out


def manifest(tmp_path, names):
    journal = tmp_path / "journal.json"
    journal.write_text(json.dumps(export()))
    lines = [
        f"{hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}\n"
        for name in names
    ]
    (tmp_path / "MANIFEST.sha256").write_text("".join(lines))
    return main([str(journal)])


def test_files_slipped_in_are_named(tmp_path, capsys):
    (tmp_path / "accuses").mkdir()
    (tmp_path / "accuses" / "faux.html").write_text("accepted")
    assert manifest(tmp_path, ["journal.json"]) == 0
    said = capsys.readouterr().out
    assert "conformes\n  Hors du manifeste, non vérifié : accuses/faux.html" in said


def test_no_file_out_of_the_folder_is_looked_at(tmp_path, capsys):
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    for name in ("../secret", str(tmp_path / "secret"), "link"):
        assert manifest(folder, [name, "journal.json"]) == 1
        assert f"MODIFIÉS\n  {name}\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", "nul\0", "x" * 5000, "..", "accuses", "a\033[2J"])
def test_strange_names_of_a_manifest(tmp_path, capsys, name):
    (tmp_path / "MANIFEST.sha256").write_text(f"{'0' * 64}  {name}\n")
    assert run(tmp_path, export()) == 1
    said = capsys.readouterr().out
    assert "MODIFIÉS" in said
    assert "\033" not in said


def unreadable(tmp_path, capsys, content):
    path = tmp_path / "journal.json"
    path.write_bytes(content)
    assert main([str(path)]) == 2
    said = capsys.readouterr().out
    assert said.startswith("NON VÉRIFIÉ : ")
    return said


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"not json",
        b"[" * 200_000,
        b'{"chains": ' + b"9" * 5000 + b"}",
        b'{"chains": [], "chains": []}',
    ],
)
def test_what_is_not_json(tmp_path, capsys, content):
    assert "ce n'est pas du JSON lisible" in unreadable(tmp_path, capsys, content)


def test_zip_is_to_be_unpacked(tmp_path, capsys):
    assert "décompressez-le" in unreadable(tmp_path, capsys, b"PK\3\4whatever")


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_journal_that_does_not_open(tmp_path, capsys, name):
    assert main([str(tmp_path / name)]) == 2
    assert "le fichier ne s'ouvre pas" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"chains": {}},
        {"chains": [None]},
        {"chains": [], "more": 1},
        {"chains": [{}]},
        export(key=None),
        export(connection=["x"]),
        export(head=None),
        export(head={"number": True, "seal": "", "sealed_at": ""}),
        export(head={"number": 10**4000, "seal": "", "sealed_at": ""}),
        export(unsealed="many"),
        export(begins_after={}),
        export(begins_after={"number": 0, "seal": "0" * 64}),
        {"chains": [export()["chains"][0] | {"rows": None}]},
        {"chains": [export()["chains"][0] | {"rows": [1]}]},
        {"chains": [export()["chains"][0] | {"rows": [{"number": 1}]}]},
        {"chains": export()["chains"] * 2},
    ],
)
def test_what_is_no_export(tmp_path, capsys, content):
    unreadable(tmp_path, capsys, json.dumps(content).encode())


def test_nested_content_is_no_content(tmp_path, capsys):
    content = export()
    content["chains"][0]["rows"][0]["content"] = {"reference": {"a": 1}}
    unreadable(tmp_path, capsys, json.dumps(content).encode())


def test_no_chain_proves_nothing(tmp_path, capsys):
    assert run(tmp_path, {"chains": []}) == 2
    assert "rien n'est prouvé" in capsys.readouterr().out


def test_what_is_no_text_does_not_act_on_the_screen(tmp_path, capsys):
    assert run(tmp_path, export(connection="\033[2J\ud800")) == 0
    assert "(?[2J?)" in capsys.readouterr().out


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda held: st.lists(held, max_size=2) | st.dictionaries(st.text(), held),
    max_leaves=5,
)


@given(st.data())
def test_any_value_in_any_place_gets_a_sentence(tmp_path_factory, data):
    content = export(begins_after={"number": 1, "seal": ROWS[0].seal})
    content["chains"][0]["rows"][1] |= {"previous": "", "salt": "", "answer": ""}
    place = content
    while True:
        keys = range(len(place)) if isinstance(place, list) else sorted(place)
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(ANYTHING)
    assert run(tmp_path_factory.mktemp("any"), content) in (0, 1, 2)
