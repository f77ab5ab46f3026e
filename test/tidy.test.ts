import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { test } from "node:test";

/** Holds the house's rules (ARCHITECTURE.md): who may import whom, what a room says of itself, and where the world is touched. */
const root = join(import.meta.dirname, "..");
const source = join(root, "src");

interface SourceFile {
  /** From `src/`, with forward slashes. */
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly lines: number;
  /** Our own files that it imports, from `src/`. `typeOnly` leaves no trace at run time. */
  readonly imports: readonly { readonly path: string; readonly typeOnly: boolean }[];
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.[jt]sx?$/.test(name) && statSync(join(folder, name)).isFile(),
  );
}

/** `import … from "x"`, `export … from "x"`, `import "x"`, `import("x")`. */
const importing = /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/g;

function read(path: string): SourceFile {
  const text = readFileSync(join(source, path), "utf8");
  const code = withoutComments(text);
  const imports = [...code.matchAll(importing)].flatMap(([whole, , type, from, lazily]) => {
    const target = from ?? lazily ?? "";
    if (!target.startsWith(".")) return [];
    const typeOnly = type !== undefined || new RegExp(`typeof\\s+${escape(whole.trim())}`).test(code);
    return [{ path: toPosix(relative(source, join(source, dirname(path), target))), typeOnly }];
  });
  return { path: toPosix(path), room: roomOf(toPosix(path)), text: code, lines: text.split("\n").length, imports };
}

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const toPosix = (path: string) => path.split(sep).join("/");
/** The page runs in a browser: its own clock is the only one there, and its build is no source of it. */
const pageClock = "board/web/clock.ts";
const isTest = (path: string) => path.endsWith(".test.ts");
const roomOf = (path: string) => path.split("/", 1)[0] ?? "";

/** Comments may speak of what code may not do. Strings stay: a URL's slashes are no comment because of the colon before them. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[^:"'`\\])\/\/.*$/gm, "$1");
}

/** Strings may speak of anything: examples of rules are full of shell and JavaScript. */
const withoutStrings = (text: string) => text.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');

const files = filesBelow(source).map(read);
const code = files.filter(({ path }) => !isTest(path));

/** What each room may import besides itself; `*` = everything. Every other folder of `src/` is a domain room. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  protocol: ["kit"],
  store: ["kit"],
  transport: ["kit", "protocol"],
  dialects: ["kit", "protocol"],
  client: ["kit", "protocol"],
  cli: ["client", "protocol", "kit", "gate"],
  board: ["client", "protocol", "kit"],
  daemon: ["*"],
  "main.ts": ["*"],
};
const domain = ["kit", "protocol", "store"];

/** Single imports that the rules make room for, with the reason. */
const exceptions: readonly (readonly [from: string, to: RegExp, why: string])[] = [
  ["cli/", /^ledger\/(verify|verifier)/, "the CLI checks an exported proof without a daemon"],
];

test("rooms import only what they may", () => {
  const wrong = code.flatMap(({ path, room, imports }) => {
    const allowed = mayImport[room] ?? domain;
    return imports
      .filter(({ path: to, typeOnly }) => {
        const target = roomOf(to);
        if (target === room || allowed.includes("*") || allowed.includes(target)) return false;
        if (typeOnly && room === "cli") return false; // the shapes of what main.ts hands in
        return !exceptions.some(([from, pattern]) => path.startsWith(from) && pattern.test(to));
      })
      .map(({ path: to }) => `src/${path} imports src/${to}`);
  });
  assert.deepEqual(wrong, [], "Rooms meet through ports that daemon/compose.ts hands in.");
});

/** Folders of `src/` that hold several rooms. */
const insideRooms: Readonly<Record<string, readonly string[]>> = {
  board: ["board/model", "board/tui", "board/web"],
  transport: ["transport/socket", "transport/http", "transport/mcp"],
  dialects: ["dialects/agents", "dialects/clients"],
};

test("the page of the architecture names every folder of the source", () => {
  const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const missing = folders.filter(({ name }) => !new RegExp(`\\b${name}/`).test(page)).map(({ name }) => name);
  assert.deepEqual(missing, [], "Say in ARCHITECTURE.md what it is.");
});

