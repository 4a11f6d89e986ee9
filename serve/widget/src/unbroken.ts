// Figures stay with their units and dates in one piece when a line ends.
import { h } from "./dom";

const PIECE = /(\d{4}-\d{2}-\d{2}|（?\d[\d,.]*\s?(?:万元|亿元|元|%|个百分点|个月|年|月|日|天|件|人|家)?）?)/;

/** Wraps each figure of the text under `root`; code stays as it is. */
export function keepFigures(root: Node): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    if (/\d/.test(node.data) && !node.parentElement?.closest("code, pre, button")) texts.push(node);
  }
  for (const text of texts) {
    const pieces = text.data.split(new RegExp(PIECE, "g"));
    text.replaceWith(...pieces.map((piece, at) => (at % 2 ? h("span", { class: "figure" }, piece) : piece)));
  }
}
