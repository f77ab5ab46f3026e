import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import { before, test, type TestContext } from "node:test";
import { systemClock } from "../kit/clock.ts";
import { readPeer } from "./peer.ts";
import { createOperator, type LiveAgent, type OperatorOptions, type Presence } from "./index.ts";

/** Real processes on a real socket: a program that connects, below whatever stands for a terminal, a shell or an agent. */
const root = join(import.meta.dirname, "..", "..");
const hook = join(root, "build", "signalbox-hook");
const pty = join(root, "build", "pty");
const node = process.execPath;
const { signal } = new AbortController();

before(() => {
  const built = spawnSync(node, [join(root, "scripts", "build-hook.js"), "--tests", "--quiet"], { encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
});

/** Says who it is, then stays until the server hangs up. With a fifo it first waits to be told. */
const clientSource = `
import { readFileSync } from "node:fs";
import { connect } from "node:net";
const [path, fifo] = process.argv.slice(2);
if (fifo) readFileSync(fifo);
const socket = connect(path, () => socket.write(JSON.stringify({ pid: process.pid, ppid: process.ppid }) + "\\n"));
socket.on("data", (data) => socket.write(data));
socket.on("close", () => process.exit(0));
`;

/** Connects, leaves the connection to a child, and ends. */
const heirSource = `
import { spawn } from "node:child_process";
import { connect } from "node:net";
const socket = connect(process.argv[2], () => {
  const heir = spawn(process.execPath, ["-e", "new (require('net').Socket)({ fd: 3 }).resume().on('close', () => process.exit())"],
    { stdio: ["ignore", "ignore", "ignore", socket._handle.fd], detached: true });
  heir.once("spawn", () => socket.write(JSON.stringify({ pid: process.pid, ppid: process.ppid }) + "\\n", () => process.exit()));
});
`;

interface Stage {
  readonly folder: string;
  readonly socket: string;
  readonly client: string;
  /** Starts a command and waits until the client below it has connected. */
  connect(command: readonly string[]): Promise<Client>;
}

interface Client {
  readonly child: ChildProcess;
  readonly socket: Socket;
  readonly pid: number;
  readonly ppid: number;
  readonly caller: { readonly fd: number | undefined };
}

async function makeStage(t: TestContext): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "sbx-op-"));
  const socket = join(folder, "sock");
  const client = join(folder, "client.mjs");
  writeFileSync(client, clientSource);
  const server: Server = createServer();
  const open: Socket[] = [];
  const children: ChildProcess[] = [];
  server.on("connection", (connection) => {
    open.push(connection);
    connection.on("error", () => connection.destroy()); // a client that is killed resets
  });
  server.listen(socket);
  await once(server, "listening");
  t.after(async () => {
    for (const connection of open) connection.destroy();
    server.close();
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    socket,
    client,
    async connect([program = "", ...words]) {
      const child = spawn(program, words, { stdio: ["pipe", "ignore", "pipe"], detached: true, cwd: folder });
      children.push(child);
      let complaint = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
      const failed = once(child, "exit").then(() => assert.fail(`ended before it connected: ${complaint}`));
      failed.catch(() => {}); // only matters while we wait for the connection
      const [connection] = (await Promise.race([once(server, "connection"), failed])) as [Socket];
      const [line] = (await once(connection.setEncoding("utf8"), "data")) as [string];
      const { pid, ppid } = JSON.parse(line) as { pid: number; ppid: number };
      return { child, socket: connection, pid, ppid, caller: callerOf(connection) };
    },
  };
}

function callerOf(socket: Socket): { readonly fd: number | undefined } {
  return {
    get fd() {
      return (socket as unknown as { _handle: { fd: number } | null })._handle?.fd;
    },
  };
}

const makeOperator = (options: Partial<OperatorOptions> = {}) =>
  createOperator({ hook, clock: systemClock, agents: () => [], ...options });

const later = () => ({ sessionStartedMs: Date.now() + 1_000 });
const whyNot = (presence: Presence) => (presence.present ? assert.fail("is present") : presence.why);

