import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { receiver } from "../../test/support/receiver.ts";
import { silentLog } from "../kit/log.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import type { Notice } from "./notice.ts";
import { createNotify, type NotifyOptions } from "./notify.ts";
import { quietForMs } from "./quiet-hours.ts";
import { NotifySettings } from "./settings.ts";

let made = 0;
const notice = (change: Partial<Notice> = {}): Notice => ({
  kind: "hold",
  key: `hold_${(made += 1)}`,
  agent: "claude-code",
  session: "s1",
  project: "/home/me/shop",
  text: "Bash: It would delete ~/x.",
  action: "Decide with: signalbox hold watch",
  ...change,
});

const settings = (given: object = {}) => NotifySettings.parse({ periodMs: 0, ...given });

function begin(t: TestContext, options: Partial<NotifyOptions> = {}) {
  const clock = new SteppedClock();
  const notify = createNotify({
    clock,
    log: silentLog,
    settings: settings(),
    watched: () => false,
    environment: {},
    programs: ["/none"],
    ...options,
  });
  t.after(() => notify[Symbol.dispose]());
  return { clock, notify };
}

/** A notifier that writes each argument on a line and then a mark; `told` waits until so many marks are there. */
function desktop(t: TestContext, end = "") {
  const dir = mkdtempSync(join(tmpdir(), "sb-notify-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const program = join(dir, "notify-send");
  const out = join(dir, "out");
  writeFileSync(program, `#!/bin/sh\n{ printf '%s\\n' "$@"; env; echo END; } >> ${out}\n${end}`);
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

test("tells one hold on the desktop, with its text as arguments and an environment of its own", async (t) => {
  const { program, told } = desktop(t);
  const { notify } = begin(t, {
    programs: ["/none/notify-send", program],
    environment: { DISPLAY: ":7", SECRET_TOKEN: "x", LD_PRELOAD: "/evil.so" },
  });
  notify.raise(notice({ text: "Bash: It would run $(touch /x); `id` <b>\u001b[31m\u202e\nnow." }));
  const [text = ""] = await told(1);
  assert.match(text, /^--app-name=signalbox\n--urgency=normal\n--\nSignalbox: claude-code asks in shop\n/);
  assert.match(
    text,
    /Bash: It would run \$\(touch \/x\); `id` &lt;b&gt; \[31m now\. Decide with: signalbox hold watch\n/,
  );
  assert.match(text, /DISPLAY=:7/);
  assert.doesNotMatch(text, /SECRET_TOKEN|LD_PRELOAD/);
});

test("a storm becomes one now and one with the count after the period", async (t) => {
  const { program, told, read } = desktop(t);
  const { notify, clock } = begin(t, { programs: [program], settings: settings({ periodMs: 1_000 }) });
  notify.raise(notice());
  await told(1);
  for (let n = 0; n < 200; n += 1) notify.raise(notice());
  await sleeping(clock, 1);
  clock.advance(999);
  assert.equal(read().split("END\n").length, 2);
  clock.advance(1);
  const texts = await told(2);
  assert.match(texts[1] ?? "", /Signalbox: 200 notices in shop/);
});

test("what was dealt with before its turn is not told, and one notice is told once", async (t) => {
  const hook = await receiver(t);
  const { notify, clock } = begin(t, {
    settings: settings({
      channels: [{ kind: "webhook", name: "hook", url: hook.url }],
      rules: [{ when: ["hold"], channels: ["hook"], afterMs: 60_000 }],
    }),
  });
  const quick = notice();
  const slow = notice({ text: "Bash: It would wait." });
  notify.raise(quick);
  notify.raise(slow);
  notify.raise(slow);
  await sleeping(clock, 2);
  notify.clear(quick.key);
  clock.advance(60_000);
  const { body } = await hook.next();
  assert.deepEqual(body, {
    kind: "hold",
    title: "Signalbox: claude-code asks in shop",
    text: "Bash: It would wait. Decide with: signalbox hold watch",
    link: null,
    count: 1,
    key: slow.key,
    agent: "claude-code",
    session: "s1",
    project: "/home/me/shop",
  });
  assert.equal(hook.posts.length, 0);
});

test("rules choose by kind, project and agent, and say nothing while somebody watches", async (t) => {
  const hook = await receiver(t);
  let watched = true;
  const { notify } = begin(t, {
    watched: () => watched,
    settings: settings({
      channels: [{ kind: "webhook", name: "hook", url: hook.url }],
      rules: [
        { when: ["hold"], project: "/home/me/shop", channels: ["hook"] },
        { when: ["finished"], agent: "codex", onlyUnwatched: false, channels: ["hook"] },
      ],
    }),
  });
  notify.raise(notice({ text: "watched" }));
  notify.raise(notice({ kind: "finished", text: "of another agent" }));
  notify.raise(notice({ kind: "finished", agent: "codex", text: "done" }));
  assert.equal((await hook.next()).body["text"], "done Decide with: signalbox hold watch");
  watched = false;
  notify.raise(notice({ project: "/home/me/shopping", text: "a neighbour of the project" }));
  notify.raise(notice({ project: "/home/me/shop/api", text: "below it" }));
  assert.match(String((await hook.next()).body["text"]), /^below it/);
  assert.equal(hook.posts.length, 0);
});

test("ntfy gets JSON at its root with the link to click; Slack gets escaped text; a token is sent as bearer", async (t) => {
  const server = await receiver(t);
  const folder = mkdtempSync(join(tmpdir(), "sb-token-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, "tk_example\n");
  const { notify } = begin(t, {
    settings: settings({
      channels: [
        { kind: "ntfy", name: "phone", url: `${server.url}/deep/my-topic`, tokenFile },
        { kind: "slack", name: "team", url: `${server.url}/services/x` },
      ],
      rules: [{ when: ["hold"], channels: ["phone", "team"] }],
    }),
  });
  notify.raise(notice({ text: "Bash: <all> & überall", action: "http://localhost:7380/#hold=hold_x" }));
  const both = [await server.next(), await server.next()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const told = both.map(({ path, headers: { authorization }, body }) => ({ path, authorization, body }));
  assert.deepEqual(told, [
    {
      path: "/deep",
      authorization: "Bearer tk_example",
      body: {
        topic: "my-topic",
        title: "Signalbox: claude-code asks in shop",
        message: "Bash: <all> & überall",
        priority: 4,
        click: "http://localhost:7380/#hold=hold_x",
      },
    },
    {
      path: "/services/x",
      authorization: undefined,
      body: {
        text: "*Signalbox: claude-code asks in shop*\nBash: &lt;all&gt; &amp; überall\n<http://localhost:7380/#hold=hold_x>",
      },
    },
  ]);
});

test("a channel that fails is tried again, logged once, and says so until it works", async (t) => {
  let status = 500;
  const server = await receiver(t, () => ({ status }));
  const warned: object[] = [];
  const { notify, clock } = begin(t, {
    log: { ...silentLog, warn: (fields: object) => void warned.push(fields) },
    settings: settings({
      channels: [{ kind: "webhook", name: "hook", url: server.url }],
      rules: [{ when: ["hold"], channels: ["hook"] }],
    }),
  });
  notify.raise(notice());
  await server.next();
  await sleeping(clock, 1);
  assert.match(notify.status()[0]?.problem ?? "", /^127\.0\.0\.1:\d+ answered 500$/);
  clock.advance(2_000);
  await server.next();
  await sleeping(clock, 1);
  status = 200;
  clock.advance(10_000);
  await server.next();
  assert.deepEqual(await notify.test(undefined, { signal: AbortSignal.timeout(5_000) }), [
    { channel: "hook", problem: null },
  ]);
  assert.equal(notify.status()[0]?.problem, null);
  assert.equal(warned.length, 1);
});

test("a test says what is wrong with each channel, and knows no other", async (t) => {
  const server = await receiver(t);
  const { program } = desktop(t, "exit 3\n");
  const { notify } = begin(t, {
    programs: [program],
    settings: settings({
      channels: [
        { kind: "desktop", name: "desktop" },
        { kind: "webhook", name: "hook", url: `${server.url}/x`, tokenFile: "/none/token" },
      ],
      rules: [],
    }),
  });
  const signal = AbortSignal.timeout(5_000);
  const [first, second] = await notify.test(undefined, { signal });
  assert.match(first?.problem ?? "", /notify-send ended with 3$/);
  assert.match(second?.problem ?? "", /ENOENT.*\/none\/token/);
  assert.deepEqual(await notify.test("fax", { signal }), []);
});

test("quiet hours put off until they end, over midnight and by the calendar", async (t) => {
  const at = (hour: number, minute: number) => new Date(2026, 5, 10, hour, minute).getTime();
  assert.equal(quietForMs("", at(3, 0)), 0);
  assert.equal(quietForMs("22:00-07:00", at(21, 59)), 0);
  assert.equal(quietForMs("22:00-07:00", at(22, 0)), 9 * 3_600_000);
  assert.equal(quietForMs("22:00-07:00", at(6, 59)), 60_000);
  assert.equal(quietForMs("22:00-07:00", at(7, 0)), 0);
  assert.equal(quietForMs("12:00-13:30", at(12, 30)), 3_600_000);

  const hook = await receiver(t);
  const clock = new SteppedClock(at(6, 50));
  const { notify } = begin(t, {
    clock,
    settings: settings({
      quietHours: "22:00-07:00",
      channels: [{ kind: "webhook", name: "hook", url: hook.url }],
      rules: [{ when: ["hold"], channels: ["hook"] }],
    }),
  });
  notify.raise(notice({ text: "early" }));
  await sleeping(clock, 1);
  clock.advance(5 * 60_000);
  await sleeping(clock, 1);
  assert.equal(hook.posts.length, 0);
  clock.advance(5 * 60_000);
  assert.match(String((await hook.next()).body["text"]), /^early/);
});

test("settings are refused with the place and the reason", () => {
  const wrong = (given: object) => {
    const parsed = NotifySettings.safeParse(given);
    assert.equal(parsed.success, false);
    return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  };
  assert.match(wrong({ quietHours: "25:00-7" }), /quietHours: is "22:00-07:00"/);
  assert.match(wrong({ channels: [{ kind: "webhook", name: "x", url: "http://example.com/" }] }), /url: is an https/);
  assert.match(
    wrong({ rules: [{ when: ["hold"], channels: ["phone"] }] }),
    /there is no channel "phone"; there are: desktop/,
  );
  const twice = { kind: "desktop", name: "a" };
  assert.match(wrong({ channels: [twice, twice], rules: [] }), /"a" is used twice/);
});

/** Until so many wait for the clock. */
async function sleeping(clock: SteppedClock, count: number): Promise<void> {
  while (clock.sleepers < count) await new Promise<void>((resolve) => setImmediate(resolve));
}
