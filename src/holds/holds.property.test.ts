import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { limits } from "../protocol/limits.ts";
import type { HoldState } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";
import { type Bench, approveOnce, bench, heldCall, judged, operator } from "./holds.fixture.ts";
import type { Answer, Input } from "./types.ts";

/** Two inputs, two scripts that may change, callers that wait, leave, come back or never wait: small enough to collide often. */
type Step =
  | { readonly do: "ask"; readonly input: number; readonly wait: boolean; readonly key: number }
  | { readonly do: "decide"; readonly nth: number; readonly as: "approve" | "deny" | "session" | "edit" }
  | { readonly do: "lose"; readonly nth: number }
  | { readonly do: "settle"; readonly by: "PostToolUse" | "Stop" | "SessionEnd"; readonly input: number }
  | { readonly do: "change" }
  | { readonly do: "policy"; readonly verdict: "allow" | "hold" | "deny" }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "step"; readonly ms: number }
  | { readonly do: "sweep" }
  | { readonly do: "restart" }
  | { readonly do: "flush" };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("ask"), input: fc.nat(1), wait: fc.boolean(), key: fc.nat(2) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("decide"),
      nth: fc.nat(3),
      as: fc.constantFrom("approve", "approve", "deny", "session", "edit"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose"), nth: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("settle"),
      by: fc.constantFrom("PostToolUse", "Stop", "SessionEnd"),
      input: fc.nat(1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("change") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("policy"), verdict: fc.constantFrom("allow", "hold", "deny") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("pass"),
      ms: fc.constantFrom(1, limits.holdWaitMs, limits.approvalAgeMsMax, limits.holdAgeMsMax),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("step"), ms: fc.constantFrom(-3_600_000, 3_600_000, limits.holdAgeMsMax) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sweep") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart") }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("flush") }) },
) as fc.Arbitrary<Step>;