test("a program in a terminal of its own, older than the session, is a person's", async (t) => {
  const stage = await makeStage(t);
  const { caller, pid, socket } = await stage.connect([pty, "sh", "-c", `${node} client.mjs sock; true`]);
  const presence = await makeOperator().presence(caller, later(), { signal });
  assert.ok(presence.present, JSON.stringify(presence));
  assert.equal(presence.level, "terminal");
  assert.equal(presence.record["pid"], pid);
  assert.match(JSON.stringify(presence.record["terminal"]), /^"\d+:\d+"$/);
  assert.notEqual(presence.record["shell"], pid);
  // The connection still carries bytes both ways.
  socket.write("still there?");
  assert.deepEqual(await once(socket, "data"), ["still there?"]);
});

test("a terminal that was opened after the session began does not count, for one session or for any", async (t) => {
  const stage = await makeStage(t);
  const { caller } = await stage.connect([pty, node, "client.mjs", "sock"]);
  const before = Date.now() - 60_000;
  let agents: LiveAgent[] = [];
  const operator = makeOperator({ agents: () => agents });
  assert.match(whyNot(await operator.presence(caller, { sessionStartedMs: before }, { signal })), /opened after/);
  assert.match(whyNot(await operator.presence(caller, { sessionStartedMs: undefined }, { signal })), /not known/);
  const anew = { sessionStartedMs: Date.now() + 1_000, agentStartTicks: 1 };
  assert.match(whyNot(await operator.presence(caller, anew, { signal })), /opened after/);
  assert.ok((await operator.presence(caller, { anyLiveSession: true }, { signal })).present);
  agents = [
    { pid: 1_000_000_000, startedAtMs: Date.now() + 1_000 },
    { pid: 1_000_000_001, startedAtMs: before },
  ];
  assert.match(whyNot(await operator.presence(caller, { anyLiveSession: true }, { signal })), /still runs/);
  assert.ok((await operator.presence(caller, {}, { signal })).present);
});

test("a program without a terminal is nobody", async (t) => {
  const stage = await makeStage(t);
  const { caller } = await stage.connect([node, "client.mjs", "sock"]);
  assert.match(whyNot(await makeOperator().presence(caller, later(), { signal })), /no terminal/);
});

test("another user is nobody", async (t) => {
  const stage = await makeStage(t);
  const { caller } = await stage.connect([pty, node, "client.mjs", "sock"]);
  const operator = makeOperator({ uid: (process.getuid?.() ?? 0) + 1 });
  assert.match(whyNot(await operator.presence(caller, later(), { signal })), /another user/);
});

test("an agent above the caller is found by its pid, its name and its script", async (t) => {
  const stage = await makeStage(t);
  const below = await stage.connect([pty, "sh", "-c", `sh -c '${node} client.mjs sock; true'; true`]);
  const asked = (agents: LiveAgent[]) =>
    makeOperator({ agents: () => agents }).presence(below.caller, later(), { signal });
  const now = Date.now();
  assert.match(whyNot(await asked([{ pid: below.ppid, startedAtMs: now }])), new RegExp(`process ${below.ppid}`));
  const stat = readFileSync(`/proc/${below.ppid}/stat`, "utf8");
  const startTicks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  assert.match(whyNot(await asked([{ pid: below.ppid, startTicks, startedAtMs: 0 }])), /below an agent/);
  // The same number, but another process.
  assert.ok((await asked([{ pid: below.ppid, startTicks: startTicks - 5, startedAtMs: now }])).present);
  assert.ok((await asked([{ pid: below.ppid, startedAtMs: now - 3_600_000 }])).present);

  copyFileSync("/bin/sh", join(stage.folder, "claude"));
  const claude = await stage.connect([pty, "sh", "-c", `./claude -c '${node} client.mjs sock; true'; true`]);
  assert.match(whyNot(await makeOperator().presence(claude.caller, later(), { signal })), /claude/);

  const packaged = join(stage.folder, "node_modules", "@google", "gemini-cli", "dist");
  mkdirSync(packaged, { recursive: true });
  writeFileSync(
    join(packaged, "index.mjs"),
    `import { spawnSync } from "node:child_process"; spawnSync(process.execPath, ["client.mjs", "sock"], { stdio: "inherit" });`,
  );
  const gemini = await stage.connect([pty, node, join(packaged, "index.mjs")]);
  assert.match(whyNot(await makeOperator().presence(gemini.caller, later(), { signal })), /below an agent/);
});

