import { spawn, spawnSync } from "node:child_process";
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { plainEnvironment, preToolUse, root, TestDaemon } from "../test/support/daemon.ts";
import { type Row, row, sample } from "./stats.ts";

const hookBinary = join(root, "build/signalbox-hook");

/** Whole processes, start to exit, as a host starts them. */
export async function benchProcesses(daemon: TestDaemon): Promise<Row[]> {
  const { place } = daemon;
  const project = realpathSync(mkdtempSync("/tmp/sbb-"));
  execFileSync("git", ["init", "--quiet", project]);
  const payload = JSON.stringify(preToolUse("bench", project, "Bash", { command: "npm test" }));
  const start = (file: string, args: readonly string[], input = "") =>
    new Promise<void>((resolve, reject) => {
      const child = spawn(file, args, {
        stdio: ["pipe", "ignore", "ignore"],
        env: { ...plainEnvironment, HOME: place.home },
      });
      child.once("error", reject);
      child.once("exit", (code) =>
        code === 0 ? resolve() : reject(new Error(`${file} ${args.join(" ")}: exit ${code}`)),
      );
      child.stdin.on("error", () => {});
      child.stdin.end(input);
    });
  const rows = [
    row("`/bin/true`, start to exit", "", await sample(300, 20, () => start("/bin/true", [])), {
      note: "the floor of starting any process here",
    }),
    row(
      "hook, start to exit, durable allow",
      "p50 <= 3 ms, p99 <= 10 ms",
      await sample(500, 50, () => start(hookBinary, ["--home", place.home, "claude-code", "PreToolUse"], payload)),
      { against: "`/bin/true`, start to exit" },
    ),
    row("`node -e 0`", "", await sample(30, 3, () => start(process.execPath, ["-e", "0"]))),
  ];
  if (spawnSync("curl", ["--version"]).status === 0)
    rows.push(
      row(
        "`curl --unix-socket`, the same call",
        "",
        await sample(100, 5, () =>
          start("curl", [
            "-s",
            "-o",
            "/dev/null",
            "--unix-socket",
            place.socket,
            "-X",
            "POST",
            "--data-binary",
            payload,
            "http://signalbox/hooks/claude-code/PreToolUse",
          ]),
        ),
      ),
    );
  rows.push(
    row(
      "`signalbox status`",
      "<= 150 ms",
      await sample(30, 3, () =>
        start(process.execPath, [join(root, "bin/signalbox.js"), "--home", place.home, "status"]),
      ),
    ),
  );
  rmSync(project, { recursive: true });
  return rows;
}
