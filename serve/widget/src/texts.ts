// Interface texts: the widget's part of serve/texts.yaml, written here by `make docs`.
import catalogue from "../texts.json";

export type Lang = "zh" | "en";
export type TextKey = keyof typeof catalogue;
/** `say("citations_count", { count: 3 })` fills the braces of an entry. */
export type Say = (key: TextKey, values?: Record<string, string | number>) => string;

export function langOf(value: string | null | undefined): Lang {
  return value?.toLowerCase().startsWith("en") ? "en" : "zh";
}

export function texts(lang: Lang): Say {
  return (key, values = {}) =>
    catalogue[key][lang].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The entry of a value that came from the server, such as a status; an unknown one shows nothing. */
export function sayIf(say: Say, key: string | null | undefined): string {
  return key && Object.hasOwn(catalogue, key) ? say(key as TextKey) : "";
}
