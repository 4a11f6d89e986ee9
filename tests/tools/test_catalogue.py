import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.planning.no_tool import NO_TOOL_EXAMPLES
from assistant.tools import catalogue

SNAPSHOT = Path(__file__).parent / "schemas.json"
HELD = json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_names_order_and_schemas_are_those_that_callers_and_models_were_made_for():
    """After a change on purpose: write `{name: tool.parameters}` to tests/tools/schemas.json and say so."""
    assert list(catalogue()) == list(HELD)
    assert {name: tool.parameters for name, tool in catalogue().items()} == HELD


@pytest.mark.parametrize("name", catalogue())
def test_every_tool_shows_varied_questions_and_explains_itself(name: str):
    tool = catalogue()[name]
    assert len(set(tool.examples)) >= 8
    assert len({example[:4] for example in tool.examples}) >= 6
    assert tool.title and len(tool.summary) >= 10
    card = tool.card()
    assert set(card) == {"name", "title", "summary", "parameters", "scope", "risk_level"}
    for argument in card["parameters"]["properties"].values():
        assert argument["description"] and argument.get("type")
        assert not {"$ref", "anyOf", "allOf", "default", "title"} & set(argument)


def test_no_example_belongs_to_two_tools_or_to_none():
    shown = [example for tool in catalogue().values() for example in tool.examples]
    assert len(shown) == len(set(shown))
    assert not set(shown) & set(NO_TOOL_EXAMPLES)


def test_naming_the_catalogue_imports_no_tool():
    code = (
        "import sys, assistant.tools; "
        "bad = [m for m in sys.modules if m.startswith(('assistant.tools.', 'numpy', 'pydantic', 'yaml'))]; "
        "sys.exit(str(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
