import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  buildHook,
  linesOf,
  makeHome,
  playDaemon,
  answer,
  programs,
  runHook,
  startHook,
  writeDaemonRecord,
  writeRecord,
} from "./test/stage.ts";

buildHook();
/** Apart from the five seconds for which a start is tried, however busy the machine. */
const atOnceMsMax = 4_500;

for (const program of [programs.hook, programs.checked]) {
  const skip = existsSync(program) ? false : "the compiler has no sanitizers";
  // Most of these wait, each in a home of its own.
  describe(program === programs.hook ? "launch" : "launch under the sanitizers", { skip, concurrency: 4 }, () => {
    test("a daemon that is away is started by the record, with its environment and nothing of ours", async (t) => {
      const home = makeHome(t);
      writeDaemonRecord(home);
      const attacker = join(home, "attacker");
      mkdirSync(attacker);
      for (const name of ["node", "signalbox", "sh"])
        writeFileSync(join(attacker, name), `#!/bin/sh\necho run > ${home}/attacked\n`, { mode: 0o755 });
      writeFileSync(
        join(attacker, "evil.js"),
        `require("fs").writeFileSync(${JSON.stringify(`${home}/attacked`)}, "x")`,
      );
      const hostile = {
        PATH: attacker,
        NODE_OPTIONS: `--require ${attacker}/evil.js`,
        SIGNALBOX_HOME: attacker,
        SIGNALBOX_MODE: "observe",
        HOME: attacker,
        ...(program === programs.hook ? { LD_PRELOAD: `${attacker}/evil.so` } : {}), // the sanitizer's own library minds
      };
      const run = await runHook({ program, home, environment: hostile });
      assert.deepEqual([run.code, run.stdout, run.stderr], [0, "{}", ""]);
      const started = JSON.parse(readFileSync(join(home, "started.json"), "utf8"));
      assert.deepEqual(started.environment, { LANG: "C.UTF-8" });
      assert.deepEqual(started.arguments, [home, "", "two words"]);
      assert.equal(started.cwd, "/");
      assert.equal(started.umask, 0o077);
      assert.ok(!existsSync(join(home, "attacked")));
      assert.ok(!started.open.some((path: string) => path.includes("launching")), started.open.join(" "));
      assert.equal((await runHook({ program, home, environment: hostile })).code, 0);
      assert.equal(linesOf(join(home, "pids")).length, 1);
    });

    test("kill -9 between two calls: the next one starts it again and is answered", async (t) => {
      const home = makeHome(t);
      writeDaemonRecord(home);
      assert.equal((await runHook({ program, home })).code, 0);
      process.kill(Number(linesOf(join(home, "pids")).at(-1)), "SIGKILL");
      rmSync(join(home, "sock")); // the small daemon does not clear a stale socket away; the real one does
      const run = await runHook({ program, home });
      assert.deepEqual([run.code, run.stdout], [0, "{}"]);
      assert.equal(linesOf(join(home, "pids")).length, 2);
    });

    test("twenty hooks at once start one daemon", async (t) => {
      const home = makeHome(t);
      writeDaemonRecord(home);
      const runs = await Promise.all(Array.from({ length: 20 }, () => runHook({ program, home })));
      assert.deepEqual(
        runs.map(({ code, stdout, stderr }) => `${code} ${stdout} ${stderr}`),
        Array.from({ length: 20 }, () => "0 {} "),
      );
      assert.equal(linesOf(join(home, "pids")).length, 1);
    });

    test("a start that fails is tried for five seconds, and then not again for thirty", async (t) => {
      const home = makeHome(t);
      writeRecord(home, { exec: "/bin/sh", args: ["-c", `echo $$ >> '${home}/pids'; echo cannot >&2; exit 3`] });
      const runs = await Promise.all(Array.from({ length: 5 }, () => runHook({ program, home })));
      for (const run of runs) {
        assert.equal(run.code, 2);
        assert.match(run.stderr, /signalbox doctor/);
        assert.ok(run.ms >= 4_900 && run.ms < 20_000, `${run.ms} ms`);
      }
      assert.equal(readFileSync(join(home, "log", "launch.log"), "utf8"), "cannot\n");
      const again = await runHook({ program, home });
      assert.equal(again.code, 2);
      assert.match(again.stderr, /a moment ago/);
      assert.ok(again.ms < atOnceMsMax, `${again.ms} ms`);
      assert.equal(linesOf(join(home, "pids")).length, 1);
      const [word, at, boot] = readFileSync(join(home, "launching"), "utf8").trim().split(" ");
      assert.equal(word, "failed");
      // Half a minute later, or after a boot, it is tried again.
      writeDaemonRecord(home);
      writeFileSync(join(home, "launching"), `failed ${Number(at) - 31_000} ${boot}\n`);
      assert.equal((await runHook({ program, home })).code, 0);
      process.kill(Number(linesOf(join(home, "pids")).at(-1)), "SIGKILL");
      rmSync(join(home, "sock"));
      writeFileSync(join(home, "launching"), `failed ${at} another-boot\n`);
      assert.equal((await runHook({ program, home })).code, 0);
    });

    test("a daemon that dies while a call waits is started again and asked with the same key", async (t) => {
      const home = makeHome(t);
      writeDaemonRecord(home);
      const dying = await playDaemon(t, join(home, "sock"), (_, __, response) => {
        dying.close();
        response.destroy();
      });
      const run = await runHook({ program, home });
      assert.deepEqual([run.code, run.stdout], [0, "{}"]);
      assert.equal(linesOf(join(home, "pids")).length, 1);
    });

    test("a call that was told of a drain waits for the daemon to come back and does not start it", async (t) => {
      const home = makeHome(t);
      writeRecord(home, { exec: "/bin/sh", args: ["-c", `echo $$ >> '${home}/pids'`] });
      const draining = await playDaemon(t, join(home, "sock"), (_, __, response) => {
        draining.close();
        response.writeHead(503, { "Content-Length": 0, Connection: "close" }).end();
      });
      const { ended } = startHook({ program, home });
      await once(draining, "close");
      // Another home's start takes five seconds to fail, which is longer than the grace of a lost daemon.
      const elsewhere = makeHome(t);
      writeRecord(elsewhere, { exec: "/bin/true", args: [] });
      assert.equal((await runHook({ program, home: elsewhere })).code, 2);
      await playDaemon(t, join(home, "sock"), (_, __, response) => answer(response, 0, "back"));
      assert.deepEqual((await ended).stdout, "back");
      assert.ok(!existsSync(join(home, "pids")));
    });

    test("a program that can't be run is said at once", async (t) => {
      const home = makeHome(t);
      writeRecord(home, { exec: join(home, "gone"), args: [] });
      const run = await runHook({ program, home });
      assert.equal(run.code, 2);
      assert.match(run.stderr, /gone can't be run \(No such file or directory\)/);
      assert.ok(run.ms < atOnceMsMax, `${run.ms} ms`);
    });

    test("stopped to stay: deciding events are denied with both commands, others pass, and nothing is started", async (t) => {
      const home = makeHome(t);
      writeDaemonRecord(home);
      writeFileSync(join(home, "stay"), "");
      const run = await runHook({ program, home, agent: "codex" });
      assert.equal(run.code, 2);
      assert.match(run.stderr, /signalbox up/);
      assert.match(run.stderr, /signalbox unwire codex/);
      const stop = await runHook({ program, home, event: "Stop" });
      assert.deepEqual([stop.code, stop.stdout, stop.stderr], [0, "", ""]);
      assert.ok(!existsSync(join(home, "pids")));
    });

    test("an event that decides nothing starts nothing", async (t) => {
      const home = makeHome(t);
      writeDaemonRecord(home);
      for (const event of ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop", "SessionEnd"]) {
        const run = await runHook({ program, home, event });
        assert.deepEqual([run.code, run.stdout, run.stderr], [0, "", ""]);
        assert.ok(run.ms < atOnceMsMax, `${run.ms} ms`);
      }
      assert.ok(!existsSync(join(home, "pids")));
    });

    test("a home or record that others can write is not trusted, even with a daemon", async (t) => {
      const cases: Record<string, (home: string) => void> = {
        "home for the group": (home) => chmodSync(home, 0o770),
        "home for all": (home) => chmodSync(home, 0o707),
        "record for the group": (home) => chmodSync(join(home, "launch"), 0o660),
        "record is a link": (home) => {
          rmSync(join(home, "launch"));
          writeFileSync(join(home, "elsewhere"), "");
          symlinkSync(join(home, "elsewhere"), join(home, "launch"));
        },
        "record is a folder": (home) => {
          rmSync(join(home, "launch"));
          mkdirSync(join(home, "launch"));
        },
        "no home": (home) => rmSync(home, { recursive: true }),
      };
      for (const [name, spoil] of Object.entries(cases)) {
        const home = makeHome(t);
        writeDaemonRecord(home);
        await playDaemon(t, join(home, "sock"), (_, __, response) => answer(response, 0, ""));
        spoil(home);
        const run = await runHook({ program, home });
        assert.equal(run.code, 2, name);
        assert.match(run.stderr, /Run: /, name);
        assert.deepEqual((await runHook({ program, home, event: "Stop" })).code, 0, name);
      }
    });

    test("a record that is not understood to the last line is a fault", async (t) => {
      const first = "signalbox-launch 1\n";
      const records: Record<string, string> = {
        empty: "",
        "cut off": `${first}socket /a/sock`,
        "newer version": "signalbox-launch 2\nsocket /a/sock\n",
        "unknown word": `${first}socket /a/sock\nuser root\n`,
        "two sockets": `${first}socket /a/sock\nsocket /b/sock\n`,
        "relative socket": `${first}socket sock\n`,
        "long socket": `${first}socket /${"a".repeat(100)}\n`,
        "no socket": `${first}exec /bin/true\n`,
        NUL: `${first}socket /a\0b\n`,
        "relative program": `${first}socket /a/sock\nexec node\n`,
        "variable without name": `${first}socket /a/sock\nenv =x\n`,
        "too many arguments": `${first}socket /a/sock\n${"arg x\n".repeat(65)}`,
        "too long": `${first}socket /a/sock\narg ${"x".repeat(70_000)}\n`,
      };
      for (const [name, text] of Object.entries(records)) {
        const home = makeHome(t);
        writeFileSync(join(home, "launch"), text, { mode: 0o600 });
        const run = await runHook({ program, home });
        assert.equal(run.code, 2, name);
        assert.match(run.stderr, /launch record/, name);
      }
    });

    const root = process.getuid?.() === 0;
    test("a daemon of another user is not believed", {
      skip: !root && "takes root to play another user",
    }, async (t) => {
      const home = makeHome(t);
      const elsewhere = makeHome(t);
      chmodSync(elsewhere, 0o777);
      const stranger = join(elsewhere, "stranger.mjs");
      writeFileSync(
        stranger,
        `import { createServer } from "node:net"; createServer((socket) => socket.on("error", () => socket.destroy()).end("HTTP/1.1 200 OK\\r\\nX-Signalbox-Exit: 0\\r\\nX-Signalbox-Stdout-Bytes: 0\\r\\nContent-Length: 0\\r\\n\\r\\n")).listen("s", () => console.log("listens"));`,
      );
      const server = spawn(process.execPath, [stranger], {
        cwd: elsewhere,
        uid: 65_534,
        stdio: ["ignore", "pipe", "inherit"],
      });
      t.after(() => server.kill());
      await once(server.stdout, "data");
      writeFileSync(join(home, "launch"), `signalbox-launch 1\nsocket ${elsewhere}/s\n`, { mode: 0o600 });
      const run = await runHook({ program, home });
      assert.equal(run.code, 2);
      assert.match(run.stderr, /can't be reached/);
    });

    test("the record's socket is used", async (t) => {
      const home = makeHome(t);
      const elsewhere = makeHome(t);
      writeFileSync(join(home, "launch"), `signalbox-launch 1\nsocket ${elsewhere}/s\n`, { mode: 0o600 });
      await playDaemon(t, join(elsewhere, "s"), (_, __, response) => answer(response, 0, "{}"));
      assert.equal((await runHook({ program, home })).stdout, "{}");
    });
  });
}
