import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLog } from "../kit/log.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { createNotify, type Notice } from "./notify.ts";

const notice = (change: Partial<Notice> = {}): Notice => ({
  id: "hold_aaaaaaaaaaaaaaaa",
  agent: "claude-code",
  tool: "Bash",
  reason: "It would delete ~/x.",
  ...change,
});

const writesAll = (out: string) => `#!/bin/sh\n{ printf '%s\\n' "$@"; env; echo END; } >> ${out}\n`;

/** A notifier that writes each argument on a line and then a mark; `told` waits until so many marks are there. */
function desktop(t: TestContext, script = writesAll) {
  const dir = mkdtempSync(join(tmpdir(), "sb-notify-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const program = join(dir, "notify-send");
  const out = join(dir, "out");
  writeFileSync(program, script(out));
  chmodSync(program, 0o755);
  const read = () => (existsSync(out) ? readFileSync(out, "utf8") : "");
  const told = (count: number) =>
    new Promise<string[]>((resolve) => {
      const look = () => {
        const parts = read().split("END\n");
        if (parts.length <= count) return;
        watcher.close();
        resolve(parts.slice(0, -1));
      };
      const watcher = watch(dir, look);
      look();
    });
  return { program, told, read };
}

test("tells one hold, with its text as arguments and an environment of its own", async (t) => {
  const { program, told } = desktop(t);
  using notify = createNotify({
    clock: new SteppedClock(),
    log: silentLog,
    programs: ["/none/notify-send", program],
    environment: { DISPLAY: ":7", SECRET_TOKEN: "x", LD_PRELOAD: "/evil.so" },
  });
  assert.equal(notify.available, true);
  notify.holdWaiting(notice({ reason: "It would run $(touch /x); `id` <b>\u001b[31m\u202e\nnow." }));
  const [text = ""] = await told(1);
  assert.match(text, /^--app-name=signalbox\n--urgency=normal\n--\nSignalbox: claude-code asks\n/);
  assert.match(
    text,
    /Bash: It would run \$\(touch \/x\); `id` &lt;b&gt; \[31m now\. Decide with: signalbox hold watch\n/,
  );
  assert.match(text, /DISPLAY=:7/);
  assert.doesNotMatch(text, /SECRET_TOKEN|LD_PRELOAD/);
});

test("a storm becomes one now and one with the count after the period", async (t) => {
  const { program, told, read } = desktop(t);
  const clock = new SteppedClock();
  using notify = createNotify({ clock, log: silentLog, programs: [program], environment: {}, periodMs: 1_000 });
  for (let n = 0; n < 50; n += 1) notify.holdWaiting(notice());
  await told(1);
  clock.advance(999);
  assert.equal(read().split("END\n").length, 2);
  clock.advance(1);
  const texts = await told(2);
  assert.match(texts[1] ?? "", /Signalbox: 49 tool calls wait/);
  assert.equal(clock.sleepers, 0);
});

test("a failing notifier is logged once", async (t) => {
  const { program, told } = desktop(t, (out) => `#!/bin/sh\necho END >> ${out}\nexit 3\n`);
  const clock = new SteppedClock();
  const logged: object[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const log = {
    ...silentLog,
    warn: (fields: object) => {
      logged.push(fields);
      resolve();
    },
  };
  using notify = createNotify({ clock, log, programs: [program], environment: {}, periodMs: 0 });
  notify.holdWaiting(notice());
  await promise;
  assert.match(JSON.stringify(logged[0]), /it ended with 3/);
  for (const count of [2, 3]) {
    notify.holdWaiting(notice());
    await told(count);
  }
  assert.equal(logged.length, 1);
});

test("without a notifier nothing happens", () => {
  using notify = createNotify({ clock: new SteppedClock(), log: silentLog, programs: ["/none"], environment: {} });
  assert.equal(notify.available, false);
  notify.holdWaiting(notice());
});
