"""The answer and the events on the way to it. Shapes are the contract's and do not change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.document import Authority, Confidence, LegalStatus

AnswerStatus = Literal["answered", "partial", "refused", "needs_consent", "not_found", "out_of_scope"]
RiskLevel = Literal["low", "medium", "high"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fact(_Value):
    """One checkable statement of a tool: label and value, with unit and period where they apply.

    `value` is a `Decimal` for figures, text otherwise; `text()` is how it may stand in a sentence.
    """

    label: str
    value: Decimal | str
    unit: str = ""
    period: str = ""
    source: str = ""

    def text(self) -> str:
        value = format(self.value, "f") if isinstance(self.value, Decimal) else self.value
        head = f"{self.label}（{self.period}）" if self.period else self.label
        return f"{head}：{value}{self.unit}"


class DataUse(_Value):
    """Which enterprise data a piece of evidence was made from, and under which consent it was read."""

    enterprise: str
    domain: str
    consent: str | None = None


class ToolSource(_Value):
    """Where a tool's result comes from: a document, a rule set, an enterprise's data or a model."""

    kind: Literal["document", "rule", "data", "model"]
    id: str
    title: str
    locator: str = ""
    as_of: date | None = None
    confidence: Confidence | None = None
    authority: Authority | None = None
    data: DataUse | None = None


class RuleRef(_Value):
    id: str
    version: str
    status: LegalStatus


class TraceStep(_Value):
    """One step of a computation or one condition of a rule.

    `outcome` is set for conditions; `clause` names what the condition rests on.
    """

    label: str
    detail: str = ""
    outcome: Literal["pass", "fail", "unknown"] | None = None
    clause: str = ""


class ToolResult(_Value):
    """What every tool returns. Money is `Decimal` in 万元 unless `unit` says otherwise, a string in JSON.

    `summary` holds ready sentences, in order of importance, each made of the facts: what an evidence-only
    answer says. `picture` is data for a chart, never an image.
    """

    value: Any = None
    unit: str = ""
    as_of: date
    facts: tuple[Fact, ...] = ()
    rule: RuleRef | None = None
    trace: tuple[TraceStep, ...] = ()
    inputs_used: dict[str, Any] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    sources: tuple[ToolSource, ...] = ()
    risk_level: RiskLevel = "low"
    requires_human: bool = False
    summary: tuple[str, ...] = ()
    picture: dict[str, Any] | None = None


class ToolCall(_Value):
    """One run of a tool, the same object in answers, in the API and from the command line.

    `error_code` is the machine's word for `error`, such as `consent_required` or `enterprise_not_found`.
    """

    id: str
    name: str
    arguments: dict[str, Any]
    ok: bool
    result: ToolResult | None = None
    error: str | None = None
    error_code: str | None = None
    chosen_by: Literal["model", "router"] | None = None


class Evidence(_Value):
    """A numbered thing a sentence may rest on: a passage or a tool result."""

    number: int
    kind: Literal["passage", "tool"]
    id: str
    source_id: str = ""
    title: str
    locator: str = ""
    text: str
    facts: tuple[Fact, ...] = ()
    as_of: date
    status: LegalStatus = "unknown"
    authority: Authority | None = None
    confidence: Confidence | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    uses: tuple[DataUse, ...] = ()


class Citation(_Value):
    n: int
    kind: Literal["passage", "tool"]
    id: str
    source_id: str = ""
    title: str
    locator: str = ""
    quote: str
    status: LegalStatus = "unknown"
    authority: Authority | None = None
    confidence: Confidence | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    url: str | None = None


class Verification(_Value):
    """`withheld`: draft sentences replaced or dropped; `problems`: what is unsupported in the released text."""

    verdict: Literal["supported", "partial", "unsupported"] = "supported"
    checked_numbers: int = 0
    withheld: int = 0
    problems: tuple[str, ...] = ()


class Usage(_Value):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class AnswerSentence(_Value):
    """A released sentence and the evidence numbers it carries; kept so that a revoked consent can hide it."""

    text: str
    cites: tuple[int, ...] = ()


class Answer(_Value):
    id: str
    text: str
    status: AnswerStatus
    degraded: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    verification: Verification = Verification()
    missing: tuple[str, ...] = ()
    as_of: date
    model: str = ""
    prompt_version: str = ""
    index_version: str = ""
    usage: Usage = Usage()
    timings: dict[str, float] = Field(default_factory=dict)
    conversation: str | None = None


class Started(_Value):
    event: Literal["started"] = "started"
    answer_id: str
    conversation: str
    as_of: date


class Retrieved(_Value):
    event: Literal["retrieved"] = "retrieved"
    count: int
    titles: tuple[str, ...] = ()


class ToolStarted(_Value):
    event: Literal["tool_started"] = "tool_started"
    id: str
    name: str
    title: str
    arguments: dict[str, Any]


class ToolFinished(_Value):
    event: Literal["tool_finished"] = "tool_finished"
    id: str
    name: str
    ok: bool
    error: str | None = None
    ms: float


class Sentence(_Value):
    """A verified sentence, released; `text` carries its citation marks."""

    event: Literal["sentence"] = "sentence"
    text: str
    cites: tuple[int, ...] = ()


class Finished(_Value):
    event: Literal["finished"] = "finished"
    answer: Answer


class Failed(_Value):
    event: Literal["failed"] = "failed"
    answer_id: str | None = None
    message: str
    code: str
    http: int = 500


AnswerEvent = Started | Retrieved | ToolStarted | ToolFinished | Sentence | Finished | Failed
