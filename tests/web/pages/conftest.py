import pytest

from tests.web.pages.browser import client_of, sign_in


@pytest.fixture
async def browser(database, business, tmp_path):
    """The owner of Salon (Berlin, Monday to Friday 9 to 5), on Friday 20 November 2026 at 10:00."""
    return await sign_in(database, client_of(database, recordings=tmp_path / "recordings"), business.id)
