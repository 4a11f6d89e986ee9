// The event stream, cut at every place where a network may cut it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sseData, sseParser } from "../src/sse";

const STREAM = ': ping\n\ndata: {"a":"甲"}\n\nid: 7\ndata: 一\ndata: 二\n\ndata:无空格\r\n\r\ndata\n\nevent: x\n\ndata: [DONE]\n\n';
const EVENTS = ['{"a":"甲"}', "一\n二", "无空格", "", "[DONE]"];

function parse(pieces: string[]): string[] {
  const found: string[] = [];
  const feed = sseParser((data) => found.push(data));
  pieces.forEach(feed);
  return found;
}

test("events are the same wherever the text is cut", () => {
  assert.deepEqual(parse([STREAM]), EVENTS);
  assert.deepEqual(parse([...STREAM]), EVENTS);
  for (let at = 0; at <= STREAM.length; at++) assert.deepEqual(parse([STREAM.slice(0, at), STREAM.slice(at)]), EVENTS);
});

test("an event without its blank line has not come", () => {
  assert.deepEqual(parse(["data: a\n\ndata: b\n"]), ["a"]);
});

test("characters cut in their bytes come out whole", async () => {
  const bytes = new TextEncoder().encode(STREAM);
  for (const size of [1, 2, 5, 1000]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const found: string[] = [];
    for await (const data of sseData(body)) found.push(data);
    assert.deepEqual(found, EVENTS);
  }
});
