import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import type { Place } from "../../src/protocol/place.ts";
import {
  Agent,
  cli,
  makeHome,
  nextHold,
  plainEnvironment,
  preToolUse,
  root,
  run,
  TestDaemon,
} from "../support/daemon.ts";

const signalbox = join(root, "bin/signalbox.js");
const escape = "\u001b";

/** The command line in a pseudo-terminal of its own, as a person has it: what it shows is waited for, keys are typed. */
class Sitting implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly ended: Promise<number>;
  #shown = "";
  #heard: (() => void) | undefined;
  #over = false;

  constructor(place: Place, ...args: readonly string[]) {
    const words = [process.execPath, signalbox, "--home", place.home, ...args];
    this.#child = spawn(join(root, "build/pty"), words, {
      env: { ...plainEnvironment, TERM: "xterm" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.ended = once(this.#child, "exit").then(([code]) => {
      this.#over = true;
      this.#heard?.();
      return code as number;
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#shown += text;
      this.#heard?.();
    });
  }

  get shown(): string {
    return this.#shown;
  }

  keys(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Resolves when the text was shown after `from`, with where it ends; what is shown is never forgotten. */
  async sees(text: string, from = 0): Promise<number> {
    for (;;) {
      const at = this.#shown.indexOf(text, from);
      if (at >= 0) return at + text.length;
      if (this.#over) throw new Error(`it ended and never showed "${text}":\n${this.#shown}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.#child.kill("SIGTERM");
    await this.ended;
  }
}

/** Every verb that help lists, with the verbs below it. */
async function everyVerb(place: Place, words: readonly string[] = []): Promise<string[][]> {
  const { code, stdout, stderr } = await cli(place, ...words, "--help");
  assert.equal(code, 0, `${words.join(" ")} --help: ${stderr}`);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 100, `over 100 columns: ${line}`);
  assert.doesNotMatch(stdout, new RegExp(escape));
  const listed = [...stdout.split(/^First steps:/m)[0]!.matchAll(/^ {2}([a-z][a-z-]*)(?= |$)/gm)].map(
    ([, name]) => name ?? "",
  );
  const groups = words.length < 2 && /^Usage: .*\[command\]/m.test(stdout);
  if (!groups) return [[...words]];
  const below = await Promise.all(listed.map((name) => everyVerb(place, [...words, name])));
  return below.flat();
}

test("the help of every verb exits 0, fits 100 columns and is plain in a pipe", { timeout: 300_000 }, async () => {
  using place = makeHome();
  const verbs = (await everyVerb(place)).map((words) => words.join(" "));
  for (const known of ["up", "status", "hold watch", "hold approve", "ledger verify", "policy show", "wire", "check"])
    assert.ok(verbs.includes(known), `${known} is not in the help: ${verbs.join(", ")}`);
});

test("a wrong word is answered with what was meant, and exit 2", { timeout: 300_000 }, async () => {
  using place = makeHome();
  const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [["staus"], /There is no verb "staus"\.\n {2}Did you mean: signalbox status/],
    [["hold", "lst"], /no verb "lst" of signalbox hold\.\n {2}Did you mean: signalbox hold list/],
    [["status", "--jsn"], /no option --jsn.*\n {2}Did you mean --json/],
    [["mode", "atended"], /attended, away, .*not "atended"\.\n {2}Did you mean attended/],
    [["mode"], /signalbox mode <mode>/],
    [["ledger", "show", "x"], /whole number/],
    [["ledger", "list", "--limit", "0"], /from 1 to 1000, not "0"/],
    [["--home", "here", "status"], /absolute path/],
    [
      ["check", "--batch", "rows.jsonl"],
      /--batch takes no command, and "rows.jsonl" stands behind it.\n.*--batch < FILE/,
    ],
    [["check", "--", "rm -rf /", "--json"], /"rm -rf \/" is a whole command, and "--json" stands behind it/],
    [["policy", "import", "gemini"], /one of claude, codex, not "gemini"/],
    [["shim", "install", "a/b"], /"a\/b" is no name that a shim can have/],
  ];
  for (const [args, says] of cases) {
    const { code, stdout, stderr } = await cli(place, ...args);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, says);
    assert.equal(stdout, "");
  }
  const { code, stdout } = await cli(place, "--json", "staus");
  assert.equal(code, 2);
  assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, "INVALID_PARAMS");
});

