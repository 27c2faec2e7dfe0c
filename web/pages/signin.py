"""Signing in and out, and the links that let somebody in once."""

import datetime as dt
import logging
import sqlite3
import zoneinfo
from collections.abc import Callable
from functools import partial
from typing import Any

import trio
from attrs import define, field
from quart import Blueprint, Response, request

from office import numbers
from storage import businesses, owners, sessions
from storage.errors import InvalidField
from web.pages.render import render, words_of
from web.pages.requests import Form, client_address, form_of, local_path
from web.pages.site import Site
from web.pages.visit import redirect_to
from web.pages.words import mark
from web.passwords import TooBusy
from web.throttle import Throttle

log = logging.getLogger(__name__)

WELCOME_PATH = "/welcome/"
_NO_NUMBER = mark("is not a telephone number; write it as +14155550100")


@define(kw_only=True, eq=False)
class SignIn:
    """The pages before the pages."""

    site: Site
    _throttle: Throttle = field(factory=Throttle, init=False)
    _now_s: Callable[[], float] = trio.current_time

    def blueprint(self) -> Blueprint:
        """Return the routes, ready to be registered."""
        pages = Blueprint("signin", __name__)
        self.site.guard(pages)
        pages.add_url_rule("/", "start", self.start)
        pages.add_url_rule("/login", "login", self.show_login)
        pages.add_url_rule("/login", "log in", self.log_in, methods=["POST"])
        pages.add_url_rule("/logout", "log out", self.log_out, methods=["POST"])
        pages.add_url_rule(f"{WELCOME_PATH}<token>", "welcome", self.show_welcome)
        pages.add_url_rule(f"{WELCOME_PATH}<token>", "let in", self.let_in, methods=["POST"])
        pages.add_url_rule("/businesses", "businesses", self.list_businesses)
        pages.add_url_rule("/businesses", "add business", self.add_business, methods=["POST"])
        return pages

    async def start(self) -> Response:
        """Lead to the owner's business, to a choice of them, or to sign in."""
        found = await self.site.signed_in()
        if found is None:
            return redirect_to("/login")
        theirs = await self.site.deployment.database.read(partial(owners.businesses_of, owner=found[0]))
        return redirect_to(f"/b/{theirs[0].id}/today" if len(theirs) == 1 else "/businesses")

    async def show_login(self) -> Response:
        """Show the form to sign in."""
        return self._page("login.html", email="", next=request.args.get("next", ""))

    async def log_in(self) -> Response:
        """Sign in, and go to the page that was asked for first."""
        form = await form_of(request) or Form()
        email, target = form.get("email", ""), form.get("next", "")
        address = client_address(request, self.site.proxies)
        if self._throttle.refuses(address, self._now_s()):
            log.warning("login refused: too many failures from one address")
            return self._page("login.html", 429, email=email, next=target, problem="too_often")
        known = await self.site.deployment.database.read(partial(owners.by_email, email=email))
        try:
            checked = await self.site.deployment.passwords.check(
                form.get("password", ""), known[1] if known else None
            )
        except TooBusy:
            return self._page("login.html", 503, email=email, next=target, problem="busy")
        if known is None or not checked.fits:
            self._throttle.failed(address, self._now_s())
            return self._page("login.html", 422, email=email, next=target, problem="wrong")
        if checked.renewed is not None:
            renew = partial(owners.renew_hash, owner_id=known[0].id, old=known[1], new=checked.renewed)
            await self.site.deployment.database.write(renew)
        return await self.site.sign_in(known[0].id, redirect_to(local_path(target) or "/"))

    async def log_out(self) -> Response:
        """Sign this browser out."""
        return await self.site.sign_out(redirect_to("/login"))

    async def show_welcome(self, token: str) -> Response:
        """Show what a one-time link leads to: the form for a new account, or for a new password."""
        return await self._welcome(token, {}, Form())

    async def let_in(self, token: str) -> Response:
        """Spend the link: make the account, or set the password, and sign in."""
        form = await form_of(request) or Form()
        if await self._invitation(token) is None:
            return await self._welcome(token, {}, form)
        if "join" in form:
            return await self._join(token)
        try:
            password_hash = await self.site.deployment.passwords.hashed(form.get("password", ""))
            owner_id = await self.site.deployment.database.write(
                partial(
                    _spend,
                    token=token,
                    form=form,
                    password_hash=password_hash,
                    now=self.site.deployment.now(),
                )
            )
        except InvalidField as error:
            problem = words_of(self.site.language()).problem(error)
            return await self._welcome(token, {error.field: problem}, form)
        except TooBusy:
            return await self._welcome(token, {}, form, busy=True)
        if owner_id is None:  # somebody else was faster
            return await self._welcome(token, {}, form)
        return await self.site.sign_in(owner_id, redirect_to("/"))

    async def _join(self, token: str) -> Response:
        """Let whoever is signed in into the business of the link, with the account that they have."""
        found = await self.site.signed_in()
        if found is None:
            return await self._welcome(token, {}, Form())
        now = self.site.deployment.now()
        job = partial(_spend_on, token=token, owner_id=found[0].id, now=now)
        business_id = await self.site.deployment.database.write(job)
        return redirect_to(f"/b/{business_id}/today" if business_id is not None else "/")

    async def list_businesses(self) -> Response:
        """Show the businesses of whoever is signed in; an administrator can add one."""
        return await self._businesses({}, Form())

    async def add_business(self) -> Response:
        """Add a business, and go to its hours."""
        found = await self.site.signed_in()
        form = await form_of(request)
        if found is None or form is None or not found[0].administrator:
            return self.site.failed(404)
        words = words_of(found[0].language)
        try:
            number = numbers.business_number(form.get("number", ""))
        except ValueError:
            return await self._businesses({"number": words.say(_NO_NUMBER)}, form)
        try:
            added = await self.site.deployment.database.write(
                partial(
                    businesses.add,
                    number=number,
                    name=form.get("name", ""),
                    timezone=form.get("timezone", ""),
                    language=form.get("language", ""),
                )
            )
        except InvalidField as error:
            return await self._businesses({error.field: words.problem(error)}, form)
        return redirect_to(f"/b/{added.id}/hours?first=1")

    async def _businesses(self, errors: dict[str, str], form: Form) -> Response:
        found = await self.site.signed_in()
        if found is None:
            return redirect_to("/login")
        owner = found[0]
        theirs = await self.site.deployment.database.read(partial(owners.businesses_of, owner=owner))
        page = partial(self._page, "businesses.html", 422 if errors else 200)
        return page(
            language=owner.language,
            owner=owner,
            businesses=theirs,
            zones=sorted(zoneinfo.available_timezones()),
            errors=errors,
            form=form,
        )

    async def _invitation(self, token: str) -> tuple[int | None, int | None] | None:
        return await self.site.deployment.database.read(
            partial(sessions.invited, token=token, now=self.site.deployment.now())
        )

    async def _welcome(
        self, token: str, errors: dict[str, str], form: Form, *, busy: bool = False
    ) -> Response:
        invitation = await self._invitation(token)
        page = partial(self._page, "welcome.html", form=form, errors=errors, busy=busy)
        if invitation is None:
            return page(404, invited=False, reset=False, known=None)
        found = await self.site.signed_in() if invitation[0] is not None else None
        status = 503 if busy else 422 if errors else 200
        return page(status, invited=True, reset=invitation[1] is not None, known=found and found[0])

    def _page(
        self, template: str, status: int = 200, *, language: str | None = None, **values: Any
    ) -> Response:
        html = render(language or self.site.language(), template, **{"problem": None, **values})
        return Response(html, status, content_type="text/html; charset=utf-8")


