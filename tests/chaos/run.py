# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deliveries while everything breaks; run by dev/chaos, which makes the template.

Everything random comes from one seed, printed first. The threads of Odoo and of the
OPCO are not under its control: the same seed gives the same contracts, faults and
disruptions, not the same microsecond.
"""

import argparse
import random
import signal
import sys
import time

from chaos_world import ChaosWorld
from disruptions import plan
from faults import disturb
from saving_user import SavingUser
from verdict import SIGNING_PLACE, Verdict

TICK = 0.2
REPORT_EVERY = 5
HURRY_EVERY = 2
MOST_SHOWN = 40


def parse_arguments(argv=None):
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="dev/chaos", description=__doc__)
    parser.add_argument("--template", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--contracts", type=int, default=1000)
    parser.add_argument("--servers", type=int, default=1, help="Odoo servers")
    parser.add_argument("--faults", type=float, default=0.3, help="share of the calls")
    parser.add_argument("--kills", type=int, default=20, help="of Odoo, by SIGKILL")
    parser.add_argument("--pg-restarts", type=int, default=2, help="of PostgreSQL")
    parser.add_argument("--sandbox-restarts", type=int, default=3, help="of the OPCO")
    parser.add_argument("--lost", type=int, default=2, help="contents that are lost")
    parser.add_argument(
        "--jammed", type=int, default=2, help="contracts that no receipt can reach"
    )
    parser.add_argument(
        "--limit", type=float, default=1800, help="seconds until all are delivered"
    )
    return parser.parse_args(argv)


class Run:
    """One run, from the first delivery to the verdict."""

    def __init__(self, world, options, chance):
        self.world = world
        self.options = options
        self.chance = chance
        self.wanted = options.contracts - options.lost
        self.began = time.monotonic()
        self.disruptions = plan(
            chance,
            options.servers,
            kill=options.kills,
            postgres=options.pg_restarts,
            sandbox=options.sandbox_restarts,
        )

    def until_delivered(self):
        """Break what was planned; return when all is delivered, or at the limit."""
        last_report = last_hurry = self.began
        while time.monotonic() < self.began + self.options.limit:
            counts = self.world.deliveries.counts()
            now = time.monotonic()
            if now > last_report + REPORT_EVERY:
                self.say(self._line(counts))
                last_report = now
            if now > last_hurry + HURRY_EVERY:
                self.world.deliveries.hurry()
                last_hurry = now
            if not self.disruptions and self._is_over(counts):
                self.say(self._line(counts))
                return
            self._break_what_is_due(counts["sent"] + counts["sent, to apply"])
            self.world.start_what_has_ended()
            time.sleep(TICK)

    def _is_over(self, counts):
        received = counts["sent"] + counts["sent, to apply"]
        return received == self.wanted and not self.world.stuck()

    def say(self, line):
        """Print a line, with the seconds since the beginning."""
        print(f"{time.monotonic() - self.began:6.1f} s  {line}", flush=True)

    def _break_what_is_due(self, sent):
        due = self.disruptions and self.disruptions[0]
        if not due or sent < due.moment * self.wanted:
            return
        self.disruptions.pop(0)
        time.sleep(due.wait)
        if due.kind == "kill":
            self.say(f"Odoo {due.server + 1}: SIGKILL")
            self.world.kill_odoo(due.server)
        elif due.kind == "postgres":
            self.say("PostgreSQL: restarted, without a warning")
            self.world.restart_postgres()
        else:
            self.say("OPCO: killed" if due.is_violent else "OPCO: restarted")
            self.world.restart_sandbox(due.is_violent)
            disturb(
                self.world.sandbox, self.chance.randrange(10**6), self.options.faults
            )

    def _line(self, counts):
        states = ", ".join(
            f"{count} {state}" for state, count in sorted(counts.items())
        )
        saved = self.world.user.counts["saved"]
        return f"{states}; {saved} forms saved; {len(self.disruptions)} to break"


def main():
    """Run once; the exit code is 1 when something is wrong."""
    options = parse_arguments()
    # Whoever ends it early leaves no server behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chance = random.Random(options.seed)
    print(f"Seed {options.seed}: give --seed {options.seed} to play it again.")
    with ChaosWorld(options, chance) as world:
        world.user = SavingUser(
            world.servers[-1].url,
            world.database,
            world.contract_ids,
            SIGNING_PLACE,
            chance_of(chance),
        )
        disturb(world.sandbox, chance.randrange(10**6), options.faults)
        run = Run(world, options, chance)
        world.start_servers()
        world.user.start()
        run.until_delivered()
        world.user.stop()
        problems = Verdict(world).problems()
    for problem in problems[:MOST_SHOWN]:
        print(f"WRONG: {problem}")
    if len(problems) > MOST_SHOWN:
        print(f"WRONG: and {len(problems) - MOST_SHOWN} more")
    print(f"Logs: {world.folder}")
    if problems:
        print(f"Failed with --seed {options.seed}.")
    return 1 if problems else 0


def chance_of(chance):
    """Return a generator for another thread, so that neither disturbs the other."""
    return random.Random(chance.randrange(10**6))


if __name__ == "__main__":
    sys.exit(main())
