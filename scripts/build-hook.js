#!/usr/bin/env node
/*
 * Builds the hook client: hook/*.c -> build/signalbox-hook. Plain JavaScript, because it runs at install on Node 20.
 *
 *   node scripts/build-hook.js [--if-possible] [--tests] [--quiet]
 *
 * --if-possible  without a C compiler: one line, exit 0 (else exit 1 with what to install)
 * --tests        also the programs that only tests and the bench use: build/pty, build/activate, build/fuzz-hook, build/time-start, build/connect-load and,
 *                where the compiler has the sanitizers, build/signalbox-hook-asan
 *
 * A program is built again only if its sources, flags or compiler changed (build/<name>.stamp). Safe to run at the same time
 * from several processes: each builds beside and renames.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const build = join(root, "build");
const hook = join(root, "hook");

const strict = ["-std=c11", "-Wall", "-Wextra", "-Werror"];
const sanitizers = [
  "-g",
  "-O1",
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=all",
  "-fno-omit-frame-pointer",
];
const fuzzing = ["-DHOOK_WITHOUT_MAIN", "-Ihook"];
const sources = ["hook/relay.c", "hook/launch.c", "hook/shim.c", "hook/peer.c"];

/** Each way is tried until one links: static, because then no LD_PRELOAD of a hostile environment is loaded. */
const programs = [
  {
    name: "signalbox-hook",
    sources,
    ways: [
      [...strict, "-O2", "-static"],
      [...strict, "-O2"],
    ],
  },
];
const testPrograms = [
  { name: "pty", sources: ["hook/test/pty.c"], ways: [[...strict, "-O2"]] },
  { name: "time-start", sources: ["bench/time-start.c"], ways: [[...strict, "-O2"]], optional: true },
  { name: "connect-load", sources: ["test/load/connect-load.c"], ways: [[...strict, "-O2"]], optional: true },
  { name: "activate", sources: ["hook/test/activate.c"], ways: [[...strict, "-O2"]] },
  { name: "signalbox-hook-asan", sources, ways: [[...strict, ...sanitizers]], optional: true },
  {
    name: "fuzz-hook",
    sources: ["hook/test/fuzz.c", ...sources],
    ways: [
      [...strict, ...sanitizers, ...fuzzing],
      [...strict, "-O2", ...fuzzing],
    ],
  },
];

const flags = new Set(process.argv.slice(2));
for (const flag of flags)
  if (!["--if-possible", "--tests", "--quiet"].includes(flag)) fail(`build-hook does not know "${flag}".`);

const compiler = findCompiler();
if (compiler === undefined) {
  const what =
    "Signalbox's hook client needs a C compiler and found none (looked for $CC, cc, gcc and clang). Install one: Debian and " +
    "Ubuntu: sudo apt install gcc libc6-dev; Fedora: sudo dnf install gcc glibc-static; macOS: xcode-select --install. " +
    "Then run: npm run hook";
  if (!flags.has("--if-possible")) fail(what);
  console.log(what);
  process.exit(0);
}
mkdirSync(build, { recursive: true });
for (const program of [...programs, ...(flags.has("--tests") ? testPrograms : [])]) make(program);

function findCompiler() {
  const chosen = process.env.CC;
  for (const words of [chosen?.split(/\s+/) ?? [], ["cc"], ["gcc"], ["clang"]]) {
    const [command, ...rest] = words.filter((word) => word !== "");
    if (command === undefined) continue;
    const asked = spawnSync(command, [...rest, "--version"], { encoding: "utf8" });
    if (asked.status === 0) return { command, rest, version: asked.stdout.split("\n", 1)[0] ?? "" };
  }
  return undefined;
}

function make(program) {
  const file = join(build, program.name);
  const stamp = stampOf(program);
  if (read(`${file}.stamp`) === stamp && statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  const fresh = `${file}.${process.pid}`;
  let words = "";
  for (const way of program.ways) {
    const inputs = program.sources.map((source) => join(root, source));
    const ran = spawnSync(compiler.command, [...compiler.rest, ...way, "-o", fresh, ...inputs], {
      encoding: "utf8",
      cwd: root,
    });
    if (ran.status === 0) {
      renameSync(fresh, file);
      writeFileSync(`${file}.stamp`, stamp);
      say(`built build/${program.name} (${compiler.version}${way.includes("-static") ? ", static" : ""})`);
      if (process.platform === "linux" && program.ways[0].includes("-static") && !way.includes("-static"))
        say(
          "It is linked dynamically, so an LD_PRELOAD that a repository sets for its agent's hooks would be loaded. " +
            "Install the static C library (Debian: libc6-dev, Fedora: glibc-static), then run: npm run hook",
        );
      return;
    }
    words = ran.stderr ?? String(ran.error);
  }
  rmSync(fresh, { force: true });
  if (program.optional) {
    rmSync(file, { force: true }); // an old one would test old sources
    return say(`build/${program.name} is left out: ${compiler.command} can't build it here`);
  }
  fail(`build/${program.name} does not build with ${compiler.command}:\n${words}`);
}

function stampOf(program) {
  const hash = createHash("sha256").update(JSON.stringify([compiler, program.ways, process.platform, process.arch]));
  const headers = readdirSync(hook)
    .filter((name) => name.endsWith(".h"))
    .map((name) => `hook/${name}`);
  for (const source of [...program.sources, ...headers.sort()]) hash.update(readFileSync(join(root, source)));
  return hash.digest("hex");
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // not built yet
  }
}

function say(words) {
  if (!flags.has("--quiet")) console.log(words);
}

function fail(words) {
  console.error(words);
  process.exit(1);
}
