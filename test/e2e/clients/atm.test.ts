import assert from "node:assert/strict";
import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { makeHome, TestDaemon } from "../../support/daemon.ts";

interface Session {
  readonly id: string;
  readonly status: string;
  readonly first_prompt: string | null;
}
type Message = { readonly type: string; readonly session?: Session; readonly sessions?: Session[] } & Record<
  string,
  unknown
>;

/** A client as atm's board and its hook script are, written from what is known of them. */
class AtmClient implements Disposable {
  readonly socket: Socket;
  readonly #messages: Message[] = [];
  #heard: (() => void) | undefined;
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    createInterface(socket).on("line", (line) => {
      this.#messages.push(JSON.parse(line) as Message);
      this.#heard?.();
    });
    socket.on("error", () => {}); // a test that is cut off sees the end
    socket.on("close", () => {
      this.#ended = true;
      this.#heard?.();
    });
  }

  static async connect(path: string, id?: string): Promise<AtmClient> {
    const socket = createConnection(path);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    const client = new AtmClient(socket);
    client.send({ type: "connect", ...(id === undefined ? {} : { client_id: id }) });
    assert.equal((await client.next()).type, "connected");
    return client;
  }

  send(message: object): void {
    this.socket.write(`${JSON.stringify({ protocol_version: { major: 1, minor: 0 }, ...message })}\n`);
  }

  async next(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.#ended) throw new Error("the connection ended");
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** What a board shows: the newest of each session, read until `done` says that it is enough. */
  async board(done: (sessions: ReadonlyMap<string, Session>) => boolean): Promise<ReadonlyMap<string, Session>> {
    const sessions = new Map<string, Session>();
    while (!done(sessions)) {
      const { type, session, sessions: all } = await this.next();
      if (type === "session_list") sessions.clear();
      for (const one of all ?? (session === undefined ? [] : [session])) sessions.set(one.id, one);
    }
    return sessions;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

const hook = (session: string, name: string, more: object = {}) => ({
  type: "hook_event",
  data: { session_id: session, hook_event_name: name, cwd: "/tmp", pid: process.pid, tmux_pane: "%1", ...more },
});

test("atm's hook script: connect and one report, then it hangs up; the board sees it", async () => {
  using home = makeHome();
  await using _ = await TestDaemon.start(home);
  using board = await AtmClient.connect(home.socket, "tui");
  board.send({ type: "subscribe" });
  assert.deepEqual((await board.next()).sessions, []);
  const script = createConnection(home.socket);
  const version = { protocol_version: { major: 1, minor: 0 } };
  script.end(
    `${JSON.stringify({ ...version, type: "connect" })}\n${JSON.stringify({ ...version, ...hook("s1", "UserPromptSubmit", { prompt: "go" }) })}\n`,
  );
  script.resume();
  const { type, session } = await board.next();
  assert.equal(type, "session_updated");
  assert.deepEqual({ id: session?.id, status: session?.status }, { id: "s1", status: "working" });
});

test("a board that stops reading harms nobody, and has the newest of everything when it reads on", async () => {
  using home = makeHome();
  await using _ = await TestDaemon.start(home);
  using hooks = await AtmClient.connect(home.socket);
  using reading = await AtmClient.connect(home.socket);
  using stopped = await AtmClient.connect(home.socket);
  for (const board of [reading, stopped]) board.send({ type: "subscribe" });
  stopped.socket.pause();
  const sessions = 40;
  const rounds = 50;
  for (let round = 1; round <= rounds; round += 1)
    for (let id = 0; id < sessions; id += 1)
      hooks.send(hook(`s${id}`, "UserPromptSubmit", { prompt: `round ${round} ${"x".repeat(100)}` }));
  for (let id = 0; id < sessions; id += 1) hooks.send(hook(`s${id}`, "Stop"));
  const finished = (all: ReadonlyMap<string, Session>) =>
    all.size === sessions && [...all.values()].every(({ status }) => status === "idle");
  await reading.board(finished);
  hooks.send({ type: "ping", seq: 1 });
  assert.equal((await hooks.next()).type, "pong");
  stopped.socket.resume();
  await stopped.board(finished);
});
