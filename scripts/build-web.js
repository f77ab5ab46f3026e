#!/usr/bin/env node
/*
 * Builds the web board: src/board/web -> dist/web. Plain JavaScript, because it runs at install on Node 20.
 *
 *   node scripts/build-web.js [--if-possible] [--quiet]
 *
 * --if-possible  without Vite (an install without devDependencies): one line, exit 0
 *
 * It is built again only if its sources or Vite changed (build/web.stamp); a build takes about a second.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const flags = new Set(process.argv.slice(2));
const target = join(root, "dist/web");
const stampFile = join(root, "build/web.stamp");
/** Everything that the page may take something from. */
const sources = ["src/board/web", "src/board/model", "src/kit", "src/protocol"];

const vite = join(root, "node_modules/vite/package.json");
if (!existsSync(vite)) {
  const what = "The web board is built with Vite, which is not installed. Run: npm install && npm run build:web";
  if (!flags.has("--if-possible")) {
    console.error(what);
    process.exit(1);
  }
  console.log(what);
  process.exit(0);
}
const stamp = stampOf();
if (existsSync(join(target, "index.html")) && read(stampFile) === stamp) process.exit(0);

const { build } = await import(pathToFileURL(join(root, "node_modules/vite/dist/node/index.js")).href);
// Beside it first, so that a daemon that starts meanwhile finds the old one whole.
const fresh = join(root, `dist/web.${process.pid}`);
try {
  await build({ configFile: join(root, "src/board/web/vite.config.ts"), build: { outDir: fresh, emptyOutDir: true } });
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
} catch (error) {
  rmSync(fresh, { recursive: true, force: true });
  console.error(`The web board does not build: ${error.message}`);
  process.exit(1);
}
mkdirSync(dirname(stampFile), { recursive: true });
writeFileSync(stampFile, stamp);
if (!flags.has("--quiet")) console.log("built dist/web");

function stampOf() {
  const hash = createHash("sha256").update(readFileSync(vite));
  for (const folder of sources)
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
      const path = join(root, folder, name);
      if (statSync(path).isFile() && !name.endsWith(".test.ts")) hash.update(name).update(readFileSync(path));
    }
  return hash.digest("hex");
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // not built yet
  }
}
