import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { WebFile } from "../transport/http/index.ts";

/** Vite's output: `dist/web` of a checkout, `web` beside the compiled rooms of a package. */
const folders = ["../../dist/web", "../web"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

/**
 * Everything that the loopback port serves as a file, by path: what the build made, read into memory once, so that no request ever
 * names a file. Without a build, one page that says how to make it.
 * @param folder  for tests
 */
export function readWebFiles(
  folder = folders.find((each) => existsSync(join(each, "index.html"))),
): Map<string, WebFile> {
  const files = new Map<string, WebFile>();
  if (folder === undefined) return files.set("/", webFile("index.html", Buffer.from(notBuilt), false));
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (types[extname(name)] === undefined) continue;
    const path = `/${name.replaceAll("\\", "/")}`;
    const file = webFile(name, readFileSync(join(folder, name)), path.startsWith("/assets/"));
    files.set(path === "/index.html" ? "/" : path, file);
  }
  return files;
}

function webFile(name: string, body: Buffer, immutable: boolean): WebFile {
  const gzip = gzipSync(body, { level: 9 });
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const type = types[extname(name)] ?? "application/octet-stream";
  return { type, body, etag, immutable, ...(gzip.length < body.length ? { gzip } : {}) };
}

const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Signalbox</title>
<h1>The web board is not built</h1>
<p>In the checkout of Signalbox, type: <code>npm run build:web</code>, then <code>npx signalbox restart</code> and <code>npx signalbox web</code>.</p>
</html>
`;