/** Enough turns of the loop for every started step to reach its next wait. */
async function flush(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const mayFollow: Record<HoldState, readonly HoldState[]> = {
  open: ["open", "approved", "denied", "expired", "withdrawn", "settled", "used"],
  approved: ["approved", "used", "expired", "withdrawn", "settled"],
  denied: ["denied"],
  used: ["used"],
  expired: ["expired"],
  withdrawn: ["withdrawn"],
  settled: ["settled"],
};

async function play(steps: readonly Step[]): Promise<void> {
  let b: Bench = bench();
  const benches = [b];
  const started: Promise<unknown>[] = [];
  const answers: { answer: Answer; key: string; asked: Input }[] = [];
  const callers: AbortController[] = [];
  let script = 0;
  let policy: "allow" | "hold" | "deny" = "hold";
  const look = () => ({ ...judged, verdict: policy, facts: { "script:/w/run.sh": `sha256:${script}` } });
  let asks = 0;

  const start = (step: Step): void => {
    switch (step.do) {
      case "ask": {
        const caller = new AbortController();
        callers.push(caller);
        // Half of the callers come back with a key that they used before: those are the same call.
        const requestKey = step.key === 0 ? `key-${step.input}` : `key-${(asks += 1)}-${step.input}`;
        const call = heldCall({ input: { n: step.input }, requestKey, toolCallId: requestKey, judged: look() });
        const asked = b.ask(call, {
          wait: step.wait,
          signal: caller.signal,
          judgeAgain: () => Promise.resolve(look()),
        });
        started.push(
          asked.then(
            (answer) => answers.push({ answer, key: requestKey, asked: call.input }),
            (error: unknown) => assert.ok(error instanceof Refusal, String(error)),
          ),
        );
        return;
      }
      case "decide": {
        const open = b.holds.list({ state: "all", limit: 100 });
        const hold = open[open.length - 1 - step.nth];
        if (hold === undefined) return;
        const decision =
          step.as === "approve"
            ? approveOnce
            : step.as === "session"
              ? ({ decision: "approve", scope: "session" } as const)
              : step.as === "edit"
                ? ({ decision: "edit", input: { n: "edited" } } as const)
                : ({ decision: "deny", words: "no" } as const);
        started.push(
          b.holds.decide(hold.id, decision, operator).catch((error: unknown) => {
            assert.ok(error instanceof Refusal && ["CONFLICT", "EXPIRED"].includes(error.code), String(error));
          }),
        );
        return;
      }
      case "lose":
        return callers.at(-1 - step.nth)?.abort(new Refusal("CANCELLED", "lost"));
      case "settle": {
        const how = { tool: "Bash", cwd: "/w", input: { n: step.input } };
        started.push(b.holds.settle({ agent: "claude-code", session: "s1", by: step.by, ...how }));
        return;
      }
      case "change":
        script += 1;
        return;
      case "policy":
        policy = step.verdict;
        return;
      case "pass":
        return b.clock.advance(step.ms);
      case "step":
        return b.clock.stepWall(step.ms);
      case "sweep":
        started.push(b.holds.sweep());
        return;
      case "restart":
        b.holds.drain();
        b = b.restart();
        benches.push(b);
        return;
      case "flush":
        return;
    }
  };

  const seen = new Map<string, HoldState>();
  for (const step of steps) {
    start(step);
    if (step.do === "flush" || step.do === "restart") await flush();
    // What the book says of a hold may only go forward.
    for (const hold of b.holds.list({ state: "all", limit: 1_000 })) {
      const before = seen.get(hold.id) ?? "open";
      assert.ok(mayFollow[before].includes(hold.state), `${hold.id} went from ${before} to ${hold.state}`);
      seen.set(hold.id, hold.state);
    }
  }
  for (const caller of callers) caller.abort(new Refusal("CANCELLED", "the end"));
  await flush();
  await Promise.all(started);
  checkEntries(b);
  checkAnswers(b, answers);
  await b.store.close();
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** By the ledger: decided at most once, used at most once, and used only after an approval and before any end. */
function checkEntries(b: Bench): void {
  const decided = new Map<string, string>();
  const used = new Set<string>();
  const ended = new Set<string>();
  for (const { kind, payload } of b.entries()) {
    const hold = text(payload["hold"]);
    if (kind === "hold/decided") {
      assert.ok(!decided.has(hold) && !ended.has(hold), `${hold} was decided twice or after its end`);
      decided.set(hold, text(payload["decision"]));
    }
    if (kind === "hold/used" && payload["grant"] === undefined) {
      assert.ok(!used.has(hold), `${hold} was used twice`);
      assert.ok(!ended.has(hold), `${hold} was used after its end`);
      assert.ok(["approve", "edit"].includes(decided.get(hold) ?? ""), `${hold} was used without an approval`);
      used.add(hold);
    }
    if (["hold/expired", "hold/withdrawn", "hold/settled"].includes(kind)) {
      assert.ok(!ended.has(hold) && !used.has(hold), `${hold} ended twice`);
      ended.add(hold);
    }
  }
}

/** By the agents: one approval released one call, and every release stands in the ledger. */
function checkAnswers(b: Bench, answers: readonly { answer: Answer; key: string; asked: Input }[]): void {
  const entries = new Map(b.entries().map((entry) => [entry.seq, entry]));
  const released = new Map<string, string>();
  const edited = new Set<string>();
  for (const { kind, payload } of entries.values())
    if (kind === "hold/decided" && payload["decision"] === "edit") edited.add(text(payload["hold"]));
  for (const { answer, key, asked } of answers) {
    const entry = entries.get(answer.entry) ?? assert.fail("an answer without its entry");
    if (answer.verdict !== "allow") continue;
    assert.equal(entry.kind, "gate/judged");
    assert.equal(entry.payload["verdict"], "allow");
    if (answer.granted !== true || answer.hold === undefined) continue;
    assert.equal(released.get(answer.hold) ?? key, key, `${answer.hold} released two calls`);
    released.set(answer.hold, key);
    // What was approved is what runs: the edited call for an edit, the call that the hold shows for anything else.
    const approved = edited.has(answer.hold) ? { n: "edited" } : b.holds.get(answer.hold).input;
    assert.deepEqual(answer.input ?? asked, approved);
  }
}

test("under any interleaving an approval is used at most once and a decided hold never changes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 60 }), (steps) => play(steps)),
    { numRuns: 150 },
  );
});
