# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A list of states against what is known, without a record for what did not change."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """What a list changed: ids of our dossiers whose detail tells more."""

    changed_ids: tuple[int, ...]
    missing_ids: tuple[int, ...]
    has_changed: bool


@dataclass(frozen=True)
class KnownDossier:
    """What a line of the list is compared with."""

    id: int
    number: str
    external_number: str | None
    deca_number: str | None
    raw_state: str | None
    is_ours: bool
    is_missing: bool

    def differs_from(self, state, norm_states):
        """Tell whether a DossierState says something new; a number left out does not.

        :param norm_states: the norm's spelling of each spelling
        """
        return (
            norm_states[self.raw_state] != norm_states[state.raw_state]
            or (state.external_number and self.external_number != state.external_number)
            or (state.deca_number and self.deca_number != state.deca_number)
        )


class NormStates(dict):
    """The norm's spelling of each spelling, worked out once."""

    def __init__(self, to_norm):
        super().__init__()
        self._to_norm = to_norm

    def __missing__(self, raw_state):
        self[raw_state] = self._to_norm(raw_state)
        return self[raw_state]
