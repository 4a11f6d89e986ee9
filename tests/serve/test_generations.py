from __future__ import annotations

import asyncio
from datetime import date

import pytest

from assistant.answer import Failed, Sentence, Started
from serve.generations import Generations, Overloaded

BEGUN = Started(answer_id="ans_1", conversation="c", as_of=date(2026, 1, 1))


async def test_two_readers_from_any_offset_see_the_same_events():
    gate = asyncio.Event()

    async def events():
        yield BEGUN
        yield Sentence(text="一")
        await gate.wait()
        yield Sentence(text="二")
        yield Failed(message="x", code="y")

    generation = Generations().start(events())

    async def read(offset: int):
        return [event async for event in generation.follow(offset)]

    whole, tail = asyncio.create_task(read(0)), asyncio.create_task(read(2))
    await asyncio.sleep(0)
    gate.set()
    assert (await whole)[2:] == await tail
    assert await read(0) == await whole


async def test_generation_goes_on_without_a_reader():
    done = asyncio.Event()

    async def events():
        yield BEGUN
        await asyncio.sleep(0.01)
        done.set()
        yield Failed(message="x", code="y")

    generation = Generations().start(events())
    reader = generation.follow()
    await anext(reader)
    await reader.aclose()
    await asyncio.wait_for(done.wait(), 60)


async def test_silence_is_marked_for_heartbeats():
    gate = asyncio.Event()

    async def events():
        await gate.wait()
        yield BEGUN

    generation = Generations().start(events())
    reader = generation.follow(pulse_s=0.01)
    assert await anext(reader) is None
    gate.set()
    assert await anext(reader) == BEGUN


async def test_a_bug_ends_the_answer_and_is_logged_not_told(caplog):
    async def events():
        yield BEGUN
        raise ZeroDivisionError("the inside")

    ending = await Generations().start(events()).last()
    assert isinstance(ending, Failed)
    assert (ending.code, ending.http) == ("internal_error", 500)
    assert "the inside" not in ending.message
    assert any(record.exc_info for record in caplog.records)


async def test_closing_tells_the_readers():
    async def events():
        yield BEGUN
        await asyncio.sleep(60)

    rooms = Generations()
    generation = rooms.start(events())
    await generation.first()
    await rooms.close()
    ending = await generation.last()
    assert isinstance(ending, Failed) and ending.code == "shutting_down"


async def test_too_many_at_once_are_refused_and_room_returns():
    gate = asyncio.Event()

    async def events():
        await gate.wait()
        yield Failed(message="x", code="y")

    rooms = Generations(limit=1)
    first = rooms.start(events())
    with pytest.raises(Overloaded):
        rooms.start(events())
    gate.set()
    await first.last()
    await asyncio.sleep(0)
    rooms.start(events())
    await rooms.close()


async def test_those_over_the_number_worked_on_at_once_wait_their_turn_and_can_be_cancelled():
    gate = asyncio.Event()
    begun: list[str] = []

    async def events(name: str):
        begun.append(name)
        await gate.wait()
        yield Failed(message="x", code="y")

    rooms = Generations(at_once=1)
    first, second, third = (rooms.start(events(name)) for name in "abc")
    await asyncio.sleep(0.01)
    assert begun == ["a"]
    await second.cancel()
    assert (await second.last()).code == "shutting_down"
    gate.set()
    await asyncio.gather(first.last(), third.last())
    assert begun == ["a", "c"]
