"""A tool of one's own beside the office's: one value brings all that is said of it, everywhere."""

from functools import partial

from attrs import field, frozen

from engine.tools import Tool, describe
from office.office import TOOLS, open_office
from office.unwritten import Unwritten
from rehearsal.rig import CALL_SID, place
from rehearsal.virtual_time import inline
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from storage import businesses
from storage.database import open_database
from tests.office.front import SATURDAY_NOON, grant
from tests.office.support import CALLER, NUMBER
from tests.web.pages.browser import client_of, sign_in

HEARD = (UntilBotSpeaks(100), UntilBotQuiet(100))
SCRIPT = [*HEARD, Say("I am customer twelve.", murmur(400)), UntilClosed()]
GREETING = Reply("Salon, how can I help?", murmur(400, pitch=180))
BYE = Reply("I know you. Goodbye!", murmur(400, pitch=200), calls=(Call("end_call"),))


@frozen(kw_only=True)
class LookUpCustomer:
    number: int = field(metadata=describe("The number on their card."))


async def look_up_customer(desk, wanted, _call):
    found = await desk.read(lambda conn, business_id: businesses.by_id(conn, business_id))
    return {"status": "ok", "say": f"Number {wanted.number} of {found.name}, from {desk.caller}."}


OWN = Tool(
    name="look_up_customer",
    description="Who has that card.",
    label="Looking at the customers' cards",
    guidance={"en": "look_up_customer: when the caller names the number on their card."},
    arguments=LookUpCustomer,
    run=look_up_customer,
    captures_lead=True,
)


async def ring(database, business, *calls):
    """A call in which the model calls these."""
    office = await open_office(
        database,
        grant(business, call_sid=CALL_SID),
        call_sid=CALL_SID,
        now=lambda: SATURDAY_NOON,
        unwritten=Unwritten(database=database),
        own_tools=(OWN,),
    )
    model = ModelScript(replies=[GREETING, Reply(calls=calls), BYE], hears=["I am customer twelve."])
    placed = await place(SCRIPT, model, office=office)
    placed.assert_clean()
    return placed


async def test_a_tool_of_ones_own_is_told_of_declared_run_and_shown_by_its_own_words(
    autojump_clock, tmp_path
):
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as database:
        add = partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
        business = await database.write(add)
        placed = await ring(database, business, Call("look_up_customer", {"number": 12}))
        client = client_of(database, tools=(*TOOLS, OWN))
        owner = await sign_in(database, client, business.id)
        page = await owner.get(f"/calls/{CALL_SID}")
        telephone = await owner.get("/telephone")
        shown = await owner.get("/receptionist")

    told = f"- {OWN.guidance['en']}"
    assert [line for line in placed.model.instructions.splitlines() if OWN.name in line] == [told]
    assert [declared for declared in placed.model.session["tools"] if declared["name"] == OWN.name] == [
        {
            "type": "function",
            "name": "look_up_customer",
            "description": "Who has that card.",
            "parameters": {
                "type": "object",
                "properties": {"number": {"type": "integer", "description": "The number on their card."}},
                "required": ["number"],
                "additionalProperties": False,
            },
        }
    ]
    say = f"Number 12 of Salon, from {CALLER}."
    assert [output for _, output in placed.model.outputs][:1] == [{"status": "ok", "say": say}]
    assert [ended["lead_captured"] for ended in placed.of("hang_up")] == [True]
    assert f"Looking at the customers' cards: done. Result: {say}" in page.text
    assert "Looking at the customers' cards." in telephone.text
    assert OWN.guidance["en"] in shown.text


async def test_a_tool_that_has_gone_is_shown_by_its_bare_name(autojump_clock, tmp_path):
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as database:
        add = partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
        business = await database.write(add)
        await ring(database, business, Call("look_up_customer", {"number": 12}))
        owner = await sign_in(database, client_of(database), business.id)
        page = await owner.get(f"/calls/{CALL_SID}")

    assert "look_up_customer : done" in page.text
    assert OWN.label not in page.text
