"""Does it hold: `python -m eval.soak [seconds]`, 30 open workbench sessions and 50 streaming widget sessions.

Each workbench session speaks what its page speaks (sign-in, heartbeat, queue and event stream), each widget session what
the script speaks (token exchange, streamed answer); real browsers would need more than the machine that is measured. A
session asks, reads the answer to its end, waits as a person would read, and asks again. Two minutes fill the caches, all of
them bounded; the slope of the memory is that of the three minutes (or `seconds`) after them. The server is a fresh one in a
home of its own, with the embedded model unless `BAGUI_EMBEDDED__ENABLED=false`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from eval.bench_answers import CASES, free_port, resident_gb, start, stop

WORKBENCH, WIDGET = 30, 50
WARM_UP, SECONDS = 120.0, 180.0
READING_S = (5.0, 15.0)
FLAT_MB_A_MINUTE = 10.0
_NOTICE = re.compile(r'class=\\?"notice\\?">([^<]*)<')
_STATUS = re.compile(r'class=\\?"chip (answered|partial|refused|needs_consent|not_found|out_of_scope)\\?"')


@dataclass
class Tally:
    """What came of the questions: seconds of each completed one by door, and what went wrong."""

    taken: dict[str, list[float]] = field(default_factory=lambda: {"workbench": [], "widget": []})
    failed: list[str] = field(default_factory=list)

    def add(self, door: str, started: float, problem: str) -> None:
        if problem:
            self.failed.append(f"{door}: {problem}")
        else:
            self.taken[door].append(time.perf_counter() - started)


@dataclass(frozen=True, slots=True)
class Workbench:
    """One open page: its client with the cookie, its session, and the functions of the page by what they do."""

    client: httpx.AsyncClient
    session: str
    functions: dict[str, tuple[int, int]]

    async def call(self, act: str, data: list[Any]) -> str:
        """Runs a function of the page as the page does; the text of all its events. Raises `httpx.HTTPError`."""
        function, trigger = self.functions[act]
        body = {"data": data, "fn_index": function, "trigger_id": trigger, "session_hash": self.session}
        (await self.client.post("gradio_api/queue/join", json=body)).raise_for_status()
        said: list[str] = []
        stream = self.client.stream("GET", "gradio_api/queue/data", params={"session_hash": self.session})
        async with stream as events:
            events.raise_for_status()
            async for event in _events(events):
                said.append(json.dumps(event.get("output"), ensure_ascii=False))
                if event["msg"] == "process_completed":
                    if not event["success"]:
                        raise httpx.ReadError(f"the event failed: {said[-1][:200]}")
                    break
        return "".join(said)


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: {"):
            yield json.loads(line[6:])


def _told(error: httpx.HTTPError) -> str:
    return f"status {error.response.status_code}" if isinstance(error, httpx.HTTPStatusError) else repr(error)


def _functions(config: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Opening the page and asking: the number of the function, and of the component that sets it off."""
    ask = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "ask")
    found: dict[str, tuple[int, int]] = {}
    for dependency in config["dependencies"]:
        for component, event in dependency["targets"]:
            if event == "load":
                found["enter"] = (dependency["id"], component)
            elif (component, event) == (ask, "click"):
                found["ask"] = (dependency["id"], component)
    return found


async def open_workbench(url: str, demo: dict[str, Any], number: int) -> tuple[Workbench, asyncio.Task[None]]:
    """A page signed in to and opened, and its heartbeat, which goes on until it is cancelled."""
    client = httpx.AsyncClient(
        base_url=f"{url}/workbench/", trust_env=False, timeout=300, follow_redirects=True
    )
    form = {"name": demo["workbench"]["user"], "password": demo["workbench"]["password"]}
    (await client.post("sign-in", data=form)).raise_for_status()
    config = (await client.get("config")).raise_for_status().json()
    page = Workbench(client, f"soak{number:04d}", _functions(config))

    async def beat() -> None:
        async with client.stream("GET", f"gradio_api/heartbeat/{page.session}") as response:
            async for _ in response.aiter_raw():
                pass

    heart = asyncio.create_task(beat())
    await page.call("enter", [])
    return page, heart


