import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { atm } from "../../src/dialects/clients/atm/index.ts";
import { inOrder } from "../../src/dialects/clients/index.ts";
import { kintsugi } from "../../src/dialects/clients/kintsugi/index.ts";
import { nexo } from "../../src/dialects/clients/nexo.ts";
import { openDoor } from "../support/door.ts";

const quiet = async () => {};
const dialects = inOrder({
  nexo: nexo({ decide: async () => ({ outcome: { outcome: "cancelled" }, rationale: "" }), ended: () => {} }),
  kintsugi: kintsugi({
    unread: quiet,
    observe: quiet,
    ingest: quiet,
    provenance: async () => ({ tainted: false, trail: [] }),
    shutdown: quiet,
  }),
  atm: atm({ nowMs: () => 0, status: quiet, hook: quiet, discover: async () => 0 }),
});
const verdict = { verdict: "allow" as const, reason: "", rule: "r", effects: [], entry: 0 };
const handlers = {
  "gate/request": async () => verdict,
  "gate/record": async () => ({ ...verdict, catastrophic: false }),
  "hold/list": async () => ({ holds: [] }),
  "operator/present": async () => ({ present: true as const }),
  "operator/challenge": async () => ({
    locked: false,
    nonce: "",
    salt: "",
    params: { m_cost: 1, t_cost: 1, p_cost: 1 },
  }),
};

const words = (text: string) => text.split(" ");
const kinds = words(
  "decide propose resolve observe ingest provenance record listpending pendingstatus approve deny prunepending status authbegin",
);
const junk = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.object({ maxDepth: 2 }),
);
const fields = fc.dictionary(
  fc.constantFrom(
    ..."id request ts agent cwd argv raw session command decision remember change path source_kind source_id op nonce proof __proto__ constructor".split(
      " ",
    ),
  ),
  junk,
);
const foreign = fc.tuple(fc.constantFrom(...kinds), fields).map(([kind, more]) => ({ ...more, kind }));
const registry = fc
  .tuple(
    fc.constantFrom(...words("list_sessions ping discover dance connect")),
    fc.dictionary(fc.constantFrom("seq", "client_id", "data"), junk),
  )
  .map(([type, more]) => ({ ...more, type, protocol_version: { major: 1, minor: 0 } }));

test("whatever stands in a frame of a dialect's shape, it is answered once and the connection lives", async () => {
  await using door = await openDoor({ ...handlers, "session/list": async () => ({ sessions: [] }) }, { dialects });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(foreign, registry), { minLength: 1, maxLength: 20 }), async (frames) => {
      await using peer = await door.connect();
      peer.send(...frames);
      const answers = await peer.take(frames.length);
      for (const answer of answers) assert.ok("kind" in answer || "type" in answer, JSON.stringify(answer));
      peer.send({ jsonrpc: "2.0", id: "last", method: "hold/list", params: {} });
      assert.equal((await peer.next())["id"], "last");
    }),
    { numRuns: 150 },
  );
});
