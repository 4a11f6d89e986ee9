"""Several domains at once: the open ones are read in order, a closed one is noted and nothing of it comes along."""

import pytest
from people import principal_for

from assistant.errors import NotFound
from assistant.tools.enterprise_data.reading import read_domains

OPEN, CLOSED = 0, 5


async def test_open_domains_come_in_the_order_asked_for(context, few):
    ctx = context()
    found = await ctx.find_enterprise(few.enterprises[OPEN].code)
    reading = await read_domains(ctx, found, ("tax", "registration"))
    assert list(reading.deliveries) == list(reading.payloads) == ["tax", "registration"]
    assert not reading.closed and not reading.empty and reading.closed_lines() == ()
    assert reading.deliveries["tax"].consent and reading.deliveries["registration"].consent is None


async def test_a_closed_domain_is_noted_with_what_could_not_be_done(context, few):
    ctx = context()
    found = await ctx.find_enterprise(few.enterprises[CLOSED].code)
    reading = await read_domains(ctx, found, ("registration", "tax"))
    assert list(reading.deliveries) == ["registration"] and list(reading.closed) == ["tax"]
    assert reading.closed_lines() == ("税务数据：未取得企业的有效授权，企业授权后可查",)
    assert reading.closed_lines("未能互核") == ("税务数据：未取得企业的有效授权，未能互核，企业授权后可查",)


async def test_a_domain_without_a_delivery_is_empty_and_not_closed(context, few, store):
    from sqlalchemy import text

    async with store.writing() as session:
        await session.execute(text("delete from domain_records where domain = 'tax'"))
    ctx = context()
    found = await ctx.find_enterprise(few.enterprises[OPEN].code)
    reading = await read_domains(ctx, found, ("tax", "customs"))
    assert reading.empty == ("tax",) and list(reading.deliveries) == ["customs"]
    assert reading.empty_lines() == ("税务数据：尚未交付",)


async def test_an_enterprise_outside_the_portfolio_is_an_error_and_no_closed_domain(context, few):
    found = await context().find_enterprise(few.enterprises[OPEN].code)
    other = principal_for("enterprise", "e", enterprise=few.enterprises[CLOSED].code)
    with pytest.raises(NotFound):
        await read_domains(context(other), found, ("registration",))
