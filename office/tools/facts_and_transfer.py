"""business_facts and transfer_to_human: what the business says of itself, and who there can be asked."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from functools import partial
from itertools import accumulate

from attrs import define, frozen

from engine.outcome import Outcome
from engine.tools import Tool, ToolCall, optional
from office import names, numbers
from office.desk import Desk, Result
from office.language import spoken, topics
from storage import calls, facts, schedule, services
from storage.records import Fact, Person, Service

_TOLD_CHARS = 6_000  # at once: more is a burden on the rest of the call
_MOST_TOPICS = 8  # named in one sentence
_DAYS_TOLD = dt.timedelta(days=14)  # of dates with other hours
# A line of the prompt, by its language, for when not all of what the owner wrote down fits there.
MORE_FACTS = {
    "en": "There is more than fits here: ask business_facts.",
    "he": "יש עוד, ולא הכול נכנס כאן: לשאול את business_facts.",
}


@frozen(kw_only=True)
class BusinessFacts:
    """The arguments of business_facts."""

    topic: str | None = optional(
        "What the caller asks about, in a word or two: hours, services, parking, prices."
    )


@frozen(kw_only=True)
class TransferToHuman:
    """The arguments of transfer_to_human."""

    name: str | None = optional("Who is asked for; nobody named: whoever is first.")


@define(eq=False)
class House:
    """The two tools over what the owner has written down."""

    desk: Desk

    async def business_facts(self, wanted: BusinessFacts, _call: ToolCall) -> Result:
        """Return what is known on the topic; if none of it surely is about that, all of it, the likely first.

        That nothing fits is no answer: the topic may stand there in other words.
        """
        desk, language = self.desk, self.desk.business.language
        topic = (names.given(wanted.topic) or "").strip()
        fitting, others = await desk.read(partial(self._found, topic=topic))
        facts_told, left = _bounded([spoken.fact(language, fact) for fact in (*fitting, *others)])
        if fitting:
            say = desk.say("facts_found", facts=". ".join(facts_told[: len(fitting)]))
        else:
            say = desk.say(
                "fact_unknown", topics=spoken.listed(language, [fact.topic for fact in others[:_MOST_TOPICS]])
            )
        return {"facts": facts_told, **({"more": left} if left else {}), "say": say}

    def _found(self, conn: sqlite3.Connection, business_id: int, topic: str) -> tuple[list[Fact], list[Fact]]:
        """Return what is about the topic, and what is to be told besides."""
        # Here, and not on the loop: to read all that an owner wrote takes longer than a frame of sound.
        offered = services.offered(conn, business_id)
        known = self._known(conn, business_id, offered)
        fit = topics.about(topic, [(f"{fact.topic}. {also}", fact.text) for fact, also in known])
        if not fit.sure:
            fitting = [known[place][0] for place in fit.things]
            return fitting, [fact for fact, _ in known if fact not in fitting]
        # Who asks for one of many services is not told all of them.
        asked = [offered[place] for place in topics.named(topic, [each.name for each in offered])]
        known = self._known(conn, business_id, asked or offered)
        return [known[place][0] for place in fit.things], []

    def _known(
        self, conn: sqlite3.Connection, business_id: int, offered: Sequence[Service]
    ) -> list[tuple[Fact, str]]:
        """Return all that is to be told, each with what else than its topic it is about."""
        desk = self.desk
        language, today = desk.business.language, desk.today
        rules = schedule.schedule(conn, business_id, today, today + _DAYS_TOLD)
        hours = spoken.hours(language, rules.weekly, rules.exceptions, today)
        known = [(Fact(topic=desk.say("topic_hours"), text=hours), "hours")]
        if offered:
            text = "; ".join(spoken.service(language, service) for service in offered)
            words = " ".join(["services", *(service.name for service in offered)])
            priced = " prices" if any(service.price for service in offered) else ""
            known.append((Fact(topic=desk.say("topic_services"), text=text), words + priced))
        for fact in facts.all_facts(conn, business_id):
            known.append((fact, "prices" if topics.names_a_price(fact.text) else ""))
        return known

    async def transfer_to_human(self, wanted: TransferToHuman, _call: ToolCall) -> Result:
        """Choose whom to ring once this stream has ended: somebody of the owner's list, and nobody else."""
        desk = self.desk
        people = [
            person
            for person in await desk.read(facts.people)
            if numbers.dialable(person.phone, desk.business.number)
        ]
        if not people:
            raise desk.refusal("nobody_to_transfer_to")
        person = _named(wanted.name, people)
        if person is None:
            known = spoken.listed(desk.business.language, [person.name for person in people])
            raise desk.refusal("no_such_person", people=known)
        phone = person.phone

        def job(conn: sqlite3.Connection, business_id: int, _lead_id: int) -> None:
            calls.set_transfer(conn, business_id, desk.call_sid, phone)

        await desk.write(job)
        return {"status": "ok", "say": desk.say("transferring", person=person.name)}


def _bounded(told: list[str]) -> tuple[list[str], list[str]]:
    """Return what can be told at once, and what there is besides, by its beginning."""
    told = [each if len(each) <= _TOLD_CHARS else f"{each[: _TOLD_CHARS - 1]}…" for each in told]
    chars = list(accumulate(len(each) for each in told))
    end = max(1, sum(total <= _TOLD_CHARS for total in chars))
    return told[:end], [each.partition(":")[0] for each in told[end:]]


def _named(name: str | None, people: list[Person]) -> Person | None:
    """Return who has the most words of the name, titles aside; None if nobody has any, or several as many."""
    if names.given(name) is None:
        return people[0]
    shared = [names.shared(name or "", person.name) for person in people]
    most = max(shared)
    return people[shared.index(most)] if most and shared.count(most) == 1 else None


TOOLS = (
    Tool(
        name="business_facts",
        description="What the business says of itself: hours, services, prices, the way and more. What is "
        "not there is not known: never say that the business does not have it.",
        label="Looking up what callers ask about",
        guidance={
            "en": "business_facts: for a question about the business whose answer does not stand here.",
            "he": "business_facts: לשאלה על העסק שהתשובה עליה אינה כתובה כאן.",
        },
        arguments=BusinessFacts,
        run=House.business_facts,
        interruptible=True,
    ),
    Tool(
        name="transfer_to_human",
        description="Put the caller through to a person of the business, if they ask for one.",
        label="Putting the caller through",
        guidance={
            "en": "transfer_to_human: only when the caller asks for a person, and only to the people named "
            "above.",
            "he": "transfer_to_human: רק כשמבקשים לדבר עם אדם, ורק אל מי שנזכרו למעלה.",
        },
        arguments=TransferToHuman,
        run=House.transfer_to_human,
        ends_call=Outcome.TRANSFERRED,
    ),
)
