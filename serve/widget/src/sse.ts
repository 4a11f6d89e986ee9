// Server-sent events, read from a stream that may be cut anywhere.

/** Feed it text as it comes; it hands out the data of each complete event. Comments and other fields are skipped. */
export function sseParser(onData: (data: string) => void): (text: string) => void {
  let rest = "";
  let data: string[] = [];
  const line = (text: string): void => {
    if (text === "") {
      if (data.length) onData(data.join("\n"));
      data = [];
    } else if (text === "data") {
      data.push("");
    } else if (text.startsWith("data:")) {
      data.push(text.slice(text[5] === " " ? 6 : 5));
    }
  };
  return (text) => {
    rest += text;
    for (;;) {
      const end = rest.search(/[\r\n]/);
      // A carriage return at the very end may be half of a pair.
      if (end < 0 || (rest[end] === "\r" && end === rest.length - 1)) return;
      line(rest.slice(0, end));
      rest = rest.slice(end + (rest.startsWith("\r\n", end) ? 2 : 1));
    }
  };
}

/** The data of each event of a response body. */
export async function* sseData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const ready: string[] = [];
  const feed = sseParser((data) => ready.push(data));
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      feed(done ? decoder.decode() : decoder.decode(value, { stream: true }));
      while (ready.length) yield ready.shift() as string;
      if (done) return;
    }
  } finally {
    await reader.cancel();
  }
}
