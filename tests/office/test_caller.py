"""update_lead_details and take_message: what the caller leaves, with a number and without."""

import pytest

from storage import messages
from tests.office.front import TUESDAY_9, Now, refused, ring
from tests.office.full_disk import FullDisk
from tests.office.support import CALL_SID, CALLER
from tests.office.test_office import RECORD


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def front(database, business, now):
    return await ring(database, business, now)


@pytest.fixture
async def nobody(database, business, now):
    """A caller who withholds the number."""
    return await ring(database, business, now, caller=None)


async def left(front):
    return [message.text for message in await front.does(messages.waiting)]


async def test_the_callers_details_are_noted_and_a_missing_one_stays(front):
    await front.asks("update_lead_details", full_name="Dana Levi")
    noted = await front.asks("update_lead_details", email="dana@example.com", notes="Has a dog.")
    _, lead, _ = await front.rows()
    assert noted == {"status": "ok", "say": "Noted."}
    assert (lead.full_name, lead.email, lead.notes) == ("Dana Levi", "dana@example.com", "Has a dog.")


@pytest.mark.parametrize(
    ("details", "say"),
    [
        ({}, "There was nothing to note. What is your name?"),
        ({"full_name": " "}, "There was nothing to note. What is your name?"),
        ({"full_name": "Ada\nLovelace"}, "I could not note that name. Could you say it again?"),
        (
            {"email": "dana at example"},
            "That does not sound like a mail address. Could you say it again, letter by letter?",
        ),
        ({"callback_phone": "12"}, "That does not sound like a telephone number. Could you say it again?"),
        ({"notes": "x" * 2_001}, "That is too much for me to note. Could you say it in a few words?"),
    ],
)
async def test_details_that_cannot_be_kept_are_refused_in_words(front, details, say):
    assert await front.asks("update_lead_details", **details) == refused(say)


@pytest.mark.parametrize("nobody", ["unknown", "N/A", "the caller", "-", "054-555-0177", "לקוח", "\u200f"])
async def test_what_is_no_name_never_takes_the_place_of_one_and_the_name_is_asked_for(front, nobody):
    await front.finds()
    await front.books()
    await front.asks("update_lead_details", full_name="Dana Levi")
    alone = await front.asks("update_lead_details", full_name=nobody)
    beside = await front.asks("update_lead_details", full_name=nobody, email="dana@example.com")
    _, lead, (appointment,) = await front.rows()
    assert alone == refused("There was nothing to note. What is your name?")
    assert beside == {"status": "ok", "say": "Noted. What is your name?"}
    assert (lead.full_name, lead.email) == ("Dana Levi", "dana@example.com")
    assert appointment.full_name == "Dana Levi"


@pytest.mark.parametrize("name", ["Jennifer Null", "Mrs. Null", "Noa", "Anna Test"])
async def test_a_name_that_looks_like_none_is_noted(front, name):
    assert await front.asks("update_lead_details", full_name=name) == {"status": "ok", "say": "Noted."}
    assert (await front.rows())[1].full_name == name


async def test_a_detail_that_nobody_gave_changes_nothing(front):
    details = {"email": "dana@example.com", "callback_phone": "(415) 555-0111", "notes": "Has a dog."}
    await front.asks("update_lead_details", **details)
    given = {"full_name": "Dana Levi", "email": "n/a", "callback_phone": "unknown", "notes": " "}
    assert (await front.asks("update_lead_details", **given))["status"] == "ok"
    taken = await front.asks("take_message", text="Call me.", callback_phone="none")
    _, lead, _ = await front.rows()
    assert (taken["status"], lead.full_name, lead.email) == ("ok", "Dana Levi", "dana@example.com")
    assert (lead.callback_phone, lead.notes) == ("+14155550111", "Has a dog.")


@pytest.mark.parametrize("said", ["0000000000", "1234567890", "5555555555", "oh five four 123 4567"])
async def test_a_number_that_rings_nowhere_is_asked_for_again_and_not_kept(front, said):
    asked = await front.asks("update_lead_details", callback_phone=said)
    assert asked == refused("That does not sound like a telephone number. Could you say it again?")
    assert (await front.rows())[1] is None


async def test_an_extension_is_kept_with_its_number_and_goes_with_it(front):
    await front.asks("update_lead_details", callback_phone="415-555-2671 ext 12")
    assert (await front.rows())[1].callback_phone == "+14155552671;ext=12"
    await front.asks("take_message", text="Call me.", callback_phone="(415) 555-0111")
    assert (await front.rows())[1].callback_phone == "+14155550111"


