#!/usr/bin/env node
// Plain JavaScript, so that any Node can read it: it finds a Node that is new enough and hands over to the real program. CLI and daemon
// both start here. What was stripped of types and compiled once is kept, so that Node's type stripper (19 MB) is not even loaded.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import * as nodeModule from "node:module";
import { constants, homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const nodeMajorMin = 24;
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
/** A checkout runs its TypeScript as it is; a package (where Node strips no types) runs what was built from it. */
const main =
  existsSync(at("../dist/main.js")) && !existsSync(at("../src/main.ts")) ? "../dist/main.js" : "../src/main.ts";

if (Number.parseInt(process.versions.node, 10) >= nodeMajorMin) {
  const compiled = join(homedir(), ".cache", "signalbox");
  if (isOursAlone(compiled)) nodeModule.enableCompileCache(compiled);
  const { run } = await import(main);
  process.exitCode = await run(process.argv.slice(2));
} else {
  const bundled = at("../node_modules/node/bin/node");
  if (!existsSync(bundled)) {
    process.stderr.write(
      `Signalbox needs Node ${nodeMajorMin} or newer and this is ${process.version}. In a checkout, \`npm install\` brings its own; else install Node ${nodeMajorMin}.\n`,
    );
    process.exit(1);
  }
  const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(
      `${bundled} could not be started: ${error.message}. Try: rm -rf node_modules && npm install\n`,
    );
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/**
 * Whoever can write where compiled code is kept decides what runs. So it is not in the shared temp folder, which is Node's default, it is made
 * 0700, and one that is another user's (`sudo`) or that others can write to is not used. The gate guards it against agents.
 */
function isOursAlone(folder) {
  if (!isAbsolute(folder)) return false;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    return uid === process.getuid() && (mode & 0o022) === 0;
  } catch {
    return false; // a home that can't be written to: every start compiles anew
  }
}
