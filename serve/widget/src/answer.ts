// The parts of the contract's `Answer` and of its events that the widget shows.

export interface Citation {
  n: number;
  kind: "passage" | "tool";
  id: string;
  title: string;
  locator: string;
  quote: string;
  status: string;
  authority: string | null;
  effective_from: string | null;
  effective_to: string | null;
  url: string | null;
}

export interface Fact {
  label: string;
  value: string | number;
  unit: string;
  period: string;
}

export interface TraceStep {
  label: string;
  detail: string;
  outcome: "pass" | "fail" | "unknown" | null;
  clause: string;
}

export interface ToolResult {
  facts: Fact[];
  missing: string[];
  trace: TraceStep[];
  rule: { id: string; version: string; status: string } | null;
  requires_human: boolean;
  value: unknown;
}

export interface ToolCall {
  id: string;
  name: string;
  ok: boolean;
  result: ToolResult | null;
  error: string | null;
}

export interface Answer {
  id: string;
  text: string;
  status: string;
  degraded: string[];
  citations: Citation[];
  tool_calls: ToolCall[];
  verification: { withheld: number };
  missing: string[];
  as_of: string;
  conversation: string | null;
}

export type AnswerEvent =
  | { kind: "started"; id: string; conversation: string }
  | { kind: "retrieved"; count: number }
  | { kind: "tool_started"; id: string; name: string; title: string }
  | { kind: "tool_finished"; id: string; ok: boolean }
  | { kind: "text"; text: string }
  | { kind: "finished"; answer: Answer };
