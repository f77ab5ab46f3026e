import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import type { Client } from "../../../src/client/index.ts";
import { makeHome, TestDaemon } from "../../support/daemon.ts";

type Reply = Readonly<Record<string, unknown>>;

/**
 * The bridge that iai's wrapper has, written from what is known of it: one long-lived connection, a map of pending requests by
 * integer ids, control messages each on a connection of their own, whose reply is one line.
 */
class IaiBridge implements AsyncDisposable {
  readonly #path: string;
  readonly #socket: Socket;
  readonly #pending = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  readonly #closed: Promise<unknown>;
  #nextId = 1;

  private constructor(path: string, socket: Socket) {
    this.#path = path;
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once("close", resolve));
    createInterface({ input: socket }).on("line", (line) => {
      const { id, result, error } = JSON.parse(line) as {
        id: number;
        result?: never;
        error?: { code: number; message: string };
      };
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) pending?.resolve(result as never);
      else pending?.reject(Object.assign(new Error(error.message), { code: error.code }));
    });
  }

  static async start(path: string, session: string): Promise<IaiBridge> {
    const socket = createConnection(path);
    await once(socket, "connect");
    const bridge = new IaiBridge(path, socket);
    await bridge.control({ type: "session_open", session_id: session, ts: new Date().toISOString() });
    return bridge;
  }

  request<Result extends object>(method: string, params: object = {}): Promise<Result> {
    const id = this.#nextId++;
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: never) => void, reject });
      this.#socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    });
  }

  async control(message: object): Promise<Reply> {
    const socket = createConnection(this.#path);
    socket.write(`${JSON.stringify(message)}\n`);
    const [line] = (await once(createInterface({ input: socket }), "line")) as [string];
    socket.end();
    return JSON.parse(line) as Reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.end();
    await this.#closed;
  }
}

/** Resolves with the first ledger entry of that kind from now on. */
async function nextEntry(client: Client, kind: string): Promise<Reply> {
  const found = Promise.withResolvers<Reply>();
  const stop = new AbortController();
  const { entries } = await client.call("ledger/list", { limit: 1 });
  await client.stream(
    "ledger/tail",
    { after: entries[0]?.seq ?? -1 },
    ({ entries: added }) => {
      const entry = added.find((each) => each.kind === kind);
      if (entry !== undefined) found.resolve(entry.payload ?? {});
    },
    { signal: stop.signal },
  );
  return found.promise.finally(() => stop.abort(new Error("found")));
}

describe("iai's own client", { timeout: 300_000 }, () => {
  test("remembers a day's turns one by one, corrects a fact, and is told at the next session's beginning", async () => {
    using place = makeHome();
    await using daemon = await TestDaemon.start(place);
    await using bridge = await IaiBridge.start(place.socket, "monday");
    // Ten turns of a session, as its capture hook sends them: alike in everything but what was said.
    const turns = Array.from({ length: 10 }, (_, turn) => `On turn ${turn} we agreed on colour number ${turn * 7}`);
    const captured = await Promise.all(
      turns.map((text) =>
        bridge.request<{ status: string; record_id: string }>("memory_capture", {
          text,
          cue: "session monday turn",
          tier: "episodic",
          session_id: "monday",
          role: "user",
        }),
      ),
    );
    assert.equal(captured.filter(({ status }) => status === "inserted").length, 10);
    assert.equal(new Set(captured.map(({ record_id }) => record_id)).size, 10);

    type Hits = { hits: { record_id: string; literal_surface: string }[]; first_turn_recall?: object };
    const recalled = await bridge.request<Hits>("memory_recall", { cue: "colour number 49", session_id: "monday" });
    assert.equal(recalled.hits[0]?.literal_surface, turns[7]);
    assert.ok("first_turn_recall" in recalled);

    const { new_record_id } = await bridge.request<{ new_record_id: string }>("memory_contradict", {
      id: captured[7]?.record_id,
      new_fact: "The colour is number 50 after all",
    });
    const corrected = await bridge.request<Hits>("memory_recall", { cue: "colour number 49", session_id: "monday" });
    assert.equal(corrected.hits[0]?.record_id, new_record_id, "the correction is what is found");
    assert.ok(!corrected.hits.some(({ record_id }) => record_id === captured[7]?.record_id));
    await bridge.request("session_exit", { session_id: "monday" });

    await bridge.request("profile_set", { knob: "wake_depth", value: "standard" });
    await daemon.kill();
    await using again = await TestDaemon.start(place);
    assert.ok(again.child.pid !== undefined);
    await using tuesday = await IaiBridge.start(place.socket, "tuesday");
    const start = await tuesday.request<{ l2: string[]; wake_depth: string }>("session_start_payload", {
      session_id: "tuesday",
    });
    assert.equal(start.wake_depth, "standard");
    assert.ok(start.l2.some((line) => line.includes("number 50 after all")));
  });

  test("steers the background: a pause of one second ends by itself, a round runs and is reported under its id", async () => {
    using place = makeHome();
    await using daemon = await TestDaemon.start(place);
    await using client = await daemon.connect();
    await using bridge = await IaiBridge.start(place.socket, "s");
    const resumed = nextEntry(client, "upkeep/resumed");
    const paused = await bridge.control({ type: "pause", seconds: 1 });
    assert.deepEqual([paused["ok"], paused["paused"]], [true, true]);
    const queued = await bridge.control({ type: "force_rem" });
    assert.equal(queued["reason"], "rem_queued");
    const during = await bridge.control({ type: "status" });
    if (during["scheduler_paused"] === true) {
      const commands = during["commands"] as { command_id: string; state: string }[];
      assert.equal(commands.find(({ command_id }) => command_id === queued["command_id"])?.state, "queued");
    }
    const rounded = nextEntry(client, "upkeep/rounded");
    assert.deepEqual(await resumed, { by: "deadline" });
    assert.equal((await rounded)["outcome"], "done");
    const after = await bridge.control({ type: "status" });
    assert.equal(after["scheduler_paused"], false);
    const commands = after["commands"] as { command_id: string; state: string; note: string }[];
    const round = commands.find(({ command_id }) => command_id === queued["command_id"]);
    assert.deepEqual([round?.state, round?.note], ["done", "note-consolidation done, note-retention done"]);
  });

  test("keeps its connection through an error, a line that is no JSON, and forty requests at once", async () => {
    using place = makeHome();
    await using _ = await TestDaemon.start(place);
    await using bridge = await IaiBridge.start(place.socket, "s");
    await assert.rejects(bridge.request("memory_recall", {}), {
      code: -32602,
      message: "missing required param: 'cue'",
    });
    await assert.rejects(bridge.request("topology"), { code: -32601, message: "unknown method 'topology'" });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_each, index) => bridge.request("memory_capture", { text: `fact ${index}` })),
    );
    assert.equal(answers.length, 40);
  });
});