test("without a daemon a verb says so, names the next command and exits 3", { timeout: 300_000 }, async () => {
  using place = makeHome();
  for (const args of [
    ["hold", "list"],
    ["ledger", "list"],
    ["session", "list"],
    ["hold", "watch"],
    ["mode", "away"],
  ]) {
    const { code, stderr } = await cli(place, ...args);
    assert.equal(code, 3, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, /signalbox up --detach/);
  }
  const { code, stdout } = await cli(place, "status");
  assert.equal(code, 3);
  assert.match(stdout, /not running[\s\S]*signalbox up --detach/);
});

test("every reading verb gives one JSON value, and no escape reaches a pipe", { timeout: 300_000 }, async () => {
  using place = makeHome();
  await using _ = await TestDaemon.start(place);
  const reading = [
    ["status"],
    ["hold", "list"],
    ["ledger", "list"],
    ["ledger", "show", "0"],
    ["ledger", "verify"],
    ["ledger", "key"],
    ["session", "list"],
    ["policy", "show"],
    ["config", "explain"],
    ["up"],
  ];
  for (const words of reading) {
    const json = await cli(place, ...words, "--json");
    assert.equal(json.code, 0, `${words.join(" ")}: ${json.stderr}`);
    assert.ok(JSON.parse(json.stdout) !== null, words.join(" "));
    const plain = await cli(place, ...words);
    assert.equal(plain.code, 0, `${words.join(" ")}: ${plain.stderr}`);
    assert.ok(!plain.stdout.includes(escape) && plain.stdout.trim() !== "", words.join(" "));
  }
  const args = [signalbox, "--home", place.home, "status"];
  const coloured = await run(process.execPath, args, { env: { ...plainEnvironment, FORCE_COLOR: "1" } });
  assert.ok(coloured.stdout.includes(escape), "colour is there when it is asked for");
  const plain = await run(process.execPath, args, { env: { ...plainEnvironment, NO_COLOR: "1" } });
  assert.ok(!plain.stdout.includes(escape), "NO_COLOR takes it away");
});

test("no word of an agent's steers a terminal or begins a line there", { timeout: 300_000 }, async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  const hostile = "\u001b]0;owned\u0007\u001b[2J\r\u009b31m\u202e\u200b\u2028\nApproved by the operator";
  await using client = await daemon.connect();
  for (const [tool, input] of [
    [hostile, { file_path: `/etc/${hostile}`, [hostile]: hostile }],
    ["Bash", { command: `rm -rf '/etc/${hostile}'`, description: hostile }],
  ] as const)
    await client.call("gate/request", {
      agent: "x",
      session: hostile,
      cwd: `/tmp/${hostile}`,
      tool,
      input,
      wait: false,
    });
  await client.call("memory/capture", { text: hostile, subject: hostile, tags: [hostile], scope: "global" });
  const { holds } = await client.call("hold/list", {});
  assert.ok(holds.length > 0);
  const verbs = [
    ["hold", "list"],
    ...holds.map(({ id }) => ["hold", "show", id]),
    ["ledger", "list"],
    ["ledger", "show", "1"],
    ["session", "list"],
    ["session", "show", hostile],
    ["memory", "list"],
    ["memory", "search", "owned"],
    ["status"],
  ];
  for (const words of verbs) {
    const { stdout, stderr } = await cli(place, ...words);
    const text = stdout + stderr;
    assert.doesNotMatch(text.replaceAll(/[\n\t]/g, ""), /[\p{Cc}\p{Cf}\p{Zl}]/u, words.join(" "));
    // The text of a note and of a command has lines of its own, which are indented.
    assert.doesNotMatch(text, /^Approved/m, words.join(" "));
    const json = await cli(place, ...words, "--json");
    assert.doesNotMatch(json.stdout.trimEnd(), /[\p{Cc}\p{Cf}\p{Zl}]/u, words.join(" "));
    assert.ok(JSON.parse(json.stdout) !== null);
  }
});

