// <bagui-assistant>: a button that opens the panel, in a shadow root of its own.
import { h, icon, ICONS } from "./dom";
import { renderer } from "./markdown";
import { Panel } from "./panel";
import { Session } from "./session";
import css from "./style.css";
import { langOf, texts } from "./texts";

export const TAG = "bagui-assistant";

/** How a page tells who is signed in to it: each call yields a fresh identity, or `null` for a visitor. */
export type IdentityProvider = () => Promise<string | null> | string | null;

export class BaguiAssistant extends HTMLElement {
  /** Where the script came from; `data-base` on an element wins. */
  static base = "";
  /** Set by the page's own script; wins over `data-identity-url` and `data-identity`. */
  identity: IdentityProvider | null = null;
  private readonly root = this.attachShadow({ mode: "open" });
  private panel: Panel | null = null;
  private launcher: HTMLButtonElement | null = null;

  connectedCallback(): void {
    if (this.launcher) return;
    const say = texts(langOf(this.dataset["lang"]));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.root.adoptedStyleSheets = [sheet];
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": say("open_assistant"), onclick: () => this.open() },
      icon(...ICONS.chat),
      h("span", {}, say("launch")),
    );
    this.root.append(this.launcher);
    if (!this.hasAttribute("lang")) this.lang = langOf(this.dataset["lang"]) === "en" ? "en" : "zh-CN";
  }

  open(): void {
    this.panel ??= this.build();
    this.panel.element.hidden = false;
    if (!this.panel.element.isConnected) this.root.append(this.panel.element);
    this.toggleAttribute("open", true);
    this.launcher?.setAttribute("aria-expanded", "true");
    this.panel.opened();
  }

  close(): void {
    if (!this.panel) return;
    this.panel.element.hidden = true;
    this.toggleAttribute("open", false);
    this.launcher?.setAttribute("aria-expanded", "false");
    this.launcher?.focus();
  }

  private build(): Panel {
    const base = this.dataset["base"] ?? BaguiAssistant.base;
    const own = [...new Set([new URL(base).origin, location.origin])];
    const session = new Session({ base, site: this.dataset["site"] ?? "", identity: () => this.whoAsks() });
    const say = texts(langOf(this.dataset["lang"]));
    return new Panel({ say, session, own, render: renderer(window, own) }, () => this.close());
  }

  /** The page's word on who asks. A plain `data-identity` is good once. */
  private async whoAsks(): Promise<string | null> {
    if (this.identity) return this.identity();
    const address = this.dataset["identityUrl"];
    if (address) return fetchIdentity(new URL(address, location.href));
    const once = this.dataset["identity"] ?? null;
    delete this.dataset["identity"];
    return once;
  }
}

/** From the page's own server, with the page's own cookies; no other server is asked. */
async function fetchIdentity(address: URL): Promise<string | null> {
  if (address.origin !== location.origin) return null;
  const response = await fetch(address, { method: "POST", credentials: "same-origin", headers: { "X-Bagui-Identity": "1" } });
  return response.ok ? (await response.text()).trim() || null : null;
}