test("each room opens with what it owns, promises and never does", () => {
  const rooms = readdirSync(source, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !["kit", "protocol"].includes(entry.name),
  );
  const folders = rooms.flatMap(({ name }) => insideRooms[name] ?? [name]);
  const wrong = folders.filter((folder) => {
    const path = join(source, folder, "index.ts");
    if (filesBelow(join(source, folder)).length === 0 || folder === "daemon") return false;
    if (!existsSync(path)) return true;
    const paragraph = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(path, "utf8"))?.[1] ?? "";
    return paragraph.length < 150;
  });
  assert.deepEqual(wrong, [], "Begin src/<room>/index.ts with a paragraph.");
});

test("the world is touched only where it may be", () => {
  const rules: readonly (readonly [what: RegExp, allowed: (path: string) => boolean, instead: string])[] = [
    [/\bprocess\.env\b/, (path) => ["protocol/place.ts", "daemon/config.ts"].includes(path), "take it as a parameter"],
    [
      /\bconsole\.(log|info|warn|error|debug|table|dir|trace)\(/,
      (path) => path.startsWith("cli/"),
      "use the log that was handed in",
    ],
    [/\bsetInterval\(/, (path) => path.startsWith("kit/") || path === pageClock, "use `every` of kit/clock.ts"],
    [
      /\bDate\.now\(|\bnew Date\(\)/,
      (path) => path.startsWith("kit/") || path.startsWith("cli/") || path === pageClock,
      "take a Clock",
    ],
  ];
  const wrong = rules.flatMap(([what, allowed, instead]) =>
    code
      .filter(({ path, text }) => what.test(withoutStrings(text)) && !allowed(path))
      .map(({ path }) => `src/${path} uses ${what.source}: ${instead}`),
  );
  assert.deepEqual(wrong, []);
});

/** Longer files, by the beginning of their path, each with the reason why it is not several. */
const long: readonly (readonly [start: string, why: string])[] = [
  [
    "ledger/verifier/verify-file.ts",
    "ships beside an export as one file with no imports of ours, so that a stranger can read all of it",
  ],
  ["gate/programs/", "tables: a row for each program, with the examples that it is held to"],
];
const linesMax = 500;
/** Tests are lists of cases, read one at a time. */
const testLinesMax = 800;

test("files can be read in one sitting", () => {
  const wrong = files.filter(
    ({ path, lines }) =>
      lines > (isTest(path) ? testLinesMax : linesMax) &&
      !path.includes(".generated.") &&
      !long.some(([start]) => path.startsWith(start)),
  );
  assert.deepEqual(
    wrong.map(({ path, lines }) => `src/${path}: ${lines} lines`),
    [],
    "Split it, or say in this test why it is one thing.",
  );
  for (const [start] of long)
    assert.ok(
      files.some(({ path, lines }) => path.startsWith(start) && lines > linesMax),
      `${start} needs no exception any more`,
    );
});

/** What is started by name: the program, the page (its index.html), its build (scripts/build-web.js). */
const entries = new Set(["main.ts", "board/web/index.ts", "board/web/vite.config.ts"]);

test("every source file is used by another", () => {
  const others = ["test", "scripts", "bench", "hook", "bin"].flatMap((folder) =>
    filesBelow(join(root, folder)).map(
      (name) => [dirname(join(folder, name)), readFileSync(join(root, folder, name), "utf8")] as const,
    ),
  );
  const used = new Set(files.flatMap(({ imports }) => imports.map(({ path }) => path)));
  for (const [folder, text] of others)
    for (const [, from] of text.matchAll(/["'`]((?:\.\.?\/)[^"'`\n]+\.ts)["'`]/g))
      used.add(toPosix(relative(source, join(root, folder, from ?? ""))));
  const unused = code
    .filter(({ path }) => !entries.has(path) && !path.endsWith(".d.ts") && !used.has(path))
    .map(({ path }) => `src/${path}`);
  assert.deepEqual(unused, []);
});

test("the project names no folder or tool of the machine that it was made on", () => {
  const own = [
    ...files.map(({ path }) => join("src", path)),
    ...["test", "scripts", "bench", "hook", "bin"].flatMap((folder) =>
      filesBelow(join(root, folder)).map((name) => join(folder, name)),
    ),
  ];
  const marks = [["/work", "shared"].join("/"), [".lib", "rary"].join("")];
  const wrong = own.filter((path) => marks.some((mark) => readFileSync(join(root, path), "utf8").includes(mark)));
  assert.deepEqual(wrong, []);
});
