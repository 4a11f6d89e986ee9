// Ask with OpenAI's package for JavaScript: the answer whole with its evidence, then streamed.
//
//   cd examples && npm ci && node ask.mjs
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";

const home = process.env.BAGUI_HOME ?? join(homedir(), ".bagui");
const written = (name) => JSON.parse(readFileSync(join(home, name), "utf8"));
const url = process.env.BAGUI_URL ?? written("server.json").url;
const apiKey = process.env.BAGUI_KEY ?? written("demo.json").keys.developer;

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey });
const messages = [{ role: "user", content: "2025年6月的一年期LPR是多少" }];

const done = await client.chat.completions.create({ model: "bagui", messages });
console.log(done.choices[0].message.content);
console.log("状态", done.bagui.status);
for (const source of done.bagui.citations) console.log(`[${source.n}] ${source.title}`);

const stream = await client.chat.completions.create({ model: "bagui", messages, stream: true });
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
console.log();

// Vectors of the shipped encoder; the package unpacks them itself.
const made = await client.embeddings.create({ model: "bagui-embed", input: ["流动资金贷款期限", "流贷最长几年"] });
const [one, other] = made.data.map((item) => item.embedding);
console.log("相似度", one.reduce((sum, value, at) => sum + value * other[at], 0).toFixed(2));

try {
  await client.chat.completions.create({ model: "bagui", messages, n: 2 });
} catch (error) {
  console.log(error.status, error.code, error.param);
}
