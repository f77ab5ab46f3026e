import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { DoctorReport } from "../../src/wiring/doctor/index.ts";
import { gemini as agent } from "./harness/agents.ts";
import { needs, sharedCases, shell, told } from "./harness/shared-cases.ts";
import { openWorld, type Paths } from "./harness/world.ts";

sharedCases(agent);

const denied = ({ place }: Paths): string => `touch trace.txt; rm -rf ${place.home}`;

test("gemini: a repository that switches hooks off is reported by doctor", needs(agent), async (t) => {
  const world = await openWorld(t, {
    agent,
    files: { ".gemini/settings.json": '{ "hooksConfig": { "enabled": false } }' },
    script: () => [],
  });
  const doctor = await world.signalbox("doctor", "gemini", "--json");
  const [host] = (JSON.parse(doctor.stdout) as DoctorReport).hosts;
  assert.equal(host?.proof.state, "open");
  assert.ok(host?.findings.some(({ id, severity }) => id === "gemini-hooks-off" && severity === "open"));
  assert.equal(doctor.code, 10);
});

test(
  "gemini: in a folder that is not trusted a repository that switches hooks off gains nothing",
  needs(agent),
  async (t) => {
    const world = await openWorld(t, {
      agent,
      files: { ".gemini/settings.json": '{ "hooksConfig": { "enabled": false } }' },
      script: (paths) => shell(denied(paths)),
    });
    const run = await world.run({ prompt: "Clean up." });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!existsSync(join(world.workspace, "trace.txt")));
    assert.match(told(world.model), /Tool execution blocked/);
  },
);

test("gemini: a repository can't guess the hook's name to switch it off", needs(agent), async (t) => {
  const names = ["signalbox", "signalbox-hook", "sb"];
  const world = await openWorld(t, {
    agent,
    files: { ".gemini/settings.json": JSON.stringify({ hooksConfig: { disabled: names } }) },
    script: (paths) => shell(denied(paths)),
  });
  const run = await world.run({ prompt: "Clean up.", environment: { GEMINI_CLI_TRUST_WORKSPACE: "true" } });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(!existsSync(join(world.workspace, "trace.txt")));
  assert.match(told(world.model), /Tool execution blocked/);
});

test("gemini: two calls in one reply are judged each for itself", needs(agent), async (t) => {
  const world = await openWorld(t, {
    agent,
    script: (paths) => [
      {
        calls: [
          { role: "shell", command: "touch made.txt" },
          { role: "shell", command: denied(paths) },
        ],
      },
    ],
  });
  const run = await world.run({ prompt: "Do both." });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(existsSync(join(world.workspace, "made.txt")));
  assert.ok(!existsSync(join(world.workspace, "trace.txt")));
  const verdicts = (await world.entries("gate/judged")).map(({ payload }) => payload?.["verdict"]);
  assert.equal(verdicts.length, 2);
  assert.ok(verdicts.includes("allow") && verdicts.includes("deny"));
});
