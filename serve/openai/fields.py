"""What becomes of every field of a chat completion request. The table in docs/api.md is made from this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Treatment = Literal["honoured", "accepted", "refused"]


@dataclass(frozen=True, slots=True)
class Field:
    """`honoured` has its effect, `accepted` is checked and has none, `refused` is a 400 unless left at `default`."""

    name: str
    treatment: Treatment
    note: str
    default: tuple[object, ...] = (None,)


FIELDS: tuple[Field, ...] = (
    Field("model", "honoured", "`bagui`, or the served model's own name"),
    Field(
        "messages",
        "honoured",
        "text only; `developer` is read as `system`; neither overrides the bank's policy",
    ),
    Field("stream", "honoured", "server-sent events"),
    Field("stream_options", "honoured", "`include_usage`; only with `stream: true`"),
    Field("bagui", "honoured", "`enterprise`, `as_of`, `conversation`"),
    Field("max_tokens", "honoured", "cuts `content`; `finish_reason` is then `length`"),
    Field("max_completion_tokens", "honoured", "the same; wins over `max_tokens`"),
    Field("stop", "honoured", "up to 4 texts; `content` ends before the first that occurs"),
    Field("n", "refused", "only 1: there is one verified answer", (None, 1)),
    Field("temperature", "accepted", "0 to 2; figures come from tools and sentences are verified"),
    Field("top_p", "accepted", "0 to 1"),
    Field("presence_penalty", "accepted", "-2 to 2"),
    Field("frequency_penalty", "accepted", "-2 to 2"),
    Field("seed", "accepted", "an integer"),
    Field("user", "accepted", "not kept"),
    Field("safety_identifier", "accepted", "not kept"),
    Field("metadata", "accepted", "not kept"),
    Field("store", "accepted", "answers are always kept, with their evidence"),
    Field("service_tier", "accepted", "there is one tier"),
    Field("reasoning_effort", "accepted", "the assistant decides its own steps"),
    Field("verbosity", "accepted", "answers are as short as their evidence allows"),
    Field("parallel_tool_calls", "accepted", "tools are the server's own"),
    Field("prompt_cache_key", "accepted", "no effect"),
    Field("response_format", "refused", "only `text`", (None, {"type": "text"})),
    Field("modalities", "refused", "only `text`", (None, ["text"])),
    Field("tools", "refused", "the assistant calls its own catalogue (`/v1/tools`)", (None, [])),
    Field("tool_choice", "refused", "as `tools`", (None, "none", "auto")),
    Field("functions", "refused", "as `tools`", (None, [])),
    Field("function_call", "refused", "as `tools`", (None, "none", "auto")),
    Field("logprobs", "refused", "a verified sentence has none", (None, False)),
    Field("top_logprobs", "refused", "as `logprobs`", (None, 0)),
    Field("logit_bias", "refused", "no effect possible", (None, {})),
    Field("audio", "refused", "text only"),
    Field("prediction", "refused", "not supported"),
    Field("web_search_options", "refused", "nothing outside the bank is reached"),
)

REFUSED: dict[str, Field] = {field.name: field for field in FIELDS if field.treatment == "refused"}


def table() -> str:
    """The fields as a Markdown table."""
    rows = ["| field | treatment | note |", "|---|---|---|"]
    rows += [f"| `{field.name}` | {field.treatment} | {field.note} |" for field in FIELDS]
    return "\n".join(rows)
