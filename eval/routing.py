"""Who should choose the tool: the embedded model, the router, or the model where it is sure.

`python -m eval.routing [--questions FILE ...] [--model DIR]` asks every question with the passages that code finds
for it and prints accuracy of the tool's name (none counts as a choice) for the model alone, the router alone, and both
at several values of `agent.model_confidence`. The default questions were looked at while the router was made; those of
`eval/cases/hundred.jsonl` were not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.build import Bagui, build
from assistant.conversation import AnswerRequest, Message
from assistant.encoding.encoder import shipped_encoder
from assistant.evidence.book import EvidenceBook, render_evidence
from assistant.llm.embedded_model import EmbeddedChatModel
from assistant.principal import principal_for
from assistant.prompts import question_message, system_prompt
from assistant.question.question import understand
from assistant.settings import load_settings
from assistant.today import today_in_shanghai
from assistant.words.mentions import delexicalise, values_line
from knowledge.intake.ingest import embedded, load_builtin
from knowledge.sample.loader import load_samples

DEFAULT = ("tests/data/router_questions.yaml", "tests/data/router_questions_second.yaml")
SURE = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
RM = principal_for("rm", "evaluation", tenant="bank")


@dataclass(frozen=True, slots=True)
class FileResult:
    wanted: str | None
    model: str | None
    confidence: float
    router: str | None


def questions(path: Path) -> Iterator[tuple[str, str | None]]:
    """(question, tool wanted) of a YAML list (`q`, `tool`) or a jsonl file (`question`, `tool`)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        for line in filter(None, text.splitlines()):
            item = json.loads(line)
            yield item["question"], item.get("tool")
    else:
        for item in yaml.safe_load(text):
            yield item["q"], item["tool"]


async def ask(
    bagui: Bagui, model: EmbeddedChatModel, question: str, wanted: str | None, likely: float
) -> FileResult:
    request = AnswerRequest(messages=(Message(role="user", content=question),))
    asked = await understand(request, RM, bagui.store, today_in_shanghai())
    found = await bagui.retriever.search(asked.query, RM, k=5, as_of=asked.as_of, enterprise=asked.enterprise)
    book = EvidenceBook(asked.as_of)
    for passage in found:
        if bagui.retriever.bears_on(passage):
            book.add_passage(passage)
    shown = question_message(
        delexicalise(asked.question, asked.mentions),
        values_line(asked.mentions),
        asked.as_of,
        render_evidence(book),
    )
    tools = [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": f"{tool.title}：{tool.summary}",
                "parameters": tool.parameters,
            },
        }
        for tool in bagui.assistant.catalogue.values()
    ]
    said = await model.bind_tools(tools).ainvoke([SystemMessage(system_prompt()), HumanMessage(shown)])
    proposal = bagui.assistant.router.propose(asked.question, asked.mentions)
    routed = proposal.name if proposal is not None and proposal.confidence >= likely else None
    called = said.tool_calls[0]["name"] if said.tool_calls else None
    return FileResult(wanted, called, float(said.response_metadata.get("confidence") or 0.0), routed)


async def run(files: list[Path], folder: Path | None) -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=Path(home), embedded={"model_dir": folder})
        bagui = await build(settings)
        try:
            if bagui.embedded is None:
                raise SystemExit(f"no embedded model: {bagui.embedded_fault}")
            encoder = shipped_encoder()
            await load_builtin(bagui.store, encoder)
            await load_samples(
                bagui.store,
                tenant=settings.tenant,
                today=today_in_shanghai(),
                prepare=lambda drafts: embedded(drafts, encoder),
            )
            await bagui.retriever.refresh()
            for path in files:
                outcomes = [
                    await ask(bagui, bagui.embedded, question, wanted, settings.agent.router_confidence)
                    for question, wanted in questions(path)
                ]
                report(path, outcomes)
        finally:
            await bagui.close()


def report(path: Path, outcomes: list[FileResult]) -> None:
    def share(choice: Callable[[FileResult], str | None]) -> str:
        right = sum(choice(outcome) == outcome.wanted for outcome in outcomes)
        return f"{right / len(outcomes):6.1%}"

    print(f"{path.name}: {len(outcomes)} questions")
    print(f"  model alone  {share(lambda one: one.model)}")
    print(f"  router alone {share(lambda one: one.router)}")
    for sure in SURE:
        trusted = sum(outcome.confidence >= sure for outcome in outcomes)
        both = share(lambda one, sure=sure: one.model if one.confidence >= sure else one.router)
        print(f"  both, sure ≥ {sure:<5} {both}  (model decides {trusted})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=Path, nargs="+", default=[Path(name) for name in DEFAULT])
    parser.add_argument("--model", type=Path, help="weights other than the shipped ones")
    options = parser.parse_args()
    asyncio.run(run(options.questions, options.model))


if __name__ == "__main__":
    main()
