// What went wrong, in a form that can be told to a person.

export type ProblemKind = "origin" | "identity" | "session" | "network" | "server" | "request";

/** `message` is the server's own sentence where it has one, `code` its name for it. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    message = "",
    readonly code = "",
  ) {
    super(message);
  }
}

/** The problem that an error response tells of. */
export async function problemOf(response: Response): Promise<Problem> {
  const { code, message } = await errorOf(response);
  if (code === "origin_denied") return new Problem("origin");
  if (code === "identity_refused" || code === "enterprise_refused") return new Problem("identity");
  if (response.status === 401) return new Problem("session");
  return response.status < 500 ? new Problem("request", message, code) : new Problem("server");
}

async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  try {
    const body = (await response.json()) as { error?: { code?: unknown; message?: unknown } };
    return { code: String(body.error?.code ?? ""), message: String(body.error?.message ?? "") };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return { code: "", message: "" };
    throw error;
  }
}
