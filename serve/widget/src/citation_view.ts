// The sources of an answer as a list that opens, and the marks in the text that lead to it.
import type { Citation } from "./answer";
import { h } from "./dom";
import { allowedLink } from "./link";
import { sayIf, type Say } from "./texts";

const MARK = /\[(\d{1,3})\]/;

/** Turns `[1]` in the text of `root` into buttons that call `open(1)`. Code and links stay as they are. */
export function markCitations(root: Node, say: Say, open: (n: number) => void): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    if (MARK.test(node.data) && !node.parentElement?.closest("a, code, pre")) texts.push(node);
  }
  for (const text of texts) {
    const pieces = text.data.split(new RegExp(MARK, "g"));
    text.replaceWith(
      ...pieces.map((piece, at) => {
        if (at % 2 === 0) return document.createTextNode(piece);
        const label = say("source_number", { n: piece });
        return h("button", { type: "button", class: "mark", "aria-label": label, onclick: () => open(Number(piece)) }, piece);
      }),
    );
  }
}

export interface CitationList {
  element: HTMLElement;
  open: (n: number) => void;
}

/** All sources of an answer; `open(n)` unfolds one and moves the focus to it. */
export function citationList(citations: Citation[], say: Say, own: readonly string[]): CitationList {
  const items = new Map(citations.map((citation) => [citation.n, citationItem(citation, say, own)]));
  const element = h(
    "details",
    { class: "sources", open: citations.length <= 2 },
    h("summary", {}, say("citations_count", { count: citations.length })),
    h("ol", { role: "list" }, ...[...items.values()].map((item) => h("li", {}, item))),
  );
  return {
    element,
    open: (n) => {
      const item = items.get(n);
      if (!item) return;
      element.open = true;
      item.open = true;
      item.querySelector("summary")?.focus();
      item.scrollIntoView({ block: "nearest" });
    },
  };
}

function citationItem(citation: Citation, say: Say, own: readonly string[]): HTMLDetailsElement {
  const link = citation.url && allowedLink(citation.url, own);
  return h(
    "details",
    { class: "source" },
    h(
      "summary",
      {},
      h("span", { class: "number", "aria-hidden": "true" }, String(citation.n)),
      h("span", { class: "name" }, citation.title, citation.locator && h("span", { class: "locator" }, citation.locator)),
      ...labels(citation, say),
    ),
    h("blockquote", {}, citation.quote),
    dates(citation, say),
    link && h("a", { href: link, target: "_blank", rel: "noopener noreferrer nofollow" }, say("open_source")),
  );
}

function labels(citation: Citation, say: Say): HTMLElement[] {
  if (citation.kind === "tool") return [h("span", { class: "tag" }, say("evidence_tool"))];
  const found = [sayIf(say, `legal_${citation.status}`)].map((text) => text && h("span", { class: `tag ${tone(citation.status)}` }, text));
  const authority = sayIf(say, `authority_${citation.authority}`);
  if (authority) found.push(h("span", { class: `tag ${tone(citation.authority)}` }, authority));
  return found.filter((item): item is HTMLElement => item instanceof HTMLElement);
}

/** What must not be taken for the law of the day is coloured as a caution. */
function tone(value: string | null): string {
  if (value === "in_force") return "good";
  return ["expired", "not_yet", "proposal", "fictional"].includes(value ?? "") ? "caution" : "";
}

function dates(citation: Citation, say: Say): HTMLElement | null {
  const parts = [
    citation.effective_from && say("until", { start: citation.effective_from }),
    citation.effective_to && say("until_end", { end: citation.effective_to }),
  ].filter(Boolean);
  return parts.length ? h("p", { class: "dates" }, parts.join(" ")) : null;
}
