"""ask, search, tools, tool, enterprises."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from serve.commands.shell import (
    AsOf,
    Enterprise,
    Json,
    Role,
    day,
    perform,
    print_json,
    print_rows,
    role,
    say,
)

_STATUS = {"in_force": "现行有效", "expired": "已失效", "not_yet": "尚未施行", "unknown": "时效未载明"}

_AUTHORITY = {
    "proposal": "倡议",
    "fictional": "虚构示例",
    "internal": "内部资料",
    "standard": "标准或行业模板",
}


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: bagui ask '2025年6月的一年期LPR是多少' --as-of 2026-01-01")(ask)
    app.command(epilog="Example: bagui search '流动资金贷款期限' --k 3 --explain")(search)
    app.command(epilog="Example: bagui tools --json")(tools)
    app.command(
        epilog="""Example: bagui tool loan_rate --args '{"day": "2025-06-30", "tenor": "1y"}' --json"""
    )(tool)
    app.command(epilog="Example: bagui enterprises --role rm")(enterprises)


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    role_: Role = "rm",
    enterprise: Enterprise = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """One verified answer, streamed to the terminal."""
    arguments = {
        "question": question,
        "role": role(role_),
        "enterprise": enterprise,
        "as_of": day(as_of, "--as-of"),
    }
    ending: dict[str, Any] = {}

    def on_event(event: dict[str, Any]) -> None:
        if event["event"] in {"finished", "failed"}:
            ending.update(event)
        elif not as_json:
            _show(event)

    perform("ask", arguments, on_event)
    if ending.get("event") != "finished":
        say(f"bagui: {ending.get('message', '回答没有完成')}")
        raise typer.Exit(2 if 400 <= int(ending.get("http", 500)) < 500 and ending.get("http") != 404 else 1)
    if as_json:
        print_json(ending["answer"])
    else:
        _show_sources(ending["answer"])


def _show(event: dict[str, Any]) -> None:
    if event["event"] == "sentence":
        typer.echo(event["text"])
    elif event["event"] == "tool_started":
        say(f"… {event['title']}")


def _show_sources(answer: dict[str, Any]) -> None:
    if answer["citations"]:
        typer.echo("")
    for item in answer["citations"]:
        where = f" {item['locator']}" if item["locator"] else ""
        notes = [_STATUS[item["status"]]] if item["kind"] == "passage" else []
        notes += [_AUTHORITY[item["authority"]]] if item["authority"] in _AUTHORITY else []
        notes += [f"置信度{item['confidence']}"] if item["confidence"] not in (None, "H") else []
        status = f"（{'，'.join(notes)}）" if notes else ""
        typer.echo(f"[{item['n']}] {item['title']}{where}{status}")
    if answer["missing"]:
        typer.echo(f"还缺：{'；'.join(answer['missing'])}")
    if answer["degraded"]:
        say(f"降级：{'、'.join(answer['degraded'])}")


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY")],
    k: Annotated[int, typer.Option("--k", help="How many passages, 1 to 200.")] = 10,
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    as_of: AsOf = None,
    role_: Role = "rm",
    enterprise: Enterprise = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Why each passage stands there, and what the filters left out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Passages of the knowledge base, best first."""
    found = perform(
        "search",
        {
            "query": query,
            "k": k,
            "collection": collection,
            "as_of": day(as_of, "--as-of"),
            "role": role(role_),
            "enterprise": enterprise,
            "explain": explain,
        },
    )
    if as_json:
        print_json(found)
        return
    for row in found["rows"] if explain else found:
        typer.echo(f"{row['score']:.3f}  《{row['title']}》{row['locator']}（{_STATUS[row['status']]}）")
        typer.echo(f"       {' '.join(row['text'].split())[:120]}")
        if explain:
            typer.echo(f"       {_reasons(row['why'])}")
    if explain:
        _show_filters(found)


def _reasons(why: dict[str, Any]) -> str:
    rerank = "" if why["rerank"] is None else f"，重排{why['rerank']:.2f}"
    boost = f"，点名{why['boost']:+.2f}" if why["boost"] else ""
    factor = f"，时效或示例折减×{why['factor']:.2f}" if why["factor"] != 1 else ""
    terms = "、".join(why["terms"]) or "无"
    scores = f"字面{why['lexical']:.2f}，语义{why['dense']:.2f}，合计{why['fused']:.2f}"
    return f"{scores}{rerank}{boost}{factor} → {why['order']:.2f}；命中：{terms}"


def _show_filters(found: dict[str, Any]) -> None:
    names = {
        "collection": "不在所选集合",
        "audience": "对象不符",
        "date": "当日不适用",
        "consent": "未获授权",
    }
    left_out = "，".join(f"{names[name]}{count}段" for name, count in found["dropped"].items() if count)
    say(f"检索 {found['searched']} 段（{found['as_of']}），语义权重{found['dense_weight']}；{found['index']}")
    say(f"过滤：{left_out or '无'}")


def tools(as_json: Json = False) -> None:
    """The catalogue: name, title, summary, arguments, scope, risk level."""
    cards = perform("tools", {})
    if as_json:
        print_json(cards)
    else:
        print_rows(
            [[card["name"], card["title"], card["risk_level"]] for card in cards], ["name", "title", "risk"]
        )


def tool(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    args: Annotated[str, typer.Option("--args", help="The arguments, a JSON object.", metavar="JSON")] = "{}",
    role_: Role = "rm",
    enterprise: Enterprise = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Runs one tool exactly as the assistant would."""
    from serve.http.json_body import parse_json

    arguments = parse_json(args.encode("utf-8", "surrogatepass"))
    if not isinstance(arguments, dict):
        raise typer.BadParameter("--args 应为一个 JSON 对象")
    call = perform(
        "tool",
        {
            "name": name,
            "arguments": arguments,
            "role": role(role_),
            "enterprise": enterprise,
            "as_of": day(as_of, "--as-of"),
        },
    )
    if as_json:
        print_json(call)
    elif call["ok"]:
        _show_result(call["result"])
    if not call["ok"]:
        if not as_json:
            say(f"bagui: {call['error']}")
        raise typer.Exit(1)


def _show_result(result: dict[str, Any]) -> None:
    for sentence in result["summary"]:
        typer.echo(sentence)
    if not result["summary"]:
        typer.echo(json.dumps(result["value"], ensure_ascii=False, indent=2))
    for step in result["trace"]:
        typer.echo(f"  · {step['label']}：{step['detail']}")
    if result["missing"]:
        typer.echo(f"还缺：{'；'.join(result['missing'])}")


def enterprises(
    role_: Role = "rm",
    enterprise: Enterprise = None,
    as_json: Json = False,
) -> None:
    """The enterprises the caller may see. Samples are fictional."""
    rows = perform("enterprises", {"role": role(role_), "enterprise": enterprise})
    if as_json:
        print_json(rows)
        return
    cells = [[row["code"], row["name"], row["city"], row["industry"], row["stage"]] for row in rows]
    print_rows(cells, ["code", "name", "city", "industry", "stage"])
    if any(row["fictional"] for row in rows):
        say("示例企业均为虚构。")
