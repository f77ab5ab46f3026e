import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { Agent, cli, makeHome, Person, preToolUse, TestDaemon } from "../support/daemon.ts";
import { receiver } from "../support/receiver.ts";

test("a hold reaches the webhook of config.toml, and `notify test` tries the channels", {
  timeout: 300_000,
}, async (t) => {
  using place = makeHome();
  const hook = await receiver(t);
  writeFileSync(
    join(place.configDir, "config.toml"),
    `[notify]
periodMs = 0
channels = [
  { kind = "webhook", name = "phone", url = "${hook.url}/secret-path" },
  { kind = "webhook", name = "broken", url = "http://127.0.0.1:1/" },
]
rules = [{ when = ["hold"], channels = ["phone"] }]
`,
  );
  await using person = await Person.sit(place);
  await using _daemon = await TestDaemon.start(place);
  using agent = new Agent(place);
  const asked = agent.hook(
    "claude-code",
    "PreToolUse",
    preToolUse("s-notify", "/tmp", "Bash", { command: "git push --force origin main" }),
  );
  const told = (await hook.next()).body;
  assert.equal(told["kind"], "hold");
  assert.match(String(told["title"]), /^Signalbox: claude-code asks in /);
  assert.match(String(told["text"]), /^Bash: .*Decide with: signalbox board$/);
  asked.end();
  await asked;

  const tried = await person.type("notify", "test");
  assert.equal(tried.code, 1);
  assert.match(tried.text, /ok {5}phone {2}was told/);
  assert.match(tried.text, /fails {2}broken {2}127\.0\.0\.1:1 can't be reached/);
  assert.equal((await hook.next()).body["kind"], "test");
  assert.equal((await person.type("notify", "test", "phone")).code, 0);
  const unknown = await person.type("notify", "test", "fax");
  assert.equal(unknown.code, 4);
  assert.match(unknown.text, /no notification channel "fax"/);

  // Whoever knows the address of a webhook can post there: it is shown to nobody.
  const explained = await cli(place, "config", "explain");
  assert.match(explained.stdout, /notify\.channels/);
  assert.doesNotMatch(explained.stdout, /secret-path/);
  const listed = JSON.parse((await cli(place, "notify", "list", "--json")).stdout) as { channels: object[] };
  assert.deepEqual(listed.channels, [
    { channel: "phone", kind: "webhook", sent: 3, problem: null },
    {
      channel: "broken",
      kind: "webhook",
      sent: 0,
      problem: "127.0.0.1:1 can't be reached: bad port",
    },
  ]);
});

test("a session that is done is told, once, and not when it was seen first", { timeout: 300_000 }, async (t) => {
  using place = makeHome();
  const hook = await receiver(t);
  writeFileSync(
    join(place.configDir, "config.toml"),
    `[notify]
periodMs = 0
channels = [{ kind = "webhook", name = "phone", url = "${hook.url}/secret-path" }]
rules = [{ when = ["finished", "question"], channels = ["phone"] }]
`,
  );
  await using _daemon = await TestDaemon.start(place);
  using agent = new Agent(place);
  const base = { session_id: "s-done", cwd: "/tmp" };
  const say = (event: string, fields: object) =>
    agent.hook("claude-code", event, { ...base, hook_event_name: event, ...fields });
  await say("SessionStart", { source: "startup" });
  await say("UserPromptSubmit", { prompt: "Summarise the alerts" });
  const question = { tool_name: "AskUserQuestion", tool_use_id: "toolu_q", tool_input: { questions: [] } };
  await say("PreToolUse", question);
  assert.deepEqual(pick((await hook.next()).body), ["question", "Signalbox: claude-code has a question in tmp"]);
  await say("PostToolUse", { ...question, tool_response: {} });
  await say("Stop", { stop_hook_active: false });
  const told = (await hook.next()).body;
  assert.deepEqual(pick(told), ["finished", "Signalbox: claude-code is done in tmp"]);
  assert.match(String(told["text"]), /^Summarise the alerts: .*See: signalbox board$/);
});

const pick = ({ kind, title }: Record<string, unknown>): unknown[] => [kind, title];

test("where the web board is served, a notice links to its hold", { timeout: 300_000 }, async (t) => {
  using place = makeHome();
  const hook = await receiver(t);
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  writeFileSync(
    join(place.configDir, "config.toml"),
    `web = { enabled = true, port = ${port} }
[notify]
periodMs = 0
channels = [{ kind = "webhook", name = "phone", url = "${hook.url}/secret-path" }]
rules = [{ when = ["hold"], channels = ["phone"] }]
`,
  );
  await using _daemon = await TestDaemon.start(place);
  using agent = new Agent(place);
  const call = preToolUse("s-link", "/tmp", "Bash", { command: "git push --force origin main" });
  const asked = agent.hook("claude-code", "PreToolUse", call);
  const { link, key } = (await hook.next()).body;
  assert.equal(link, `http://localhost:${port}/#/hold/${String(key)}`);
  asked.end();
  await asked;
});

test("an agent can't send test notifications, and a wrong channel in config.toml is said at the start", {
  timeout: 300_000,
}, async () => {
  using place = makeHome();
  {
    await using _daemon = await TestDaemon.start(place);
    const refused = await cli(place, "notify", "test");
    assert.equal(refused.code, 5);
    assert.match(refused.stderr, /needs a person at a terminal/);
  }
  writeFileSync(
    join(place.configDir, "config.toml"),
    '[[notify.channels]]\nkind = "webhook"\nname = "x"\nurl = "http://example.com/"\n',
  );
  const started = await cli(place, "up", "--detach");
  assert.equal(started.code, 1);
  assert.match(started.stderr, /notify\.channels\.0\.url.*is an https address/);
});
