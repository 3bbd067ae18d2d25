# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Faults by chance: the same ones again, whatever the order of the threads."""

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox_calls import EXAMPLE, deposit

STATUSES = [{"kind": "status", "status": status} for status in (429, 500, 503)]


def status_of(sandbox, number):
    url = f"{sandbox.url}/v1/status?n={number}"
    return requests.get(url, timeout=10).status_code


def codes(sandbox, workers, seed):
    """Return what each of 60 requests, made twice, was answered."""
    sandbox.reset()
    sandbox.set(seed=seed)
    sandbox.add_fault("mix", times=None, probability=0.5, of=STATUSES)

    def twice(number):
        return [status_of(sandbox, number) for _ in range(2)]

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(twice, range(60)))


def test_the_same_seed_draws_the_same_whatever_the_threads(sandbox):
    alone = codes(sandbox, 1, seed=42)
    assert codes(sandbox, 12, seed=42) == alone
    assert codes(sandbox, 1, seed=43) != alone


def test_a_mix_plays_each_of_its_faults_about_as_often_as_asked(sandbox):
    seen = [code for pair in codes(sandbox, 8, seed=1) for code in pair]
    assert set(seen) == {200, 429, 500, 503}
    assert 36 <= seen.count(200) <= 84


def test_the_same_request_again_draws_again(sandbox):
    assert any(first != second for first, second in codes(sandbox, 1, seed=42))


def test_the_body_makes_another_request(sandbox, session):
    sandbox.add_fault("status", times=None, probability=0.5, status=503)
    seen = set()
    for number in range(20):
        document = copy.deepcopy(EXAMPLE)
        document["cerfa"]["apprenti"]["nom"] = f"MARTIN {'I' * number}"
        url = f"{sandbox.url}/v1/dossiers"
        seen.add(session.post(url, json=document, timeout=5).status_code)
    assert seen == {200, 503}


def test_a_fault_not_drawn_leaves_room_for_the_next(sandbox):
    sandbox.add_fault("status", times=None, probability=0.5, status=500)
    sandbox.add_fault("status", times=None, status=503)
    assert {status_of(sandbox, number) for number in range(20)} == {500, 503}


def test_times_counts_what_was_played(sandbox):
    sandbox.add_fault("mix", times=3, probability=0.5, of=STATUSES)
    seen = [status_of(sandbox, number) for number in range(40)]
    assert sum(code != 200 for code in seen) == 3
    (fault,) = sandbox.faults()
    assert (fault["hits"], fault["remaining"]) == (3, 0)


@pytest.mark.parametrize("kind", ["reset_before_read", "reset_mid_body"])
def test_early_resets_may_be_drawn_too(sandbox, session, kind):
    sandbox.add_fault("mix", "POST", "/v1/dossiers", of=[{"kind": kind}])
    with pytest.raises(requests.ConnectionError):
        deposit(sandbox, session)
    assert sandbox.deposits() == []
    assert deposit(sandbox, session).status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "mix"},
        {"kind": "mix", "of": []},
        {"kind": "mix", "of": [{"kind": "unknown"}]},
        {"kind": "mix", "of": [{"kind": "mix", "of": [{"kind": "hang"}]}]},
        {"kind": "mix", "of": [{"kind": "hang", "times": 2}]},
        {"kind": "hang", "of": [{"kind": "hang"}]},
        {"kind": "hang", "probability": 0},
        {"kind": "hang", "probability": 1.1},
        {"kind": "hang", "probability": "often"},
    ],
)
def test_wrong_wishes_are_refused(sandbox, wish):
    with pytest.raises(ValueError, match="400"):
        sandbox.add_fault(**wish)
    assert sandbox.faults() == []