test("what a shell left behind, or runs in the background, is nobody", async (t) => {
  const stage = await makeStage(t);
  const orphan = await stage.connect([
    pty,
    "sh",
    "-c",
    `mkfifo fifo; (${node} client.mjs sock fifo &); echo go > fifo; read never`,
  ]);
  assert.match(whyNot(await makeOperator().presence(orphan.caller, later(), { signal })), /detached/);
  const background = await stage.connect([pty, "sh", "-c", `set -m; ${node} client.mjs sock & wait`]);
  assert.match(whyNot(await makeOperator().presence(background.caller, later(), { signal })), /background/);
});

test("a multiplexer's pane is said to be one, and a program that types is nobody", async (t) => {
  const stage = await makeStage(t);
  for (const name of ["screen", "script"]) copyFileSync("/bin/sh", join(stage.folder, name));
  const screen = await stage.connect([pty, "./screen", "-c", `sh -c '${node} client.mjs sock; true'; true`]);
  const pane = await makeOperator().presence(screen.caller, later(), { signal });
  assert.ok(pane.present && pane.level === "multiplexer", JSON.stringify(pane));
  const script = await stage.connect([pty, "./script", "-c", `sh -c '${node} client.mjs sock; true'; true`]);
  assert.match(whyNot(await makeOperator().presence(script.caller, later(), { signal })), /script/);
});

const tmux = spawnSync("tmux", ["-V"]).status === 0;
test("a real tmux pane is a multiplexer's", { skip: !tmux && "tmux is not installed" }, async (t) => {
  const stage = await makeStage(t);
  const server = join(stage.folder, "tmux");
  t.after(() => spawnSync("tmux", ["-S", server, "kill-server"]));
  const pane = await stage.connect([
    "env",
    "TERM=xterm",
    pty,
    "tmux",
    "-S",
    server,
    "-f",
    "/dev/null",
    "new-session",
    `${node} ${stage.client} ${stage.socket}`,
  ]);
  const presence = await makeOperator().presence(pane.caller, later(), { signal });
  assert.ok(presence.present && presence.level === "multiplexer", JSON.stringify(presence));
});

test("a connection whose maker has ended is nobody's", async (t) => {
  const stage = await makeStage(t);
  const heir = join(stage.folder, "heir.mjs");
  writeFileSync(heir, heirSource);
  const { caller, child, socket } = await stage.connect([pty, node, heir, "sock"]);
  if (child.exitCode === null) await once(child, "exit");
  assert.equal(socket.closed, false);
  assert.match(whyNot(await makeOperator().presence(caller, {}, { signal })), /no living process|has ended/);
});

test("names of any bytes are read to the letter, also under the sanitizers", async (t) => {
  const stage = await makeStage(t);
  const odd = 'a) "b\\ (é';
  copyFileSync("/bin/sh", join(stage.folder, odd));
  const words = ["-c", `${node} client.mjs sock; true`, "tab\there", "x".repeat(5_000)];
  const { caller, pid, ppid } = await stage.connect([pty, join(stage.folder, odd), ...words]);
  for (const program of [hook, join(root, "build", "signalbox-hook-asan")].filter((file) => existsSync(file))) {
    const reading = await readPeer(program, caller.fd ?? -1, 5_000);
    assert.ok("peer" in reading, JSON.stringify(reading));
    const { peer } = reading;
    assert.deepEqual([peer.pid, peer.uid, peer.session], [pid, process.getuid?.(), ppid]);
    const shell = peer.processes.find((process) => process.pid === ppid);
    assert.equal(shell?.name, odd);
    assert.equal(shell?.program, join(stage.folder, odd));
    assert.deepEqual(shell?.arguments.slice(0, 4), [join(stage.folder, odd), ...words.slice(0, 3)]);
    assert.equal(peer.processes.at(-1)?.parent, 0);
    assert.ok(peer.now >= (shell?.start ?? Number.POSITIVE_INFINITY));
  }
});

