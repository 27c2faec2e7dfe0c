"""What a browser sends: forms, its session's cookie, its address."""

from urllib.parse import parse_qsl

from quart import Request
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_cookie

from storage import fields
from web.addresses import forwarded_customer
from web.configuration import Configuration

_MOST_FIELDS = 500
_FORM = "application/x-www-form-urlencoded"
_AS_TYPED = frozenset({"password", "current_password"})  # a password is what was typed
_HOST_COOKIE, _LOCAL_COOKIE = "__Host-frontdesk", "frontdesk_session"

Form = MultiDict[str, str]


async def form_of(request: Request) -> Form | None:
    """Return the form that a page sent, empty if it sent none; None for what no page of ours would send.

    It is cleaned of the signs that nobody sees (`storage/fields.py`); passwords stay as they were typed.
    """
    if request.mimetype not in ("", _FORM):
        return None
    body = await request.get_data(cache=False, as_text=False, parse_form_data=False)
    try:
        sent = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    plain = ((name, value.replace("\r\n", "\n").replace("\0", "")) for name, value in sent)
    return MultiDict((name, value if name in _AS_TYPED else fields.cleaned(value)) for name, value in plain)


def query_of(request: Request) -> Form:
    """Return what the URL asks for, cleaned as a form is."""
    asked = request.args.items(multi=True)
    return MultiDict((name, fields.cleaned(value)) for name, value in asked)


def cookie_name(configuration: Configuration) -> str:
    """Name the cookie of the session.

    A browser keeps a __Host- cookie from every other host, but only over TLS.
    """
    return _LOCAL_COOKIE if configuration.public_url is None else _HOST_COOKIE


def cookies_of(header: str) -> dict[str, str]:
    """Return the cookies in a Cookie header."""
    return dict(parse_cookie(header).items())


def client_address(request: Request, proxies: int) -> str:
    """Return whose request it is: the address, or IPv6 network, that the outermost of our proxies saw."""
    peer = (request.scope.get("client") or ("unknown",))[0]
    return forwarded_customer(request.headers.getlist("X-Forwarded-For"), proxies, peer)


def local_path(target: str) -> str | None:
    """Return the target if it is a path of this site, which a redirect may go to; else None."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if safe else None
