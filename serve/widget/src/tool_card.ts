// The result of a tool as a card: its figures, what it still lacks, and whether a person must look.
import type { Fact, ToolCall, TraceStep } from "./answer";
import { h } from "./dom";
import type { Say, TextKey } from "./texts";

const OUTCOMES: Record<string, TextKey> = { pass: "outcome_pass", fail: "outcome_fail", unknown: "outcome_unknown" };
const SEARCH = "search_knowledge";
const SHOWN = 6;

/** `title` is the tool's name for people. `null` for a call that has nothing to show. */
export function toolCard(call: ToolCall, title: string, say: Say): HTMLElement | null {
  const { result } = call;
  if (!call.ok || !result) {
    return h("section", { class: "card", "aria-label": title }, head(title), h("p", { class: "card-error" }, call.error ?? `${title} · ${say("step_failed")}`));
  }
  if (call.name === SEARCH) return null;
  return h(
    "section",
    { class: "card", "aria-label": title },
    head(title, result.requires_human ? h("span", { class: "tag caution" }, say("requires_human")) : null),
    ...factList(result.facts, say),
    result.requires_human && h("p", { class: "note" }, say("human_note")),
    result.missing.length > 0 && missingList(result.missing, say),
    result.trace.length > 0 && basis(result.trace, result.rule, say),
  );
}

export function missingList(missing: string[], say: Say): HTMLElement {
  return h("div", { class: "missing" }, h("p", {}, say("missing")), h("ul", {}, ...missing.map((item) => h("li", {}, item))));
}

function head(title: string, extra: HTMLElement | null = null): HTMLElement {
  return h("header", {}, h("h4", {}, title), extra);
}

/** The first figures at once, a long list's others on demand. */
function factList(facts: Fact[], say: Say): HTMLElement[] {
  if (facts.length === 0) return [];
  const shown = facts.length > SHOWN + 2 ? SHOWN : facts.length;
  const list = [h("dl", {}, ...facts.slice(0, shown).map(factRow))];
  if (shown === facts.length) return list;
  const rest = h("dl", {}, ...facts.slice(shown).map(factRow));
  return [...list, h("details", { class: "basis" }, h("summary", {}, say("more_facts", { count: facts.length })), rest)];
}

function factRow(fact: Fact): HTMLElement {
  return h(
    "div",
    { class: String(fact.value).length > 24 ? "long" : "" },
    h("dt", {}, fact.label, fact.period && h("span", { class: "period" }, fact.period)),
    h("dd", {}, String(fact.value), fact.unit && h("span", { class: "unit" }, fact.unit)),
  );
}

function basis(trace: TraceStep[], rule: { id: string; version: string } | null, say: Say): HTMLElement {
  return h(
    "details",
    { class: "basis" },
    h("summary", {}, say("trace")),
    h("ul", {}, ...trace.map((step) => traceRow(step, say))),
    rule && h("p", { class: "rule" }, `${say("rule")} ${rule.id} · ${say("rule_version", { version: rule.version })}`),
  );
}

function traceRow(step: TraceStep, say: Say): HTMLElement {
  const key = step.outcome && OUTCOMES[step.outcome];
  return h(
    "li",
    {},
    step.label,
    step.detail && `：${step.detail}`,
    key && h("span", { class: `tag ${step.outcome === "pass" ? "good" : "caution"}` }, say(key)),
    step.clause && h("span", { class: "clause" }, step.clause),
  );
}
