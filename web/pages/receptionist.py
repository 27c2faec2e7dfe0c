"""The receptionist: how a call begins, what it knows and keeps to, who takes calls, and who is blocked."""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs
from quart import Response

from engine.prompt import notice as notices
from engine.prompt import prompt
from office import adjust, numbers
from office.grant import Grant
from office.office import profile
from storage import blocked, businesses, call_settings, facts
from storage.errors import InvalidField
from storage.records import Person
from web.pages import form_fields, samples
from web.pages.routes import get, post
from web.pages.visit import Visit
from web.pages.words import LANGUAGES

_NOTICE = "notice"
_LINES = (_NOTICE, "greeting", "trade")
_ABOUT = (*_LINES, "language", "rules")
_TOLD = "told"  # the tick of the notice
_EMPTY = {"name": "", "phone": "", "blocked": ""}
_STEPS = {"up": -1, "down": 1}


async def show(visit: Visit) -> Response:
    """Show all of it; `?topic=` opens the form with that fact, known or new."""
    return await _page(visit)


async def save_about(visit: Visit) -> Response:
    """Keep what one of the first two forms says."""
    given: dict[str, Any] = {name: visit.form[name] for name in _ABOUT if name in visit.form}
    given |= {name: form_fields.line(given[name]) for name in _LINES if name in given}
    if _NOTICE in given and visit.form.get(_TOLD) != "1":
        given[_NOTICE] = None
    try:
        return await _change(visit, "business", partial(businesses.change, **given))
    except InvalidField as error:
        return await _page(visit, error)


async def save_fact(visit: Visit) -> Response:
    """Write down a fact, in place of the one that the form was opened with."""
    topic, text = (form_fields.line(visit.form.get(name, "")) for name in ("topic", "text"))
    job = partial(_write_fact, topic=topic, text=text, was=visit.form.get("was", ""))
    try:
        return await _change(visit, "facts", job, "#facts")
    except InvalidField as error:
        return await _page(visit, error)


async def remove_fact(visit: Visit) -> Response:
    """Forget a fact."""
    job = partial(facts.remove_fact, topic=visit.form.get("topic", ""))
    return await _change(visit, "facts", job, "#facts")


async def add_person(visit: Visit) -> Response:
    """Put somebody last on the list of those to whom callers may be put through."""
    try:
        person = Person(name=visit.form.get("name", ""), phone=_dialable(visit))
        return await _change(
            visit, "people", partial(_rearrange, to=lambda known: [*known, person]), "#people"
        )
    except InvalidField as error:
        return await _page(visit, error)


async def move_person(visit: Visit) -> Response:
    """Have somebody asked for earlier or later."""
    move = partial(_moved, name=visit.form.get("name", ""), step=_STEPS.get(visit.form.get("to", ""), 0))
    return await _change(visit, "people", partial(_rearrange, to=move), "#people")


async def remove_person(visit: Visit) -> Response:
    """Take somebody off the list."""
    leaving = visit.form.get("name", "")
    stay = partial(_rearrange, to=lambda known: [person for person in known if person.name != leaving])
    return await _change(visit, "people", stay, "#people")


async def block(visit: Visit) -> Response:
    """Let a number through no longer."""
    try:
        phone = form_fields.phone("phone", visit.form.get("blocked", ""), visit.business.number)
        job = partial(blocked.add, phone=phone)
        return await _change(visit, "blocked", job, "#blocked")
    except InvalidField as error:
        return await _page(visit, attrs.evolve(error, field="blocked"))


async def unblock(visit: Visit) -> Response:
    """Let it through again."""
    job = partial(blocked.remove, phone=visit.form.get("blocked", ""))
    return await _change(visit, "blocked", job, "#blocked")


async def save_settings(visit: Visit) -> Response:
    """Set how the calls behave, in place of what was set before."""
    pairs = visit.form.get("call_settings", "").split()
    try:
        values = adjust.kept(pairs, adjust.of_business(pairs, visit.deployment.configuration.settings))
    except adjust.BadSetting as problem:
        return await _page(
            visit, InvalidField("call_settings", "can't be used: {problem}", {"problem": problem})
        )
    return await _change(visit, "call_settings", partial(call_settings.put, values=values), "#call-settings")


