import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { plainEnvironment, preToolUse, root, type TestDaemon } from "../test/support/daemon.ts";
import { timeStarts } from "./starts.ts";
import { percentile, type Row, row } from "./stats.ts";

const hookBinary = join(root, "build/signalbox-hook");
const floor = "`/bin/true`, start to exit";

/** Whole processes, start to exit, as a host starts them. */
export async function benchProcesses(daemon: TestDaemon): Promise<Row[]> {
  const { place } = daemon;
  const project = realpathSync(mkdtempSync("/tmp/sbb-"));
  execFileSync("git", ["init", "--quiet", project]);
  const payload = JSON.stringify(preToolUse("bench", project, "Bash", { command: "npm test" }));
  const env = { ...plainEnvironment, HOME: place.home };
  const hookWords = ["--home", place.home, "claude-code", "PreToolUse"];
  // In turns, so that whatever else the machine does is in both alike.
  const [bare, hooks]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 5; turn += 1) {
    bare.push(...(await timeStarts("/bin/true", [], { count: 100, warm: 10, env })));
    hooks.push(...(await timeStarts(hookBinary, hookWords, { count: 100, warm: 10, input: payload, env })));
  }
  const above = percentile(hooks, 50) - percentile(bare, 50);
  const rows = [
    row(floor, "", bare, { note: "the floor of starting any process here; started from C, as all of these" }),
    row("hook, start to exit, durable allow", "p50 <= 3 ms, p99 <= 10 ms", hooks, {
      against: floor,
      note: `${above.toFixed(1)} ms above it`,
    }),
    row("`node -e 0`", "", await timeStarts(process.execPath, ["-e", "0"], { count: 30, warm: 3, env })),
  ];
  if (spawnSync("curl", ["--version"]).status === 0) {
    const words = ["-s", "-o", "/dev/null", "--unix-socket", place.socket, "-X", "POST", "--data-binary", payload];
    const call = [...words, "http://signalbox/hooks/claude-code/PreToolUse"];
    const curl = execFileSync("/bin/sh", ["-c", "command -v curl"], { encoding: "utf8" }).trim();
    rows.push(
      row("`curl --unix-socket`, the same call", "", await timeStarts(curl, call, { count: 100, warm: 5, env })),
    );
  }
  const status = [join(root, "bin/signalbox.js"), "--home", place.home, "status"];
  rows.push(
    row("`signalbox status`", "<= 150 ms", await timeStarts(process.execPath, status, { count: 30, warm: 3, env })),
  );
  rmSync(project, { recursive: true });
  return rows;
}
