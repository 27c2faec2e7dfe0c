"""All pages, as the web application serves them."""

from quart import Blueprint

from web.pages import hours, more, today, undo
from web.pages.signin import SignIn
from web.pages.site import Site

_PAGES = (today, hours, more, undo)
ROUTES = tuple(route for page in _PAGES for route in page.ROUTES)


def blueprints(site: Site) -> tuple[Blueprint, ...]:
    """The owner's pages and the way in, ready to be registered."""
    return site.blueprint(ROUTES), SignIn(site=site).blueprint()
