import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { placeIn } from "../protocol/place.ts";
import { agentConfigPaths, apply, discover, howToCallHook, inspect, planWire } from "./index.ts";
import type { WiredAgent, WireRequest } from "./wiring.ts";

function rig(t: Pick<TestContext, "after">) {
  const root = mkdtempSync(join(tmpdir(), "sb-inspect-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const put = (path: string, text: string): string => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  };
  mkdirSync(join(root, "user"));
  mkdirSync(join(root, "repo", ".git"), { recursive: true });
  mkdirSync(join(root, "repo", "deep", "down"), { recursive: true });
  const world = {
    place: placeIn(join(root, "home")),
    environment: {} as Record<string, string>,
    userHome: join(root, "user"),
  };
  const wire = (agent: WiredAgent): void => {
    const request: WireRequest = {
      ...world,
      agent,
      hookBinary: put("built", "x"),
      launch: { exec: "/n", args: [], environment: {} },
      nowMs: 0,
      random: "k3v9k3v9k3v9k3v9",
    };
    apply(planWire(request));
  };
  const findings = (agent: WiredAgent): string[] =>
    inspect({ ...world, agent, cwd: join(root, "repo", "deep", "down") })
      .findings.filter(({ severity }) => severity !== "note")
      .map(({ severity, id }) => `${severity} ${id}`);
  return { root, put, world, wire, findings };
}

test("Claude Code: what switches the gate off is found in every file that can", (t) => {
  const it = rig(t);
  it.wire("claude-code");
  assert.deepEqual(it.findings("claude-code"), []);
  it.put("repo/.claude/settings.json", '{"disableAllHooks":true,"env":{"SIGNALBOX_HOME":"/evil"}}');
  it.put(
    "repo/.claude/settings.local.json",
    '{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"rewrite"}]}]}}',
  );
  assert.deepEqual(it.findings("claude-code"), ["open hooks-disabled", "risk our-variables-set", "risk foreign-hooks"]);
  it.world.environment["CLAUDE_CODE_SIMPLE"] = "1";
  assert.ok(it.findings("claude-code").includes("open claude-simple"));
});

test("Codex: hooks off, untrusted, or off in the repository", (t) => {
  const it = rig(t);
  it.wire("codex");
  assert.deepEqual(it.findings("codex"), ["open codex-untrusted"]);
  const hooks = join(it.root, "user/.codex/hooks.json");
  it.put("user/.codex/config.toml", `[hooks.state."${hooks}:pre_tool_use:0:0"]\ntrusted_hash = "sha256:00"\n`);
  assert.deepEqual(it.findings("codex"), []);
  it.put("user/.codex/config.toml", "[features]\nhooks = false\n");
  it.put("repo/.codex/config.toml", "[features]\ncodex_hooks = false\n");
  assert.deepEqual(it.findings("codex"), [
    "open codex-hooks-off",
    "open codex-untrusted",
    "open codex-repository-hooks-off",
  ]);
  it.put("user/.codex/config.toml", "[features\n");
  assert.ok(it.findings("codex").includes("risk codex-config-unreadable"));
});

test("Gemini CLI: hooks off or our hook disabled by its name", (t) => {
  const it = rig(t);
  it.wire("gemini");
  assert.deepEqual(it.findings("gemini"), []);
  it.put("repo/.gemini/settings.json", '{"hooksConfig":{"disabled":["sb-guess"]}}');
  assert.deepEqual(it.findings("gemini"), []);
  it.put("repo/.gemini/settings.json", '{"hooksConfig":{"enabled":false,"disabled":["sb-k3v9k3v9k3v9k3v9"]}}');
  assert.deepEqual(it.findings("gemini"), ["open gemini-hooks-off", "open gemini-hook-disabled"]);
});

test("Copilot CLI and OpenCode", (t) => {
  const it = rig(t);
  it.wire("copilot");
  it.wire("opencode");
  assert.deepEqual(it.findings("copilot"), []);
  assert.deepEqual(it.findings("opencode"), []);
  it.put("repo/.github/copilot/settings.json", '{"disableAllHooks":true}');
  it.put("user/.copilot/config.json", '{"disableAllHooks":true}');
  it.put("repo/.opencode/plugin/rewrite.ts", "");
  it.world.environment["OPENCODE_PURE"] = "1";
  assert.deepEqual(it.findings("copilot"), ["open hooks-disabled", "open hooks-disabled"]);
  assert.deepEqual(it.findings("opencode"), ["open opencode-pure", "risk opencode-other-plugins"]);
});

test("unreadable settings are a finding, not an end", (t) => {
  const it = rig(t);
  it.put("user/.claude/settings.json", '{"hooks":');
  const found = inspect({ ...it.world, agent: "claude-code" });
  assert.equal(found.wired, "unreadable");
  assert.ok(found.findings.some(({ severity, id }) => severity === "open" && id === "wiring-damaged"));
  it.put("home/wired/codex.json", "damaged");
  assert.equal(inspect({ ...it.world, agent: "codex" }).wired, "unreadable");
});

test("finds agents by program or settings folder, with their version, and starts none", (t) => {
  const it = rig(t);
  assert.deepEqual(
    discover(it.world).map(({ id, installed, wired }) => [id, installed, wired]),
    (["claude-code", "codex", "gemini", "copilot", "opencode"] as const).map((id) => [id, false, false]),
  );
  const cli = it.put("lib/node_modules/@openai/codex/bin/codex.js", "#!/bin/false\n");
  chmodSync(cli, 0o755);
  it.put("lib/node_modules/@openai/codex/package.json", '{"name":"@openai/codex","version":"0.169.0"}');
  mkdirSync(join(it.root, "bin"));
  symlinkSync(cli, join(it.root, "bin/codex"));
  const native = it.put("user/.local/share/claude/versions/2.1.329", "");
  chmodSync(native, 0o755);
  mkdirSync(join(it.root, "user/.local/bin"), { recursive: true });
  symlinkSync(native, join(it.root, "user/.local/bin/claude"));
  mkdirSync(join(it.root, "user/.gemini"));
  it.put("bin/gemini", "not executable");
  it.world.environment["PATH"] = `relative:${join(it.root, "bin")}`;
  it.wire("codex");
  const found = new Map(discover(it.world).map((agent) => [agent.id, agent]));
  assert.deepEqual(
    [...found.values()].filter(({ installed }) => installed).map(({ id, version, wired }) => [id, version, wired]),
    [
      ["claude-code", "2.1.329", false],
      ["codex", "0.169.0", true],
      ["gemini", undefined, false],
    ],
  );
  assert.equal(found.get("gemini")?.program, undefined);
});

test("agents' own variables move their settings; relative ones are not believed", (t) => {
  const it = rig(t);
  const settings = (environment: Record<string, string>, agent: WiredAgent): string =>
    inspect({ ...it.world, environment, agent }).settings;
  assert.equal(settings({ CLAUDE_CONFIG_DIR: "/c" }, "claude-code"), "/c/settings.json");
  assert.equal(settings({ CODEX_HOME: "/x" }, "codex"), "/x/hooks.json");
  assert.equal(settings({ GEMINI_CLI_HOME: "/g" }, "gemini"), "/g/.gemini/settings.json");
  assert.equal(settings({ COPILOT_HOME: "/p" }, "copilot"), "/p/hooks/signalbox.json");
  assert.equal(settings({ XDG_CONFIG_HOME: "/o" }, "opencode"), "/o/opencode/plugins/signalbox.js");
  assert.equal(settings({ CODEX_HOME: "x" }, "codex"), join(it.world.userHome, ".codex/hooks.json"));
  assert.ok(agentConfigPaths(it.world).includes(join(it.world.userHome, ".claude/settings.json")));
  assert.match(howToCallHook(it.world), /signalbox-hook --home \S+ generic tool-call/);
});
