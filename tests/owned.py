"""A running server whose businesses have owners with a browser, signed in."""

from functools import partial

from storage import businesses, owners, sessions
from storage.database import open_database
from tests import booking
from tests.real import BUSINESS_ID, open_desk

OTHER_ID = 2
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


class Owners:
    """An owner of the business that is rung, and one of another: their browsers' cookies."""

    def __init__(self):
        self.ours = self.theirs = ""

    async def write(self, path, now=booking.NOW):
        async with open_database(path) as database:
            add = partial(businesses.add, name="Other", number="+15550101", timezone="UTC", language="en")
            await database.write(add)
            self.ours = await database.write(partial(_signed_in, "a@b.co", BUSINESS_ID, now))
            self.theirs = await database.write(partial(_signed_in, "c@d.co", OTHER_ID, now))


def _signed_in(email, business_id, now, conn):
    owner = owners.add(conn, email=email, password_hash="$argon2id$", language="en")
    owners.let_into(conn, owner.id, business_id)
    return f"frontdesk_session={sessions.begin(conn, owner.id, browser='', now=now)}"


def desk(folder, owner, **variables):
    return open_desk(folder, now=lambda: booking.NOW, prepare=owner.write, variables=variables)
