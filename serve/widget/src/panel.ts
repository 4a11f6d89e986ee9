// The panel: head, conversation, composer, foot; keyboard and focus.
import type { AnswerTools } from "./answer_view";
import { Composer } from "./composer";
import { Dialogue } from "./dialogue";
import { h, icon, ICONS } from "./dom";
import { Problem } from "./problem";
import type { TextKey } from "./texts";

const SUGGESTIONS: TextKey[] = ["suggestion_1", "suggestion_2", "suggestion_3"];
const NARROW = "(max-width: 560px)";
const NEAR_END_PX = 80;

export class Panel {
  readonly element: HTMLElement;
  private readonly who = h("span", { class: "who" });
  private readonly status = h("p", { class: "hidden", role: "status" });
  private readonly hint = h("p", { class: "hint", role: "status" });
  private readonly log: HTMLElement;
  private readonly composer: Composer;
  private dialogue: Dialogue;

  constructor(
    private readonly tools: AnswerTools,
    private readonly onClose: () => void,
  ) {
    const { say } = tools;
    this.log = h("div", { class: "log", role: "log", "aria-live": "off", "aria-label": say("conversation_log"), tabindex: "0" });
    this.composer = new Composer(say, { send: (text) => void this.send(text), stop: () => this.dialogue.stop() });
    this.dialogue = this.fresh();
    this.element = h(
      "section",
      { class: "panel", role: "dialog", "aria-label": `${say("brand")} ${say("assistant_name")}`, onkeydown: (event) => this.key(event as KeyboardEvent) },
      this.head(),
      this.log,
      this.hint,
      this.composer.element,
      this.foot(),
      this.status,
    );
    this.greet();
  }

  /** Called when the panel has been shown: connects and takes the focus. */
  opened(): void {
    const narrow = matchMedia(NARROW).matches;
    if (narrow) this.element.setAttribute("aria-modal", "true");
    else this.element.removeAttribute("aria-modal");
    this.composer.input.focus();
    void this.connect();
  }

  private async connect(): Promise<void> {
    const { say, session } = this.tools;
    this.who.textContent ||= say("connecting");
    try {
      await session.bearer();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.who.textContent = "";
      if (error.kind === "origin" || error.kind === "identity") this.deny(say(`problem_${error.kind}`));
      return;
    }
    this.who.textContent = session.enterprise ? say("signed_in", { code: session.enterprise }) : say("visitor");
    this.who.classList.toggle("known", session.enterprise !== null);
  }

  private deny(text: string): void {
    this.log.querySelector(".welcome")?.remove();
    this.log.append(h("p", { class: "notice caution", role: "alert" }, text));
    this.composer.disable();
  }

  private async send(text: string): Promise<void> {
    this.hint.textContent = "";
    this.log.querySelector(".welcome")?.remove();
    this.log.scrollTop = this.log.scrollHeight;
    await this.dialogue.ask(text);
  }

  private fresh(): Dialogue {
    return new Dialogue(this.tools, {
      grew: () => this.follow(),
      running: (running) => this.composer.setRunning(running),
      announce: (text) => (this.status.textContent = text),
      denied: () => this.composer.disable(),
    });
  }

  private greet(): void {
    const { say } = this.tools;
    const welcome = h(
      "div",
      { class: "welcome" },
      h("p", {}, say("greeting")),
      h("p", { class: "label" }, say("suggest")),
      h("ul", {}, ...SUGGESTIONS.map((key) => h("li", {}, h("button", { type: "button", onclick: () => void this.send(say(key)) }, say(key))))),
    );
    this.log.replaceChildren(welcome, this.dialogue.element);
  }

  private restart(): void {
    this.dialogue.stop();
    this.dialogue = this.fresh();
    this.hint.textContent = "";
    this.composer.setRunning(false);
    this.greet();
    this.composer.input.focus();
  }

  private head(): HTMLElement {
    const { say } = this.tools;
    return h(
      "header",
      { class: "head" },
      h("div", { class: "names" }, h("h2", {}, h("span", { class: "product" }, say("brand")), say("assistant_name")), h("p", {}, h("span", { class: "generated" }, say("ai_label")), this.who)),
      h("button", { type: "button", class: "tool", "aria-label": say("new_conversation"), title: say("new_conversation"), onclick: () => this.restart() }, icon(...ICONS.fresh)),
      h("button", { type: "button", class: "tool", "aria-label": say("close"), title: say("close"), onclick: () => this.onClose() }, icon(...ICONS.close)),
    );
  }

  private foot(): HTMLElement {
    const { say } = this.tools;
    return h("footer", { class: "foot" }, h("p", {}, say("disclaimer")), h("button", { type: "button", class: "link", onclick: () => this.complain() }, say("complaint")));
  }

  private complain(): void {
    const feedback = this.dialogue.last?.feedback;
    if (feedback) feedback.complain();
    else this.hint.textContent = this.tools.say("complaint_first");
  }

  /** Keeps the end in sight for a reader who is there, and nobody else's place. */
  private follow(): void {
    const { log } = this;
    if (log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX + 200) log.scrollTop = log.scrollHeight;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      this.onClose();
    } else if (event.key === "Tab" && this.element.hasAttribute("aria-modal")) {
      this.hold(event);
    }
  }

  /** On a phone the panel covers the page, so the focus stays in it. */
  private hold(event: KeyboardEvent): void {
    const all = [...this.element.querySelectorAll<HTMLElement>("button, textarea, summary, a[href], input, [tabindex='0']")];
    const open = all.filter((node) => !node.hasAttribute("disabled") && node.checkVisibility());
    const [first, last] = [open[0], open.at(-1)];
    const active = (this.element.getRootNode() as ShadowRoot).activeElement;
    if (event.shiftKey && active === first) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && active === last) {
      event.preventDefault();
      first?.focus();
    }
  }
}
