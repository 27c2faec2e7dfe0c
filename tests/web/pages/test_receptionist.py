"""How the receptionist is set up: what an owner types is what callers and the voice then get."""

import html

import pytest

from engine.prompt import prompt
from office.grant import Grant
from office.office import TOOLS, profile
from storage import blocked, businesses, call_settings, facts
from storage.records import Person
from tests.web.pages.browser import NOW, add_business

ABOUT = {"trade": "a hair salon", "language": "en", "rules": "Be kind.\nSay please."}
TOLD = {"told": "1"}  # the notice is switched on
BEGINNING = {"notice": "This call is recorded.", "greeting": "Salon, hi!"}


@pytest.fixture
def kept(database, business):
    """Reads what the storage has of these: the business's own fields, facts, people, blocked numbers."""

    async def read(*names):
        def look(conn):
            own = businesses.by_id(conn, business.id)
            lists = {
                "facts": [(fact.topic, fact.text) for fact in facts.all_facts(conn, business.id)],
                "people": [(person.name, person.phone) for person in facts.people(conn, business.id)],
                "blocked": list(blocked.every(conn, business.id)),
            }
            return [lists[name] if name in lists else getattr(own, name) for name in names]

        return await database.read(look)

    return read


@pytest.fixture
async def three(browser):
    """Maya, Dana and Noa, put on the list in this order."""
    for name, last in (("Maya", 1), ("Dana", 2), ("Noa", 3)):
        await browser.post("/receptionist/people", name=name, phone=f"(415) 555-017{last}")


def names(people):
    return [name for name, _ in people]


# How a call begins, and what the voice keeps to


async def test_how_a_call_begins_is_kept_and_taken_back(browser, kept):
    answer = await browser.post(
        "/receptionist", **TOLD, notice="This call\nis recorded. ", greeting="Salon, hi!"
    )
    assert await kept("notice", "greeting") == ["This call is recorded.", "Salon, hi!"]
    assert "exactly: This call is recorded. Salon, hi!" in (await browser.follow(answer)).text
    await browser.undo(answer)
    assert await kept("notice", "greeting") == ["", ""]


async def test_each_form_leaves_what_the_other_one_holds(browser, kept):
    await browser.post("/receptionist", **BEGINNING, **TOLD)
    await browser.post("/receptionist", **ABOUT)
    assert await kept(*BEGINNING, *ABOUT) == [*BEGINNING.values(), *ABOUT.values()]


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"greeting": "g" * 301}, "Greeting: is 301 characters long; at most 300 are kept"),
        ({"notice": "d" * 301}, "Notice: is 301 characters long"),
        ({"trade": "t" * 201}, "What the business is: is 201 characters long"),
        ({"rules": "r" * 2001}, "Rules: is 2001 characters long"),
        ({"language": "klingon"}, "Language: is not a language code"),
    ],
)
async def test_what_is_too_long_is_said_and_stays_in_the_form(browser, kept, form, problem):
    page = await browser.post("/receptionist", **{**TOLD, **BEGINNING, **ABOUT, **form})
    assert (page.status, problem in page.text) == (422, True)
    assert "Salon, hi!" in page.body or "greeting" in form
    assert all(text in page.body for name, text in form.items() if name != "language")
    assert await kept("notice", "greeting", "trade", "rules") == [""] * 4


async def test_a_language_that_the_pages_do_not_offer_stays_chosen(browser, database, business, kept):
    await database.write(lambda conn: businesses.change(conn, business.id, language="fr"))
    assert '<option value="fr" selected>' in (await browser.get("/receptionist")).body


async def test_a_notice_is_switched_off_and_on_again_and_what_callers_would_hear_is_shown(browser, kept):
    standard = "You are speaking with an automated assistant."
    page = await browser.get("/receptionist")
    assert f"Leave empty for the standard notice: “{standard}”" in page.text
    assert f"exactly: {standard} Hello, this is Salon." in page.text
    assert 'name="told" type="checkbox" value="1" checked' in page.body
    answer = await browser.post("/receptionist", notice="", greeting="")
    page = await browser.follow(answer)
    assert ("exactly: Hello, this is Salon." in page.text, 'value="1" checked' in page.body) == (True, False)
    assert await kept("notice") == [None]
    await browser.undo(answer)
    assert await kept("notice") == [""]


