// Runs when the script tag loads: defines the element and puts one on the page.
import { BaguiAssistant, TAG } from "./element";

const script = document.currentScript;

function embed(): void {
  if (!(script instanceof HTMLScriptElement) || !script.dataset["site"] || document.querySelector(TAG)) return;
  const element = document.createElement(TAG);
  const { site, lang, theme, identity, identityUrl } = script.dataset;
  const wanted = { site, lang, theme, identity, identityUrl };
  for (const [name, value] of Object.entries(wanted)) if (value) element.dataset[name] = value;
  document.body.append(element);
}

if (script instanceof HTMLScriptElement) BaguiAssistant.base = new URL(script.src).origin;
if (!customElements.get(TAG)) customElements.define(TAG, BaguiAssistant);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", embed, { once: true });
else embed();
