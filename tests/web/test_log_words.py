"""What is said in a served call, and what of it stands in the log of a local and of a public deployment."""

import io
import logging
import re
from contextlib import contextmanager
from functools import partial

import pytest

from simulator import ModelScript, Reply, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed, murmur, serve_model
from simulator.model_script import Call
from storage.database import open_database
from tests.office.support import PUBLIC_URL, TOKEN
from tests.web.test_server import answered_by, path, ring, serving
from web import logs

__all__ = ["path"]  # a fixture

PUBLIC = {"TWILIO_AUTH_TOKEN": TOKEN, "FRONTDESK_PUBLIC_URL": PUBLIC_URL}
WORDS = ("Rivka", "Mandelbaum", "psoriasis")
CALLER_SAYS = "This is Rivka Mandelbaum. It is about my psoriasis."
SCRIPT = (
    UntilBotSpeaks(20),
    UntilBotQuiet(100),
    Say(CALLER_SAYS, murmur(400)),
    UntilClosed(),
)
MODEL = ModelScript(
    replies=[
        Reply("Hello, this is Salon.", murmur(200, pitch=190)),
        Reply(
            calls=(
                Call("update_lead_details", {"full_name": "Rivka Mandelbaum"}),
                Call("update_lead_details", {"full_name": ["Rivka Mandelbaum", "psoriasis"]}),
                Call("update_lead_details", '{"full_name": "Rivka'),
                Call("note_psoriasis", {"of": "Mandelbaum"}),
            ),
            first_delta_ms=10,
            call_ms=1,
        ),
        Reply(
            "Goodbye Rivka, get well with your psoriasis.",
            murmur(200, pitch=200),
            calls=(Call("end_call"),),
        ),
    ],
    hears=[CALLER_SAYS],
)


@contextmanager
def log_of(configured):
    """What the server's log says while the body runs, set up as the command line sets it up."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.MaskingFormatter(configured.secrets, words=configured.logs_words))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize(("environment", "told"), [({}, list(WORDS)), (PUBLIC, [])], ids=["local", "public"])
async def test_what_is_said_stands_in_the_record_and_in_the_log_of_a_local_deployment_only(
    path, nursery, environment, told
):
    model = await nursery.start(partial(serve_model, MODEL))
    configured = answered_by(model.url, FRONTDESK_DETECTOR="level", **environment)
    signed = {"auth_token": TOKEN, "public_url": PUBLIC_URL} if environment else {}
    with log_of(configured) as log:
        async with serving(path, configured) as (url, _):
            report = await ring(url, *SCRIPT, **signed)
    assert (report.hung_up_by, model.violations) == ("server", [])
    written = log.getvalue()
    assert [word for word in WORDS if word in written] == told
    assert "tool update_lead_details answered: refused" in written
    assert re.search(r"CA\w{32}: from the model: response\.output_audio\.delta", written)
    async with open_database(path) as database:
        events = await database.read(lambda conn: [str(tuple(row)) for row in conn.execute(EVENTS)])
    assert [word for word in WORDS if not any(word in event for event in events)] == []


EVENTS = "SELECT * FROM call_events"
