"""One request of a signed-in owner to one business: what a page is given to work with.

A view is `async def view(visit, **ids) -> Response`. It reads and changes through its visit, which knows the
one business that it may touch.
"""

import datetime as dt
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from attrs import frozen
from quart import Response

from storage import changes, schedule
from storage.changes import Change
from storage.errors import InvalidField, Overtaken, WouldErase
from storage.records import Business, Owner, Session
from web.pages.deployment import Deployment
from web.pages.notices import NOTICES
from web.pages.render import pieces, render_in_slices, words_of
from web.pages.requests import Form, local_path
from web.pages.words import Words

_SAID = ("done", "change")  # of the notice, which is shown once

T = TypeVar("T")


@frozen(kw_only=True)
class Visit:
    """Who asks, about which business, and when."""

    deployment: Deployment
    owner: Owner
    session: Session
    business: Business
    has_others: bool  # whether the owner may see further businesses
    path: str  # that was asked for
    now: dt.datetime  # UTC
    query: Form
    form: Form  # of a POST, else empty

    @property
    def words(self) -> Words:
        """The owner's language."""
        return words_of(self.owner.language)

    @property
    def home(self) -> str:
        """What the paths of this business's pages begin with."""
        return f"/b/{self.business.id}"

    @property
    def here(self) -> str:
        """This page with what was asked of it, to come back to."""
        asked = [(name, value) for name, value in self.query.items(multi=True) if name not in _SAID]
        return f"{self.path}?{urlencode(asked)}" if asked else self.path

    @property
    def today(self) -> dt.date:
        """The business's date."""
        return self.local(self.now).date()

    def local(self, instant: dt.datetime) -> dt.datetime:
        """Return an instant as the business's clock shows it."""
        return schedule.local(self.business.timezone, instant)

    async def read(self, query: Callable[..., T], /, *args: Any, **more: Any) -> T:
        """Return what `query(conn, business_id, ...)` finds."""
        return await self.deployment.database.read(lambda conn: query(conn, self.business.id, *args, **more))

    async def write(self, job: Callable[..., T], /, *args: Any, **more: Any) -> T:
        """Return what `job(conn, business_id, ...)` returns once it is committed."""
        return await self.deployment.database.write(lambda conn: job(conn, self.business.id, *args, **more))

    async def change(
        self, kind: str, key: str | None, job: Callable[[sqlite3.Connection], Any], *, back: str
    ) -> Response:
        """Do what can be taken back (storage/changes.py), and go to `back`, a path below `home`.

        There the owner is told, and offered to take it back. Raises what the job raises.
        """
        made = partial(changes.make, kind=kind, key=key, job=job, now=self.now)
        change = await self.deployment.database.write(lambda conn: made(conn, self.business.id))
        return self.go(back, "saved" if change else "unchanged", change)

    async def take_back(self, change_id: int) -> Response:
        """Take a change back, and go to where it was made; first ask if calls would be erased for it."""
        back = local_path(self.form.get("back", "")) or f"{self.home}/today"
        may_erase = self.form.get("erase") == "1"
        try:
            change = await self.write(changes.take_back, change_id, now=self.now, may_erase=may_erase)
        except Overtaken:
            return redirect_to(_with(back, "not_undone", None))
        except WouldErase as lost:
            return await self.page(
                "undo_erases.html", status=422, change_id=change_id, back=back, lost=lost.calls
            )
        return redirect_to(_with(back, "undone", change))

    def go(self, back: str, notice: str, change: Change | None = None) -> Response:
        """Answer a form: go on to a page below `home`, which says one of NOTICES."""
        return redirect_to(_with(self.home + back, notice, change))

    async def page(self, template: str, /, *, status: int = 200, **values: Any) -> Response:
        """Return the page, in the owner's language."""
        change = await self._last_change()
        made = pieces(
            self.owner.language,
            template,
            visit=self,
            business=self.business,
            home=self.home,
            notice=self._notice(),
            change=change,
            **{"errors": {}, **values},
        )
        html = await render_in_slices(made)
        return Response(html, status, content_type="text/html; charset=utf-8")

    def problem(self, error: InvalidField) -> dict[str, str]:
        """Return what a form shows beside its field."""
        return {error.field: self.words.problem(error)}

    def _notice(self) -> str | None:
        message = NOTICES.get(self.query.get("done", ""))
        return self.words.say(message) if message else None

    async def _last_change(self) -> Change | None:
        change_id = self.query.get("change", "")
        if not change_id.isdecimal() or len(change_id) > 15:
            return None
        return await self.read(changes.get, int(change_id))


def _with(path: str, notice: str, change: Change | None) -> str:
    where, _, fragment = path.partition("#")
    said = {"done": notice, **({"change": str(change.id)} if change else {})}
    return f"{where}{'&' if '?' in where else '?'}{urlencode(said)}" + (f"#{fragment}" if fragment else "")


def redirect_to(path: str) -> Response:
    """Have the browser ask for a page of ours, after a form. `path` is ours, or was made so by local_path."""
    return Response("", 303, headers={"Location": path})
