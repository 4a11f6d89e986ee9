// Model text as safe DOM: Markdown first, the sanitizer last, always over the whole text so far.
import createPurifier, { type Config, type WindowLike } from "dompurify";
import { Marked } from "marked";
import { allowedLink } from "./link";

export type Render = (text: string) => DocumentFragment;
export type PageWindow = WindowLike & { document: Document };

const ALLOWED: Config = {
  ALLOWED_TAGS: [
    "p", "br", "strong", "em", "del", "ul", "ol", "li", "blockquote", "code", "pre", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "a",
  ],
  ALLOWED_ATTR: ["href", "start"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  RETURN_DOM_FRAGMENT: true,
};

/** `own` are the origins to which links may lead besides those of `allowedLink`. */
export function renderer(window: PageWindow, own: readonly string[]): Render {
  const clean = sanitizer(window, own);
  const marked = new Marked({
    gfm: true,
    breaks: true,
    renderer: {
      // HTML of the model's is shown as the characters it is made of; a picture as its caption.
      html: ({ text }) => escaped(text),
      image: ({ text }) => escaped(text),
      heading({ tokens }) {
        return `<h4>${this.parser.parseInline(tokens)}</h4>`;
      },
      checkbox: () => "",
    },
  });
  return (text) => {
    const safe = clean(marked.parse(text, { async: false }));
    // Under Trusted Types that name no policy of ours nothing can be parsed: then the plain text is shown.
    return safe.hasChildNodes() ? safe : plain(window.document, text);
  };
}

/** HTML as a fragment that can neither run nor fetch anything. */
export function sanitizer(window: PageWindow, own: readonly string[]): (html: string) => DocumentFragment {
  const purifier = createPurifier(window);
  const { document } = window;
  purifier.addHook("afterSanitizeAttributes", (node) => {
    if (node.nodeName !== "A") return;
    const link = allowedLink(node.getAttribute("href") ?? "", own);
    if (link === null) {
      node.removeAttribute("href");
      return;
    }
    node.setAttribute("href", link);
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer nofollow");
  });
  // A frameset has no body, and then there is no fragment either.
  return (html) =>
    (purifier.sanitize(html, ALLOWED) as unknown as DocumentFragment | null) ??
    document.createDocumentFragment();
}

function plain(document: Document, text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const line of text.split("\n").filter((item) => item.trim())) {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    fragment.append(paragraph);
  }
  return fragment;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
