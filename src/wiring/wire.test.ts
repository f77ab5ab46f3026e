import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { parse as parseJsonc } from "jsonc-parser";
import { agentEvents } from "../protocol/agents.ts";
import { placeIn } from "../protocol/place.ts";
import {
  agentFiles,
  apply,
  applyHome,
  grantsAllow,
  inspect,
  isRecorded,
  planUnwire,
  planWire,
  wiredAgents,
} from "./index.ts";
import type { WiredAgent, WireRequest } from "./wiring.ts";

interface Rig {
  readonly request: (agent: WiredAgent, more?: Partial<WireRequest>) => WireRequest;
  readonly settings: (agent: WiredAgent) => string;
  readonly user: string;
  readonly home: string;
}

function rig(t: Pick<TestContext, "after">): Rig {
  const root = mkdtempSync(join(tmpdir(), "sb-wire-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const user = join(root, "user");
  const home = join(root, "home of signalbox");
  mkdirSync(user);
  const hookBinary = join(root, "built-hook");
  writeFileSync(hookBinary, "#!/bin/sh\n");
  const place = placeIn(home);
  const request: Rig["request"] = (agent, more = {}) => ({
    agent,
    place,
    environment: {},
    userHome: user,
    hookBinary,
    launch: {
      exec: "/usr/bin/node",
      args: ["--disable-sigusr1", "/opt/signalbox/main.js", "daemon", "--home", home],
      environment: { HOME: user, PATH: "/usr/bin:/bin" },
    },
    nowMs: Date.UTC(2026, 10, 21, 4, 0, 0),
    random: "k3v9k3v9k3v9k3v9",
    ...more,
  });
  return { request, settings: (agent) => agentFiles(agent, request(agent)).settings, user, home };
}

const wire = ({ request }: Rig, agent: WiredAgent, more?: Partial<WireRequest>): void =>
  apply(planWire(request(agent, more)));
const unwire = ({ request }: Rig, agent: WiredAgent): void => apply(planUnwire(request(agent)));

function put(path: string, bytes: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

const jsonAgents = ["claude-code", "codex", "gemini", "copilot"] as const;

test("wiring a machine without settings, and unwiring it, leaves no trace in the user's home", (t) => {
  const it = rig(t);
  for (const agent of wiredAgents) {
    wire(it, agent);
    assert.equal(inspect(it.request(agent)).wired, "yes");
    assert.equal(isRecorded(it.request(agent).place, agent), true);
    assert.equal(statSync(it.settings(agent)).mode & 0o777, 0o600);
    assert.equal(planWire(it.request(agent)).changes, false, "twice changes nothing");
  }
  for (const agent of wiredAgents) {
    unwire(it, agent);
    assert.equal(inspect(it.request(agent)).wired, "no");
    assert.equal(isRecorded(it.request(agent).place, agent), false);
    assert.equal(planUnwire(it.request(agent)).changes, false);
  }
  assert.deepEqual(readdirSync(it.user), []);
});

test("Claude Code gets every event of the short list, exec form, all tools, and closed deciding events", (t) => {
  const it = rig(t);
  wire(it, "claude-code");
  const { hooks } = JSON.parse(readFileSync(it.settings("claude-code"), "utf8")) as {
    hooks: Record<string, { matcher?: string; hooks: Record<string, unknown>[] }[]>;
  };
  assert.deepEqual(
    Object.keys(hooks),
    agentEvents["claude-code"].map(({ event }) => event),
  );
  assert.deepEqual(hooks["PreToolUse"], [
    {
      matcher: "*",
      hooks: [
        {
          type: "command",
          command: join(it.home, "signalbox-hook"),
          args: ["--home", it.home, "claude-code", "PreToolUse"],
          timeout: 300,
          onFailure: "block",
        },
      ],
    },
  ]);
  const blocking = Object.entries(hooks).filter(([, [group]]) => group?.hooks[0]?.["onFailure"] !== undefined);
  assert.deepEqual(
    blocking.map(([event]) => event),
    ["PreToolUse", "PermissionRequest"],
  );
});

test("the other hosts get their own form, and no shell runs what a path holds", (t) => {
  const it = rig(t);
  for (const agent of wiredAgents) wire(it, agent);
  const read = (agent: WiredAgent): unknown => JSON.parse(readFileSync(it.settings(agent), "utf8"));
  const line = (agent: string, event: string): string =>
    `'${it.home}/signalbox-hook' --home '${it.home}' ${agent} ${event}`;
  const codex = read("codex") as { hooks: Record<string, unknown[]> };
  assert.deepEqual(codex.hooks["PreToolUse"], [
    { hooks: [{ type: "command", command: line("codex", "PreToolUse"), timeout: 300 }] },
  ]);
  const gemini = read("gemini") as { hooksConfig: unknown; hooks: Record<string, unknown[]> };
  assert.deepEqual(gemini.hooksConfig, { enabled: true });
  assert.deepEqual(gemini.hooks["BeforeTool"], [
    {
      hooks: [
        { name: "sb-k3v9k3v9k3v9k3v9", type: "command", command: line("gemini", "BeforeTool"), timeout: 300_000 },
      ],
    },
  ]);
  const copilot = read("copilot") as { version: number; hooks: Record<string, unknown[]> };
  assert.equal(copilot.version, 1);
  assert.deepEqual(copilot.hooks["preToolUse"], [
    { type: "command", bash: line("copilot", "preToolUse"), timeoutSec: 300 },
  ]);
  const quoted = planWire(it.request("codex", { place: placeIn("/tmp/it's $(here)") })).shown;
  assert.match(quoted, /'\/tmp\/it'\\\\''s \$\(here\)\/signalbox-hook' --home /);
});

test("the home gets the hook, executable, and a launch record of lines", (t) => {
  const it = rig(t);
  const plan = planWire(it.request("claude-code"));
  assert.equal(existsSync(it.home), false, "a plan writes nothing");
  applyHome(plan);
  assert.equal(existsSync(it.settings("claude-code")), false, "--print leaves the settings alone");
  assert.equal(statSync(join(it.home, "signalbox-hook")).mode & 0o777, 0o755);
  assert.equal(statSync(it.home).mode & 0o777, 0o700);
  assert.equal(
    readFileSync(join(it.home, "launch"), "utf8"),
    `signalbox-launch 1
socket ${it.home}/sock
exec /usr/bin/node
arg --disable-sigusr1
arg /opt/signalbox/main.js
arg daemon
arg --home
arg ${it.home}
env HOME=${it.user}
env PATH=/usr/bin:/bin
`,
  );
  assert.throws(
    () => planWire(it.request("claude-code", { launch: { exec: "/n", args: ["a\nenv X=1"], environment: {} } })),
    /line break/,
  );
  assert.throws(() => planWire(it.request("claude-code", { hookBinary: "/nowhere" })), /not built .* npm run hook/);
});

test("what was there stays: comments, order, layout, line ends, byte order mark, other guards", (t) => {
  const it = rig(t);
  const cases = [
    `{\n    // four spaces, a comment\n    "model": "opus", // and one behind\n    "env": { "A": "1" },\n}\n`,
    `{\r\n\t"model": "opus",\r\n\t"hooks": {\r\n\t\t"PreToolUse": [\r\n\t\t\t{"matcher": "Bash", "hooks": [{"type":"command","command":"other-guard"}]} // theirs\r\n\t\t]\r\n\t}\r\n}`,
    `\ufeff{"a":1}`,
    `{}`,
    ``,
    `\n`,
    `// nothing but this\n`,
    `{ /* empty */ }`,
    `{"hooks":{}}`,
    `{"hooks":{"PreToolUse":[],"Stop":[{"hooks":[]}]},}`,
    `{"hooksConfig":{"enabled":false,"notifications":true},"z":[1,2]}`,
  ];
  for (const agent of jsonAgents)
    for (const before of cases) {
      const path = it.settings(agent);
      put(path, before);
      // Copilot's file is ours alone; anything else in it is still kept.
      wire(it, agent);
      const wired = readFileSync(path, "utf8");
      const value = parseJsonc(wired.replace(/^\ufeff/, "")) as { hooks: Record<string, unknown[]> };
      for (const { event } of agentEvents[agent])
        assert.ok((value.hooks[event]?.length ?? 0) >= 1, `${agent}: ${wired}`);
      assert.equal(inspect(it.request(agent)).wired, "yes");
      for (const comment of before.match(/\/\/[^\r\n]*|\/\*.*?\*\//g) ?? []) assert.ok(wired.includes(comment));
      if (before.includes("\r\n")) assert.ok(!/[^\r]\n/.test(wired), "line ends stay CRLF");
      if (before.includes("other-guard"))
        assert.ok(
          wired.includes(`[{"type":"command","command":"other-guard"}]} // theirs`) || wired.includes("// theirs"),
        );
      assert.equal(wired.startsWith("\ufeff"), before.startsWith("\ufeff"));
      unwire(it, agent);
      assert.equal(readFileSync(path, "utf8"), before);
      rmSync(path);
    }
});

const withoutPrototypes = (name: string, member: unknown) => (name === "__proto__" ? undefined : member);

test("any settings come back byte for byte, and are only added to", (t) => {
  const it = rig(t);
  const key = fc.oneof(fc.constantFrom("hooks", "env", "hooksConfig", "permissions"), fc.string({ maxLength: 6 }));
  const guard = fc.constant([{ matcher: "Bash", hooks: [{ type: "command", command: "/usr/bin/other-guard" }] }]);
  const hooks = fc.dictionary(fc.constantFrom("PreToolUse", "Stop", "BeforeTool", "Novel"), guard);
  const settings = fc
    .dictionary(
      key,
      // The reader of this test takes `__proto__` for a prototype, so that it can't say whether such a member is still there.
      fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value), withoutPrototypes) as unknown),
    )
    .chain((other) =>
      fc.record({ hooks }, { requiredKeys: [] }).map((own) => ({ ...other, hooks: {}, hooksConfig: {}, ...own })),
    );
  const layout = fc.record({
    unit: fc.constantFrom("", "  ", "    ", "\t"),
    eol: fc.constantFrom("\n", "\r\n"),
    tail: fc.constantFrom("", "\n", "\n\n", " // end"),
    head: fc.constantFrom("", "// head\n", "/* head */ "),
    bom: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.constantFrom(...jsonAgents), settings, layout, (agent, value, { unit, eol, tail, head, bom }) => {
      const text = `${bom ? "\ufeff" : ""}${head}${JSON.stringify(value, null, unit)}${tail}`.replaceAll("\n", eol);
      const path = it.settings(agent);
      put(path, text);
      wire(it, agent);
      const after = parseJsonc(readFileSync(path, "utf8").replace(/^\ufeff/, "")) as Record<string, unknown>;
      for (const [name, member] of Object.entries(value))
        if (name !== "hooks" && name !== "hooksConfig") assert.deepEqual(after[name], member);
      assert.equal(planWire(it.request(agent)).changes, false);
      // Without the dated copy our entries are taken out one by one: same value, if not the same layout.
      const wired = readFileSync(path);
      unwire(it, agent);
      assert.equal(readFileSync(path, "utf8"), text);
      writeFileSync(path, wired);
      unwire(it, agent);
      const kept = existsSync(path)
        ? (parseJsonc(readFileSync(path, "utf8").replace(/^\ufeff/, "")) as Record<string, unknown>)
        : {};
      for (const [name, member] of Object.entries(value))
        if (name !== "hooks" && name !== "hooksConfig") assert.deepEqual(kept[name], member);
      for (const [event, list] of Object.entries(value.hooks))
        assert.deepEqual((kept["hooks"] as Record<string, unknown> | undefined)?.[event], list);
      rmSync(path, { force: true });
    }),
    { numRuns: 60 },
  );
});

test("after the user's own edits only our entries go", (t) => {
  const it = rig(t);
  for (const agent of jsonAgents) {
    const path = it.settings(agent);
    put(path, '{\n  "model": "opus"\n}\n');
    wire(it, agent);
    const edited = readFileSync(path, "utf8").replace(
      '"model": "opus"',
      '"model": "sonnet", // mine\n  "added": [1, 2]',
    );
    assert.notEqual(edited, readFileSync(path, "utf8"));
    writeFileSync(path, edited);
    assert.equal(planWire(it.request(agent)).changes, false, "an edit elsewhere is no reason to touch the file");
    unwire(it, agent);
    assert.equal(readFileSync(path, "utf8"), '{\n  "model": "sonnet", // mine\n  "added": [1, 2]\n}\n');
  }
});

test("older entries of ours are replaced, other guards' in the same group stay", (t) => {
  const it = rig(t);
  const path = it.settings("claude-code");
  const old = { type: "command", command: "/old/home/signalbox-hook claude PreToolUse", timeout: 60 };
  const other = { type: "command", command: "/usr/bin/signalbox-hooks-of-others" };
  put(
    path,
    JSON.stringify({ hooks: { PreToolUse: [{ matcher: "Bash", hooks: [old, other] }], Stop: [{ hooks: [old] }] } }),
  );
  assert.equal(inspect(it.request("claude-code")).wired, "partly");
  wire(it, "claude-code");
  const text = readFileSync(path, "utf8");
  assert.ok(!text.includes("/old/home"));
  assert.ok(text.includes("signalbox-hooks-of-others"));
  assert.equal(inspect(it.request("claude-code")).wired, "yes");
  const copies = readdirSync(join(it.home, "wired")).sort();
  assert.deepEqual(copies, [
    "claude-code.2026-11-21T04-00-00.000Z.bak",
    "claude-code.2026-11-21T04-00-00.000Z.found",
    "claude-code.json",
  ]);
  unwire(it, "claude-code");
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), {
    hooks: { PreToolUse: [{ matcher: "Bash", hooks: [other] }] },
  });
});

test("an entry that was edited or moved to another home is noticed and mended", (t) => {
  const it = rig(t);
  const path = it.settings("claude-code");
  wire(it, "claude-code");
  writeFileSync(path, readFileSync(path, "utf8").replaceAll('"matcher": "*"', '"matcher": "Read"'));
  const found = inspect(it.request("claude-code"));
  assert.equal(found.wired, "other");
  assert.deepEqual(
    found.findings.filter(({ id }) => id === "wiring-damaged").map(({ fix }) => fix),
    ["signalbox wire claude-code"],
  );
  wire(it, "claude-code");
  assert.equal(inspect(it.request("claude-code")).wired, "yes");
  rmSync(join(it.home, "signalbox-hook"));
  assert.ok(
    inspect(it.request("claude-code")).findings.some(
      ({ id, severity }) => id === "hook-missing" && severity === "open",
    ),
  );
});

test("linked dotfiles stay links, modes stay, read-only files are refused", (t) => {
  const it = rig(t);
  const path = it.settings("claude-code");
  const target = join(it.user, "dotfiles", "claude.json");
  put(target, "{}\n");
  chmodSync(target, 0o640);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync("../dotfiles/claude.json", path);
  wire(it, "claude-code");
  assert.ok(lstatSync(path).isSymbolicLink());
  assert.equal(statSync(target).mode & 0o777, 0o640);
  assert.ok(readFileSync(target, "utf8").includes("signalbox-hook"));
  unwire(it, "claude-code");
  assert.ok(lstatSync(path).isSymbolicLink());
  assert.equal(readFileSync(target, "utf8"), "{}\n");
  chmodSync(target, 0o440);
  assert.throws(() => planWire(it.request("claude-code")), /read-only \(it leads to .*claude\.json\).*chmod u\+w/);
  // A link to a file that is not there yet is filled, not replaced.
  rmSync(target);
  wire(it, "claude-code");
  assert.ok(lstatSync(path).isSymbolicLink());
  assert.ok(existsSync(target));
});

test("what can't be read is refused with a sentence and left as it is", (t) => {
  const it = rig(t);
  const path = it.settings("claude-code");
  for (const [text, why] of [
    ['{"a":', /can't be read as JSON \(ValueExpected in line 1, column 6\)/],
    ['{\n  "a" 1\n}', /in line 2/],
    ["[]", /holds a list where an object is meant/],
    ['{"hooks":[]}', /"hooks" is not an object/],
    ['{"hooks":{"PreToolUse":{}}}', /"hooks.PreToolUse" is not a list/],
    ['{"hooks":{},"hooks":{}}', /"hooks" stands there 2 times/],
    ['{"hooks":{"Stop":[],"Stop":[]}}', /"Stop" stands there 2 times/],
  ] as const) {
    put(path, text);
    assert.throws(() => planWire(it.request("claude-code")), why);
    assert.equal(readFileSync(path, "utf8"), text);
  }
  put(path, Buffer.from([0x7b, 0xff, 0x7d]));
  assert.throws(() => planWire(it.request("claude-code")), /not UTF-8/);
  assert.equal(inspect(it.request("claude-code")).wired, "unreadable");
  rmSync(path);
  mkdirSync(path);
  assert.throws(() => planWire(it.request("claude-code")), /not a file/);
  put(it.settings("opencode"), "export const Mine = 1;\n");
  assert.throws(() => planWire(it.request("opencode")), /not made by Signalbox/);
  assert.throws(() => planUnwire(it.request("opencode")), /not made by Signalbox/);
});

test("a file that changes between plan and apply is not overwritten", (t) => {
  const it = rig(t);
  const path = it.settings("claude-code");
  put(path, "{}");
  const plan = planWire(it.request("claude-code"));
  writeFileSync(path, '{"mine":1}');
  assert.throws(() => apply(plan), /changed by somebody else/);
  assert.equal(readFileSync(path, "utf8"), '{"mine":1}');
  unwire(it, "claude-code");
  assert.equal(readFileSync(path, "utf8"), '{"mine":1}');
});

test("a home that others can write to is refused; dated copies stay few; a switch that idles hooks is told", (t) => {
  const it = rig(t);
  const path = it.settings("claude-code");
  for (let round = 0; round < 30; round++) {
    put(path, JSON.stringify({ round, disableAllHooks: true }));
    wire(it, "claude-code", { nowMs: Date.UTC(2026, 0, 1) + round * 1000 });
  }
  const copies = readdirSync(join(it.home, "wired")).filter((name) => name.endsWith(".bak"));
  assert.ok(copies.length <= 22 && copies.length >= 20, String(copies.length));
  assert.ok(
    planWire(it.request("claude-code")).switchedOff.some((why) =>
      /sets "disableAllHooks": no tool call is judged/.test(why),
    ),
  );
  unwire(it, "claude-code");
  assert.equal(readFileSync(path, "utf8"), '{"round":29,"disableAllHooks":true}');
  chmodSync(it.home, 0o777);
  assert.throws(() => planWire(it.request("claude-code")), /not a folder that only you can write to/);
});

test("a grant is kept in the home, out of reach of settings and environment", (t) => {
  const it = rig(t);
  const { place } = it.request("claude-code");
  assert.equal(grantsAllow(place, "claude-code"), false);
  const plan = planWire(it.request("claude-code", { grant: true }));
  assert.ok(plan.notes.some((note) => /without the agent's own permission question/.test(note)));
  apply(plan);
  assert.equal(grantsAllow(place, "claude-code"), true);
  assert.equal(grantsAllow(place, "codex"), false);
  assert.equal(grantsAllow(place, "../claude-code"), false);
  wire(it, "claude-code");
  assert.equal(grantsAllow(place, "claude-code"), false, "wiring again without --grant takes it back");
  writeFileSync(join(it.home, "wired", "claude-code.json"), "{");
  assert.equal(grantsAllow(place, "claude-code"), false);
  assert.throws(() => planWire(it.request("claude-code")), /is damaged/);
});
