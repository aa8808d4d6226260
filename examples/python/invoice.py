"""Collects an invoice: charges the card, waits three days and looks whether the charge still stands.

Usage: invoice <id> <cents>
"""

import json
import secrets
import sys
import time
from pathlib import Path

from wit_world import exports

from web import request

DAY_SECONDS = 24 * 60 * 60
NOTES = Path("/notes.txt")


def note(line: str) -> None:
    with NOTES.open("a") as notes:
        print(line, file=notes)


def collect(order: str, cents: int) -> None:
    started = time.time()
    reply = request(
        "POST",
        "https://payment.example/charges",
        {"content-type": "application/json", "idempotency-key": f"{order}-{secrets.token_hex(8)}"},
        json.dumps({"order": order, "cents": cents, "currency": "EUR"}).encode(),
    )
    if reply.status > 299:
        sys.exit(f"not charged: {reply.status} {reply.body.decode()}")
    charge = json.loads(reply.body)
    note(f"charged {order} as {charge['id']}")

    time.sleep(3 * DAY_SECONDS)
    now = json.loads(request("GET", f"https://payment.example/charges/{charge['id']}").body)
    days = int((time.time() - started) / DAY_SECONDS)
    note(f"after {days} days: {now['status']}")
    for number, line in enumerate(NOTES.read_text().splitlines(), start=1):
        sys.stdout.write(f"{number}. {line}\n")


class Run(exports.Run):
    def run(self) -> None:
        _, order, cents = sys.argv
        collect(order, int(cents))
