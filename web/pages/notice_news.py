"""What an upgrade made of the notice: told on Today until the owner has answered with one tap."""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from quart import Response

from engine.prompt import notice
from storage import businesses
from storage.businesses import STANDARD_NOTICE
from storage.records import Business
from web.pages.routes import post
from web.pages.visit import Visit


def news(business: Business) -> str:
    """Return what is to be told, 'added' or 'missing', as long as it is so; else empty."""
    told = "missing" if business.notice is None else "added" if business.keeps_audio else ""
    return told if told == business.notice_news else ""


def words(business: Business) -> str:
    """Return the standard notice as callers of the business hear it, or would."""
    return notice.standard(business.language, recorded=business.keeps_audio)


def _take_both(conn: sqlite3.Connection, business_id: int) -> None:
    businesses.change(conn, business_id, notice=None, keeps_audio=False)


def _add(conn: sqlite3.Connection, business_id: int) -> None:
    businesses.change(conn, business_id, notice=STANDARD_NOTICE)


_ANSWERS: Mapping[str, Callable[..., Any]] = {
    "take both away": _take_both,
    "add": _add,
    "fine": businesses.end_news,
}


async def answer(visit: Visit) -> Response:
    """Do what the tapped button says."""
    job = _ANSWERS.get(visit.form.get("answer", ""))
    if job is None:
        return visit.go("/today", "unchanged")
    return await visit.change("business", "", partial(job, business_id=visit.business.id), back="/today")


ROUTES = (post("/today/notice", answer),)
