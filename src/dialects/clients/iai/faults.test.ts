import assert from "node:assert/strict";
import { test } from "node:test";
import type { ForeignError, ForeignFrame, Peer } from "../../../protocol/client-dialect.ts";
import type { Call } from "../../../protocol/handlers.ts";
import { Refusal } from "../../../protocol/refusals.ts";
import { iaiControl, type IaiPorts, iaiMethods } from "./index.ts";

/** Ports of a daemon in which everything fails in one way. */
function failing(error: Error): IaiPorts & { readonly faults: unknown[] } {
  const faults: unknown[] = [];
  const fail = () => Promise.reject(error);
  const failNow = () => {
    throw error;
  };
  return {
    faults,
    capture: fail,
    recall: fail,
    brief: fail,
    link: fail,
    supersede: fail,
    consolidate: fail,
    setKnob: fail,
    note: failNow,
    neighbours: failNow,
    noteCount: failNow,
    knobs: failNow,
    entries: failNow,
    sessionOpened: failNow,
    takeFirstTurn: failNow,
    sessionExited: failNow,
    upkeep: { status: failNow, ask: fail, pause: fail, resume: fail },
    version: "0",
    startedAt: "2026-01-01T00:00:00.000Z",
    uptimeMs: () => 0,
    fault: (_, what) => `ref${faults.push(what)}`,
  };
}

/** As the transport serves a frame: what is thrown is answered by the dialect's own fault. */
async function served(ports: IaiPorts | undefined, frame: ForeignFrame): Promise<object> {
  const dialect = iaiControl(ports);
  let sent: object | undefined;
  const peer = { send: (answer: object) => (sent = answer) !== undefined } as unknown as Peer;
  try {
    await dialect.open(peer).serve(frame, { notSure: undefined });
  } catch (error) {
    return dialect.fault(error instanceof Refusal ? error : new Refusal("INTERNAL", "a bug"), frame);
  }
  assert.ok(sent !== undefined);
  return sent;
}

const control = [
  { type: "user_initiated_sleep", reason: "x" },
  { type: "force_wake" },
  { type: "force_rem" },
  { type: "pause", seconds: 1 },
  { type: "resume" },
  { type: "session_open", session_id: "s" },
];

test("each control frame tells why it failed in iai's words", async () => {
  const cases = [
    [new Refusal("LEDGER_UNAVAILABLE", "the disk is full", "signalbox status"), "state_write_failed"],
    [new Refusal("BUSY", "64 commands wait"), "control_plane_error"],
    [new Refusal("DRAINING", "the daemon drains"), "control_plane_error"],
    [new Error("a bug"), "control_plane_error"],
  ] as const;
  for (const [error, reason] of cases)
    for (const frame of control) {
      const { ok, reason: said, error: words } = (await served(failing(error), frame)) as Record<string, unknown>;
      assert.deepEqual([ok, said, typeof words], [false, reason, "string"], frame.type);
    }
  const asleep = failing(new Refusal("CONFLICT", "It sleeps already."));
  assert.equal(
    ((await served(asleep, { type: "user_initiated_sleep" })) as { reason: string }).reason,
    "already_sleeping",
  );
  assert.equal(((await served(asleep, { type: "force_wake" })) as { reason: string }).reason, "control_plane_error");
});

test("without a store the control plane is not wired, and says so to every frame", async () => {
  for (const frame of [{ type: "status" }, ...control])
    assert.deepEqual(await served(undefined, frame), { ok: false, reason: "control_plane_unwired" });
});

const call = { signal: new AbortController().signal, connection: {} } as Call;
const good: Readonly<Record<string, object>> = {
  memory_recall: { cue: "x" },
  memory_capture: { text: "a fact" },
  memory_reinforce: { ids: [] },
  memory_contradict: { id: "note_a", new_fact: "b" },
  memory_consolidate: {},
  session_start_payload: {},
  session_exit: { session_id: "s" },
  profile_get: {},
  profile_set: { knob: "a", value: 1 },
  events_query: { kind: "s4_contradiction" },
  audit_query: {},
};

test("a fault inside any method is -32001 with a ref of the log; a refusal is said in its words", async () => {
  for (const [name, params] of Object.entries(good)) {
    const ports = failing(new TypeError("undefined is not a function"));
    const failed = (error: ForeignError) =>
      error.rpcCode === -32001 && error.message.endsWith("ref ref1") && !error.message.includes("undefined is not");
    await assert.rejects(iaiMethods(ports)(name)?.run(params, call) ?? Promise.resolve(), failed, name);
    assert.equal(ports.faults.length, 1);

    const refusing = failing(new Refusal("NOT_FOUND", "There is no note note_a.", "signalbox memory list"));
    await assert.rejects(
      iaiMethods(refusing)(name)?.run(params, call) ?? Promise.resolve(),
      { rpcCode: -32001, code: "NOT_FOUND", message: "There is no note note_a. signalbox memory list" },
      name,
    );
    const wrong = failing(new Refusal("INVALID_PARAMS", "a knob's name is a-z"));
    await assert.rejects(iaiMethods(wrong)(name)?.run(params, call) ?? Promise.resolve(), { rpcCode: -32602 }, name);
    const full = new Refusal("LEDGER_UNAVAILABLE", "The disk is full.", "Free some space.");
    const disk = { ...failing(new Error("SQLITE_FULL")), fault: () => full };
    await assert.rejects(
      iaiMethods(disk)(name)?.run(params, call) ?? Promise.resolve(),
      { rpcCode: -32001, code: "LEDGER_UNAVAILABLE", message: "The disk is full. Free some space." },
      name,
    );
    const draining = failing(new Refusal("DRAINING", "the daemon drains"));
    await assert.rejects(
      iaiMethods(draining)(name)?.run(params, call) ?? Promise.resolve(),
      { code: "DRAINING" },
      name,
    );
  }
});

test("a name with a slash is none of iai's", () => {
  const methods = iaiMethods(failing(new Error("unused")));
  assert.equal(methods("memory/nothing"), undefined);
  assert.equal(methods("__proto__"), undefined);
  assert.ok(methods("constructor") !== undefined, "answered as unknown, in iai's words");
});
