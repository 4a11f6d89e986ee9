// The widget's token: exchanged for the site key, held in memory only, renewed before it ends.
import { Problem, problemOf } from "./problem";

export type IdentitySource = () => Promise<string | null>;

export interface SessionOptions {
  base: string;
  site: string;
  identity: IdentitySource;
  fetch?: typeof fetch;
  now?: () => number;
}

const EARLY_MS = 60_000;

export class Session {
  enterprise: string | null = null;
  private token: string | null = null;
  private endsAt = 0;
  private opening: Promise<string> | null = null;

  constructor(private readonly options: SessionOptions) {}

  /** A token that is good for a while yet. Raises `Problem`. */
  async bearer(): Promise<string> {
    if (this.token && this.now() < this.endsAt - EARLY_MS) return this.token;
    this.opening ??= this.open().finally(() => (this.opening = null));
    return this.opening;
  }

  /** Calls the server; a token that it no longer takes is renewed once. Raises `Problem`. */
  async call(path: string, init: RequestInit): Promise<Response> {
    let response = await this.send(path, init);
    if (response.status === 401) {
      this.endsAt = 0;
      response = await this.send(path, init);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    const token = await this.bearer();
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    return this.fetch(path, { ...init, headers });
  }

  private async open(): Promise<string> {
    const identity = await this.options.identity();
    if (this.enterprise && !identity) throw new Problem("session");
    const body: Record<string, string> = { site: this.options.site };
    if (identity) body["identity"] = identity;
    else if (this.token) body["token"] = this.token;
    const response = await this.fetch("/widget/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw await problemOf(response);
    const made = (await response.json()) as { token: string; expires_in: number; enterprise: string | null };
    this.token = made.token;
    this.enterprise = made.enterprise;
    this.endsAt = this.now() + made.expires_in * 1000;
    return made.token;
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const go = this.options.fetch ?? fetch;
    try {
      return await go(this.options.base + path, { ...init, credentials: "omit", referrerPolicy: "no-referrer" });
    } catch (error) {
      // A denied origin has no CORS header: the browser hides the answer and reports a network error.
      if (error instanceof TypeError) throw new Problem(path === "/widget/session" ? "origin" : "network");
      throw error;
    }
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }
}