async def test_what_nobody_sees_is_cleaned_out_of_every_argument(front):
    found = await front.finds("\u200fTues\u00adday\u00a0morning\u200b")
    assert found["slots"][0]["slot_start"] == TUESDAY_9
    await front.books(f"\ufeff{TUESDAY_9}\u200e", notes="cut\u200b\u00a0and \u2764\ufe0f")
    await front.asks("update_lead_details", full_name="Dana\u00a0Levi\ufe0d", email="\u200fdana@example.com")
    await front.asks("take_message", text="\u200fCall\u00a0me.")
    _, lead, (appointment,) = await front.rows()
    assert (lead.full_name, lead.email, appointment.notes) == (
        "Dana Levi",
        "dana@example.com",
        "cut and \u2764\ufe0f",
    )
    assert await left(front) == ["Call me."]


async def test_a_number_that_was_said_is_kept_apart_from_the_one_that_rang(front):
    await front.asks("update_lead_details", callback_phone="(415) 555-0111")
    _, lead, _ = await front.rows()
    assert (lead.phone, lead.callback_phone) == (CALLER, "+14155550111")


async def test_a_message_is_kept_for_the_owner_once(front):
    taken = await front.asks("take_message", text="Please call me back.")
    await front.asks("take_message", text="Please call me back. ")
    assert taken == {"status": "ok", "say": "I have noted your message and will pass it on."}
    assert await left(front) == ["Please call me back."]


async def test_a_message_without_words_is_asked_for(front):
    assert await front.asks("take_message", text=" ") == refused(
        "There was no message yet. What shall I pass on?"
    )


async def test_who_withholds_the_number_is_asked_for_one_before_the_message_is_taken(nobody):
    asked = await nobody.asks("take_message", text="Call me.")
    assert asked == refused("Your number is withheld. At which number can we reach you?")
    assert await left(nobody) == []
    taken = await nobody.asks("take_message", text="Call me.", callback_phone="+4930123456")
    _, lead, _ = await nobody.rows()
    assert (taken["status"], lead.phone, lead.callback_phone) == ("ok", None, "+4930123456")


async def test_a_number_given_before_is_enough(nobody):
    await nobody.asks("update_lead_details", callback_phone="(415) 555-0111")
    assert (await nobody.asks("take_message", text="Call me."))["status"] == "ok"


async def test_a_number_that_came_with_a_message_is_enough_for_those_after_it(nobody):
    await nobody.asks("take_message", text="Call me.", callback_phone="(415) 555-0111")
    assert (await nobody.asks("take_message", text="After six."))["status"] == "ok"
    await nobody.asks("update_lead_details", full_name="Dana Levi")  # without a number: the known one stays
    assert (await nobody.asks("take_message", text="I am Dana."))["status"] == "ok"
    assert await left(nobody) == ["Call me.", "After six.", "I am Dana."]


async def test_a_message_that_the_disk_did_not_take_is_written_with_the_record(database, business, now):
    disk = FullDisk(database)
    front = await ring(disk, business, now)
    asked = await front.asks("take_message", text="Call me.")
    disk.full = False
    await front.office.close_call(RECORD)
    assert asked["say"].startswith("I cannot write anything down now.")
    assert await left(front) == ["Call me."]


async def test_a_message_that_could_never_be_kept_is_refused_though_the_disk_takes_nothing(
    database, business, now
):
    disk = FullDisk(database)
    front = await ring(disk, business, now)
    asked = await front.asks("take_message", text="x" * 2_001)
    disk.full = False
    assert asked == await front.asks("take_message", text="x" * 2_001)
    await front.office.close_call(RECORD)
    assert (await front.rows())[0].outcome == RECORD.outcome
    assert await left(front) == []


async def test_messages_too_many_that_the_disk_did_not_take_cost_no_record(database, business, now, caplog):
    disk = FullDisk(database)
    front = await ring(disk, business, now)
    for number in range(12):
        await front.asks("take_message", text=f"Call Ada {number}.")
    disk.full = False
    caplog.clear()
    await front.office.close_call(RECORD)
    assert (await front.rows())[0].outcome == RECORD.outcome
    assert await left(front) == [f"Call Ada {number}." for number in range(10)]
    refused = f"call {CALL_SID}: a message is refused: text would be message {{number}} of one call"
    assert caplog.messages == [refused] * 2


async def test_the_number_that_came_with_a_message_is_kept_with_it(database, business, now):
    disk = FullDisk(database)
    front = await ring(disk, business, now, caller=None)
    await front.asks("take_message", text="Call me.", callback_phone="(415) 555-0111")
    disk.full = False
    await front.office.close_call(RECORD)
    assert (await front.rows())[1].callback_phone == "+14155550111"
    assert await left(front) == ["Call me."]
