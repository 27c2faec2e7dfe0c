"""Pictures of the pages for docs/pages, in both languages, on a telephone and on a computer.

python -m tests.browser.screenshots
"""

import tempfile
from pathlib import Path

import trio

from tests.browser import town
from tests.browser.beside import beside, served
from tests.browser.conftest import started, window
from tests.browser.town import NOW, Home

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pages"
_SCREENS_PX = {"phone": (375, 812), "desktop": (1024, 720)}


def _paths(home: Home) -> dict[str, str]:
    """Which pages, by the names of their pictures."""
    below = f"/b/{home.business_id}"
    names = ("today", "hours", "calls", "appointments", "messages", "receptionist", "settings")
    return {name: f"{below}/{name}" for name in names} | {"call": f"{below}/calls/{home.ids['call_sid'][0]}"}


def main() -> None:
    """Take all of them, in place of those that there were."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
        path = Path(folder) / "frontdesk.db"
        homes = trio.run(town.build, path)
        with beside(served(path, NOW)) as server, started() as chromium:
            for language, home in (("en", homes.english), ("he", homes.hebrew)):
                for screen, (width, height) in _SCREENS_PX.items():
                    with window(chromium, server.opened, home) as opened:
                        opened.page.set_viewport_size({"width": width, "height": height})
                        for name, address in _paths(home).items():
                            assert opened.go(address) == 200
                            opened.page.screenshot(path=FOLDER / f"{name}-{language}-{screen}.png")


if __name__ == "__main__":
    main()