async def test_a_notice_cannot_be_switched_off_while_calls_are_recorded(browser, database, business, kept):
    await database.write(lambda conn: businesses.change(conn, business.id, keeps_audio=True))
    page = await browser.post("/receptionist", notice="Hello.", greeting="Hi!")
    refused = "Notice: can't be switched off while calls are recorded; stop recording first"
    assert (page.status, refused in page.text, "Hello.</textarea>" in page.body) == (422, True, True)
    assert await kept("notice", "greeting") == ["", ""]


async def test_a_notice_that_leaves_out_the_recording_is_pointed_out(browser, database, business):
    await database.write(lambda conn: businesses.change(conn, business.id, keeps_audio=True))

    async def warned(words):
        await browser.post("/receptionist", **TOLD, notice=words)
        return "your notice doesn't say so" in (await browser.get("/receptionist")).text

    told = ["", "This call is recorded.", "השיחה מוקלטת.", "You are speaking with a machine."]
    assert [await warned(words) for words in told] == [False, False, False, True]


async def test_a_language_without_a_standard_notice_asks_for_ones_own(browser, database, business):
    await database.write(lambda conn: businesses.change(conn, business.id, language="xx"))
    asked = "There's no standard notice in this language: write your own."
    assert asked in (await browser.get("/receptionist")).text
    await browser.post("/receptionist", **TOLD, notice="Recorded.")
    assert asked not in (await browser.get("/receptionist")).text


async def test_the_prompt_is_shown_as_it_is_sent(browser, database, business):
    await browser.post("/receptionist", **ABOUT, **TOLD, notice="<b>Recorded</b> & kept.")
    page = await browser.get("/receptionist")

    def told(conn):
        caller = Grant(call_sid="", business_id=business.id, caller_number=None)
        known = profile(conn, businesses.by_id(conn, business.id), caller, NOW)
        return prompt.greeting(known), prompt.instructions(known, TOOLS)

    greeting, instructions = await database.read(told)
    assert " ".join(instructions.split()) in page.text
    assert html.escape(greeting) in page.body
    assert "exactly: <b>Recorded</b> & kept. Hello, this is Salon." in greeting


# What callers ask


async def test_a_fact_is_added_changed_renamed_and_removed_each_with_its_way_back(browser, kept):
    fact = {"topic": "Parking", "text": "Behind\nthe house.", "was": ""}
    added = await browser.post("/receptionist/facts", **fact)
    assert (await browser.undo(added)).status == 200
    assert await kept("facts") == [[]]
    await browser.post("/receptionist/facts", **fact)
    assert await kept("facts") == [[("Parking", "Behind the house.")]]
    renamed = {"topic": "Cars", "text": "No parking.", "was": "Parking"}
    changed = await browser.post("/receptionist/facts", **renamed)
    assert await kept("facts") == [[("Cars", "No parking.")]]
    await browser.undo(changed)
    assert await kept("facts") == [[("Parking", "Behind the house.")]]
    removed = await browser.post("/receptionist/facts/remove", topic="Parking")
    assert await kept("facts") == [[]]
    await browser.undo(removed)
    assert await kept("facts") == [[("Parking", "Behind the house.")]]


async def test_the_form_opens_with_the_fact_that_is_asked_for(browser):
    await browser.post("/receptionist/facts", topic="Parking", text="Behind the house.")
    page = await browser.get("/receptionist?topic=Parking")
    assert 'name="was" value="Parking"' in page.body
    assert "Behind the house.</textarea>" in page.body


