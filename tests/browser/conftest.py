"""Chromium, once for this package, and the town on a real server for it to look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from attrs import Factory, frozen
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser import town
from tests.browser.beside import beside, served
from tests.browser.town import Home, Town

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--no-sandbox",  # as root it starts with nothing else
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_PATIENCE_MS = 10_000


@frozen
class Window:
    """A window of a browser, and what its console said."""

    page: Page
    url: str  # of the server
    complaints: list[str] = Factory(list)

    def go(self, path: str) -> int:
        """Ask for a page; its status."""
        response = self.page.goto(self.url + path)
        assert response is not None
        return response.status


@contextmanager
def window(chromium: Browser, url: str, home: Home | None = None, **more: object) -> Iterator[Window]:
    """A browser of its own, signed in as the owner of that business, or as nobody."""
    context: BrowserContext = chromium.new_context(
        **{"viewport": {"width": 375, "height": 800}, "reduced_motion": "reduce", "base_url": url, **more}
    )
    context.set_default_timeout(_PATIENCE_MS)
    if home is not None:
        context.add_cookies([{"name": "frontdesk_session", "value": home.token, "url": url}])
    opened = Window(context.new_page(), url)
    opened.page.on("console", partial(_note, opened))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    context.close()


def _note(opened: Window, said: ConsoleMessage) -> None:
    """Keep what the console complains of, but for the status of the page itself."""
    if said.type in ("error", "warning") and said.location["url"] != opened.page.url:
        opened.complaints.append(said.text)


@contextmanager
def started() -> Iterator[Browser]:
    """Chromium, for as long as the block lasts."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser itself."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed: apt-get install chromium")
    with started() as browser:
        yield browser


@pytest.fixture(scope="package")
def served_town(tmp_path_factory) -> Iterator[tuple[Town, str]]:
    """The town, and the URL of the server that has it. Tests that share it change nothing."""
    path = tmp_path_factory.mktemp("town") / "frontdesk.db"
    homes = trio.run(town.build, path)
    with beside(served(path, town.NOW)) as server:
        yield homes, server.opened
