// What the renderer lets through, and what it must never.
import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import { renderer, sanitizer } from "../src/markdown";
import { attacks } from "./attacks";

const OWN = "https://park.example.cn";
const ELEMENTS = new Set(
  "P BR STRONG EM DEL UL OL LI BLOCKQUOTE CODE PRE HR H3 H4 H5 H6 TABLE THEAD TBODY TR TH TD A".split(" "),
);
const ATTRIBUTES = new Set(["href", "target", "rel", "start"]);

/** A window that says so when something in it runs or fetches. */
function page(): JSDOM {
  return new JSDOM("<!doctype html><body></body>", { runScripts: "outside-only", url: `${OWN}/` });
}

function assertHarmless(root: ParentNode, id: string): void {
  for (const node of root.querySelectorAll("*")) {
    assert.ok(ELEMENTS.has(node.tagName), `${id}: <${node.tagName}>`);
    for (const { name, value } of node.attributes) {
      assert.ok(ATTRIBUTES.has(name), `${id}: ${node.tagName} ${name}`);
      if (name !== "href") continue;
      const url = new URL(value);
      const allowed = url.origin === OWN || (url.protocol === "https:" && /(^|\.)gov\.cn$/.test(url.hostname));
      assert.ok(allowed && url.username === "", `${id}: links to ${value}`);
      assert.equal(node.getAttribute("rel"), "noopener noreferrer nofollow", id);
    }
  }
}

test("the corpus is large enough to mean something", () => {
  assert.ok(attacks.length >= 60);
  assert.equal(new Set(attacks.map((attack) => attack.id)).size, attacks.length);
});

test("every hostile answer comes out harmless", () => {
  const { window } = page();
  const render = renderer(window, [OWN]);
  for (const { id, text } of attacks) {
    const fragment = render(text);
    assertHarmless(fragment, id);
    const host = window.document.createElement("div");
    host.append(fragment);
    // What is harmless must stay so when it is read again as text.
    const again = window.document.createElement("div");
    again.innerHTML = host.innerHTML;
    assertHarmless(again, `${id} (again)`);
    assert.equal(Reflect.get(window, "__ran"), undefined, id);
  }
});

test("the sanitizer alone, fed raw HTML, is enough", () => {
  const { window } = page();
  const clean = sanitizer(window, [OWN]);
  for (const { id, text } of attacks) assertHarmless(clean(text), id);
});

test("an attack cut between two chunks is harmless at every moment", () => {
  const { window } = page();
  const render = renderer(window, [OWN]);
  for (const { id, text } of attacks.filter((attack) => attack.text.length < 120)) {
    for (let end = 1; end <= text.length; end += 9) assertHarmless(render(text.slice(0, end)), `${id} [0, ${end})`);
  }
});

test("ordinary Markdown looks as it should", () => {
  const { window } = page();
  const html = (text: string): string => {
    const host = window.document.createElement("div");
    host.append(renderer(window, [OWN])(text));
    return host.innerHTML.replaceAll("\n", "");
  };
  assert.equal(html("最长**3年**。[1]\n第二句。"), "<p>最长<strong>3年</strong>。[1]<br>第二句。</p>");
  assert.equal(html("# 标题"), "<h4>标题</h4>");
  assert.equal(html("1. 甲\n2. 乙"), "<ol><li>甲</li><li>乙</li></ol>");
  assert.match(html("|项|值|\n|-|-|\n|利率|3.0%|"), /<table>.*<td>3\.0%<\/td>/);
  assert.equal(html("a < b & c"), "<p>a &lt; b &amp; c</p>");
  assert.equal(
    html("[国务院](https://www.gov.cn/zhengce/)"),
    '<p><a href="https://www.gov.cn/zhengce/" target="_blank" rel="noopener noreferrer nofollow">国务院</a></p>',
  );
  assert.equal(html("[别处](https://evil.example/)"), "<p><a>别处</a></p>");
});
