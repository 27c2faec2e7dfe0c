"""All pages, as the web application serves them."""

from quart import Blueprint

from web.pages import (
    appointment,
    appointments,
    call,
    calls,
    data,
    erase,
    feed,
    hours,
    live_calls,
    messages,
    more,
    notice_news,
    people_with_access,
    phone_line,
    receptionist,
    recorded_caller,
    services,
    settings,
    telephone,
    today,
    trials,
    undo,
    your_account,
)
from web.pages.feed import Feed
from web.pages.signin import SignIn
from web.pages.site import Site

_PAGES = (
    today,
    notice_news,
    calls,
    call,
    appointments,
    appointment,
    messages,
    feed,
    hours,
    services,
    receptionist,
    telephone,
    recorded_caller,
    more,
    undo,
    live_calls,
    phone_line,
    trials,
    settings,
    your_account,
    people_with_access,
    data,
    erase,
)
ROUTES = tuple(route for page in _PAGES for route in page.ROUTES)


def blueprints(site: Site) -> tuple[Blueprint, ...]:
    """Return the owner's pages and the way in, ready to be registered."""
    return site.blueprint(ROUTES), SignIn(site=site).blueprint(), Feed(site=site).blueprint()
