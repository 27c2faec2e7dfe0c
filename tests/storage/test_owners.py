import pytest

from storage import owners
from storage.errors import InvalidField, NotFound
from storage.records import Owner
from tests.storage.conftest import add_business

HASH, OTHER_HASH = "$argon2id$one", "$argon2id$two"


def add(conn, email="dana@example.com", **more):
    return owners.add(conn, email=email, **{"password_hash": HASH, "language": "en", **more})


def test_an_owner_is_kept_as_added_and_found_by_the_address_in_any_case(conn):
    assert owners.none_yet(conn)
    dana = add(conn, " Dana@example.com ", language="he", administrator=True)
    assert dana == Owner(
        id=1, email="Dana@example.com", language="he", administrator=True, created_at=dana.created_at
    )
    assert not owners.none_yet(conn)
    assert owners.by_email(conn, " DANA@EXAMPLE.COM") == (dana, HASH)
    assert owners.get(conn, dana.id) == dana


def test_who_was_never_added_is_nobody(conn):
    add(conn)
    assert owners.by_email(conn, "rosa@example.com") is None
    assert owners.by_email(conn, "%") is None
    assert owners.get(conn, 7) is None


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"email": "dana"}, "email: is not a mail address; it should look like name@example.com"),
        ({"email": "ROSA@example.com"}, "email: can sign in already"),
        ({"language": "de"}, "language: is 'de'; the pages speak en, he"),
    ],
)
def test_an_owner_who_makes_no_sense_is_refused_by_the_field(conn, values, refusal):
    add(conn, "rosa@example.com")
    with pytest.raises(InvalidField) as refused:
        add(conn, **values)
    assert str(refused.value) == refusal
    assert owners.get(conn, 2) is None


def test_another_hash_of_the_same_password_is_kept_only_while_it_is_the_same(conn):
    dana = add(conn)
    assert owners.renew_hash(conn, dana.id, old=HASH, new=OTHER_HASH)
    assert not owners.renew_hash(conn, dana.id, old=HASH, new="$argon2id$three")
    assert owners.by_email(conn, dana.email) == (dana, OTHER_HASH)


def test_a_password_is_replaced_for_one_owner(conn):
    dana, rosa = add(conn), add(conn, "rosa@example.com")
    owners.set_password(conn, dana.id, OTHER_HASH)
    assert owners.by_email(conn, dana.email) == (dana, OTHER_HASH)
    assert owners.by_email(conn, rosa.email) == (rosa, HASH)
    with pytest.raises(NotFound, match="no owner 7"):
        owners.set_password(conn, 7, OTHER_HASH)


def test_the_pages_are_shown_in_a_language_that_they_speak(conn):
    dana, rosa = add(conn), add(conn, "rosa@example.com")
    owners.set_language(conn, dana.id, "he")
    with pytest.raises(InvalidField, match="language: is 'fr'; the pages speak en, he"):
        owners.set_language(conn, dana.id, "fr")
    assert [owners.get(conn, owner.id).language for owner in (dana, rosa)] == ["he", "en"]


def test_an_owner_sees_the_businesses_that_they_were_let_into_and_an_administrator_all(conn):
    zoe, adam, other = (add_business(conn, f"+1415555010{last}") for last in range(3))
    conn.execute("UPDATE businesses SET name = CASE id WHEN 1 THEN 'Zoe' WHEN 2 THEN 'Adam' ELSE 'Other' END")
    dana, chief = add(conn), add(conn, "chief@example.com", administrator=True)
    for business in (zoe, adam, zoe):
        owners.let_into(conn, dana.id, business.id)
    assert [seen.name for seen in owners.businesses_of(conn, dana)] == ["Adam", "Zoe"]
    assert [seen.name for seen in owners.businesses_of(conn, chief)] == ["Adam", "Other", "Zoe"]
    assert owners.business(conn, dana, adam.id).name == "Adam"
    assert owners.business(conn, dana, other.id) is None
    assert owners.business(conn, chief, other.id).name == "Other"
    assert owners.business(conn, chief, 99) is None


def test_an_owner_from_whom_a_business_is_taken_sees_it_no_more(conn):
    ours, other = add_business(conn), add_business(conn, "+14155550101")
    dana = add(conn)
    for business in (ours, other):
        owners.let_into(conn, dana.id, business.id)
    assert owners.take_from(conn, dana.id, ours.id)
    assert not owners.take_from(conn, dana.id, ours.id)
    assert owners.businesses_of(conn, dana) == (other,)


def test_who_was_let_into_a_business_is_listed_by_address_without_administrators(conn):
    ours = add_business(conn)
    rosa, dana, chief = (
        add(conn, "rosa@example.com"),
        add(conn),
        add(conn, "chief@example.com", administrator=True),
    )
    add(conn, "other@example.com")
    for owner in (rosa, dana):
        owners.let_into(conn, owner.id, ours.id)
    assert owners.of_business(conn, ours.id) == (dana, rosa)
    assert owners.businesses_of(conn, chief) == (ours,)


def test_everybody_who_may_sign_in_is_listed_by_address(conn):
    assert owners.every(conn) == ()
    added = [add(conn, f"{name}@example.com") for name in ("rosa", "dana")]
    assert owners.every(conn) == tuple(reversed(added))