async def test_what_callers_often_ask_is_suggested_until_it_is_written_down(browser):
    assert "topic=Parking#fact" in (await browser.get("/receptionist")).body
    page = await browser.get("/receptionist?topic=Parking")
    assert ('name="topic" type="text" value="Parking"' in page.body, 'name="was" value=""' in page.body) == (
        True,
        True,
    )
    await browser.post("/receptionist/facts", topic="parking", text="Behind the house.")
    assert "topic=Parking#fact" not in (await browser.get("/receptionist")).body


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        ({"topic": "", "text": "Yes."}, "About: is empty"),
        ({"topic": "Cats", "text": " "}, "What callers are told: is empty"),
        ({"topic": "PARKING", "text": "No."}, "About: is written down already; change that one"),
        ({"topic": "Parking", "text": "x" * 501, "was": "Parking"}, "is 501 characters long"),
        ({"topic": "Cats", "text": "a\x01b"}, "What callers are told: must be one line of text"),
    ],
)
async def test_a_fact_that_cannot_be_kept_changes_nothing(browser, kept, fact, problem):
    await browser.post("/receptionist/facts", topic="Parking", text="Behind the house.")
    page = await browser.post("/receptionist/facts", **fact)
    assert (page.status, problem in page.text, fact["text"] in page.body) == (422, True, True)
    assert await kept("facts") == [[("Parking", "Behind the house.")]]


# Who takes calls


async def test_people_are_asked_for_in_the_order_that_the_buttons_make(browser, kept, three):
    assert await kept("people") == [
        [("Maya", "+14155550171"), ("Dana", "+14155550172"), ("Noa", "+14155550173")]
    ]
    orders = []
    for move in ("Noa up", "Maya down", "Noa up", "Dana down", "Ghost up", "Noa sideways"):
        name, to = move.split()
        await browser.post("/receptionist/people/move", name=name, to=to)
        orders.append("".join(name[0] for name in names((await kept("people"))[0])))
    assert orders == ["MND", "NMD", "NMD", "NMD", "NMD", "NMD"]


async def test_a_move_and_a_removal_can_be_taken_back(browser, kept, three):
    moved = await browser.post("/receptionist/people/move", name="Dana", to="up")
    assert names((await kept("people"))[0]) == ["Dana", "Maya", "Noa"]
    await browser.undo(moved)
    assert names((await kept("people"))[0]) == ["Maya", "Dana", "Noa"]
    removed = await browser.post("/receptionist/people/remove", name="Maya")
    assert names((await kept("people"))[0]) == ["Dana", "Noa"]
    await browser.undo(removed)
    assert names((await kept("people"))[0]) == ["Maya", "Dana", "Noa"]


@pytest.mark.parametrize(
    ("name", "phone", "problem"),
    [
        ("Lea", "nonsense", "Telephone number: is not a telephone number; write it as +14155550100"),
        ("Lea", "+4930123456", "Telephone number: cannot be put through to"),
        ("Lea", "+14155550100", "Telephone number: cannot be put through to"),  # the business itself
        ("", "+14155550177", "Name: is empty"),
        ("maya", "+14155550177", "Name: stands twice in the list"),
    ],
)
async def test_who_cannot_be_rung_is_not_put_on_the_list(browser, kept, three, name, phone, problem):
    page = await browser.post("/receptionist/people", name=name, phone=phone)
    assert (page.status, problem in page.text, f'value="{phone}"' in page.body) == (422, True, True)
    assert names((await kept("people"))[0]) == ["Maya", "Dana", "Noa"]


async def test_a_full_list_says_so(browser, database, business):
    ten = [Person(name=f"P{n}", phone=f"+1415555012{n}") for n in range(10)]
    await database.write(lambda conn: facts.set_people(conn, business.id, ten))
    page = await browser.post("/receptionist/people", name="Lea", phone="+14155550177")
    assert (page.status, "People: are 11; at most 10 are kept" in page.text) == (422, True)


# Who is blocked


async def test_a_number_is_blocked_and_let_through_again_each_with_its_way_back(browser, kept):
    answer = await browser.post("/receptionist/blocked", blocked="(415) 555-0166")
    assert "They hear that the line is busy. +1 415-555-0166" in (await browser.follow(answer)).text
    assert await kept("blocked") == [["+14155550166"]]
    removed = await browser.post("/receptionist/blocked/remove", blocked="+14155550166")
    assert await kept("blocked") == [[]]
    await browser.undo(removed)
    assert await kept("blocked") == [["+14155550166"]]


