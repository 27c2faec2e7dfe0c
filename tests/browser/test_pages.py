"""Every page in a real browser: small, in both languages, in the dark, by keyboard, and by axe-core."""

from contextlib import closing

import pytest
import trio

from storage.database import connect
from tests.browser import hostile, looks, town
from tests.browser.beside import beside, served
from tests.browser.conftest import window
from tests.browser.paths import PAGES, addresses


@pytest.fixture
def open_window(served_town, chromium):
    """Opens a browser's window on the town."""
    _, url = served_town

    def opened(home=None, **more):
        return window(chromium, url, home, **more)

    return opened


def seen(opened, address, status=200):
    """Whatever is wrong with that page as it stands."""
    assert opened.go(address) == status
    looks.unfold(opened.page)
    found = looks.sideways(opened.page, looks.NARROWEST_PX, 1200, looks.PHONE_PX)
    found += looks.small_targets(opened.page) + looks.inaccessible(opened.page)
    opened.page.emulate_media(color_scheme="dark")
    found += [f"in the dark, {problem}" for problem in looks.inaccessible(opened.page, "color-contrast")]
    opened.page.emulate_media(color_scheme="light")
    found += [f"the console says: {complaint}" for complaint in opened.complaints]
    opened.complaints.clear()
    return [f"{address}: {problem}" for problem in found]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_suits_every_eye(path, open_window, served_town):
    homes, _ = served_town
    found = []
    for home, most in ((homes.english, 4), (homes.hebrew, 1), (homes.empty, 1)):
        with open_window(home) as opened:
            for address in addresses(path, home)[:most]:
                found += seen(opened, address)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_used_by_keyboard_and_says_the_same_without_scripts(path, open_window, served_town):
    homes, _ = served_town
    address = addresses(path, homes.english)[0]
    with open_window(homes.english) as opened, open_window(homes.english, java_script_enabled=False) as plain:
        assert opened.go(address) == plain.go(address) == 200
        if not plain.page.locator("noscript").count():  # which would say what is missing
            assert opened.page.inner_text("body") == plain.page.inner_text("body")
        looks.unfold(opened.page)
        found = looks.unreachable(opened.page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "he"])
def test_the_pages_before_the_pages_suit_every_eye(language, open_window, served_town):
    homes, _ = served_town
    with open_window(locale=language) as opened:
        found = seen(opened, "/login") + seen(opened, f"/welcome/{homes.english.invitation}")
        assert opened.page.get_attribute("html", "lang") == language
        found += seen(opened, "/welcome/used", 404)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("owner", ["english", "hebrew", "empty"])
def test_the_choice_of_businesses_and_what_is_not_there_suit_every_eye(owner, open_window, served_town):
    homes, _ = served_town
    with open_window(getattr(homes, owner)) as opened:
        found = seen(opened, "/businesses") + seen(opened, "/b/999/today", 404)
        found += looks.unreachable(opened.page)
    assert not found, "\n".join(found)


def test_words_without_a_space_and_words_of_the_other_direction_widen_no_page(chromium, tmp_path):
    path = tmp_path / "frontdesk.db"
    home = trio.run(town.build, path).english
    with closing(connect(path)) as conn, conn:
        hostile.plant(conn)
    found = []
    with beside(served(path, town.NOW)) as server, window(chromium, server.opened, home) as opened:
        for address in (address for page in PAGES for address in addresses(page, home)[:2]):
            assert opened.go(address) == 200
            looks.unfold(opened.page)
            wider = looks.sideways(opened.page, looks.NARROWEST_PX, looks.PHONE_PX)
            found += [f"{address}: {problem}" for problem in wider]
    assert not found, "\n".join(found)