test("who made a connection is read once, and judged at each question", async (t) => {
  const stage = await makeStage(t);
  const counting = join(stage.folder, "counting");
  writeFileSync(counting, `#!/bin/sh\necho read >> ${stage.folder}/reads\nexec ${hook} "$@"\n`, { mode: 0o755 });
  const { caller } = await stage.connect([pty, node, "client.mjs", "sock"]);
  const operator = makeOperator({ hook: counting });
  const answers = await Promise.all([
    operator.presence(caller, later(), { signal }),
    operator.presence(caller, { sessionStartedMs: 0 }, { signal }),
  ]);
  assert.deepEqual(
    answers.map(({ present }) => present),
    [true, false],
  );
  assert.ok((await operator.presence(caller, later(), { signal })).present);
  assert.equal(readFileSync(join(stage.folder, "reads"), "utf8"), "read\n");
});

test("a reading that comes late makes no terminal younger", async (t) => {
  const stage = await makeStage(t);
  const { caller } = await stage.connect([pty, node, "client.mjs", "sock"]);
  const slow = join(stage.folder, "slow");
  writeFileSync(slow, `#!/bin/sh\n'${hook}' --peer\nexec sleep 1\n`, { mode: 0o755 });
  const known = await makeOperator({ hook: slow }).seat(caller, { signal });
  assert.ok("seat" in known);
  const { peer, readAtMs } = known.seat;
  const bootedAtMs = Date.now() - uptime() * 1_000;
  const offMs = readAtMs - (peer.now * 1_000) / peer.unit - bootedAtMs;
  assert.ok(Math.abs(offMs) < 500, `it counts as read ${offMs} ms off`);
});

test("what can't be read is nobody, in time and with words", async (t) => {
  const stage = await makeStage(t);
  const { caller, socket } = await stage.connect([pty, node, "client.mjs", "sock"]);
  const program = (name: string, text: string) => {
    writeFileSync(join(stage.folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return join(stage.folder, name);
  };
  const why = async (options: Partial<OperatorOptions>, from: { readonly fd: number | undefined } = caller) =>
    whyNot(await makeOperator(options).presence(from, {}, { signal }));
  assert.match(await why({ hook: join(stage.folder, "none") }), /can't be run/);
  assert.match(await why({ hook: program("garbage", "echo '{\"pid\":1'") }), /can't be read/);
  assert.match(await why({ hook: program("wrong", "echo '{\"pid\":1}'") }), /can't be read/);
  assert.match(await why({ hook: program("failing", "exit 1") }), /can't be read/);
  assert.match(await why({ hook: program("slow", "exec sleep 60"), timeoutMs: 100 }), /longer than 100 ms/);
  assert.match(await why({ hook: program("endless", "while :; do echo 0123456789abcdef; done") }), /can't be read/);
  assert.match(await why({}, { fd: undefined }), /says nothing/);
  assert.match(await why({}, { fd: 1_000_000 }), /could not be handed over/);
  const closed = once(socket, "close");
  socket.destroy();
  await closed;
  assert.match(await why({}), /says nothing/);
});

test("an aborted question stops waiting", async (t) => {
  const stage = await makeStage(t);
  const { caller } = await stage.connect([pty, node, "client.mjs", "sock"]);
  const abort = new AbortController();
  const asked = makeOperator().presence(caller, {}, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(asked, /enough/);
  await assert.rejects(makeOperator().presence(caller, {}, { signal: abort.signal }), /enough/);
});

test("many questions at once are all answered", async (t) => {
  const stage = await makeStage(t);
  const { socket } = await stage.connect([pty, node, "client.mjs", "sock"]);
  const operator = makeOperator();
  const ask = () => operator.presence(callerOf(socket), later(), { signal });
  const presences = await Promise.all(Array.from({ length: 40 }, ask));
  assert.ok(presences.every(({ present }) => present));
  // Over the queue's length the rest are told so.
  const flood = await Promise.all(Array.from({ length: 400 }, ask));
  const refused = flood.filter(({ present }) => !present);
  assert.equal(refused.length, 400 - 4 - 256);
  assert.match(whyNot(refused[0] as Presence), /try again/);
});