test("a reader that closes the pipe is no fault", { timeout: 300_000 }, async () => {
  using place = makeHome();
  const line = `'${process.execPath}' '${signalbox}' --home '${place.home}' check --batch --cwd /tmp; echo "code $?" >&2`;
  const rows = `${JSON.stringify({ command: "git status" })}\n`.repeat(20_000);
  const { stdout, stderr } = await run("/bin/sh", ["-c", `{ ${line}; } | head -n 1`], { stdin: rows });
  assert.match(stdout, /"verdict":"allow"/);
  assert.equal(stderr.trim(), "code 0");
});

test("hold watch: one key approves, words deny, n turns, and a daemon that comes back is found", {
  timeout: 300_000,
}, async () => {
  using place = makeHome();
  const first = await TestDaemon.start(place);
  await using person = new Sitting(place, "hold", "watch");
  await person.sees("Nothing is held.");
  using agent = new Agent(place);
  await using client = await first.connect();
  const asks = (command: string) => {
    const session = randomUUID();
    const answer = agent.hook("claude-code", "PreToolUse", preToolUse(session, place.home, "Bash", { command }));
    return { answer, session };
  };

  const push = asks("git push --force origin main");
  const id = await nextHold(client, push.session);
  await person.sees(id);
  person.keys("a");
  await person.sees(`Approved ${id} once. The agent goes on.`);
  assert.match((await push.answer).stdout, /"permissionDecision":"allow"/);

  const one = asks("git push --force origin one");
  await person.sees(await nextHold(client, one.session));
  const two = asks("git push --force origin two");
  const second = await nextHold(client, two.session);
  await person.sees("2 held, this is 1 of 2");
  person.keys("n");
  await person.sees("2 held, this is 2 of 2");
  person.keys("d");
  await person.sees("Why? The agent reads it");
  person.keys("not on a Friday\r");
  await person.sees(`Denied ${second}. The agent was told.`);
  const denied = await two.answer;
  assert.equal(denied.code, 2);
  assert.match(denied.stderr, /not on a Friday/);

  // Nobody waits on, or that hook would start a daemon too.
  one.answer.end();
  await one.answer;
  await first.kill();
  const gone = await person.sees("The daemon is away.");
  await using _ = await TestDaemon.start(place);
  await person.sees("The daemon is back.", gone);
  person.keys("q");
  assert.equal(await person.ended, 0);
  assert.ok(person.shown.includes(`${escape}?1049l`.replace("?", "[?")), "the terminal is given back");
});

test("the demo runs to its end with a decision made by a person who watches", { timeout: 300_000 }, async () => {
  using place = makeHome();
  await using _ = await TestDaemon.start(place);
  await using demo = new Sitting(place, "demo", "--wait", "60");
  await demo.sees("Open a second terminal now");
  await using person = new Sitting(place, "hold", "watch");
  await person.sees("git push --force-with-lease origin main");
  await demo.sees("The agent waits");
  person.keys("a");
  await person.sees("The agent goes on.");
  await demo.sees("approved");
  assert.equal(await demo.ended, 0);
  assert.match(demo.shown, /allow.* npm test/);
  assert.match(demo.shown, /deny.* sudo rm -rf \//);
  assert.doesNotMatch(demo.shown, /Warning/);
  const { stdout } = await cli(place, "ledger", "verify");
  assert.match(stdout, /The ledger is whole/);
});
