// The token: exchanged once, renewed in time, never taken for more than it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../src/problem";
import { Session } from "../src/session";

interface Call {
  path: string;
  body: Record<string, string>;
  bearer: string | null;
}

function server(answers: ((call: Call) => Response)[] = []) {
  const calls: Call[] = [];
  let clock = 1_000_000;
  let tokens = 0;
  const go = (async (address: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    const call = { path: new URL(address).pathname, body: JSON.parse(String(init.body)), bearer: headers.get("Authorization") };
    calls.push(call);
    assert.equal(init.credentials, "omit");
    const next = answers.shift();
    if (next) return next(call);
    if (call.path !== "/widget/session") return Response.json({ ok: true });
    const enterprise = call.body["identity"] ? "91450100" : null;
    return Response.json({ token: `t${++tokens}`, expires_in: 900, enterprise });
  }) as typeof fetch;
  return { calls, go, now: () => clock, pass: (ms: number) => (clock += ms) };
}

function open(made: ReturnType<typeof server>, identity: () => Promise<string | null> = async () => null): Session {
  return new Session({ base: "https://bank.example.cn", site: "pk_1", identity, fetch: made.go, now: made.now });
}

const refusal = (status: number, code: string) => () => Response.json({ error: { code, message: "原话" } }, { status });

test("many questions at once open one session", async () => {
  const made = server();
  const session = open(made);
  assert.deepEqual(await Promise.all([session.bearer(), session.bearer(), session.bearer()]), ["t1", "t1", "t1"]);
  assert.equal(made.calls.length, 1);
  assert.deepEqual(made.calls[0]?.body, { site: "pk_1" });
});

test("a visitor's token is renewed before it ends, by the last one", async () => {
  const made = server();
  const session = open(made);
  await session.bearer();
  made.pass(839_000);
  assert.equal(await session.bearer(), "t1");
  made.pass(2_000);
  assert.equal(await session.bearer(), "t2");
  assert.deepEqual(made.calls[1]?.body, { site: "pk_1", token: "t1" });
});

test("an enterprise's token is renewed only by a fresh word of its site", async () => {
  const made = server();
  const words: (string | null)[] = ["jwt-1", "jwt-2", null];
  const session = open(made, async () => words.shift() ?? null);
  await session.bearer();
  assert.equal(session.enterprise, "91450100");
  made.pass(900_000);
  await session.bearer();
  assert.deepEqual(made.calls[1]?.body, { site: "pk_1", identity: "jwt-2" });
  made.pass(900_000);
  await assert.rejects(session.bearer(), (error) => error instanceof Problem && error.kind === "session");
});

test("a token that is no longer taken is renewed once and the call repeated", async () => {
  const made = server();
  const session = open(made);
  await session.bearer();
  const repeated = server([refusal(401, "invalid_api_key")]);
  Object.assign(session, { options: { ...Reflect.get(session, "options"), fetch: repeated.go } });
  const response = await session.call("/v1/chat/completions", { method: "POST", body: "{}" });
  assert.equal(response.status, 200);
  assert.deepEqual(repeated.calls.map((call) => call.path), ["/v1/chat/completions", "/widget/session", "/v1/chat/completions"]);
});

for (const [status, code, kind] of [
  [403, "origin_denied", "origin"],
  [401, "identity_refused", "identity"],
  [403, "enterprise_refused", "identity"],
  [503, "overloaded", "server"],
  [400, "invalid_value", "request"],
] as const) {
  test(`${status} ${code} is told as ${kind}`, async () => {
    const session = open(server([refusal(status, code)]));
    await assert.rejects(session.bearer(), (error) => error instanceof Problem && error.kind === kind);
  });
}

test("a page that is hidden the answer is told that it is not listed", async () => {
  const failing = (async () => {
    throw new TypeError("Failed to fetch");
  }) as unknown as typeof fetch;
  const session = new Session({ base: "https://b.cn", site: "x", identity: async () => null, fetch: failing });
  await assert.rejects(session.bearer(), (error) => error instanceof Problem && error.kind === "origin");
});
