# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the simulated OPCO does wrong, to any call: deposits, reads and tokens alike."""

# Longer than any timeout of the profile, see prepare.py.
SILENCE = 4
# Shorter than every timeout: the answer comes, late.
SLOWNESS = 2
KINDS = (
    {"kind": "reset_before_read"},
    {"kind": "reset_after_read"},
    {"kind": "reset_after_processing"},
    {"kind": "hang_after_processing", "seconds": SILENCE},
    {"kind": "hang", "seconds": SILENCE},
    {"kind": "truncate_response"},
    {"kind": "garbage"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "headers": {"Retry-After": "1"}},
    {"kind": "status", "status": 429},
    {"kind": "delay", "seconds": SLOWNESS},
)


def disturb(sandbox, seed, share):
    """Make a share of all calls fail, at random by the seed, until the next restart."""
    sandbox.set(seed=seed)
    if share:
        sandbox.add_fault("mix", times=None, probability=share, of=KINDS)
