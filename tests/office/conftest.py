from functools import partial

import pytest

from storage import businesses
from storage.database import open_database
from tests.office.support import NUMBER


@pytest.fixture
async def database(tmp_path):
    """A real file, written through the real writer."""
    async with open_database(tmp_path / "frontdesk.db") as opened:
        yield opened


@pytest.fixture
async def business(database):
    """Open Monday to Friday from 9 to 5, in Berlin."""
    add = partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
    return await database.write(add)
