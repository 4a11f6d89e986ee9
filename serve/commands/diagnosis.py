"""What `bagui doctor` reports: versions, settings with their source, parts, problems and how to mend them."""

from __future__ import annotations

import os
import platform
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel, SecretStr

from assistant.errors import BaguiError
from assistant.settings import Settings, load_settings
from serve.commands.shell import perform, print_rows
from serve.process import server_file

_PARTS = (
    "bagui",
    "langchain",
    "langchain-openai",
    "openvino-genai",
    "chromadb",
    "fastapi",
    "uvicorn",
    "sqlalchemy",
)
_REMEDIES = {
    "llm": "检查 BAGUI_LLM__BASE_URL 所指的服务是否在运行；其间由内置模型作答",
    "embedded_model": "检查 assistant/models/mini 是否完整，或以 BAGUI_EMBEDDED__MODEL_DIR 指定；其间只以证据作答",
    "chroma": "删除 $BAGUI_HOME/index 后重启，索引会由数据库重建",
    "database_locked": "等另一个进程结束，或停止占用数据库的程序",
    "database_read_only": "检查数据目录的属主与权限",
    "home_in_use": "另一个 bagui 正在使用此数据目录；用 BAGUI_HOME 换一个，或等它结束",
}


def examine() -> dict[str, Any]:
    """The report. `ok` is false when the database or the audit chain is not usable; a degraded part only costs quality."""
    settings = load_settings()
    server = server_file.read(settings.home_path)
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PARTS},
        "home": str(settings.home_path),
        "server": server.url if server else None,
        "settings": list(_settings(settings)),
        "state": None,
        "ok": False,
        "problems": [],
    }
    try:
        report["state"] = perform("state", {})
        audit = perform("audit_verify", {})
    except BaguiError as error:
        report["problems"].append(_problem(error.code, error.message))
        return report
    report["problems"] += [_problem(part, f"{part} 不可用") for part in report["state"]["degraded"]]
    if not audit["ok"]:
        report["problems"].append(_problem("audit", f"审计链不完整：{audit['problem']}"))
    report["ok"] = audit["ok"]
    return report


def show(report: dict[str, Any]) -> None:
    typer.echo(f"Python {report['python']}；数据目录 {report['home']}")
    typer.echo(f"服务：{report['server'] or '没有运行'}")
    print_rows(
        [[name, version or "未安装"] for name, version in report["packages"].items()], ["package", "version"]
    )
    typer.echo("")
    rows = [[item["name"], str(item["value"]), item["source"]] for item in report["settings"]]
    print_rows(rows, ["setting", "value", "source"])
    if state := report["state"]:
        typer.echo("")
        model = state["served_model"] or state["embedded_model"] or "没有（只以证据作答）"
        typer.echo(f"作答模型：{model}；文档 {state['documents']}，段落 {state['passages']}")
    for problem in report["problems"]:
        typer.echo(f"✗ {problem['message']}。{problem['remedy']}")
    if not report["problems"]:
        typer.echo("一切正常")


def _problem(code: str, message: str) -> dict[str, str]:
    remedy = next(
        (text for name, text in _REMEDIES.items() if code.startswith(name)), "详见 $BAGUI_HOME/logs"
    )
    return {"code": code, "message": message, "remedy": remedy}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _settings(settings: Settings) -> list[dict[str, Any]]:
    path = Path("bagui.toml")
    file = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    variables = {name.upper() for name in os.environ}
    found: list[dict[str, Any]] = []
    for name, value in _flat(settings, ()):
        section: Any = file
        for part in name:
            section = section.get(part) if isinstance(section, dict) else None
        variable = "BAGUI_" + "__".join(name).upper()
        source = variable if variable in variables else "bagui.toml" if section is not None else "default"
        found.append({"name": ".".join(name), "value": value, "source": source})
    return found


def _flat(model: BaseModel, prefix: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            found += _flat(value, (*prefix, name))
        elif isinstance(value, SecretStr):
            found.append(((*prefix, name), "********"))
        elif name == "database_url" and value and "@" in value:
            found.append(((*prefix, name), f"{value.split('://')[0]}://…@{value.rsplit('@', 1)[1]}"))
        else:
            found.append(((*prefix, name), str(value) if isinstance(value, Path) else value))
    return found
