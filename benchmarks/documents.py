# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Documents sent to a simulated OPCO: what they take of memory.

`main` is called by dev/bench in « odoo shell ». Real calls on the loopback and real
commits; the sandbox is a process of its own, whose memory is not counted. It keeps what
it receives: some 2.5 GB in the folder of temporary files, removed at the end.
"""

import hashlib
import os
import threading
import time

import psutil

from benchmarks.contracts import create_contracts
from benchmarks.delivery import deliver, officer, prepare
from benchmarks.measuring import machine, print_table
from sandbox_process import SandboxProcess

CONTRACTS, OF_EACH = 10, 50
MEGABYTE = 1024 * 1024
SIZE = 5 * MEGABYTE
MOST_GROWTH = 100 * MEGABYTE
SAMPLE_SECONDS = 0.01
KIND = "completion_certificate"


class PeakMemory:
    """The most memory that this process holds while it lasts, above its beginning."""

    def __init__(self):
        self._process = psutil.Process()
        self._over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self):
        self.before = self.peak = self._process.memory_info().rss
        self._sampler.start()
        return self

    def __exit__(self, *_exception):
        self._over.set()
        self._sampler.join()

    def _sample(self):
        while not self._over.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, self._process.memory_info().rss)

    @property
    def growth(self):
        return self.peak - self.before


def main(env):
    """Print the table; fail when the memory grows more than it may."""
    with SandboxProcess() as sandbox:
        # Those of the former benchmarks have no sandbox any more.
        env["opco.connection"].search([]).state = "inactive"
        connection = prepare(env, sandbox)
        connection.profile_id.documents_open = True
        contracts = create_contracts(env, CONTRACTS).with_user(officer(env))
        env.cr.commit()
        deliver(env, contracts._transmit().sudo())
        paths = _add_documents(env, contracts)
        try:
            with PeakMemory() as queueing:
                began = time.perf_counter()
                contracts.action_opco_transmit_documents()
                env.cr.commit()
                queued = time.perf_counter() - began
            rows = contracts.sudo().opco_transmission_ids._of_operation("document")
            with PeakMemory() as sending:
                count, seconds, cpu = deliver(env, rows)
        finally:
            for path in paths:
                os.unlink(path)
    print(f"{count} documents of {SIZE // MEGABYTE} MB, each read from the filestore")
    print_table(
        ("", "s", "MB/s", "memory growth (MB)"),
        [
            _row("queued by one click", queued, queueing),
            _row(f"sent ({cpu:.0f} s of CPU)", seconds, sending),
        ],
    )
    growth = max(queueing.growth, sending.growth)
    verdict = "met" if growth < MOST_GROWTH else "missed"
    print(f"Target of {MOST_GROWTH // MEGABYTE} MB at most: {verdict}.")
    print(machine().replace("medians of 5 runs", "one run"))
    if growth >= MOST_GROWTH:
        raise SystemExit(1)


def _row(name, seconds, memory):
    megabytes = CONTRACTS * OF_EACH * SIZE / MEGABYTE
    grown = memory.growth / MEGABYTE
    return name, f"{seconds:.1f}", f"{megabytes / seconds:.0f}", f"{grown:.1f}"


def _add_documents(env, contracts):
    """Add files that differ, as reception would have, without reading them here.

    :return: their paths, to be removed
    """
    attachments = env["ir.attachment"].create(
        [
            {"name": f"Certificat {number}.pdf", "raw": b"%PDF-"}
            for number in range(CONTRACTS * OF_EACH)
        ]
    )
    paths = []
    values = []
    for number, attachment in enumerate(attachments):
        name = f"00/{number:040x}"
        path = attachment._full_path(name)
        paths.append(path)
        env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s, file_size = %s,"
            " mimetype = 'application/pdf' WHERE id = %s",
            (name, SIZE, attachment.id),
        )
        values.append(
            {
                "contract_id": contracts[number % CONTRACTS].id,
                "kind": KIND,
                "name": attachment.name,
                "attachment_id": attachment.id,
                "size": SIZE,
                "sha256": _write_file(path, number),
            }
        )
    env.invalidate_all()
    env["apprenticeship.document"].create(values)
    env.cr.commit()
    return paths


def _write_file(path, number):
    """Write a file with a hole in it: it takes no room on the disk."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w+b") as file:
        file.write(b"%PDF-1.7\n" + f"% {number}\n".encode())
        file.truncate(SIZE)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
