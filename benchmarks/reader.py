"""An owner who reads pages, in a process of their own, asked on standard input.

What is asked is one JSON object: the server, the session's cookie, the paths, for how long they are read,
and how many watch the live calls meanwhile. What is answered is one, too: when each was asked for and
answered, by the machine's clock, and how many events came.
"""

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit

from attrs import frozen


@frozen(kw_only=True)
class Reading:
    """What is to be read."""

    server: str
    cookie: str
    paths: list[str]
    watch: str  # the path of the live calls
    watchers: int
    seconds: float  # at least so long, and every page once


def read(reading: Reading) -> dict[str, object]:
    """Ask for every page, again and again, while the watchers watch."""
    events = [0] * reading.watchers
    for number in range(reading.watchers):
        threading.Thread(target=_watch, args=(reading, events, number), daemon=True).start()
    asked: list[tuple[str, float, float]] = []
    until_s = time.monotonic() + reading.seconds
    while reading.paths and (not asked or time.monotonic() < until_s):
        asked += [_ask(reading, path) for path in reading.paths]
    time.sleep(max(0.0, until_s - time.monotonic()))
    return {"asked": asked, "events": events}


def _ask(reading: Reading, path: str) -> tuple[str, float, float]:
    began_s = time.monotonic()
    answer = _answer(reading, path)
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return path, began_s, time.monotonic()


def _watch(reading: Reading, events: list[int], number: int) -> None:
    answer = _answer(reading, reading.watch)
    while line := answer.readline():
        events[number] += line.startswith(b"data: ")


def _answer(reading: Reading, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(reading.server).netloc, timeout=60)
    connection.request("GET", path, headers={"Cookie": reading.cookie})
    return connection.getresponse()


if __name__ == "__main__":
    print(json.dumps(read(Reading(**json.load(sys.stdin)))))
