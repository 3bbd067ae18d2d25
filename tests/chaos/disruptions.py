# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What breaks, and when: decided beforehand, by the seed alone."""

from dataclasses import dataclass

# Of the contracts delivered; later, too little is left to disturb.
LAST_MOMENT = 0.95
LONGEST_WAIT = 1.5


@dataclass(frozen=True, order=True)
class Disruption:
    """Something to break.

    ``moment`` is a share of the contracts delivered, so that each one comes while
    contracts leave; ``wait`` is the seconds that follow, so that it comes anywhere in a
    run.
    """

    moment: float
    wait: float
    kind: str
    server: int
    is_violent: bool


def plan(chance, servers, **wanted):
    """Return the disruptions in the order of their moments.

    :param chance: `random.Random`
    :param servers: number of Odoo servers
    :param wanted: how many of each kind
    """
    return sorted(
        Disruption(
            chance.uniform(0, LAST_MOMENT),
            chance.uniform(0, LONGEST_WAIT),
            kind,
            chance.randrange(servers),
            chance.random() < 0.5,
        )
        for kind, count in wanted.items()
        for _ in range(count)
    )