async def use_workbench(page: Workbench, questions: list[str], until: float, tally: Tally) -> None:
    while time.perf_counter() < until:
        started, problem = time.perf_counter(), ""
        try:
            said = await page.call("ask", [random.choice(questions), None, None, None])  # noqa: S311
            failed = _NOTICE.findall(said)
            problem = (
                ""
                if _STATUS.search(said)
                else f"no answer on the page {unescape(failed[-1]) if failed else ''}"
            )
        except httpx.HTTPError as error:
            problem = _told(error)
        tally.add("workbench", started, problem)
        await asyncio.sleep(random.uniform(*READING_S))  # noqa: S311


async def use_widget(url: str, site: str, questions: list[str], until: float, tally: Tally) -> None:
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=300, headers={"Origin": url}
    ) as client:
        made = (await client.post("/widget/session", json={"site": site})).raise_for_status().json()
        headers = {"Authorization": f"Bearer {made['token']}"}
        while time.perf_counter() < until:
            question = {"role": "user", "content": random.choice(questions)}  # noqa: S311
            body = {"model": "bagui", "stream": True, "messages": [question]}
            started, status, problem = time.perf_counter(), "", ""
            try:
                async with client.stream(
                    "POST", "/v1/chat/completions", json=body, headers=headers
                ) as response:
                    response.raise_for_status()
                    async for event in _events(response):
                        problem = event["error"]["code"] if "error" in event else problem
                        status = (event.get("bagui") or {}).get("status", status)
                problem = problem or ("" if status else "the stream ended early")
            except httpx.HTTPError as error:
                problem = _told(error)
            tally.add("widget", started, problem)
            await asyncio.sleep(random.uniform(*READING_S))  # noqa: S311


async def watch(pid: int, seconds: float) -> list[tuple[float, float]]:
    """Minutes since the start and resident megabytes, every five seconds."""
    began, seen = time.perf_counter(), []
    while (passed := time.perf_counter() - began) < seconds:
        seen.append((passed / 60, resident_gb(pid) * 1000))
        await asyncio.sleep(5)
    return seen


async def soak(url: str, home: Path, pid: int, seconds: float) -> tuple[Tally, list[tuple[float, float]]]:
    demo = json.loads((home / "demo.json").read_text(encoding="utf-8"))
    cases = [json.loads(line)["question"] for line in CASES.read_text(encoding="utf-8").splitlines()]
    public = [question for question in cases if "{enterprise}" not in question]
    everything = [question.replace("{enterprise}", demo["enterprise"]) for question in cases]
    opened = [await open_workbench(url, demo, number) for number in range(WORKBENCH)]
    tally, until = Tally(), time.perf_counter() + seconds
    memory = asyncio.create_task(watch(pid, seconds))
    await asyncio.gather(
        *(use_workbench(page, everything, until, tally) for page, _ in opened),
        *(use_widget(url, demo["site"], public, until, tally) for _ in range(WIDGET)),
    )
    for page, heart in opened:
        heart.cancel()
        await page.client.aclose()
    await asyncio.gather(*(heart for _, heart in opened), return_exceptions=True)
    return tally, await memory


def report(tally: Tally, memory: list[tuple[float, float]]) -> None:
    print(
        f"{WORKBENCH} workbench and {WIDGET} widget sessions, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    for door, taken in tally.taken.items():
        p95 = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else 0.0
        middle = statistics.median(taken) if taken else 0.0
        print(f"{door:<12}{len(taken):5} answers completed   p50 {middle:6.2f} s   p95 {p95:6.2f} s")
    print(f"{'failed':<12}{len(tally.failed):5}")
    for problem in sorted(set(tally.failed)):
        print(f"  {tally.failed.count(problem)} × {problem}")
    for minute in range(1, int(memory[-1][0] + 0.2) + 1):
        at = min(memory, key=lambda seen, minute=minute: abs(seen[0] - minute))
        print(f"resident memory, minute {minute}: {at[1]:.0f} MB")
    settled = [seen for seen in memory if seen[0] >= WARM_UP / 60]
    if len(settled) > 2:
        slope = statistics.linear_regression(*zip(*settled, strict=True)).slope
        verdict = "flat" if slope <= FLAT_MB_A_MINUTE else "GROWING"
        print(f"slope after the first two minutes: {slope:+.1f} MB a minute ({verdict})")


def main() -> None:
    seconds = WARM_UP + (float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        process, _ = start(home, port)
        try:
            tally, memory = asyncio.run(soak(f"http://127.0.0.1:{port}", home, process.pid, seconds))
        finally:
            stop(process)
    report(tally, memory)
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
