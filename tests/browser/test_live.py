"""Today, while a call is on the line: it appears, its words come, it is hung up, and is among the calls."""

from collections.abc import Iterator

import pytest

from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import ModelScript, Reply
from simulator.tones import murmur
from tests.browser.beside import Beside, beside
from tests.browser.conftest import window
from tests.browser.phone.real_line import TWILIOS_ID, open_real_desk

SID = "CA" + "5" * 32
_LOOKS = 200  # at a page, until the call is on the line
ASKS = [UntilBotSpeaks(100), UntilBotQuiet(100), Say("Are you open?", murmur(500)), UntilClosed()]
ANSWERS = ModelScript(
    replies=[
        Reply("Demo Dental, how can I help?", murmur(400, pitch=180)),
        Reply("We are open from nine to five.", murmur(60_000, pitch=190)),
    ],
    hears=["Are you <b>open</b>?"],
)


@pytest.fixture
def desk(tmp_path) -> Iterator[Beside]:
    with beside(open_real_desk(tmp_path, "level")) as opened:
        yield opened


def test_a_call_appears_with_its_words_as_they_come_and_can_be_hung_up(chromium, desk):
    real = desk.opened
    with window(chromium, real.url) as opened:
        page = opened.page
        page.context.add_cookies([{"name": "frontdesk_session", "value": real.session, "url": real.url}])
        opened.go(f"/b/{TWILIOS_ID}/today")
        assert page.locator(".live-call").count() == 0
        desk.token.run_sync_soon(real.ring, SID, ASKS, ANSWERS)
        page.wait_for_selector(".live-call")
        page.wait_for_selector(".live-words li:has-text('Are you')")
        words = page.locator(".live-words li").all_inner_texts()
        assert words == ["Receptionist Demo Dental, how can I help?", "Caller Are you <b>open</b>?"]
        page.wait_for_selector(".live-now:has-text('The receptionist speaks')")
        page.click("text=Hang up")
        page.wait_for_selector("text=The call is being ended.")
        assert page.locator(".live-call").count() == 0
        assert desk.run(real.outcome, SID) == "owner_hung_up"
        opened.go(f"/b/{TWILIOS_ID}/calls/{SID}")
        assert "Hung up from here" in page.inner_text("main")
        assert opened.complaints == []


def test_without_javascript_the_page_asks_again_by_itself(chromium, desk):
    real = desk.opened
    with window(chromium, real.url, java_script_enabled=False) as opened:
        page = opened.page
        page.context.add_cookies([{"name": "frontdesk_session", "value": real.session, "url": real.url}])
        desk.token.run_sync_soon(real.ring, SID, ASKS, ANSWERS)
        for _ in range(_LOOKS):
            opened.go(f"/b/{TWILIOS_ID}/today")
            if page.locator(".live-call").count() == 1:
                break
        assert page.locator("noscript meta[http-equiv=refresh]").get_attribute("content") == "10"
        page.click("text=Hang up")
        assert page.locator(".live-call").count() == 0
