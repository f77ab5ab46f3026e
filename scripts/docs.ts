import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openApi } from "../src/transport/http/openapi.ts";
import { accessPage } from "./docs/access.ts";
import { operationsPage } from "./docs/operations.ts";
import { refusalsPage } from "./docs/refusals.ts";
import { surfaceSource } from "./docs/surface.ts";

/**
 * Writes everything that is made from the table of operations: `docs/reference/*` and the CLI's plain-data surface.
 * With `--check` it writes nothing, names the files that are stale and exits 1.
 */
const root = join(import.meta.dirname, "..");

const pages: Readonly<Record<string, () => string>> = {
  "docs/reference/operations.md": operationsPage,
  "docs/reference/refusals.md": refusalsPage,
  "docs/reference/access.md": accessPage,
  "docs/reference/openapi.json": () => `${JSON.stringify(openApi(), null, 2)}\n`,
  "src/cli/surface.generated.ts": surfaceSource,
};

function current(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

const stale = Object.entries(pages).filter(([path, make]) => current(join(root, path)) !== make());
if (process.argv.includes("--check")) {
  for (const [path] of stale) process.stderr.write(`stale: ${path}\n`);
  if (stale.length > 0) process.stderr.write("Write them anew: npm run docs\n");
  process.exitCode = stale.length > 0 ? 1 : 0;
} else
  for (const [path, make] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), make());
    process.stdout.write(`wrote ${path}\n`);
  }
