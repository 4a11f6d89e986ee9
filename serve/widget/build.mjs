// Builds dist/widget.js; with --check it only says whether the committed file is what the source makes.
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "dist", "widget.js");
const LIMIT = 60 * 1024;

const made = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.ts"],
  outfile: target,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome110", "firefox115", "safari16.4"],
  charset: "utf8",
  legalComments: "eof",
  loader: { ".css": "text" },
  write: !process.argv.includes("--check"),
});
const built = made.outputFiles ? Buffer.from(made.outputFiles[0].contents) : readFileSync(target);
const packed = gzipSync(built, { level: 9 }).length;
console.log(`widget.js ${built.length} bytes, gzipped ${packed}`);
if (packed > LIMIT) {
  console.error(`gzipped size is over ${LIMIT}`);
  process.exit(1);
}
if (process.argv.includes("--check") && !readFileSync(target).equals(built)) {
  console.error("dist/widget.js is not what src/ builds: run `npm run build`");
  process.exit(1);
}
