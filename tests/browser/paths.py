"""The addresses of all pages but not of files, computed from the routes that the web application has."""

import re
from itertools import product

from tests.browser.town import KINDS_OF_IDS, Home
from web.pages.index import ROUTES

STREAMS = frozenset({"/live"})  # answers that do not end
PAGES = tuple(
    sorted(
        route.path
        for route in ROUTES
        if route.method == "GET" and "." not in route.path and route.path not in STREAMS
    )
)
_ARGUMENT = re.compile(r"<(?:[^>]*:)?(\w+)>")
# The same pages with something asked for.
_STATES = {
    "/appointments": ("?view=day", "?on=2026-12-03"),
    "/appointments/new": ("?on=2026-11-24&time=09:00",),
    "/calls": ("?words=Amelia", "?words=nothing+like+it"),
    "/hours": ("?on=2026-11-26", "?on=2026-12-03"),
}


def addresses(path: str, home: Home) -> list[str]:
    """Where that page is found at this business, once for each id that there is to show."""
    names = _ARGUMENT.findall(path)
    unknown = sorted(set(names) - KINDS_OF_IDS)
    assert not unknown, f"{path}: tests/browser/town.py must say which {', '.join(unknown)} there is to show"
    filled = [_filled(path, ids) for ids in product(*(home.ids.get(name, ()) for name in names))]
    asked = [path + state for state in _STATES.get(path, ())]
    return [f"/b/{home.business_id}{address}" for address in (*filled, *asked)]


def _filled(path: str, ids: tuple[str, ...]) -> str:
    left = iter(ids)
    return _ARGUMENT.sub(lambda _: next(left), path)
