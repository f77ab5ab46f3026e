import { builtin, judge, type Machine } from "../src/gate/index.ts";
import { compile } from "../src/gate/policy/index.ts";
import { programs } from "../src/gate/programs/index.ts";
import { percentile, type Row } from "./stats.ts";

const machine: Machine = {
  userHome: "/home/bench",
  user: "bench",
  tempRoots: ["/tmp"],
  signalboxPaths: ["/home/bench/.local/state/signalbox"],
  agentConfigPaths: ["/home/bench/.claude/settings.json"],
};
const workspace = { root: "/home/bench/project", added: [], ordinary: true };
const policy = compile([], { builtin });
const none = new Map<string, never>();
const rounds = 20;

const judgeText = (command: string) =>
  judge({ agent: "bench", tool: "Bash", input: { command }, cwd: workspace.root, workspace }, machine, none, policy);

/** The examples of every program of the tables, over and over, and inputs that were made to be slow. */
export function benchJudge(): Row[] {
  const commands = [...new Set([...programs.values()].flatMap(({ examples }) => Object.keys(examples)))];
  const samples: number[] = [];
  for (let round = -2; round < rounds; round += 1)
    for (const command of commands) {
      const microseconds = timed(command) * 1_000;
      if (round >= 0) samples.push(microseconds);
    }
  const slow = [
    "$(".repeat(5_000),
    "(".repeat(20_000),
    ";".repeat(64 * 1024),
    "coproc ".repeat(9_000),
    "<<a ".repeat(16_000),
    "a|".repeat(32_000),
    "a=$a;".repeat(12_000),
    `echo ${"x".repeat(65_000)}`,
    `${"x ".repeat(32_000)}`,
    '"${a:-'.repeat(10_000),
    "{a,b}".repeat(10_000),
    "if a; then ".repeat(5_000),
    `bash -c '${"bash -c \\'".repeat(50)}`,
    "*".repeat(60_000),
  ];
  const worst = Math.max(...slow.map((command) => Math.min(timed(command), timed(command), timed(command))));
  return [
    {
      what: `judging one command (${commands.length.toLocaleString("en-US")} commands)`,
      budget: "p50 <= 15 us, p99 <= 150 us",
      p50: percentile(samples, 50),
      p99: percentile(samples, 99),
      unit: "us",
    },
    {
      what: `judging ${slow.length} hostile inputs of up to 64 KiB, the worst`,
      budget: "<= 50 ms",
      value: worst,
      unit: "ms",
    },
  ];
}

function timed(command: string): number {
  const from = performance.now();
  judgeText(command);
  return performance.now() - from;
}
