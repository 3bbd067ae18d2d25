# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How many calls a connection bears, and when it is left alone."""

from datetime import datetime, timedelta

import pytest

from lane import FAILURES_BEFORE_PAUSE, Lane

NOW = datetime(2026, 11, 23, 10, 0)
MINUTE = timedelta(minutes=1)
FAILURES = ("not_sent", "busy", "unknown")


def new_lane(**known):
    return Lane(
        widest=4, first_pause=MINUTE, longest_pause=timedelta(minutes=30), **known
    )


def fail_until_paused(lane, now=NOW, outcome="not_sent"):
    for _ in range(FAILURES_BEFORE_PAUSE):
        lane.record(outcome, now)
    assert lane.is_paused(now)


def test_bears_as_many_calls_as_the_profile_says():
    lane = new_lane()
    assert [lane.free(in_flight, NOW) for in_flight in (0, 3, 4, 5)] == [4, 1, 0, 0]


@pytest.mark.parametrize("outcome", FAILURES)
def test_pauses_after_failures_in_a_row(outcome):
    lane = new_lane()
    for _ in range(FAILURES_BEFORE_PAUSE - 1):
        lane.record(outcome, NOW)
        assert not lane.is_paused(NOW)
    lane.record(outcome, NOW)
    assert lane.free(0, NOW) == 0


@pytest.mark.parametrize("outcome", ("accepted", "rejected", "auth"))
def test_an_answer_breaks_the_row(outcome):
    lane = new_lane()
    for _ in range(10):
        for _ in range(FAILURES_BEFORE_PAUSE - 1):
            lane.record("unknown", NOW)
        lane.record(outcome, NOW)
    assert not lane.is_paused(NOW)


def test_one_call_probes_after_the_pause():
    lane = new_lane()
    fail_until_paused(lane)
    later = lane.paused_until
    assert lane.free(0, later) == 1
    assert lane.free(1, later) == 0


def test_a_good_probe_opens_it_again():
    lane = new_lane()
    fail_until_paused(lane)
    later = lane.paused_until
    lane.message = "down"
    lane.record("accepted", later)
    assert (lane.free(0, later), lane.message, lane.paused_until) == (4, "", None)


def test_each_failed_probe_pauses_it_longer_up_to_the_longest():
    lane = new_lane()
    fail_until_paused(lane)
    now, pauses = NOW, []
    for _ in range(8):
        pauses.append(lane.paused_until - now)
        now = lane.paused_until
        lane.record("not_sent", now)
    assert 0.8 * MINUTE <= pauses[0] <= 1.2 * MINUTE
    assert 1.6 * MINUTE <= pauses[1] <= 2.4 * MINUTE
    assert all(24 * MINUTE <= pause <= 36 * MINUTE for pause in pauses[-2:])


def test_calls_that_end_during_the_pause_do_not_lengthen_it():
    lane = new_lane()
    fail_until_paused(lane)
    until = lane.paused_until
    lane.record("unknown", NOW)
    assert (lane.paused_until, lane.pause_count) == (until, 1)


def test_an_answer_during_the_pause_ends_it():
    lane = new_lane()
    fail_until_paused(lane)
    lane.record("accepted", NOW)
    assert lane.free(0, NOW) == 4


def test_retry_after_is_obeyed_at_once():
    lane = new_lane()
    lane.record("busy", NOW, retry_after=90)
    assert lane.paused_until == NOW + 1.5 * MINUTE
    lane.record("busy", NOW, retry_after=30)
    assert lane.paused_until == NOW + 1.5 * MINUTE
    lane.record("busy", NOW, retry_after=120)
    assert (lane.paused_until, lane.pause_count) == (NOW + 2 * MINUTE, 1)


def test_busy_halves_the_width_and_answers_widen_it():
    lane = new_lane()
    lane.record("busy", NOW)
    assert lane.width == 2
    lane.record("busy", NOW)
    lane.record("busy", NOW)
    assert lane.width == 1
    widths = []
    for _ in range(12):
        lane.record("accepted", NOW)
        widths.append(lane.width)
    assert widths == [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]


def test_a_failure_that_is_not_busy_keeps_the_width():
    lane = new_lane()
    lane.record("unknown", NOW)
    assert lane.width == 4


def test_takes_up_what_was_known():
    lane = new_lane(width=2, paused_until=NOW + MINUTE, pause_count=3)
    assert lane.free(0, NOW) == 0
    assert lane.free(0, NOW + MINUTE) == 1


def test_a_profile_that_allows_less_narrows_what_was_known():
    lane = Lane(widest=1, first_pause=MINUTE, longest_pause=MINUTE, width=3)
    assert lane.free(0, NOW) == 1
