"""How many connections there is room for beside the calls: each takes one of the process's descriptors."""

import logging
import resource
import sys

log = logging.getLogger(__name__)

_A_CALL = 4  # its carrier's socket, its model's, one more while that is dialled, its recording as it ends
_HOUSE = 64  # the database, its readers, the log, the outbox, what is read for a page
_MOST_CONNECTIONS = 1_000
_FEWEST_CONNECTIONS = 64


def connections(limit: int, max_calls: int) -> int:
    """Return how many connections may be open beside all calls, with this limit on open files."""
    room = limit - _HOUSE - _A_CALL * max_calls
    return min(max(room, limit // 4), _MOST_CONNECTIONS)


def problem(limit: int, max_calls: int) -> str | None:
    """Say what is wrong with this limit on open files, with the fix; None if all calls fit."""
    needed = _HOUSE + _A_CALL * max_calls + _FEWEST_CONNECTIONS
    if limit >= needed:
        return None
    return (
        f"this process may open {limit} files, and {max_calls} calls (FRONTDESK_MAX_CALLS) need {needed}: "
        "raise the limit (ulimit -n, or LimitNOFILE= of systemd), or take fewer calls"
    )


def raise_limit(max_calls: int) -> None:
    """Have this process open as many files as all calls and connections need, if its hard limit lets it."""
    soft, hard = (_bounded(limit) for limit in resource.getrlimit(resource.RLIMIT_NOFILE))
    wanted = min(_HOUSE + _A_CALL * max_calls + _MOST_CONNECTIONS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    if found := problem(max(soft, wanted), max_calls):
        log.warning("%s", found)


def limit_now() -> int:
    """Return how many files this process may open as it is."""
    return _bounded(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def highest_limit() -> int:
    """Return how many files this process may open once it has raised its limit as far as it may."""
    return _bounded(resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def _bounded(limit: int) -> int:
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit
