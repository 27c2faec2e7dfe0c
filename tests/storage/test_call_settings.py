from storage import call_settings
from tests.storage.conftest import add_business


def test_a_business_has_the_settings_that_were_last_put_and_no_others(conn):
    ours, theirs = add_business(conn).id, add_business(conn, "+14155550101").id
    call_settings.put(conn, theirs, {"silence_ms": "9000"})
    call_settings.put(conn, ours, {"silence_ms": "7000", "guard_ms": "300"})
    call_settings.put(conn, ours, {"guard_ms": "500", "barge_in_min_ms": "300"})

    assert call_settings.of(conn, ours) == {"barge_in_min_ms": "300", "guard_ms": "500"}
    assert call_settings.of(conn, theirs) == {"silence_ms": "9000"}
