# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The list of states, gathered page by page (norm E4, E4b, §7).

Nothing a server says of its pages is believed without a look: the announced total may
be wrong, a page may come twice, a server may ignore the number of the page. The end is
an empty page, or one that shows nothing new. A list that is short of the announced
total, or whose end was not seen (in time), is said to be incomplete.
"""

import time
from collections.abc import Callable

from .answers import DossierState, StateList, StatesPage
from .errors import Rejected, WrongAddress

#: Pages asked for at the most.
MAX_PAGES = 1_000
#: Seconds after which no other page is asked for: a slow server holds a worker no more.
LONGEST_GATHERING = 120.0


def gather_pages(
    read_page: Callable[[int], StatesPage],
    clock: Callable[[], float] = time.monotonic,
) -> StateList:
    """Read all the pages that the time allows.

    :param read_page: gives a page by its number, from 1
    :param clock: counts seconds
    """
    until = clock() + LONGEST_GATHERING
    found: dict[str | None, DossierState] = {}
    total = None
    for number in range(1, MAX_PAGES + 1):
        has_all = total is not None and len(found) >= total
        try:
            page = read_page(number)
        except (Rejected, WrongAddress):
            # Some servers refuse the page after the last.
            if has_all:
                return StateList(tuple(found.values()), True, number - 1)
            raise
        known = len(found)
        found |= {state.number: state for state in page.states}
        said = (total, page.total)
        total = max((one for one in said if one is not None), default=None)
        if len(found) == known:
            has_ended = not page.states and total is None
            is_complete = has_ended or (total is not None and known >= total)
            return StateList(tuple(found.values()), is_complete, number)
        if clock() > until:
            break
    return StateList(tuple(found.values()), False, number)


def only_page(page: StatesPage) -> StateList:
    """Return the list of an OPCO that gives it in one answer (V1)."""
    found = {state.number: state for state in page.states}
    is_complete = page.total is None or len(found) >= page.total
    return StateList(tuple(found.values()), is_complete, 1)