def _spend(
    conn: sqlite3.Connection, token: str, form: Form, password_hash: str, now: dt.datetime
) -> int | None:
    """Let in whom the link is for; None if it is void. Raises InvalidField."""
    invitation = sessions.invited(conn, token, now)
    if invitation is None:
        return None
    business_id, owner_id = invitation
    if owner_id is not None:
        owners.set_password(conn, owner_id, password_hash)
        sessions.end_all(conn, owner_id)
    else:
        owner_id = _make_owner(conn, form, password_hash, business_id)
    sessions.spend(conn, token)
    return owner_id


def _spend_on(conn: sqlite3.Connection, token: str, owner_id: int, now: dt.datetime) -> int | None:
    """Let that owner into the business of the link, and return its id; None if it is a link into none."""
    business_id, _ = sessions.invited(conn, token, now) or (None, None)
    if business_id is not None:
        owners.let_into(conn, owner_id, business_id)
        sessions.spend(conn, token)
    return business_id


def _make_owner(conn: sqlite3.Connection, form: Form, password_hash: str, business_id: int | None) -> int:
    owner = owners.add(
        conn,
        email=form.get("email", ""),
        password_hash=password_hash,
        language=form.get("language", ""),
        administrator=business_id is None,
    )
    if business_id is not None:
        owners.let_into(conn, owner.id, business_id)
    return owner.id
