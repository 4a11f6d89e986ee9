"""How fast answers are: `python -m eval.bench_answers`, with the embedded model, over the README's questions.

Starts a server of its own in an empty home, twice: the first start fills the database, the second is a cold start
on a filled one. Figures stand beside those of a plain computation in the same run, since machines differ.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

CASES = Path(__file__).parent / "cases" / "readme.jsonl"
LIMITS = {
    "median answer, s": 2.0,
    "median first sentence, s": 1.0,
    "resident memory, GB": 1.2,
    "cold start to ready, s": 15.0,
}


@dataclass(frozen=True, slots=True)
class Timed:
    """One question: seconds to its first sentence and to its end, and how it ended."""

    question: str
    first_s: float
    total_s: float
    status: str


def baseline_s() -> float:
    """Seconds of a fixed computation in plain Python: the measure of this machine, now."""
    started = time.perf_counter()
    sum(number * number % 7 for number in range(2_000_000))
    return time.perf_counter() - started


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(home: Path, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """The server, and the seconds until it was ready."""
    started = time.perf_counter()
    # What chooses the model passes, so that another model can be measured; what chooses the data does not.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BAGUI_") or name.startswith(("BAGUI_EMBEDDED__", "BAGUI_LLM__"))
    }
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", "from serve.cli import main; main()", "serve", "--port", str(port)],
        env={**environment, "BAGUI_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and time.perf_counter() - started < 300:
        try:
            httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False, timeout=5)
            return process, time.perf_counter() - started
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit("the server did not start; see the logs in its home")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def ask(client: httpx.Client, case: dict[str, str]) -> Timed:
    """One question over the stream, as a client sees it."""
    body = {
        "model": "bagui",
        "stream": True,
        "messages": [{"role": "user", "content": case["question"]}],
        "bagui": {"as_of": case["as_of"]} if "as_of" in case else {},
    }
    started = time.perf_counter()
    first, status = 0.0, ""
    with client.stream("POST", "/v1/chat/completions", json=body) as response:
        for line in response.iter_lines():
            if not line.startswith("data: {"):
                continue
            event = json.loads(line[6:])
            if "error" in event:
                return Timed(case["question"], 0.0, time.perf_counter() - started, event["error"]["code"])
            choice = event["choices"][0]
            if not first and choice["delta"].get("content"):
                first = time.perf_counter() - started
            status = event.get("bagui", {}).get("status", status)
    return Timed(case["question"], first, time.perf_counter() - started, status)


def resident_gb(pid: int) -> float:
    """Memory of the process as the kernel counts it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1e6


def processor_s(pid: int) -> float:
    """Processor time of the process so far: what a start costs when nothing else runs."""
    fields = (
        Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    port = free_port()
    before = baseline_s()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        process, filling = start(home, port)
        stop(process)
        process, cold = start(home, port)
        spent = processor_s(process.pid)
        try:
            timed = _ask_all(home, port)
            memory = resident_gb(process.pid)
        finally:
            stop(process)
    machine = statistics.median([before, baseline_s(), baseline_s()])
    for item in timed:
        print(f"{item.total_s:7.2f} s  first {item.first_s:5.2f} s  {item.status:<12} {item.question[:50]}")
    totals, firsts = [item.total_s for item in timed], [item.first_s for item in timed]
    figures = {
        "median answer, s": statistics.median(totals),
        "p95 answer, s": statistics.quantiles(totals, n=20)[-1],
        "median first sentence, s": statistics.median(firsts),
        "p95 first sentence, s": statistics.quantiles(firsts, n=20)[-1],
        "resident memory, GB": memory,
        "cold start to ready, s": cold,
        "its processor time, s": spent,
        "first start to ready, s": filling,
        "baseline computation, s": machine,
        "median answer / baseline": statistics.median(totals) / machine,
    }
    print(f"\n{len(timed)} questions, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, value in figures.items():
        limit = LIMITS.get(name)
        verdict = "" if limit is None else f"  (limit {limit:g}: {'kept' if value <= limit else 'MISSED'})"
        print(f"{name:<28}{value:8.2f}{verdict}")


def _ask_all(home: Path, port: int) -> list[Timed]:
    """All questions after one that warms up; the demo enterprise stands where a question names one."""
    demo = json.loads((home / "demo.json").read_text(encoding="utf-8"))
    headers = {"Authorization": f"Bearer {demo['keys']['rm']}"}
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    for case in cases:
        case["question"] = case["question"].replace("{enterprise}", demo["enterprise"])
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=120) as client:
        ask(client, {"question": "贷款市场报价利率由谁发布"})
        return [ask(client, case) for case in cases]


if __name__ == "__main__":
    main()
