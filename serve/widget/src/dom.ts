// Elements built from values; text is always text.

type Child = Node | string | null | false | undefined;
type Props = Record<string, string | boolean | ((event: Event) => void) | null | undefined>;

/** `h("button", { class: "x", onclick: go }, "去")`; a function is a listener, `null` and `false` leave out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (typeof value === "string") node.setAttribute(name, value);
  }
  node.append(...children.filter((child): child is Node | string => Boolean(child)));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line drawing of 24 by 24, in the colour of the text around it. */
export function icon(...paths: string[]): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", width: "20", height: "20", "aria-hidden": "true", class: "icon" };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export const ICONS = {
  chat: ["M4 5.5h16v10.5H11l-4.5 3.5V16H4z", "M8 9.5h8", "M8 12.5h5"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  fresh: ["M4 5.5h16v10.5H11l-4.5 3.5V16H4z", "M12 8v5.5", "M9.25 10.75h5.5"],
  send: ["M12 19V6", "M6.5 11L12 5.5 17.5 11"],
  up: ["M7 11v8H4v-8z", "M7 11l4-7c1.6 0 2.4 1.2 2 2.7L12.3 9.5H18a2 2 0 0 1 2 2.4l-1.2 5.5A2 2 0 0 1 16.8 19H7"],
  down: ["M7 13V5H4v8z", "M7 13l4 7c1.6 0 2.4-1.2 2-2.7l-.7-2.8H18a2 2 0 0 0 2-2.4l-1.2-5.5A2 2 0 0 0 16.8 5H7"],
} as const;
