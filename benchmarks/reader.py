"""An owner who reads pages, in a process of their own, asked on standard input.

What is asked is one JSON object: the server, the session's cookie, the paths, how often each, and how many
watch the live calls meanwhile. What is answered is one, too: the milliseconds of each, and how many events
came.
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
    times: int
    watch: str  # the path of the live calls
    watchers: int
    seconds: float  # at least so long


def read(reading: Reading) -> dict[str, object]:
    """Ask for every page, again and again, while the watchers watch."""
    events = [0] * reading.watchers
    for number in range(reading.watchers):
        threading.Thread(target=_watch, args=(reading, events, number), daemon=True).start()
    took_ms: dict[str, list[float]] = {path: [] for path in reading.paths}
    began = time.perf_counter()
    for _ in range(reading.times):
        for path in reading.paths:
            took_ms[path].append(_ask(reading, path))
    time.sleep(max(0.0, reading.seconds - (time.perf_counter() - began)))
    return {"took_ms": took_ms, "events": events}


def _ask(reading: Reading, path: str) -> float:
    began = time.perf_counter()
    answer = _answer(reading, path)
    answer.read()
    took_ms = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return took_ms


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
