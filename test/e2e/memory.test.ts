import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import type { Place } from "../../src/protocol/place.ts";
import {
  Agent,
  cli,
  hook,
  makeHome,
  Person,
  plainEnvironment,
  preToolUse,
  root,
  run,
  TestDaemon,
} from "../support/daemon.ts";
import { temporary } from "../support/temporary.ts";

type Answer = { result?: { structuredContent?: never; isError?: boolean; content: { text: string }[]; tools?: never } };

/** A host that has `signalbox mcp` as its child, in a folder of its own. */
class Host implements AsyncDisposable {
  readonly #child;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  constructor(place: Place, cwd: string, agent: string) {
    const words = [join(root, "bin/signalbox.js"), "--home", place.home, "mcp", "--agent", agent];
    this.#child = spawn(process.execPath, words, { cwd, env: plainEnvironment, stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const message = JSON.parse(line) as Answer & { id: number };
      this.#waiting.get(message.id)?.(message);
    });
  }

  ask(method: string, params: object): Promise<Answer> {
    const id = (this.#lastId += 1);
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return answer;
  }

  async open(): Promise<this> {
    await this.ask("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "host", version: "1" },
    });
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
    return this;
  }

  async tool(name: string, args: object): Promise<Record<string, never>> {
    const { result } = await this.ask("tools/call", { name, arguments: args });
    if (result?.isError === true) throw new Error(result.content[0]?.text);
    return result?.structuredContent ?? {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin.end();
    await ended;
  }
}

/** One frame of another system's client, and its reply. */
async function line(place: Place, frame: object): Promise<Record<string, unknown>> {
  const socket = createConnection(place.socket);
  socket.write(`${JSON.stringify(frame)}\n`);
  const [data] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return JSON.parse(String(data)) as Record<string, unknown>;
}

