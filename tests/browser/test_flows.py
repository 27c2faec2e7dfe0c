"""What owners do, in a real browser on the real server."""

import re
from contextlib import closing

import pytest
import trio
from attrs import define, frozen
from playwright.sync_api import Page, expect

from simulator.caller import HangUp, UntilBotQuiet, UntilBotSpeaks
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from storage import migrations, owners, sessions
from storage.database import connect
from tests import booking
from tests.browser import looks, town
from tests.browser.beside import beside, first_start, served
from tests.browser.conftest import window
from tests.browser.town import NOW, PASSWORD, Home
from tests.office.front import both
from tests.real import open_desk

MOST_CLICKS = 7
ASKS_AND_HANGS_UP = [UntilBotSpeaks(100), UntilBotQuiet(300), HangUp()]
FIND_MONDAY = Call("find_available_slots", both(booking.MONDAY))


@define
class Owner:
    """Somebody at a page, who counts clicks."""

    page: Page
    clicks: int = 0

    def press(self, name):
        self.clicks += 1
        self.page.get_by_role("button", name=name, exact=True).click()

    def type(self, **fields):
        for label, words in fields.items():
            self.page.fill(f"[name={label}]", words)


def test_a_first_owner_is_at_saved_hours_in_a_few_clicks(chromium, tmp_path):
    with first_start(tmp_path / "frontdesk.db") as link, window(chromium, "") as opened:
        opened.page.goto(link)
        owner = Owner(opened.page)
        owner.type(email="owner@example.com", password=PASSWORD)
        owner.press("Continue")
        owner.type(name="Demo Dental", number="+14155550100", timezone="Europe/Berlin")
        owner.press("Continue")
        assert opened.page.url.endswith("/b/1/hours?first=1")
        owner.page.get_by_label("Monday opens").fill("08:00")
        owner.press("Save the week")
        expect(owner.page.get_by_role("status")).to_contain_text("Saved.")
        expect(owner.page.get_by_label("Monday opens")).to_have_value("08:00")
        assert owner.clicks <= MOST_CLICKS
        assert opened.complaints == []


def administrator(path):
    """A new file in which somebody is signed in, as the home that will be the first business."""
    with closing(connect(path)) as conn, conn:
        migrations.bring_up_to_date(conn)
        owner = owners.add(
            conn, email="a@b.example", password_hash="$argon2id$none", language="en", administrator=True
        )
        token = sessions.begin(conn, owner.id, browser="a test", now=booking.NOW)
    return Home(business_id=1, token=token, email=owner.email, ids={}, invitation="")


@frozen
class Desk:
    """A running server, and what a caller is told who rings it now."""

    running: object

    def offers(self):
        model = ModelScript(replies=[Reply("Hello.", murmur(300, pitch=190), calls=(FIND_MONDAY,))])
        call = self.running.run(self.running.opened.call, ASKS_AND_HANGS_UP, model)
        ((_, told),) = call.model.outputs
        return told["say"]


def test_what_an_owner_saves_is_what_the_very_next_call_is_offered(chromium, tmp_path):
    home = administrator(tmp_path / "frontdesk.db")
    with beside(open_desk(tmp_path, now=lambda: booking.NOW)) as running:
        desk = Desk(running)
        with window(chromium, running.opened.url, home) as opened:
            owner = Owner(opened.page)
            assert desk.offers() == "These times are free: Monday 23 November at 9:00, 9:30 or 10:00."
            opened.go("/b/1/hours")
            owner.page.get_by_label("Monday opens").fill("13:00")
            owner.press("Save the week")
            assert desk.offers() == "These times are free: Monday 23 November at 13:00, 13:30 or 14:00."
            owner.page.fill("[name=date]", booking.MONDAY)
            owner.page.get_by_label("Closed all day").check()
            owner.press("Add")
            assert "closed on Monday 23 November" in desk.offers()
            owner.press("Undo")
            assert desk.offers() == "These times are free: Monday 23 November at 13:00, 13:30 or 14:00."


@pytest.fixture
def own_town(tmp_path):
    """A town that one test may change, with the URL of its server."""
    path = tmp_path / "frontdesk.db"
    homes = trio.run(town.build, path)
    with beside(served(path, NOW)) as server:
        yield homes, server.opened


