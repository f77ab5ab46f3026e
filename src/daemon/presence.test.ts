import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operator, Passes, Vault } from "../operator/index.ts";
import type { Call } from "../protocol/handlers.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";
import { createPresence } from "./presence.ts";

const call = { connection: { id: "conn_a" }, signal: new AbortController().signal } as unknown as Call;
const proof = { nonce: "n", proof: "p" };

/** Somebody in a pane or at a terminal, or nobody; and a passphrase that is proved by `proof` for the right word, or none. */
function setUp(level: "terminal" | "multiplexer" | undefined, locked: boolean) {
  const proved: string[] = [];
  const operator = {
    presence: async () =>
      level === undefined
        ? { present: false, why: "the caller has no terminal" }
        : { present: true, level, record: { level } },
  } as unknown as Operator;
  const vault: Pick<Vault, "locked" | "prove"> = {
    locked,
    async prove(word) {
      proved.push(word);
      if (!word.endsWith("hold_a")) throw new Refusal("NOT_PERMITTED", "not that of the passphrase");
    },
  };
  const presence = createPresence({
    operator,
    passes: {} as Passes,
    vault,
    webDecides: "everything",
    session: () => undefined,
  });
  const release = (undoable: boolean, given?: typeof proof) =>
    presence.forHold({ id: "hold_a", undoable } as HoldView, call, { releases: true, proof: given });
  return { presence, release, proved };
}

const code = (wanted: string) => (error: unknown) => error instanceof Refusal && error.code === wanted;

test("a pane of a multiplexer releases what can't be undone with the passphrase, and else only what can", async () => {
  const without = setUp("multiplexer", false);
  await assert.rejects(without.release(false), code("NOT_PERMITTED"));
  assert.deepEqual(await without.release(true), { level: "multiplexer" });
  const guarded = setUp("multiplexer", true);
  await assert.rejects(guarded.release(false), code("PROOF_NEEDED"));
  assert.deepEqual(await guarded.release(false, proof), { level: "multiplexer", passphrase: true });
  assert.deepEqual(await guarded.release(true), { level: "multiplexer" });
});

test("whoever is not there is told nothing of the passphrase and spends no nonce", async () => {
  const { release, presence, proved } = setUp(undefined, true);
  await assert.rejects(release(false, proof), code("NOT_PERMITTED"));
  const asked = { word: "daemon/stop", proof, verb: "signalbox down" };
  await assert.rejects(presence.forOperation("daemon/stop", call, { proved: asked }), code("NOT_PERMITTED"));
  assert.deepEqual(proved, []);
});

test("a deny needs nobody's passphrase; without one set, a proof is not looked at", async () => {
  const { presence } = setUp("terminal", true);
  const hold = { id: "hold_a", undoable: false } as HoldView;
  assert.deepEqual(await presence.forHold(hold, call, { releases: false }), { level: "terminal" });
  const open = setUp("terminal", false);
  assert.deepEqual(await open.release(false, proof), { level: "terminal" });
  assert.deepEqual(open.proved, []);
});
