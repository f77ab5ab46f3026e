import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { builtinRules, judge } from "../src/gate/index.ts";
import type { Machine, ToolCall } from "../src/gate/index.ts";
import { compile, compileBuiltin } from "../src/gate/policy/index.ts";

/**
 * Measures the judge on a corpus: `node scripts/measure-corpus.ts FILE [--misses] [--family F] [--json]`.
 * FILE is NDJSON of `{"command", "expected": "allow" | "block" | "contested", "family"?, "tier"?, "cwd"?, "workspace"?}`. Each command is judged without facts, in an
 * ordinary git repository unless the row says where. `block` is met by hold or deny; `contested` is only counted.
 */
interface Row {
  readonly command: string;
  readonly expected: "allow" | "block" | "contested";
  readonly family?: string;
  readonly tier?: string;
  readonly cwd?: string | null;
  readonly workspace?: string | null;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { misses: { type: "boolean" }, family: { type: "string" }, json: { type: "boolean" } },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write("Name the corpus: node scripts/measure-corpus.ts FILE [--misses] [--family F]\n");
  process.exit(2);
}

const machine: Machine = {
  userHome: "/home/dev",
  user: "dev",
  tempRoots: ["/tmp", "/var/tmp"],
  signalboxPaths: ["/home/dev/.local/state/signalbox", "/home/dev/.config/signalbox", "/run/user/1000/signalbox"],
  agentConfigPaths: ["/home/dev/.claude/settings.json", "/home/dev/.codex/config.toml"],
};
const policy = compile([], { builtin: compileBuiltin(builtinRules) });
const rows = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => JSON.parse(line) as Row);

function callOf(row: Row): ToolCall {
  const root = row.workspace ?? "/home/dev/project";
  return {
    agent: "measure",
    tool: "Bash",
    input: { command: row.command },
    cwd: row.cwd ?? root,
    workspace: { root, added: [], ordinary: true },
  };
}

const counts = new Map<string, { right: number; all: number }>();
const misses: string[] = [];
const times: { us: number; command: string }[] = [];
for (let round = 0; round < 3; round++) for (const row of rows) judge(callOf(row), machine, new Map(), policy);
for (const row of rows) {
  const call = callOf(row);
  const start = process.hrtime.bigint();
  const { verdict, rule, reason } = judge(call, machine, new Map(), policy);
  times.push({ us: Number(process.hrtime.bigint() - start) / 1_000, command: row.command });
  const right = row.expected === "contested" ? undefined : (row.expected === "allow") === (verdict === "allow");
  for (const key of [
    `${row.tier ?? "all"} ${row.expected}`,
    `${row.tier ?? "all"} ${row.expected} ${row.family ?? ""}`,
  ]) {
    const count = counts.get(key) ?? { right: 0, all: 0 };
    count.all++;
    if (right ?? verdict === "allow") count.right++;
    counts.set(key, count);
  }
  if (right === false && (values.family === undefined || row.family === values.family))
    misses.push(
      `${row.expected} ${row.tier ?? ""}/${row.family ?? ""} got ${verdict} (${rule})\t${JSON.stringify(row.command.slice(0, 300))}\t${reason.slice(0, 160)}`,
    );
}

const lines: string[] = [];
for (const [key, { right, all }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  lines.push(`${key.padEnd(36)} ${right}/${all} ${((100 * right) / all).toFixed(1)} %`);
times.sort((a, b) => a.us - b.us);
const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))]?.us ?? 0;
lines.push(`judging: p50 ${at(0.5).toFixed(1)} us, p99 ${at(0.99).toFixed(1)} us, worst ${at(1).toFixed(0)} us`);
if (values.misses === true) lines.push("", ...misses);
process.stdout.write(
  values.json === true
    ? `${JSON.stringify({ counts: Object.fromEntries(counts), p50Us: at(0.5), p99Us: at(0.99), misses })}\n`
    : `${lines.join("\n")}\n`,
);
