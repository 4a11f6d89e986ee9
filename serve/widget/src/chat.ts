// One question over the OpenAI-compatible endpoint, its stream read back as events.
import type { Answer, AnswerEvent } from "./answer";
import { Problem } from "./problem";
import type { Session } from "./session";
import { sseData } from "./sse";

export interface Turn {
  role: "user" | "assistant";
  content: string;
}

interface Chunk {
  choices?: { delta?: { content?: string } }[];
  bagui?: Record<string, unknown>;
  error?: { message?: string };
}

const TURNS = 6;

/** Raises `Problem`; aborting `signal` ends it with an `AbortError`. */
export async function* ask(
  session: Session,
  turns: Turn[],
  conversation: string | null,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const response = await session.call("/v1/chat/completions", {
    method: "POST",
    signal,
    body: JSON.stringify({
      model: "bagui",
      stream: true,
      messages: turns.slice(-TURNS - 1),
      ...(conversation ? { bagui: { conversation } } : {}),
    }),
  });
  if (!response.body) throw new Problem("server");
  let complete = false;
  try {
    for await (const data of sseData(response.body)) {
      if (data === "[DONE]") break;
      const chunk = JSON.parse(data) as Chunk;
      if (chunk.error) throw new Problem("server", chunk.error.message ?? "");
      const text = chunk.choices?.[0]?.delta?.content;
      if (text) yield { kind: "text", text };
      const event = chunk.bagui && eventOf(chunk.bagui);
      if (event) yield event;
      complete ||= event?.kind === "finished";
    }
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) throw new Problem("network");
    throw error;
  }
  if (!complete) throw new Problem("network");
}

function eventOf(value: Record<string, unknown>): AnswerEvent | null {
  switch (value["event"]) {
    case "started":
      return { kind: "started", id: String(value["answer_id"]), conversation: String(value["conversation"]) };
    case "retrieved":
      return { kind: "retrieved", count: Number(value["count"]) };
    case "tool_started":
      return { kind: "tool_started", id: String(value["id"]), name: String(value["name"]), title: String(value["title"]) };
    case "tool_finished":
      return { kind: "tool_finished", id: String(value["id"]), ok: value["ok"] === true };
    case undefined:
      return { kind: "finished", answer: value as unknown as Answer };
    default:
      return null;
  }
}
