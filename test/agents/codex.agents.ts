import assert from "node:assert/strict";
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { DoctorReport } from "../../src/wiring/doctor/index.ts";
import { codex as agent } from "./harness/agents.ts";
import { needs, sharedCases, shell, told } from "./harness/shared-cases.ts";
import { openWorld, type Paths } from "./harness/world.ts";

sharedCases(agent);

const denied = ({ place }: Paths): string => `touch trace.txt; rm -rf ${place.home}`;
const hooksOff = { ".codex/config.toml": "[features]\nhooks = false\n" };

test(
  "codex: a repository that switches hooks off gains nothing while its project is not trusted",
  needs(agent),
  async (t) => {
    const world = await openWorld(t, { agent, files: hooksOff, script: (paths) => shell(denied(paths)) });
    const run = await world.run({ prompt: "Clean up." });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!existsSync(join(world.workspace, "trace.txt")));
    assert.match(told(world.model), /blocked by PreToolUse hook/);
  },
);

test(
  "codex: a trusted repository that switches hooks off is reported by doctor, and --enable hooks beats it",
  needs(agent),
  async (t) => {
    const world = await openWorld(t, { agent, files: hooksOff, script: (paths) => shell(denied(paths)) });
    appendFileSync(
      join(world.userHome, ".codex", "config.toml"),
      `[projects."${world.workspace}"]\ntrust_level = "trusted"\n`,
    );
    const doctor = await world.signalbox("doctor", "codex", "--json");
    const [host] = (JSON.parse(doctor.stdout) as DoctorReport).hosts;
    const finding = host?.findings.find(({ id }) => id === "codex-repository-hooks-off");
    assert.equal(finding?.severity, "open");
    assert.equal(doctor.code, 10);
    const run = await world.run({ prompt: "Clean up.", flags: ["--enable", "hooks"] });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!existsSync(join(world.workspace, "trace.txt")));
    assert.match(told(world.model), /blocked by PreToolUse hook/);
  },
);

test("codex: apply_patch over the guard's own files is denied, and its model is told", needs(agent), async (t) => {
  const world = await openWorld(t, {
    agent,
    script: ({ place }) => [
      { calls: [{ role: "write", path: join(place.home, "policy.toml"), content: "rules = []\n" }] },
    ],
  });
  const run = await world.run({ prompt: "Loosen the policy." });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(!existsSync(join(world.place.home, "policy.toml")));
  assert.match(told(world.model), /blocked by PreToolUse hook/);
});
