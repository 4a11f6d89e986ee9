"""The generated parts of docs/api.md: `python -m serve.api_docs` writes them, `--check` says whether they are true."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from assistant.answer import Answer
from assistant.tools import catalogue
from serve.openai.fields import table

PAGE = Path(__file__).parent.parent / "docs" / "api.md"


def answer_table() -> str:
    """The fields of `Answer`."""
    rows = ["| field | type |", "|---|---|"]
    for name, field in Answer.model_fields.items():
        kind = str(field.annotation).replace("typing.", "").replace("assistant.answer.", "")
        kind = (
            kind.removeprefix("<class '")
            .removesuffix("'>")
            .replace("datetime.date", "date")
            .replace("|", "\\|")
        )
        rows.append(f"| `{name}` | `{kind}` |")
    return "\n".join(rows)


def tool_list() -> str:
    """Every tool with the schema of its arguments."""
    parts: list[str] = []
    for tool in catalogue().values():
        schema = json.dumps(tool.parameters, ensure_ascii=False, indent=2)
        parts.append(
            f"### `{tool.name}` {tool.title}\n\n{tool.summary}\n\nScope `{tool.scope}`, risk level `{tool.risk_level}`.\n\n"
            f"```json\n{schema}\n```"
        )
    return "\n\n".join(parts)


PARTS = {"request fields": table, "answer": answer_table, "tools": tool_list}


def renewed(page: str) -> str:
    """The page with what lies between its marks made anew."""
    for name, make in PARTS.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        head, _, rest = page.partition(begin)
        _, _, tail = rest.partition(end)
        page = f"{head}{begin}\n{make()}\n{end}{tail}"
    return page


def main() -> int:
    page = PAGE.read_text(encoding="utf-8")
    true = renewed(page)
    if "--check" not in sys.argv:
        PAGE.write_text(true, encoding="utf-8")
        return 0
    if page == true:
        return 0
    sys.stderr.write("docs/api.md is out of date: run `make docs`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
