"""Samples must be what the storage takes."""

import pytest

from storage import facts, services
from web.pages import samples


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("trade", samples.TRADES.values(), ids=samples.TRADES)
async def test_every_trade_can_be_offered_whole(database, business, trade, language):
    def offer(conn):
        for sample in trade.services:
            services.add(
                conn,
                business.id,
                name=sample.name(language),
                duration_min=sample.duration_min,
                buffer_after_min=sample.buffer_after_min,
            )
        return len(services.offered(conn, business.id))

    assert 3 <= await database.write(offer) <= 5


@pytest.mark.parametrize("language", ["en", "he"])
async def test_every_topic_can_be_written_down(database, business, language):
    def write(conn):
        for topic in samples.topics(language):
            facts.put_fact(conn, business.id, topic=topic, text="yes")
        return {fact.topic for fact in facts.all_facts(conn, business.id)}

    assert await database.write(write) == set(samples.topics(language))


def test_another_language_gets_the_english_ones():
    assert samples.topics("fr") == samples.topics("en")
    assert samples.TRADES["dentist"].services[0].name("fr") == "Check-up"
