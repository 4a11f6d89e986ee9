// Thumbs under an answer, and the form in which a complaint is made.
import { h, icon, ICONS } from "./dom";
import { Problem } from "./problem";
import type { Session } from "./session";
import type { Say, TextKey } from "./texts";

const REASONS: TextKey[] = [
  "reason_wrong",
  "reason_evidence",
  "reason_outdated",
  "reason_incomplete",
  "reason_improper",
  "reason_complaint",
];

export interface FeedbackView {
  element: HTMLElement;
  complain: () => void;
}

export function feedbackView(answerId: string, session: Session, say: Say): FeedbackView {
  const status = h("p", { class: "said", role: "status" });
  const place = h("div");
  const up = thumb("up", say("useful"), () => void give({ thumb: "up" }));
  const down = thumb("down", say("not_useful"), () => complain());

  async function give(body: { thumb: "up" | "down"; reason?: string; comment?: string }): Promise<void> {
    try {
      await session.call(`/v1/answers/${encodeURIComponent(answerId)}/feedback`, {
        method: "POST",
        body: JSON.stringify(body),
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      status.textContent = say("feedback_failed");
      return;
    }
    up.setAttribute("aria-pressed", String(body.thumb === "up"));
    down.setAttribute("aria-pressed", String(body.thumb === "down"));
    place.replaceChildren();
    status.textContent = say("feedback_thanks");
  }

  function complain(): void {
    status.textContent = "";
    const form = complaintForm(say, {
      submit: (reason, comment) => void give({ thumb: "down", reason, comment }),
      cancel: () => {
        place.replaceChildren();
        down.focus();
      },
    });
    place.replaceChildren(form);
    form.scrollIntoView({ block: "nearest" });
    form.querySelector("input")?.focus();
  }

  return { element: h("div", { class: "feedback" }, h("div", { class: "thumbs" }, up, down), place, status), complain };
}

function thumb(which: "up" | "down", label: string, onclick: () => void): HTMLButtonElement {
  return h("button", { type: "button", class: "thumb", "aria-label": label, title: label, "aria-pressed": "false", onclick }, icon(...ICONS[which]));
}

interface Choices {
  submit: (reason: string, comment: string) => void;
  cancel: () => void;
}

function complaintForm(say: Say, choices: Choices): HTMLFormElement {
  const comment = h("textarea", { name: "comment", rows: "3", maxlength: "1000", "aria-label": say("feedback_comment"), placeholder: say("feedback_comment") });
  const form = h(
    "form",
    { class: "complaint", "aria-label": say("complaint_title") },
    h("p", { class: "complaint-title" }, say("complaint_title")),
    h(
      "fieldset",
      {},
      h("legend", {}, say("feedback_title")),
      ...REASONS.map((key, at) =>
        h("label", {}, h("input", { type: "radio", name: "reason", value: key.replace("reason_", ""), checked: at === 0 }), say(key)),
      ),
    ),
    comment,
    h(
      "div",
      { class: "actions" },
      h("button", { type: "submit", class: "primary" }, say("feedback_send")),
      h("button", { type: "button", class: "plain", onclick: choices.cancel }, say("feedback_cancel")),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    choices.submit(String(new FormData(form).get("reason") ?? ""), comment.value.trim());
  });
  return form;
}
