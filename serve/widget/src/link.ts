// Where a link in an answer may lead: the page's own site, the assistant's, and the government's.

const GOVERNMENT = /(^|\.)gov\.cn$/;

/** The address in its plain form, or `null` where it leads anywhere else. */
export function allowedLink(text: string, own: readonly string[]): string | null {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text)) return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
  if (url.username || url.password) return null;
  if (own.includes(url.origin)) return url.href;
  const government = url.protocol === "https:" && url.port === "" && GOVERNMENT.test(url.hostname);
  return government ? url.href : null;
}
