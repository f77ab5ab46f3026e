import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Client } from "../../src/client/index.ts";
import { cli, hook, makeHome, preToolUse, TestDaemon } from "../support/daemon.ts";
import { temporary } from "../support/temporary.ts";

/** Whatever a hook is fed: a clear answer, nothing lost, the daemon unharmed. */
describe("hook payloads that are wrong", () => {
  const place = makeHome();
  const project = temporary("sbp-");
  let daemon: TestDaemon;
  let client: Client;
  before(async () => {
    execFileSync("git", ["init", "--quiet", project]);
    daemon = await TestDaemon.start(place, ["holds.waitMs=0"]);
    client = await daemon.connect();
  });
  after(async () => {
    client.close();
    await daemon[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    rmSync(project, { recursive: true, force: true });
  });
  const claude = (event: string, payload: string | Buffer | object) => hook(place, "claude-code", event, payload);

  const unreadable: [string, string | Buffer][] = [
    ["not JSON", "rm -rf /"],
    ["empty", ""],
    ["40 MB", Buffer.alloc(40 * 1024 * 1024, "[")],
    ["an array", "[1,2]"],
    ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ];
  for (const [what, payload] of unreadable)
    test(`${what}: a deciding event is denied with a sentence, another passes in silence`, async () => {
      const { code, stdout, stderr } = await claude("PreToolUse", payload);
      assert.equal(code, 2);
      assert.equal(JSON.parse(stdout).hookSpecificOutput.permissionDecision, "deny");
      assert.match(stderr, /\w+ \w+ \w+/);
      const other = await claude("Stop", payload);
      assert.deepEqual([other.code, other.stdout], [0, ""]);
    });

  test("a reason repeats no control character of the call to the host's terminal", async () => {
    const { code, stdout, stderr } = await claude(
      "PreToolUse",
      preToolUse("esc", project, "Bash", { command: "rm -rf '/etc/a\u001b[2J\u202eb\nApproved.'" }),
    );
    assert.equal(code, 2);
    const { permissionDecisionReason: reason } = JSON.parse(stdout).hookSpecificOutput;
    for (const text of [reason, stderr.trimEnd()]) assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u);
  });

  test("an agent's name with control characters is refused", async () => {
    const call = { session: "s", cwd: project, tool: "Bash", input: { command: "ls" } };
    for (const agent of ["a\u001b[2J", "a\nb", "a\u202eb"])
      await assert.rejects(client.call("gate/request", { ...call, agent }), /agent: an agent's name has no control/);
  });

  const notSure: [string, string][] = [
    [
      "duplicate keys",
      `{"session_id":"d","cwd":${JSON.stringify(project)},"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls","command":"rm -rf ~"},"tool_use_id":"t"}`,
    ],
    [
      "a lone surrogate",
      `{"session_id":"d","cwd":${JSON.stringify(project)},"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"echo \\ud800"},"tool_use_id":"t"}`,
    ],
    [
      "an integer beyond 2^53",
      `{"session_id":"d","cwd":${JSON.stringify(project)},"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls","timeout":9007199254740993},"tool_use_id":"t"}`,
    ],
  ];
  for (const [what, payload] of notSure)
    test(`${what}: never allowed, and the exact text enters the ledger`, async () => {
      const { code, stderr } = await claude("PreToolUse", payload);
      assert.equal(code, 2);
      assert.match(stderr, /\w+ \w+ \w+/);
      const { entries } = await client.call("ledger/list", { kind: "gate/judged", limit: 1 });
      assert.notEqual(entries[0]?.payload?.["verdict"], "allow");
      assert.equal(entries[0]?.payload?.["exact"], payload);
    });

  test("missing fields: a call without a session or folder is never simply allowed", async () => {
    const { code } = await claude("PreToolUse", { tool_name: "Bash", tool_input: { command: "ls" } });
    assert.equal(code, 2);
  });

  test("an unknown event is recorded and passes", async () => {
    const { code, stdout } = await claude("BrandNewEvent", {
      session_id: "n",
      cwd: project,
      hook_event_name: "BrandNewEvent",
      novel: { field: 1 },
    });
    assert.deepEqual([code, stdout], [0, ""]);
    const { entries } = await client.call("ledger/list", { kind: "hook/received", limit: 1 });
    assert.equal(entries[0]?.payload?.["event"], "BrandNewEvent");
  });

  test("an unknown agent is refused with words", async () => {
    const { code } = await hook(place, "nobody", "PreToolUse", preToolUse("s", project, "Bash", { command: "ls" }));
    assert.equal(code, 2);
  });

  const monsters: [string, string][] = [
    ["more than 64 KiB", `echo ${"x".repeat(70 * 1024)}`],
    ["5,000 nested $(", "$(".repeat(5_000)],
    ["100,000 ;", ";".repeat(100_000)],
    ["10,000 coproc", "coproc ".repeat(10_000)],
    ["10,000 nested (", "(".repeat(10_000)],
    ["20,000 heredocs", "<<a ".repeat(20_000)],
  ];
  for (const [what, command] of monsters)
    test(`a command of ${what} gets an answer and is not allowed`, async () => {
      const { code } = await claude("PreToolUse", preToolUse(randomUUID(), project, "Bash", { command }));
      assert.equal(code, 2);
    });

  test("characters that hide are judged as they are and shown as what they are", async () => {
    const session = randomUUID();
    await claude("PreToolUse", preToolUse(session, project, "Bash", { command: "rm -rf ~/x \u202e# sl\u200b" }));
    const { holds } = await client.call("hold/list", { session });
    const [hold] = holds;
    assert.ok(hold);
    const shown = await cli(place, "hold", "show", hold.id);
    assert.match(shown.stdout, /⟨U\+202E⟩/);
    assert.match(shown.stdout, /⟨U\+200B⟩/);
    assert.equal(shown.stdout.includes("\u202e"), false);
  });

  test("after all that the daemon serves and its ledger is whole", async () => {
    assert.equal(
      (await claude("PreToolUse", preToolUse(randomUUID(), project, "Bash", { command: "npm test" }))).code,
      0,
    );
    assert.equal((await client.call("ledger/verify", {})).ok, true);
  });
});