async def _change(visit: Visit, kind: str, job: Callable[..., Any], section: str = "") -> Response:
    bound = partial(job, business_id=visit.business.id)
    return await visit.change(kind, "", bound, back=f"/receptionist{section}")


def _write_fact(conn: sqlite3.Connection, business_id: int, *, topic: str, text: str, was: str) -> None:
    others = [fact.topic for fact in facts.all_facts(conn, business_id) if fact.topic != was]
    if topic.casefold() in {other.casefold() for other in others}:
        raise InvalidField("topic", "is written down already; change that one")
    facts.remove_fact(conn, business_id, was)
    facts.put_fact(conn, business_id, topic=topic, text=text)


def _rearrange(
    conn: sqlite3.Connection, business_id: int, *, to: Callable[[list[Person]], list[Person]]
) -> None:
    facts.set_people(conn, business_id, to(list(facts.people(conn, business_id))))


def _moved(known: list[Person], name: str, step: int) -> list[Person]:
    at = next((index for index, person in enumerate(known) if person.name == name), None)
    if at is None or not 0 <= at + step < len(known):
        return known
    moving = known[at]
    others = [person for person in known if person is not moving]
    return [*others[: at + step], moving, *others[at + step :]]


def _dialable(visit: Visit) -> str:
    phone = form_fields.phone("phone", visit.form.get("phone", ""), visit.business.number)
    if not numbers.dialable(phone, visit.business.number):
        raise InvalidField(
            "phone", "cannot be put through to; give an ordinary number of the business's own country"
        )
    return phone


async def _page(visit: Visit, error: InvalidField | None = None) -> Response:
    found = await visit.read(_found, visit)
    return await visit.page(
        "receptionist.html",
        status=422 if error else 200,
        errors=visit.problem(error) if error else {},
        **found,
    )


def _found(conn: sqlite3.Connection, business_id: int, visit: Visit) -> dict[str, Any]:
    business, written = visit.business, facts.all_facts(conn, business_id)
    known = {fact.topic: fact.text for fact in written}
    asked = {topic.casefold() for topic in known}
    withheld = Grant(call_sid="", business_id=business_id, caller_number=None)
    told = profile(conn, business, withheld, visit.now)
    return {
        "one": _held(visit, known, call_settings.of(conn, business_id)),
        "thresholds": adjust.thresholds(visit.deployment.configuration.settings),
        "choices": {**LANGUAGES, business.language: LANGUAGES.get(business.language, business.language)},
        "facts": written,
        "topics": [topic for topic in samples.topics(business.language) if topic.casefold() not in asked],
        "people": facts.people(conn, business_id),
        "blocked": blocked.every(conn, business_id),
        "prompt": prompt.instructions(told, visit.deployment.tools),
        "greeting": prompt.greeting(told),
        "standard": notices.standard(business.language, recorded=business.keeps_audio),
        "untold": business.notice is not None and not prompt.notice(told),
        "unrecorded": business.keeps_audio and not notices.speaks_of_recording(prompt.notice(told)),
    }


def _held(visit: Visit, known: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return what the fields of all forms hold: what was typed, else what is stored."""
    topic = visit.query.get("topic", "")
    stored = {name: getattr(visit.business, name) or "" for name in _ABOUT}
    opened = {"topic": topic, "text": known.get(topic, ""), "was": topic if topic in known else ""}
    set_here = {"call_settings": "\n".join(f"{name}={value}" for name, value in settings.items())}
    held = {**stored, **_EMPTY, **opened, **set_here}
    told = visit.business.notice is not None if _NOTICE not in visit.form else visit.form.get(_TOLD) == "1"
    return {**{name: visit.form.get(name, text) for name, text in held.items()}, _TOLD: "1" if told else ""}


ROUTES = (
    get("/receptionist", show),
    post("/receptionist", save_about),
    post("/receptionist/facts", save_fact),
    post("/receptionist/facts/remove", remove_fact),
    post("/receptionist/people", add_person),
    post("/receptionist/people/move", move_person),
    post("/receptionist/people/remove", remove_person),
    post("/receptionist/blocked", block),
    post("/receptionist/blocked/remove", unblock),
    post("/receptionist/call-settings", save_settings),
)
