"""The owner's pages as a part of the web application: who is let in, and what every answer says of itself.

A request that changes something must come from a page of ours (Origin.same_site). What lies below /b/ID is
served to owners of that business; to everybody else signed in it is not there (404), and whoever is not
signed in is sent to sign in first.
"""

import logging
import sqlite3
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from attrs import define, field
from quart import Blueprint, Response, has_request_context, request

from storage import owners, sessions
from storage.errors import InvalidField, NotFound, StorageError
from storage.records import Business, Owner, Session
from web.origin import Origin
from web.pages.deployment import Deployment
from web.pages.render import STATIC, render
from web.pages.requests import Form, cookie_name, form_of, query_of
from web.pages.routes import Route, View
from web.pages.visit import Visit, redirect_to
from web.pages.words import LANGUAGES

log = logging.getLogger(__name__)

_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_ID = "<int(max=9223372036854775807):"  # what SQLite can keep
_A_YEAR_S = 31_536_000
_Admitted = tuple[Owner, Session, Business | None, bool]


@define(eq=False)
class Site:
    """What the pages stand on."""

    deployment: Deployment
    _cookie: str = field(init=False)
    _origin: Origin = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._cookie = cookie_name(self.deployment.configuration)
        self._origin = Origin(self.deployment.configuration)

    @property
    def proxies(self) -> int:
        """How many proxies of our own stand before us: before a local deployment none may."""
        return (
            self.deployment.configuration.proxies
            if self.deployment.configuration.public_url is not None
            else 0
        )

    def blueprint(self, routes: Iterable[Route]) -> Blueprint:
        """Return these routes below every business's home, and the files that pages refer to."""
        pages = Blueprint("pages", __name__)
        self.guard(pages)
        # Of the whole application: also what is nowhere gets a page, with its headers.
        pages.after_app_request(self._with_headers)
        for status in (404, 405):
            pages.app_errorhandler(status)(partial(self._lost, status))
        for route in routes:
            pages.add_url_rule(
                f"/b/<int:business_id>{route.path}".replace("<int:", _ID),
                route.name,
                partial(self._serve, route.view),
                methods=[route.method],
            )
        pages.add_url_rule("/static/<version>/<name>", "static", self._static)
        return pages

    def guard(self, pages: Blueprint) -> None:
        """Refuse what other sites' pages ask for."""
        pages.before_request(self._refuse_strangers)

    async def signed_in(self) -> tuple[Owner, Session] | None:
        """Return whose browser this request comes from, with the session; None if nobody's."""
        token = request.cookies.get(self._cookie)
        return (
            await self.deployment.database.read(
                partial(sessions.find, token=token, now=self.deployment.now())
            )
            if token
            else None
        )

    async def sign_in(self, owner_id: int, response: Response) -> Response:
        """Have this browser signed in from now on."""
        browser = request.headers.get("User-Agent", "")
        begin = partial(sessions.begin, owner_id=owner_id, browser=browser, now=self.deployment.now())
        self._remember(response, await self.deployment.database.write(begin))
        return response

    def _remember(self, response: Response, token: str) -> None:
        response.set_cookie(
            self._cookie,
            token,
            max_age=round(sessions.SESSION_LIFE.total_seconds()),
            path="/",
            secure=self.deployment.configuration.public_url is not None,
            httponly=True,
            samesite="Lax",
        )

    async def sign_out(self, response: Response) -> Response:
        """End this browser's session."""
        if found := await self.signed_in():
            owner, session = found
            await self.deployment.database.write(
                partial(sessions.end, owner_id=owner.id, session_id=session.id)
            )
        response.delete_cookie(
            self._cookie, path="/", secure=self.deployment.configuration.public_url is not None
        )
        return response

    def language(self) -> str:
        """Return the language of somebody who is not signed in: as chosen, else as the browser prefers."""
        chosen = request.args.get("language", "")
        return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"

    async def _serve(self, view: View, business_id: int, **ids: Any) -> Response:
        admitted = await self._admitted(business_id)
        if admitted is None:
            back = {"next": request.full_path.rstrip("?")} if request.method == "GET" else {}
            return redirect_to(f"/login?{urlencode(back)}" if back else "/login")
        owner, session, business, has_others = admitted
        if business is None:
            return self.failed(404, language=owner.language)
        noted = await self._note_visit(session)
        form = await form_of(request) if request.method == "POST" else Form()
        if form is None:
            return self.failed(400, language=owner.language)
        visit = Visit(
            deployment=self.deployment,
            owner=owner,
            session=session,
            business=business,
            has_others=has_others,
            path=request.path,
            now=self.deployment.now(),
            query=query_of(request),
            form=form,
        )
        response = await self._answer(view, visit, ids)
        if noted:  # the browser must keep the cookie for as long as the session lives
            self._remember(response, request.cookies[self._cookie])
        return response

    async def _answer(self, view: View, visit: Visit, ids: dict[str, Any]) -> Response:
        """Answer with what the view says; what it could not help comes out as a page that says so."""
        language = visit.owner.language
        try:
            return await view(visit, **ids)
        except NotFound:
            return self.failed(404, language=language)
        except InvalidField as error:
            log.warning("%s: %s", request.path, error.field)  # what was typed is not for the log
            return self.failed(400, language=language)
        except (StorageError, sqlite3.OperationalError, OSError):
            log.exception("%s: not written", request.path)
            return self.failed(503, language=language)

    async def _admitted(self, business_id: int) -> _Admitted | None:
        token = request.cookies.get(self._cookie)
        if not token:
            return None

        def look(conn: sqlite3.Connection) -> _Admitted | None:
            found = sessions.find(conn, token, self.deployment.now())
            if found is None:
                return None
            owner, session = found
            theirs = owners.business(conn, owner, business_id)
            return owner, session, theirs, owner.administrator or len(owners.businesses_of(conn, owner)) > 1

        return await self.deployment.database.read(look)

    async def _note_visit(self, session: Session) -> bool:
        """Note the visit, if it is time to; True if the session lives longer for it."""
        if self.deployment.now() - session.seen_at < sessions.SEEN_EVERY:
            return False
        try:
            await self.deployment.database.write(
                partial(sessions.seen, session_id=session.id, now=self.deployment.now())
            )
        except (StorageError, sqlite3.Error):
            log.exception("a visit cannot be noted")  # a full disk must not keep the owner from reading
            return False
        return True

    async def _refuse_strangers(self) -> Response | None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        if self._origin.same_site(
            request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin"), request.host
        ):
            return None
        log.warning("%s %s refused: it comes from another site", request.method, request.path)
        return self.failed(403)

    def failed(self, status: int, *, language: str | None = None) -> Response:
        """Return a page that says what went wrong, by its HTTP status."""
        html = render(language or self.language(), "failed.html", status=status)
        return Response(html, status, content_type="text/html; charset=utf-8")

    async def _lost(self, status: int, _error: object) -> Response:
        # A WebSocket that asks for what is nowhere comes here too, and reads no page.
        return self.failed(status) if has_request_context() else Response("", status)

    async def _with_headers(self, response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if self.deployment.configuration.public_url is not None:
            response.headers["Strict-Transport-Security"] = f"max-age={_A_YEAR_S}"
        return response

    async def _static(self, version: str, name: str) -> Response:
        file = STATIC.get(name)
        if file is None or file.version != version:
            return Response("no such file\n", 404, content_type="text/plain; charset=utf-8")
        headers = {"Cache-Control": f"public, max-age={_A_YEAR_S}, immutable"}
        return Response(file.content, content_type=file.kind, headers=headers)
