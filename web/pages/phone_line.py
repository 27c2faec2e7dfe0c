"""The telephone in the browser: what lets its stream in, beside Twilio's.

The stream speaks Twilio's protocol to the same handler. What differs is who may come in: an upgrade that
bears the cookie of a signed-in owner and comes from our own origin, and then shows a one-time token that was
issued to this session for one of the owner's businesses. The sids are made here; no browser can name another
call.
"""

import secrets
from functools import partial

from attrs import frozen
from quart import Response, jsonify, request

from office.grant import Grant
from storage import sessions
from web.door.upgrade import Upgrade
from web.origin import Origin
from web.pages.deployment import Deployment
from web.pages.requests import cookie_name, cookies_of
from web.pages.routes import post
from web.pages.visit import Visit
from web.twilio.media import NotAdmitted

PHONE_PATH = "/phone/media"


@frozen
class PhoneGate:
    """Admits upgrades of the pages' telephone."""

    deployment: Deployment

    async def admit(self, upgrade: Upgrade) -> int:
        """Return the session that the upgrade comes from. Raises NotAdmitted."""
        origin = Origin(self.deployment.configuration)
        if upgrade.header(b"origin") != origin.base_url(upgrade.header(b"host")):
            raise NotAdmitted("it comes from another site")
        token = cookies_of(upgrade.header(b"cookie")).get(cookie_name(self.deployment.configuration), "")
        find = partial(sessions.find, token=token, now=self.deployment.now())
        found = await self.deployment.database.read(find)
        if found is None:
            raise NotAdmitted("nobody is signed in")
        return found[1].id


async def ring(visit: Visit) -> Response:  # noqa: ASYNC124 - every view is awaited
    """Let the page place one call within the next half minute: where to, and what to show there."""
    call_sid, stream_sid = f"CA{secrets.token_hex(16)}", f"MZ{secrets.token_hex(16)}"
    grant = Grant(
        call_sid=call_sid,
        business_id=visit.business.id,
        caller_number=None,
        test=True,
        session_id=visit.session.id,
    )
    url = Origin(visit.deployment.configuration).stream_url(request.host, PHONE_PATH)
    answer: Response = jsonify(
        {
            "url": url,
            "token": visit.deployment.phone_tokens.issue(grant),
            "callSid": call_sid,
            "streamSid": stream_sid,
        }
    )
    return answer


ROUTES = (post("/telephone/calls", ring),)
