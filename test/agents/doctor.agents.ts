import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { homeFiles } from "../../src/protocol/place.ts";
import type { DoctorReport, HostReport } from "../../src/wiring/doctor/index.ts";
import { claudeCode, codex, copilot, gemini, opencode, type TestedAgent } from "./harness/agents.ts";
import { needs } from "./harness/shared-cases.ts";
import { openWorld, type World } from "./harness/world.ts";

/** Where the person's own settings lead: the world's model. Doctor must never come there. */
const ownAddress: Readonly<Record<TestedAgent["name"], (world: World) => void>> = {
  "claude-code": (world) =>
    edit(settingsOf(world, claudeCode), (text) =>
      text.replace("{", `{ "env": { "ANTHROPIC_BASE_URL": "${world.model.url}", "ANTHROPIC_API_KEY": "sk-own" },`),
    ),
  codex: () => {}, // its config.toml names that provider already
  opencode: () => {}, // so does its opencode.json
  copilot: () => {}, // it takes the address from the environment alone
  gemini: (world) =>
    writeFileSync(join(world.userHome, ".env"), `GOOGLE_GEMINI_BASE_URL=${world.model.url}\nGEMINI_API_KEY=own\n`),
};

for (const agent of [claudeCode, codex, gemini, copilot, opencode])
  test(
    `doctor: ${agent.name} wired is proved, at no other model than doctor's, and leaves no transcript`,
    needs(agent),
    async (t) => {
      const world = await openWorld(t, { agent, script: () => [] });
      ownAddress[agent.name](world);
      const { host, code } = await doctor(world, agent);
      assert.equal(host.proof.state, "denied", `${host.proof.why} ${host.proof.told}`);
      assert.deepEqual(
        host.findings.filter(({ severity }) => severity === "open"),
        [],
      );
      assert.equal(code, 0);
      assert.equal(host.version, host.testedVersion);
      assert.equal(world.model.requests.length, 0, "the person's own model was asked");
      assert.deepEqual(world.model.strays, []);
      for (const path of [".claude/projects", ".codex/sessions", ".gemini/tmp", ".claude.json"])
        assert.ok(!existsSync(join(world.userHome, path)), `${path} was written`);
      assert.equal(agent.name === "codex" ? host.trust?.state : "trusted", "trusted");
      const [verdict] = await world.entries("gate/judged");
      assert.equal(verdict?.payload?.["verdict"], "deny");
    },
  );

interface Sabotage {
  readonly name: string;
  readonly agents: readonly TestedAgent[];
  readonly do: (world: World, agent: TestedAgent) => void | Promise<unknown>;
  /** What the report must find. */
  readonly finding: string;
  readonly proof: readonly HostReport["proof"]["state"][];
}

const sabotages: readonly Sabotage[] = [
  {
    name: "the hook client is gone",
    agents: [claudeCode, codex, gemini],
    do: ({ place }) => rmSync(join(place.home, homeFiles.hook)),
    finding: "hook-missing",
    // Gemini CLI stops the prompt itself when a hook's program is missing.
    proof: ["open", "closed", "not-provable"],
  },
  {
    name: "the deciding hook was taken out of the settings",
    agents: [claudeCode, codex, gemini],
    do: (world, agent) =>
      edit(settingsOf(world, agent), (text) => {
        const settings = JSON.parse(text) as { hooks: Record<string, unknown> };
        delete settings.hooks["PreToolUse"];
        delete settings.hooks["BeforeTool"];
        return JSON.stringify(settings);
      }),
    finding: "canary-not-denied",
    proof: ["open"],
  },
  {
    name: "all hooks are switched off by the user's settings",
    agents: [claudeCode],
    do: (world, agent) => edit(settingsOf(world, agent), (text) => text.replace("{", '{ "disableAllHooks": true,')),
    finding: "hooks-disabled",
    proof: ["open"],
  },
  {
    name: "hooks are switched off by a feature flag",
    agents: [codex],
    do: ({ userHome }) =>
      edit(join(userHome, ".codex", "config.toml"), (text) => text.replace("[features]", "[features]\nhooks = false")),
    finding: "codex-hooks-off",
    proof: ["open"],
  },
  {
    name: "the hook is switched off by its name",
    agents: [gemini],
    do: (world, agent) =>
      edit(settingsOf(world, agent), (text) => {
        const settings = JSON.parse(text) as {
          hooks: Record<string, { hooks: { name: string }[] }[]>;
          hooksConfig: object;
        };
        const name = settings.hooks["BeforeTool"]?.[0]?.hooks[0]?.name;
        return JSON.stringify({ ...settings, hooksConfig: { ...settings.hooksConfig, disabled: [name] } });
      }),
    finding: "gemini-hook-disabled",
    proof: ["open"],
  },
  {
    name: "the settings name another home",
    // Codex would not trust the edited hook in the first place: see below.
    agents: [claudeCode, gemini],
    do: (world, agent) =>
      edit(settingsOf(world, agent), (text) =>
        text
          .replaceAll(`"${world.place.home}"`, '"/tmp/no-such-home"')
          .replaceAll(`--home ${world.place.home} `, "--home /tmp/no-such-home "),
      ),
    finding: "daemon-unreachable",
    proof: ["closed"],
  },
  {
    name: "the daemon is away and can't be started",
    agents: [claudeCode, codex, gemini],
    do: (world) => world.killDaemonForGood(),
    finding: "daemon-unreachable",
    proof: ["closed"],
  },
  {
    name: "Codex does not trust an edited hook",
    agents: [codex],
    do: (world, agent) => edit(settingsOf(world, agent), (text) => text.replaceAll('"timeout": 300', '"timeout": 299')),
    finding: "codex-untrusted",
    proof: ["open"],
  },
];

