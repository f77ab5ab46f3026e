import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { cli } from "../support/daemon.ts";
import { daemonWithProject } from "../support/project.ts";

describe("what somebody already ran", { timeout: 300_000 }, () => {
  const at = daemonWithProject();
  const { place, project } = at;

  test("is classed as an agent's call would be, entered redacted, and opens neither a session nor a hold", async () => {
    await using client = await at.daemon.connect();
    const record = (command: string) =>
      client.call("gate/record", { session: "tty-1", cwd: project, input: { command }, ranAt: "2026-11-21T07:00:00Z" });
    assert.equal((await record("npm test")).verdict, "allow");
    // The file is gone when its deletion is told: that it is missing doesn't make the deletion harmless.
    assert.equal((await record("rm -r ./sources")).verdict, "hold");
    const told = await record("GITHUB_TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345 rm -rf /");
    assert.deepEqual([told.verdict, told.catastrophic], ["deny", true]);

    const { entry } = await client.call("ledger/get", { seq: told.entry });
    assert.deepEqual([entry.kind, entry.agent, entry.session], ["gate/recorded", "shell", "tty-1"]);
    assert.equal(entry.payload?.["ranAt"], "2026-11-21T07:00:00Z");
    assert.equal(entry.payload?.["cwd"], project);
    assert.doesNotMatch(JSON.stringify(entry.payload), /ghp_0123/);
    assert.deepEqual(await client.call("session/list", {}), { sessions: [] });
    assert.deepEqual(await client.call("hold/list", {}), { holds: [] });
  });

  test("has one class in every mode", async () => {
    writeFileSync(join(place.configDir, "policy.toml"), 'mode = "panic"\n', { mode: 0o600 });
    await using client = await at.daemon.connect();
    const command = (text: string) => ({
      agent: "other",
      session: "s",
      cwd: project,
      tool: "Bash",
      input: { command: text },
    });
    assert.equal((await client.call("gate/request", command("echo hi"))).verdict, "deny");
    assert.equal((await client.call("gate/record", command("echo hi"))).verdict, "allow");
    assert.equal((await client.call("gate/record", command("rm -r ./sources"))).verdict, "hold");
    assert.match((await cli(place, "ledger", "list", "--kind", "gate/recorded")).stdout, /allow {2}echo hi/);
  });
});
