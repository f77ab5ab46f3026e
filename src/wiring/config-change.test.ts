import assert from "node:assert/strict";
import { test } from "node:test";
import { configChangeObjection } from "./config-change.ts";
import { shownHooks } from "./rewrite.ts";

const command = {
  hook: "/home/dev/.local/state/signalbox/signalbox-hook",
  home: "/home/dev/.local/state/signalbox",
  name: "",
};
const wired = JSON.parse(shownHooks("claude-code", command)) as { hooks: Record<string, { hooks: object[] }[]> };
const object = (source: string, text: string | null) => configChangeObjection({ source, text, ...command });
const userSettings = (change: (settings: Record<string, unknown>) => unknown) =>
  object("user_settings", JSON.stringify(change(structuredClone(wired))));

test("users may edit everything else", () => {
  assert.equal(
    userSettings((settings) => settings),
    undefined,
  );
  assert.equal(
    userSettings((settings) => ({
      model: "opus",
      permissions: { allow: ["Bash"], defaultMode: "bypassPermissions" },
      env: { PATH: "/x", NODE_OPTIONS: "--inspect", HTTP_PROXY: "http://localhost:1" },
      disableAllHooks: false,
      ...settings,
    })),
    undefined,
  );
  const beside = structuredClone(wired);
  beside.hooks["PreToolUse"]?.[0]?.hooks.push({ type: "command", command: "/usr/bin/other-guard" });
  beside.hooks["PreToolUse"]?.unshift({ hooks: [{ type: "command", command: "first" }] });
  assert.equal(object("user_settings", `\ufeff// mine\n${JSON.stringify(beside, null, 2)}`), undefined);
  for (const source of ["project_settings", "local_settings", "skills", "", "policy_settings"])
    for (const text of [null, "", "{}", "not json", '{"hooks":{}}', '{"model":"x","disableAllHooks":false}'])
      assert.equal(object(source, text), undefined, `${source} ${text}`);
});

test("after unwiring, open sessions may drop the hooks", () => {
  for (const text of [null, "{}", '{"disableAllHooks":true}'])
    assert.equal(configChangeObjection({ source: "user_settings", text, ...command, wired: false }), undefined);
});

test("switching hooks off is refused in every file", () => {
  for (const source of ["user_settings", "project_settings", "local_settings"])
    for (const text of [
      '{"disableAllHooks":true}',
      '{"disableAllHooks":"true"}',
      '{"disableAllHooks":1}',
      '{"disableAllHooks":false,"disableAllHooks":true}',
      '{"disableAllHooks":true,"disableAllHooks":false}',
      '{"\\u0064isableAllHooks":true}',
      '{/* x */"disableAllHooks":true,}',
    ])
      assert.match(
        object(source, text) ?? "",
        /"disableAllHooks" would switch off .* signalbox unwire claude-code$/,
        text,
      );
});

test("what can't be read is refused where it could matter", () => {
  const deep = `{"x":${"[".repeat(300)}${"]".repeat(300)},"disableAllHooks":true}`;
  const veryDeep = `{"disableAllHooks":true,"x":${'{"a":'.repeat(200_000)}1${"}".repeat(200_001)}`;
  for (const text of [deep, veryDeep, '{"disableAllHooks":true', '{"\\u0064isableAllHooks":true'])
    assert.match(object("local_settings", text) ?? "", /can't be read/);
  const unreadable = configChangeObjection({ source: "local_settings", text: null, unreadable: true, ...command });
  assert.match(unreadable ?? "", /too large or can't be read/);
});

test("variables of ours, and those that lead round us, are refused in every file", () => {
  for (const name of ["SIGNALBOX_HOME", "SIGNALBOX_MODE", "signalbox_x", "CLAUDE_CODE_SIMPLE", "CLAUDE_CONFIG_DIR"])
    for (const source of ["user_settings", "local_settings"])
      assert.match(
        object(source, JSON.stringify({ ...wired, env: { A: "1", [name]: "1" } })) ?? "",
        new RegExp(`env.${name}`),
      );
  assert.match(object("project_settings", '{"env":{"SIGNALBOX_HOME":"/x"},"env":{}}') ?? "", /SIGNALBOX_HOME/);
});

test("our hooks in the user's settings may not be lost or changed", () => {
  const gone = (settings: Record<string, unknown>, event: string) => {
    delete (settings["hooks"] as Record<string, unknown>)[event];
    return settings;
  };
  for (const event of Object.keys(wired.hooks))
    assert.match(userSettings((settings) => gone(settings, event)) ?? "", new RegExp(`${event} hook would be gone`));
  const text = JSON.stringify(wired);
  for (const [from, to] of [
    ['"matcher":"*"', '"matcher":"Read"'],
    ['"onFailure":"block"', '"onFailure":"continue"'],
    [command.hook, "/tmp/evil/signalbox-hook"],
    ['"timeout":300', '"timeout":1'],
    ['"args":["--home"', '"if":"Bash(never)","args":["--home"'],
  ] as const)
    assert.match(object("user_settings", text.replace(from, to)) ?? "", /no longer be as it was wired/, to);
  assert.match(object("user_settings", `${text.slice(0, -1)},"hooks":{}}`) ?? "", /"hooks" stands there twice/);
  assert.match(
    object("user_settings", text.replace('"Stop":', '"PreToolUse":[],"Stop":')) ?? "",
    /PreToolUse" stands there twice/,
  );
  assert.match(object("user_settings", null) ?? "", /no tool call would be judged/);
  assert.match(object("user_settings", "") ?? "", /no tool call would be judged/);
  assert.match(object("user_settings", text.slice(0, -3)) ?? "", /not valid JSON/);
});
