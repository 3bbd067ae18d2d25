# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Somebody who keeps saving contracts, whatever becomes of the server."""

import threading
from collections import Counter

import requests

LOGIN = "nadia"
SECONDS = 20
PAUSE = 0.15


class SavingUser(threading.Thread):
    """Saves the form of one contract after another, as the web client does.

    ``counts`` says how it went; ``may_hold`` gives, for each contract, what its place
    of signature may be: the last place whose saving was confirmed, and those that were
    cut off since.

    :param place: what all of them hold at first
    """

    def __init__(self, url, database, contract_ids, place, chance):
        super().__init__(name="saving user", daemon=True)
        self.url = url
        self.database = database
        self.contract_ids = contract_ids
        self.counts = Counter()
        self.may_hold = {one: {place} for one in contract_ids}
        self._chance = chance
        self._end = threading.Event()
        self._session = None

    def run(self):
        number = 0
        while not self._end.wait(self._chance.uniform(0, 2 * PAUSE)):
            number += 1
            contract_id = self._chance.choice(self.contract_ids)
            self.counts[self._save(contract_id, f"Nantes {number}")] += 1

    def stop(self):
        """End after the saving under way."""
        self._end.set()
        self.join()

    def _save(self, contract_id, place):
        """Return how it went; only what is confirmed replaces what was there."""
        try:
            if self._session is None:
                self._session = self._log_in()
            answer = self._call(
                "/web/dataset/call_kw/apprenticeship.contract/web_save",
                {
                    "model": "apprenticeship.contract",
                    "method": "web_save",
                    "args": [[contract_id], {"signing_place": place}],
                    "kwargs": {"specification": {"signing_place": {}}},
                },
            )
        except (requests.RequestException, ValueError):
            # Cut off: it may have been saved all the same.
            self.may_hold[contract_id].add(place)
            return "cut off"
        if "error" in answer:
            return self._refused(answer["error"])
        self.may_hold[contract_id] = {place}
        return "saved"

    def _refused(self, error):
        name = error.get("data", {}).get("name", "?")
        if "SessionExpired" in name:
            self._session = None
        return name

    def _log_in(self):
        session = requests.Session()
        session.trust_env = False
        self._session = session
        try:
            answer = self._call(
                "/web/session/authenticate",
                {"db": self.database, "login": LOGIN, "password": LOGIN},
            )
        finally:
            self._session = None
        if "error" in answer:
            raise ValueError(answer["error"])
        return session

    def _call(self, path, params):
        answer = self._session.post(
            self.url + path,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=SECONDS,
        )
        answer.raise_for_status()
        return answer.json()
