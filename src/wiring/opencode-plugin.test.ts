import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { opencodePlugin } from "./opencode-plugin.ts";

type Hooks = Record<string, (input: object, output?: { args?: object }) => Promise<void>>;

/** The plugin as OpenCode would load it, with a shell script in the hook's place that logs what it was handed. */
async function load(t: Pick<TestContext, "after">, script: string): Promise<{ hooks: Hooks; log: () => string }> {
  const folder = mkdtempSync(join(tmpdir(), "sb-plugin-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const hook = join(folder, "signalbox-hook");
  const log = join(folder, "log");
  writeFileSync(log, "");
  writeFileSync(hook, `#!/bin/sh\n{ echo "$@"; /bin/cat; echo; echo "home is '$HOME'"; } >> '${log}'\n${script}\n`);
  chmodSync(hook, 0o755);
  const path = join(folder, "plugin.mjs");
  writeFileSync(path, opencodePlugin({ hook: script === "missing" ? "/nonexistent/hook" : hook, home: "/the home" }));
  const { Signalbox } = (await import(path)) as { Signalbox: (context: object) => Promise<Hooks> };
  return { hooks: await Signalbox({ directory: "/w" }), log: () => readFileSync(log, "utf8") };
}

const input = { tool: "bash", sessionID: "ses_1", callID: "call_1" };
const before = async (hooks: Hooks, args: object): Promise<void> => hooks["tool.execute.before"]?.(input, { args });

test("a clear yes lets the call run as it is", async (t) => {
  for (const script of ["exit 0", "echo '{}'"]) {
    const { hooks, log } = await load(t, script);
    const args = { command: "ls" };
    await before(hooks, args);
    assert.deepEqual(args, { command: "ls" });
    assert.equal(log().split("\n")[0], "--home /the home opencode tool.execute.before");
    assert.match(log(), /^home is ''$/m, "the environment is empty");
    assert.deepEqual(JSON.parse(log().split("\n")[1] ?? ""), {
      hook_event_name: "tool.execute.before",
      directory: "/w",
      input,
      output: { args },
    });
  }
});

test("an edited call replaces the whole input", async (t) => {
  const { hooks } = await load(t, `echo '{"args":{"command":"echo safe"}}'`);
  const args = { command: "rm -rf x", description: "clean" };
  await before(hooks, args);
  assert.deepEqual(args, { command: "echo safe" });
});

test("everything else stops the call, in words", async (t) => {
  for (const [script, why] of [
    ["echo 'Not that.' >&2; exit 2", /^Error: Not that\.$/],
    ["exit 1", /ended with code 1/],
    ["kill -9 $$", /ended with SIGKILL/],
    ["echo nonsense", /could not be read/],
    ["echo '[]'", /not an approval/],
    [`echo '{"decision":"deny","reason":"x"}'`, /not an approval/],
    ["missing", /could not be started .* signalbox wire opencode/],
  ] as const) {
    const { hooks } = await load(t, script);
    await assert.rejects(before(hooks, { command: "ls" }), (error: Error) => why.test(String(error)), script);
  }
});

test("what is only reported never disturbs the session, and most events are not reported at all", async (t) => {
  const { hooks, log } = await load(t, "exit 2");
  await hooks["event"]?.({ event: { type: "message.part.updated", properties: {} } });
  assert.equal(log(), "");
  await hooks["event"]?.({ event: { type: "session.idle", properties: { sessionID: "ses_1" } } });
  await hooks["tool.execute.after"]?.({ ...input, args: { command: "ls" } }, { args: {} });
  await hooks["chat.message"]?.({ sessionID: "ses_1" });
  assert.deepEqual(
    log()
      .split("\n")
      .filter((line) => line.startsWith("--home")),
    ["event.session.idle", "tool.execute.after", "chat.message"].map((event) => `--home /the home opencode ${event}`),
  );
  const away = await load(t, "missing");
  await away.hooks["event"]?.({ event: { type: "session.idle", properties: {} } });
});
