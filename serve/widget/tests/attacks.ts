// The corpus of hostile answers, shared with the other surfaces.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Attack {
  id: string;
  text: string;
}

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../../tests/data/attacks");

export const attacks: Attack[] = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Attack[]);
