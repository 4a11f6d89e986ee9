// Where the question is typed. Enter sends, Shift+Enter breaks the line, an input method is left alone.
import { h, icon, ICONS } from "./dom";
import type { Say } from "./texts";

export interface ComposerActions {
  send: (text: string) => void;
  stop: () => void;
}

export class Composer {
  readonly element: HTMLFormElement;
  readonly input: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private running = false;

  constructor(
    private readonly say: Say,
    private readonly actions: ComposerActions,
  ) {
    this.input = h("textarea", {
      rows: "1",
      maxlength: "2000",
      "aria-label": say("your_question"),
      placeholder: say("question_placeholder"),
      enterkeyhint: "send",
      oninput: () => this.fit(),
      onkeydown: (event) => this.key(event as KeyboardEvent),
    });
    this.button = h("button", { type: "submit", class: "send", "aria-label": say("send"), title: say("send") });
    this.element = h("form", { class: "composer" }, this.input, this.button);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.setRunning(false);
  }

  setRunning(running: boolean): void {
    this.running = running;
    const label = this.say(running ? "stop" : "send");
    this.button.setAttribute("aria-label", label);
    this.button.title = label;
    this.button.classList.toggle("stop", running);
    this.button.replaceChildren(running ? h("span", { class: "square", "aria-hidden": "true" }) : icon(...ICONS.send));
  }

  disable(): void {
    this.input.disabled = true;
    this.button.disabled = true;
  }

  private submit(): void {
    if (this.running) {
      this.actions.stop();
      return;
    }
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.fit();
    this.actions.send(text);
  }

  private key(event: KeyboardEvent): void {
    // 229 is what browsers report while an input method is composing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!this.running) this.submit();
  }

  private fit(): void {
    this.input.rows = Math.min(5, Math.max(1, this.input.value.split("\n").length));
  }
}