def test_in_the_hours_the_row_goes_whose_cross_is_pressed_also_below_one_that_was_cleared(chromium, own_town):
    homes, url = own_town
    with window(chromium, url, homes.english) as opened:
        owner = Owner(opened.page)
        opened.go(f"/b/{homes.english.business_id}/hours")
        opens, closes = owner.page.get_by_label("Monday opens"), owner.page.get_by_label("Monday closes")
        for hour in (18, 20):
            owner.press("Add a time Monday")
            opens.last.fill(f"{hour}:00")
            closes.last.fill(f"{hour + 1}:00")
        for end in (opens, closes):
            end.first.fill("")
        owner.page.locator("#field-hours-0 .cross").nth(1).click()
        expect(opens).to_have_count(2)
        assert [row.input_value() for row in opens.all()] == ["", "20:00"]
        owner.press("Save the week")
        expect(owner.page.get_by_role("status")).to_contain_text("Saved.")
        assert [row.input_value() for row in opens.all()] == ["20:00"]


def test_undo_asks_in_either_language_before_calls_go_for_good(chromium, tmp_path):
    path = tmp_path / "frontdesk.db"
    homes = trio.run(town.build, path)
    with closing(connect(path)) as conn:
        conn.execute("UPDATE calls SET started_at = '2026-10-01T00:00:00Z'")
    with beside(served(path, NOW)) as server:
        for home in (homes.english, homes.hebrew):
            with window(chromium, server.opened, home) as opened:
                asked_before_calls_go(opened, f"/b/{home.business_id}/settings")


def asked_before_calls_go(opened, settings):
    """Calls are to be kept for thirty days, which some are not, and then for ever; and that is taken back."""
    page, save = opened.page, opened.page.locator(f"form[action='{settings}'] button")
    kept, erase = page.locator("[name=retention_days]"), page.locator("[name=erase]")
    undo = page.locator("form[action*=undo] button")
    opened.go(settings)
    page.fill("[name=owner_phone]", "")  # nobody has that of the practice
    kept.select_option("30")
    save.click()
    erase.check()
    save.click()
    kept.select_option("0")
    save.click()
    undo.click()
    assert looks.inaccessible(page) + looks.sideways(page, looks.PHONE_PX) == []
    erase.check()
    undo.click()
    expect(kept).to_have_value("30")
    assert opened.complaints == []


def sign_in(owner, home, password=PASSWORD):
    owner.type(email=home.email, password=password)
    owner.press("Sign in")


def test_signing_in_leads_to_where_one_wanted_and_signing_out_ends_it(chromium, own_town):
    homes, url = own_town
    wanted = f"{url}/b/{homes.english.business_id}/messages"
    with window(chromium, url) as opened:
        owner = Owner(opened.page)
        owner.page.goto(wanted)
        sign_in(owner, homes.english, "a wrong sentence")
        expect(owner.page.get_by_role("alert")).to_contain_text("don't belong together")
        expect(owner.page.get_by_label("E-mail")).to_have_value(homes.english.email)
        sign_in(owner, homes.english)
        assert owner.page.url == wanted
        opened.go(f"/b/{homes.english.business_id}/more")
        owner.press("Sign out")
        owner.page.goto(wanted)
        assert re.search(r"/login\?next=", owner.page.url)


def test_a_browser_that_was_signed_out_elsewhere_is_out(chromium, own_town):
    homes, url = own_town
    account = f"/b/{homes.english.business_id}/settings/account"
    with window(chromium, url, homes.english) as computer, window(chromium, url) as phone:
        phone.go("/login")
        sign_in(Owner(phone.page), homes.english)
        computer.go(account)
        Owner(computer.page).press("Sign out everywhere but here")
        expect(computer.page.get_by_role("status")).to_be_visible()
        phone.go(account)
        assert "/login" in phone.page.url


def test_after_ten_wrong_passwords_the_right_one_must_wait_too(chromium, own_town):
    homes, url = own_town
    with window(chromium, url) as opened:
        owner = Owner(opened.page)
        opened.go("/login")
        for _ in range(10):
            sign_in(owner, homes.english, "a wrong sentence")
        sign_in(owner, homes.english)
        expect(owner.page.get_by_role("alert")).to_contain_text("Too many attempts")
