# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Medians of a few runs, and tables to print."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

RUNS = 5


@dataclass(frozen=True)
class Measure:
    """Medians of `RUNS` runs: time on the clock, time of this process's CPU."""

    seconds: float
    cpu_seconds: float


def measure(run: Callable[[], object]) -> Measure:
    """Call `run` once to warm up, then `RUNS` times."""
    run()
    timed = [_timed(run) for _ in range(RUNS)]
    return Measure(
        seconds=median(clock for clock, _ in timed),
        cpu_seconds=median(cpu for _, cpu in timed),
    )


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - clock, time.process_time() - cpu


def machine() -> str:
    """Say what the figures were measured on."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({_processor()}), load {load:.1f}, "
        f"Python {platform.python_version()}; medians of {RUNS} runs."
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for cells in (heads, ["-" * width for width in widths], *rows):
        first, *others = zip(cells, widths, strict=True)
        aligned = [first[0].ljust(first[1]), *(c.rjust(w) for c, w in others)]
        print("  ".join(aligned))