async def test_what_is_no_number_is_not_blocked(browser, kept):
    page = await browser.post("/receptionist/blocked", blocked="the <pest>")
    assert (page.status, "Number to block: is not a telephone number" in page.text) == (422, True)
    assert 'value="the &lt;pest&gt;"' in page.body
    assert await kept("blocked") == [[]]


async def test_a_full_list_of_blocked_numbers_says_so(browser, database, business):
    def fill(conn):
        for number in range(500):
            blocked.add(conn, business.id, f"+14155{number:06}")

    await database.write(fill)
    page = await browser.post("/receptionist/blocked", blocked="+14155550166")
    problem = "Number to block: would be one more than 500 blocked numbers"
    assert (page.status, problem in page.text, 'value="+14155550166"' in page.body) == (422, True, True)


# Beside others


async def test_an_empty_page_says_what_to_do_next(browser):
    page = await browser.get("/receptionist")
    for text in ("Answer what you are asked most.", "Add who may be rung.", "Everybody is let through."):
        assert text in page.text


async def test_nothing_reaches_another_business(browser, database):
    other = await add_business(database)

    def fill(conn):
        facts.put_fact(conn, other, topic="Parking", text="Theirs.")
        facts.set_people(conn, other, [Person(name="Maya", phone="+14155550177")])
        blocked.add(conn, other, "+14155550166")

    def look(conn):
        return facts.all_facts(conn, other), facts.people(conn, other), blocked.every(conn, other)

    await database.write(fill)
    before = await database.read(look)
    await browser.post("/receptionist/facts", topic="Parking", text="Ours.", was="Parking")
    await browser.post("/receptionist/facts/remove", topic="Parking")
    await browser.post("/receptionist/people/remove", name="Maya")
    await browser.post("/receptionist/blocked/remove", blocked="+14155550166")
    assert await database.read(look) == before
    browser.business_id = other
    assert (await browser.get("/receptionist")).status == 404
    assert (await browser.post("/receptionist", rules="Mine.")).status == 404


async def test_hostile_words_stay_text(browser):
    hostile = '"><script>alert(1)</script>'
    await browser.post("/receptionist", rules=hostile, greeting=hostile, trade=hostile)
    await browser.post("/receptionist/facts", topic=hostile, text=hostile)
    await browser.post("/receptionist/people", name=hostile, phone="+14155550177")
    page = await browser.get(f"/receptionist?topic={hostile.replace(' ', '+')}")
    assert (page.status, "<script" in page.body) == (200, False)


# How the calls behave


async def test_settings_of_the_calls_are_kept_line_by_line_and_taken_back(browser, database, business):
    async def kept():
        return await database.read(lambda conn: call_settings.of(conn, business.id))

    typed = "guard_ms=0300\r\n silence_ms=9000\n"
    answer = await browser.post("/receptionist/call-settings", call_settings=typed)
    assert await kept() == {"guard_ms": "300", "silence_ms": "9000"}
    assert "guard_ms=300\nsilence_ms=9000</textarea>" in (await browser.follow(answer)).body
    await browser.undo(answer)
    assert await kept() == {}


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("guard=300", "guard: there is no such setting; did you mean guard_ms?"),
        ("speech_on=1", "speech_on: must be between 0 and 0.99; otherwise nobody would ever be heard"),
        ("silence_ms=9000 detector=level", "detector: is not set here; choose it by FRONTDESK_DETECTOR"),
    ],
)
async def test_settings_that_no_call_could_run_with_are_refused_and_stay_in_the_form(
    browser, database, business, typed, problem
):
    refused = await browser.post("/receptionist/call-settings", call_settings=typed)
    assert refused.status == 422
    assert f"can't be used: {problem}" in html.unescape(refused.text)
    assert f"{typed}</textarea>" in refused.body
    assert await database.read(lambda conn: call_settings.of(conn, business.id)) == {}
