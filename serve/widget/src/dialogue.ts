// A conversation: questions, their answers, and what goes wrong between them.
import { AnswerView, type AnswerTools } from "./answer_view";
import { ask, type Turn } from "./chat";
import { h } from "./dom";
import { Problem } from "./problem";
import { sayIf, type Say, type TextKey } from "./texts";

export interface DialogueActions {
  /** The log is to be scrolled to its end if the reader is there. */
  grew: () => void;
  running: (running: boolean) => void;
  announce: (text: string) => void;
  denied: () => void;
}

const PROBLEMS: Record<string, TextKey> = {
  origin: "problem_origin",
  identity: "problem_identity",
  session: "problem_session",
  network: "problem_network",
  server: "problem_server",
};

export class Dialogue {
  readonly element = h("div", { class: "turns" });
  last: AnswerView | null = null;
  private readonly turns: Turn[] = [];
  private conversation: string | null = null;
  private abort: AbortController | null = null;

  constructor(
    private readonly tools: AnswerTools,
    private readonly actions: DialogueActions,
  ) {}

  get started(): boolean {
    return this.element.childElementCount > 0;
  }

  stop(): void {
    this.abort?.abort();
  }

  async ask(question: string): Promise<void> {
    if (this.abort) return;
    const { say } = this.tools;
    const view = new AnswerView(this.tools);
    this.element.append(h("p", { class: "question" }, h("span", { class: "hidden" }, `${say("you")}：`), question), view.element);
    this.turns.push({ role: "user", content: question });
    const abort = (this.abort = new AbortController());
    this.actions.running(true);
    this.actions.announce(say("working"));
    this.actions.grew();
    try {
      for await (const event of ask(this.tools.session, this.turns, this.conversation, abort.signal)) {
        view.take(event);
        if (event.kind === "started") this.conversation = event.conversation;
        if (event.kind === "finished") this.last = view;
        this.actions.grew();
      }
      this.turns.push({ role: "assistant", content: view.text });
      this.actions.announce(say("done"));
    } catch (error) {
      this.fail(error, view, question, abort.signal.aborted);
    } finally {
      this.abort = null;
      this.actions.running(false);
      this.actions.grew();
    }
  }

  private fail(error: unknown, view: AnswerView, question: string, stopped: boolean): void {
    const { say } = this.tools;
    if (stopped) {
      view.end(say("stopped"));
      this.turns.push({ role: "assistant", content: view.text || say("stopped") });
      return;
    }
    this.turns.pop();
    if (!(error instanceof Problem)) {
      view.end(say("problem_server"));
      throw error;
    }
    const again = ["network", "server"].includes(error.kind) ? () => void this.ask(question) : null;
    view.end(sentence(error, say), again);
    if (error.kind === "origin" || error.kind === "identity") this.actions.denied();
  }
}

function sentence(problem: Problem, say: Say): string {
  const key = PROBLEMS[problem.kind];
  if (problem.kind === "request") return sayIf(say, `error_${problem.code}`) || problem.message || say("problem_server");
  return say(key ?? "problem_server");
}
