// One answer on its way and when it is there: steps, text, cards, sources, feedback.
import type { Answer, AnswerEvent } from "./answer";
import { citationList, markCitations, type CitationList } from "./citation_view";
import { h } from "./dom";
import { feedbackView, type FeedbackView } from "./feedback_view";
import type { Render } from "./markdown";
import type { Session } from "./session";
import { sayIf, type Say } from "./texts";
import { missingList, toolCard } from "./tool_card";
import { keepFigures } from "./unbroken";

export interface AnswerTools {
  say: Say;
  render: Render;
  session: Session;
  own: readonly string[];
}

export class AnswerView {
  readonly element: HTMLElement;
  text = "";
  feedback: FeedbackView | null = null;
  private readonly body = h("div", { class: "body" });
  private readonly steps = h("ul", { class: "steps" });
  private readonly after = h("div", { class: "after" });
  private readonly day = h("span", { class: "day" });
  private readonly titles = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private sources: CitationList | null = null;
  private drawing = 0;

  constructor(private readonly tools: AnswerTools) {
    const { say } = tools;
    this.element = h(
      "article",
      { class: "answer", "aria-label": say("assistant"), "aria-busy": "true" },
      h("header", {}, h("span", { class: "generated" }, say("ai_label")), this.day),
      this.steps,
      this.body,
      this.after,
    );
    this.step("now", say("working"));
  }

  /** Shows what just happened. */
  take(event: AnswerEvent): void {
    const { say } = this.tools;
    if (event.kind === "retrieved") {
      this.step("now", say("writing"));
      this.step("read", event.count ? say("found", { count: event.count }) : say("found_none"), true);
    } else if (event.kind === "tool_started") {
      this.titles.set(event.id, event.title);
      this.names.set(event.id, event.name);
      this.step(event.id, `${this.title(event.id, event.name)} · ${say("step_running")}`);
    } else if (event.kind === "tool_finished") {
      const title = this.title(event.id, this.names.get(event.id) ?? "");
      this.step(event.id, `${title} · ${say(event.ok ? "step_done" : "step_failed")}`, true);
    } else if (event.kind === "text") {
      this.text += event.text;
      this.drawing ||= requestAnimationFrame(() => this.draw());
    } else if (event.kind === "finished") {
      this.finish(event.answer);
    }
  }

  /** Ends an answer that will not be finished, with a line that says why. */
  end(notice: string, retry: (() => void) | null = null): void {
    this.settle();
    this.after.append(
      h("p", { class: "notice caution", role: "alert" }, notice),
      ...(retry ? [h("button", { type: "button", class: "plain retry", onclick: retry }, this.tools.say("retry"))] : []),
    );
  }

  private finish(answer: Answer): void {
    const { say, session, own } = this.tools;
    if (answer.citations.length) this.sources = citationList(answer.citations, say, own);
    this.text = answer.text || this.text;
    this.settle();
    this.day.textContent = `${say("as_of")} ${answer.as_of}`;
    this.feedback = feedbackView(answer.id, session, say);
    const cards = answer.tool_calls.map((call) => toolCard(call, this.title(call.id, call.name), say));
    this.after.append(
      ...notices(answer, say),
      ...cards.filter((card) => card !== null),
      ...(answer.missing.length ? [missingList(answer.missing, say)] : []),
      ...(this.sources ? [this.sources.element] : []),
      this.feedback.element,
    );
  }

  /** The catalogue's name for a tool, else what the server called it. */
  private title(id: string, name: string): string {
    return sayIf(this.tools.say, `tool_${name}`) || this.titles.get(id) || name;
  }

  private settle(): void {
    this.draw();
    this.steps.querySelector('[data-step="now"]')?.remove();
    this.element.removeAttribute("aria-busy");
  }

  /** The whole text so far is rendered and sanitized again, so that nothing can hide between two chunks. */
  private draw(): void {
    cancelAnimationFrame(this.drawing);
    this.drawing = 0;
    const safe = this.tools.render(this.text);
    separateLines(safe);
    markCitations(safe, this.tools.say, (n) => this.sources?.open(n));
    keepFigures(safe);
    this.body.replaceChildren(safe);
  }

  private step(id: string, text: string, done = false): void {
    const line = [...this.steps.children].find((item) => (item as HTMLElement).dataset["step"] === id);
    const next = h("li", { "data-step": id, class: done ? "done" : "running" }, text);
    if (line) line.replaceWith(next);
    else if (id === "now") this.steps.append(next);
    else this.steps.insertBefore(next, this.steps.querySelector('[data-step="now"]'));
  }
}

/** Each line of a paragraph, a sentence of the answer, becomes a paragraph of its own. */
function separateLines(root: DocumentFragment): void {
  for (const paragraph of [...root.children]) {
    if (paragraph.tagName !== "P" || !paragraph.querySelector(":scope > br")) continue;
    let line = h("p");
    const lines = [line];
    for (const node of [...paragraph.childNodes]) {
      if (node instanceof HTMLBRElement) lines.push((line = h("p")));
      else line.append(node);
    }
    paragraph.replaceWith(...lines.filter((item) => item.hasChildNodes()));
  }
}

function notices(answer: Answer, say: Say): HTMLElement[] {
  const lines = [
    sayIf(say, `note_${answer.status}`),
    answer.degraded.length > 0 ? say("degraded_reader") : "",
    answer.verification.withheld > 0 ? say("withheld", { count: answer.verification.withheld }) : "",
  ];
  return lines.filter(Boolean).map((line) => h("p", { class: "notice" }, line));
}