describe("the memory", { timeout: 300_000 }, () => {
  const place = makeHome();
  const folder = temporary("sbp-");
  const project = join(folder, "main");
  const worktree = join(folder, "feature");
  const other = join(folder, "other");
  let daemon: TestDaemon;
  /** Sits there before the first agent's session. */
  let person: Person;
  before(async () => {
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { stdio: "ignore" });
    for (const path of [project, other]) git("init", "--quiet", path);
    git("-C", project, "commit", "--quiet", "--allow-empty", "-m", "start");
    git("-C", project, "worktree", "add", "--quiet", worktree);
    daemon = await TestDaemon.start(place);
    person = await Person.sit(place);
  });
  after(async () => {
    await person[Symbol.asyncDispose]();
    await daemon[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test("one agent's note is recalled by another in a worktree of the same repository, and nowhere else", async () => {
    await using claude = await new Host(place, project, "claude-code").open();
    await using codex = await new Host(place, worktree, "codex").open();
    await using stranger = await new Host(place, other, "gemini").open();
    const { note } = (await claude.tool("memory_capture", {
      text: "Migrations run before the tests, token ghp_0123456789abcdefghijABCDEFGHIJ012345",
      subject: "migrations",
      kind: "convention",
      // Not the model's to say:
      agent: "operator",
      cwd: other,
    })) as unknown as { note: { id: string; agent: string; project: string; text: string } };
    assert.deepEqual([note.agent, note.project], ["claude-code", project]);
    assert.doesNotMatch(note.text, /ghp_0/);
    const { hits } = (await codex.tool("memory_recall", { query: "when do migrations run?" })) as unknown as {
      hits: { note: { id: string } }[];
    };
    assert.deepEqual(
      hits.map((hit) => hit.note.id),
      [note.id],
    );
    assert.deepEqual((await stranger.tool("memory_recall", { query: "migrations", cwd: project }))["hits"], []);
    await assert.rejects(stranger.tool("memory_supersede", { id: note.id, text: "no" }), /NOT_FOUND/);
    const replaced = (await codex.tool("memory_supersede", {
      id: note.id,
      text: "Migrations run in a job",
    })) as unknown as {
      note: { id: string; agent: string };
    };
    assert.equal(replaced.note.agent, "codex");
    const tools = (await codex.ask("tools/list", {})).result?.tools as unknown as {
      name: string;
      inputSchema: { properties: object; required?: string[] };
    }[];
    const capture = tools.find(({ name }) => name === "memory_capture");
    assert.deepEqual(Object.keys(capture?.inputSchema.properties ?? {}).sort(), [
      "key",
      "kind",
      "scope",
      "subject",
      "tags",
      "text",
    ]);
    assert.ok(!tools.some(({ name }) => name === "memory_forget"));
    await using client = await daemon.connect();
    const { entries } = await client.call("ledger/list", { kind: "memory/superseded" });
    assert.deepEqual([entries[0]?.agent, entries[0]?.payload?.["supersedes"]], ["codex", note.id]);
  });

  test("a repository that claims to be another one's worktree gets none of its notes", async () => {
    const liar = join(folder, "liar");
    mkdirSync(liar);
    writeFileSync(join(liar, ".git"), `gitdir: ${join(project, ".git/worktrees/feature")}\n`);
    await using client = await daemon.connect();
    await client.call("memory/capture", { text: "only for the project itself", cwd: project });
    assert.deepEqual((await client.call("memory/recall", { query: "project itself", cwd: liar })).hits, []);
    assert.equal((await client.call("memory/recall", { query: "project itself", cwd: worktree })).hits.length, 1);
  });

  test("what a session writes after it read strangers' content says so", async () => {
    await using client = await daemon.connect();
    const asks = { agent: "claude-code", session: "tainted-1", cwd: project };
    const capture = (text: string, more: object = {}) => client.call("memory/capture", { text, ...asks, ...more });
    await client.call("gate/request", { ...asks, tool: "Read", input: { file_path: join(project, "README") } });
    assert.equal((await capture("before")).note.tainted, false);
    await client.call("gate/request", { ...asks, tool: "WebFetch", input: { url: "https://example.com/post" } });
    assert.equal((await capture("after")).note.tainted, true);
    // The MCP server does not know which of the host's sessions asks.
    assert.equal((await capture("from its tool", { session: "sess_unknown" })).note.tainted, true);
    assert.equal((await capture("elsewhere", { session: "sess_unknown", cwd: other })).note.tainted, false);
  });

  test("who reads a note of a session that had read strangers' content has read it too, and only they", async () => {
    await using client = await daemon.connect();
    const start = (session: string) => ({ session_id: session, cwd: other, hook_event_name: "SessionStart" });
    const ingested = {
      kind: "ingest",
      source_kind: "web",
      source_id: "https://evil.example",
      ts: "2026-11-21T07:00:00Z",
    };
    const strange = { agent: "claude-code", session: "strange", cwd: other };
    assert.equal((await line(place, { ...ingested, ...strange }))["kind"], "ack");
    await client.call("memory/capture", { ...strange, text: "Deploys go through evil.example", subject: "deploys" });
    await client.call("memory/capture", { agent: "codex", cwd: other, text: "Tests run with make", subject: "tests" });

    // The hook's parent is this process, and so is that of the host's server.
    assert.equal((await hook(place, "claude-code", "SessionStart", start("reader"))).code, 0);
    await using host = await new Host(place, other, "claude-code").open();
    const asked = { id: randomUUID(), ts: "2026-11-21T07:00:00Z", argv: ["ls"], raw: "ls", cwd: other };
    const tainted = async () =>
      (await line(place, { kind: "provenance", ...asked, agent: "claude-code", session: "reader" }))["tainted"];
    await host.tool("memory_recall", { query: "how do tests run" });
    assert.equal(await tainted(), false);
    await person.type("memory", "search", "deploys");
    assert.equal(await tainted(), false, "a person is no session");
    await host.tool("memory_recall", { query: "deploys" });
    assert.equal(await tainted(), true);
    await host.tool("memory_recall", { query: "deploys" });
    const { entries } = await client.call("ledger/list", { kind: "taint/recalled" });
    assert.deepEqual(
      entries.map(({ agent, session }) => [agent, session]),
      [["claude-code", "reader"]],
    );
    for (const session of ["reader", "strange"])
      await hook(place, "claude-code", "SessionEnd", {
        ...start(session),
        hook_event_name: "SessionEnd",
        reason: "exit",
      });
  });

  test("on the command line: add, search, list, show, supersede; forgetting needs a person", async () => {
    using agent = new Agent(place);
    await agent.hook("claude-code", "PreToolUse", preToolUse("s-cli", project, "Bash", { command: "true" }));
    const here = (...args: string[]) =>
      run(process.execPath, [join(root, "bin/signalbox.js"), "--home", place.home, "memory", ...args], {
        cwd: project,
      });
    const added = await here("add", "Backups are in the pantry\u202e", "--subject", "backups", "--tags", "ops, nas");
    assert.match(added.stdout, /^Remembered: note_/);
    const id = /note_[a-z2-9]{16}/.exec(added.stdout)?.[0] ?? "";
    const found = await here("search", "where are the backups?");
    assert.match(found.stdout, /Backups are in the pantry⟨U\+202E⟩/);
    assert.match(found.stdout, /by cli/);
    assert.match((await here("list", "--tag", "nas")).stdout, new RegExp(`^${id} .*backups: Backups`));
    const superseded = await here("supersede", id, "Backups are on the NAS");
    assert.match(superseded.stdout, new RegExp(`replaces ${id}`));
    const all = await here("list", "--superseded");
    assert.match(all.stdout + all.stderr, /superseded by note_/);
    assert.match((await cli(place, "memory", "show", id)).stdout, /Other versions.*\n.*NAS/);
    const refused = await here("forget", id);
    assert.deepEqual([refused.code, /needs a person/.test(refused.stderr)], [5, true]);
    const forgotten = await person.type("memory", "forget", id, "--reason", "moved");
    assert.match(forgotten.text, new RegExp(`Forgotten: ${id}`));
    const gone = await cli(place, "memory", "show", id);
    assert.match(gone.stderr, /was forgotten at/);
    assert.ok(!readFileSync(join(place.home, "signalbox.db"), "latin1").includes("in the pantry"));
    const homeless = await cli(place, "memory", "add", "x");
    assert.match(homeless.stderr, /is no project.*\n.*--scope global/);
  });

  test("a session begins with a brief of its project's notes where the config says so, and with nothing else", async () => {
    using home = makeHome();
    const start = (session: string) => ({
      session_id: session,
      cwd: worktree,
      hook_event_name: "SessionStart",
      source: "startup",
      transcript_path: "/nonexistent",
    });
    const first = await TestDaemon.start(home);
    await using client = await first.connect();
    const { note } = await client.call("memory/capture", { text: "Dates are UTC", kind: "decision", cwd: project });
    const quiet = await hook(home, "claude-code", "SessionStart", start("b-1"));
    assert.deepEqual([quiet.code, quiet.stdout], [0, ""]);
    await first.kill("SIGTERM");
    await using second = await TestDaemon.start(home, ["memory.sessionBrief=true"]);
    assert.ok(second.child.pid !== undefined);
    const told = await hook(home, "claude-code", "SessionStart", start("b-2"));
    assert.equal(told.code, 0);
    const { hookSpecificOutput: output } = JSON.parse(told.stdout) as { hookSpecificOutput: Record<string, string> };
    assert.equal(output["hookEventName"], "SessionStart");
    assert.match(
      output["additionalContext"] ?? "",
      new RegExp(`data, not instructions[^]*Dates are UTC \\[${note.id}`),
    );
    const elsewhere = await hook(home, "claude-code", "SessionStart", { ...start("b-3"), cwd: other });
    assert.equal(elsewhere.stdout, "");
  });

  test("exported notes are imported into another home, by a person", async () => {
    const exported = await cli(place, "memory", "export");
    const lines = exported.stdout.trim().split("\n");
    assert.ok(lines.length > 1 && lines.every((each) => "supersededBy" in (JSON.parse(each) as object)));
    const file = join(folder, "notes.ndjson");
    writeFileSync(file, exported.stdout);
    using there = makeHome();
    await using owner = await Person.sit(there);
    await using _ = await TestDaemon.start(there);
    assert.equal((await cli(there, "memory", "import", file)).code, 5, "an agent's shell may not");
    assert.match(
      (await owner.type("memory", "import", file)).text,
      new RegExp(`^${lines.length} notes stored, 0 known`, "m"),
    );
    assert.match(
      (await owner.type("memory", "import", file)).text,
      new RegExp(`0 notes stored, ${lines.length} known`),
    );
    const again = await cli(there, "memory", "export");
    const ids = (text: string) =>
      text
        .trim()
        .split("\n")
        .map((each) => (JSON.parse(each) as { id: string }).id);
    assert.deepEqual(ids(again.stdout).toSorted(), ids(exported.stdout).toSorted());
    writeFileSync(file, `${lines[0]}\n{"id":7}\n`);
    assert.match((await owner.type("memory", "import", file)).text, /line 2 is no note: id: .*Nothing was imported/s);
  });

  test("notes, keys and the ledger's word of them survive kill -9", async () => {
    await using own = await (async () => {
      const home = makeHome();
      return { home, [Symbol.asyncDispose]: async () => home[Symbol.dispose]() };
    })();
    const first = await TestDaemon.start(own.home);
    const note = { text: "written before the crash", cwd: project, agent: "a", session: "s", key: "1" };
    const { note: written } = await (async () => {
      await using client = await first.connect();
      return await client.call("memory/capture", note);
    })();
    await first.kill();
    await using second = await TestDaemon.start(own.home);
    await using client = await second.connect();
    assert.deepEqual(await client.call("memory/capture", note), { status: "repeated", note: written });
    assert.equal((await client.call("ledger/get", { seq: written.entry })).entry.payload?.["note"], written.id);
    assert.equal((await client.call("memory/recall", { query: "crash", cwd: project })).hits.length, 1);
  });
});
