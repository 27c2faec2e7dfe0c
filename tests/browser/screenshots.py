"""Pictures of the pages for docs/pages, in both languages, on a telephone and on a computer.

python -m tests.browser.screenshots
"""

import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import trio

from storage import reached
from storage.database import open_database
from tests.browser import town
from tests.browser.beside import beside, served
from tests.browser.conftest import started, window
from tests.browser.town import NOW, Home
from web import configuration
from web.pages.requests import cookie_name
from web.reached import setup_of

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pages"
# A deployment that calls come to, as an owner has it.
_SET_UP = {
    "TWILIO_AUTH_TOKEN": 32 * "0",
    "TWILIO_ACCOUNT_SID": "AC" + 32 * "0",
    "FRONTDESK_TWILIO_API_URL": "http://127.0.0.1:1",  # nothing here is to be sent
    "FRONTDESK_PUBLIC_URL": "https://desk.example.com",
}
_CONFIGURED = configuration.load(_SET_UP)
_SCREENS_PX = {"phone": (375, 812), "desktop": (1024, 720)}


def _paths(home: Home) -> dict[str, str]:
    """Which pages, by the names of their pictures."""
    below = f"/b/{home.business_id}"
    names = ("today", "hours", "calls", "appointments", "messages", "receptionist", "settings")
    return {name: f"{below}/{name}" for name in names} | {"call": f"{below}/calls/{home.ids['call_sid'][0]}"}


async def _reach(path: Path, homes: Iterable[Home]) -> None:
    """Have a call have come to each of them, and its caller have heard the receptionist."""
    setup = setup_of(_CONFIGURED)
    assert setup is not None
    async with open_database(path) as database:
        for home in homes:
            note = partial(reached.note, business_id=home.business_id, setup=setup, now=NOW, heard=True)
            await database.write(note)


def main() -> None:
    """Take all of them, in place of those that there were."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
        path = Path(folder) / "frontdesk.db"
        homes = trio.run(town.build, path)
        trio.run(_reach, path, (homes.english, homes.hebrew))
        with beside(served(path, NOW, **_SET_UP)) as server, started() as chromium:
            for language, home in (("en", homes.english), ("he", homes.hebrew)):
                for screen, (width, height) in _SCREENS_PX.items():
                    with window(chromium, server.opened) as opened:
                        # The cookie of a public deployment, which a browser gives back over TLS only.
                        cookie = f"{cookie_name(_CONFIGURED)}={home.token}"
                        opened.page.set_extra_http_headers({"Cookie": cookie})
                        opened.page.set_viewport_size({"width": width, "height": height})
                        for name, address in _paths(home).items():
                            assert opened.go(address) == 200
                            opened.page.screenshot(path=FOLDER / f"{name}-{language}-{screen}.png")


if __name__ == "__main__":
    main()