for (const { name, agents, do: sabotage, finding, proof } of sabotages)
  for (const agent of agents)
    test(`doctor: ${agent.name} is red when ${name}`, needs(agent), async (t) => {
      const world = await openWorld(t, { agent, script: () => [] });
      await sabotage(world, agent);
      const { host, code } = await doctor(world, agent);
      assert.equal(code, 10);
      assert.equal(host.ok, false);
      assert.ok(proof.includes(host.proof.state), `${host.proof.state}: ${host.proof.why}`);
      const found = host.findings.find(({ id }) => id === finding);
      assert.ok(found !== undefined, `no ${finding} among ${JSON.stringify(host.findings)}`);
      assert.equal(found.severity, "open");
      assert.ok(found.what.length > 20);
    });

test(
  "doctor: Codex wired by a program, without a person, is untrusted, and doctor says how to mend it",
  needs(codex),
  async (t) => {
    const world = await openWorld(t, { agent: codex, script: () => [], wired: false });
    const wired = await world.signalbox("wire", "codex");
    assert.equal(wired.code, 0, wired.stderr);
    const { host } = await doctor(world, codex);
    assert.equal(host.trust?.state, "untrusted");
    assert.equal(host.proof.state, "open");
    assert.equal(host.findings.find(({ id }) => id === "codex-untrusted")?.fix, "signalbox wire codex");
    const again = await world.terminal.type("signalbox wire codex");
    assert.equal(again.code, 0, again.shown);
    assert.equal((await doctor(world, codex)).code, 0);
  },
);

test("doctor: an agent that is not wired is said to be so, and is not run", needs(claudeCode), async (t) => {
  const world = await openWorld(t, { agent: claudeCode, script: () => [], wired: false });
  const { host, code } = await doctor(world, claudeCode);
  assert.equal(host.proof.state, "not-run");
  assert.equal(code, 10);
});

async function doctor(world: World, agent: TestedAgent): Promise<{ host: HostReport; code: number | null }> {
  const run = await world.signalbox("doctor", agent.name, "--json");
  const report = JSON.parse(run.stdout) as DoctorReport;
  const host = report.hosts.find((one) => one.agent === agent.name);
  assert.ok(host !== undefined, run.stderr);
  assert.equal(report.ok, run.code === 0);
  return { host, code: run.code };
}

function settingsOf({ userHome }: World, agent: TestedAgent): string {
  return join(
    userHome,
    {
      "claude-code": ".claude/settings.json",
      codex: ".codex/hooks.json",
      gemini: ".gemini/settings.json",
      copilot: ".copilot/hooks/signalbox.json",
      opencode: ".config/opencode/plugins/signalbox.js",
    }[agent.name],
  );
}

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  assert.notEqual(after, before, `nothing was changed in ${path}`);
  writeFileSync(path, after);
}
