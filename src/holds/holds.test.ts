import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import { approveOnce, bench, effect, heldCall, judged, opened, operator } from "./holds.fixture.ts";

const refusal = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof Refusal && error.code === code && words.test(error.message);

test("a hold is on disk with its entries before it is announced, and its caller is counted", async () => {
  const b = bench();
  const { id } = await opened(b);
  assert.deepEqual(b.kinds(), ["gate/judged", "hold/opened"]);
  const [hold] = b.holds.list({ state: "open", limit: 10 });
  assert.equal(hold?.id, id);
  assert.equal(hold?.waiting, 1);
  assert.equal(hold?.editable, true);
  assert.equal(hold?.undoable, true);
  assert.equal(b.changes[0]?.waiting, 1);
});

test("approve once releases the waiting caller, once, and is entered", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  const { hold } = await b.holds.decide(id, approveOnce, operator);
  assert.equal(hold.state, "approved");
  const released = await answer;
  assert.equal(released.verdict, "allow");
  assert.equal(released.granted, true);
  assert.equal(released.hold, id);
  assert.equal(b.holds.get(id).state, "used");
  assert.deepEqual(b.kinds(), ["gate/judged", "hold/opened", "hold/decided", "gate/judged", "hold/used"]);
  assert.equal(released.entry, b.entries()[3]?.seq);
  const again = await opened(b);
  assert.notEqual(again.id, id);
});

test("a decision happens once", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  const results = await Promise.allSettled([
    b.holds.decide(id, approveOnce, operator),
    b.holds.decide(id, { decision: "deny", words: "no" }, operator),
  ]);
  assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
  assert.equal((await answer).verdict, "allow");
  await assert.rejects(
    b.holds.decide(id, { decision: "deny", words: "" }, operator),
    refusal("CONFLICT", /no longer open: used/),
  );
  await assert.rejects(b.holds.decide("hold_aaaaaaaaaaaaaaaa", approveOnce, operator), refusal("NOT_FOUND", /no hold/));
});

test("deny carries the operator's words to the agent", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  await b.holds.decide(id, { decision: "deny", words: "use the staging host" }, operator);
  const denied = await answer;
  assert.equal(denied.verdict, "deny");
  assert.match(denied.reason, /denied this .*use the staging host/);
  assert.equal(b.entries().find((entry) => entry.seq === denied.entry)?.kind, "hold/decided");
});

test("an identical call joins; one approval releases one of them and the other is held anew", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  const joined = b.next("open");
  const second = b.ask();
  assert.equal((await joined).id, id);
  assert.equal(b.holds.get(id).waiting, 2);
  assert.ok(b.kinds().includes("hold/joined"));
  const reopened = b.next("open");
  await b.holds.decide(id, approveOnce, operator);
  const fresh = await reopened;
  const first = await Promise.race([answer, second]);
  assert.equal(first.verdict, "allow");
  assert.notEqual(fresh.id, id);
  assert.equal(fresh.state, "open");
  await b.holds.decide(fresh.id, { decision: "deny", words: "" }, operator);
  assert.deepEqual([(await answer).verdict, (await second).verdict].sort(), ["allow", "deny"]);
});

for (const [what, change] of Object.entries({
  session: { session: "s2" },
  cwd: { cwd: "/other" },
  tool: { tool: "Write" },
  agent: { agent: "codex" },
  input: { input: { command: "touch b.txt" } },
}))
  test(`an approval is bound to the ${what}`, async () => {
    const b = bench();
    const { id } = await opened(b, heldCall(), { waitMs: 0 }).catch(() => ({ id: "" }));
    const hold = b.holds.list({ state: "open", limit: 1 })[0]?.id ?? assert.fail(`no hold ${id}`);
    await b.holds.decide(hold, approveOnce, operator);
    const other = await b.ask(heldCall(change), { wait: false });
    assert.equal(other.verdict, "hold");
    assert.equal(b.holds.get(hold).state, "approved");
  });

test("a caller that never waits is told hold at once, and its retry uses the approval once", async () => {
  const b = bench();
  const first = await b.ask(heldCall(), { wait: false });
  assert.equal(first.verdict, "hold");
  const id = first.hold ?? assert.fail("no hold");
  await b.holds.decide(id, approveOnce, operator);
  assert.equal((await b.ask()).verdict, "allow");
  assert.equal((await b.ask(heldCall(), { wait: false })).verdict, "hold");
});

test("the caller's deadline leaves the hold open and says so; the retry is released", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  b.clock.advance(limits.holdWaitMs);
  const late = await answer;
  assert.equal(late.verdict, "deny");
  assert.match(late.reason, new RegExp(`Still held as ${id}.*retry exactly this call`));
  assert.doesNotMatch(late.reason, /signalbox hold/);
  assert.equal(b.holds.get(id).state, "open");
  assert.equal(b.holds.get(id).waiting, 0);
  assert.equal(b.holds.get(id).editable, false);
  await b.holds.decide(id, approveOnce, operator);
  assert.equal((await b.ask()).verdict, "allow");
});

test("a lost connection withdraws the hold", async () => {
  const b = bench();
  const lost = new AbortController();
  const { id, answer } = await opened(b, heldCall(), { signal: lost.signal });
  lost.abort(new Refusal("CANCELLED", "its connection was lost"));
  await assert.rejects(answer, refusal("CANCELLED", /lost/));
  assert.equal(b.holds.get(id).state, "withdrawn");
  assert.equal(b.kinds().at(-1), "hold/withdrawn");
});

test("a lost connection withdraws nothing while others wait, or when somebody left it open, or just after the start", async () => {
  const b = bench();
  const lost = new AbortController();
  const { id, answer } = await opened(b, heldCall(), { signal: lost.signal });
  const joined = b.next("open");
  const other = b.ask();
  await joined;
  lost.abort(new Error("lost"));
  await assert.rejects(answer);
  assert.equal(b.holds.get(id).state, "open");
  await b.holds.decide(id, approveOnce, operator);
  assert.equal((await other).verdict, "allow");

  const left = await b.ask(heldCall(), { wait: false });
  const lostToo = new AbortController();
  const waiting = opened(b, heldCall(), { signal: lostToo.signal });
  const { answer: rejoined } = await waiting;
  lostToo.abort(new Error("lost"));
  await assert.rejects(rejoined);
  assert.equal(b.holds.get(left.hold ?? assert.fail()).state, "open");

  const young = bench({ startGraceMs: 5_000 });
  const early = new AbortController();
  const atStart = await opened(young, heldCall(), { signal: early.signal });
  early.abort(new Error("lost"));
  await assert.rejects(atStart.answer);
  assert.equal(young.holds.get(atStart.id).state, "open");
});

test("draining answers waiters and leaves holds open; after a restart the caller rejoins and is released", async () => {
  const b = bench();
  const { id, answer } = await opened(b, heldCall({ requestKey: "k1" }));
  b.holds.drain();
  await assert.rejects(answer, refusal("DRAINING", /stays open/));
  assert.equal(b.holds.get(id).state, "open");

  const next = b.restart();
  assert.equal(next.holds.get(id).editable, false);
  await assert.rejects(
    next.holds.decide(id, { decision: "edit", input: { command: "true" } }, operator),
    refusal("CONFLICT", /no longer waits/),
  );
  const rejoined = await opened(next, heldCall({ requestKey: "k1" }));
  assert.equal(rejoined.id, id);
  await next.holds.decide(id, approveOnce, operator);
  assert.equal((await rejoined.answer).verdict, "allow");

  // The daemon died after the use and before the answer: the same request gets the same answer, another one does not.
  const third = next.restart();
  const repeated = await third.ask(heldCall({ requestKey: "k1" }));
  assert.equal(repeated.verdict, "allow");
  assert.equal((await third.ask(heldCall({ requestKey: "k2" }), { wait: false })).verdict, "hold");
});

test("what policy now denies stays denied, and the approval is gone", async () => {
  const b = bench();
  const deny = { ...judged, verdict: "deny" as const, rule: "new-rule", reason: "No more." };
  const { id, answer } = await opened(b, heldCall(), { judgeAgain: () => Promise.resolve(deny) });
  await b.holds.decide(id, approveOnce, operator);
  const refused = await answer;
  assert.equal(refused.verdict, "deny");
  assert.equal(refused.rule, "new-rule");
  assert.equal(b.holds.get(id).state, "withdrawn");
  assert.match(b.holds.get(id).words ?? "", /denies it \(new-rule\)/);
});

test("what policy now allows stands as approved", async () => {
  const b = bench();
  const allow = { ...judged, verdict: "allow" as const };
  const { id, answer } = await opened(b, heldCall(), { judgeAgain: () => Promise.resolve(allow) });
  await b.holds.decide(id, approveOnce, operator);
  assert.equal((await answer).granted, true);
});

test("a changed fact makes a new hold that shows the difference", async () => {
  const b = bench();
  const before = { ...judged, facts: { "script:/w/run.sh": "sha256:aaaa" } };
  const after = { ...judged, facts: { "script:/w/run.sh": "sha256:bbbb" } };
  const { id, answer } = await opened(b, heldCall({ judged: before }), { judgeAgain: () => Promise.resolve(after) });
  const next = b.next("open");
  await b.holds.decide(id, approveOnce, operator);
  const fresh = await next;
  assert.notEqual(fresh.id, id);
  assert.match(
    fresh.reason,
    new RegExp(`since ${id} was approved: script:/w/run.sh was "sha256:aaaa" and is "sha256:bbbb"`),
  );
  assert.equal(b.holds.get(id).state, "withdrawn");
  await b.holds.decide(fresh.id, approveOnce, operator);
  assert.equal((await answer).verdict, "allow");
});

test("facts that changed before the decision replace the open hold for everybody who waits", async () => {
  const b = bench();
  const before = { ...judged, facts: { "script:/w/run.sh": "sha256:aaaa" } };
  const after = { ...judged, facts: { "script:/w/run.sh": "sha256:bbbb" } };
  const { id, answer } = await opened(b, heldCall({ judged: before }), { judgeAgain: () => Promise.resolve(after) });
  const second = await opened(b, heldCall({ judged: after }));
  assert.equal((await b.next("open")).waiting, 2); // the first caller has come over
  assert.equal(b.holds.get(id).state, "withdrawn");
  const open = b.holds.list({ state: "open", limit: 10 });
  assert.equal(open.length, 1);
  assert.match(open[0]?.reason ?? "", /was opened: script/);
  await b.holds.decide(open[0]?.id ?? assert.fail(), { decision: "deny", words: "" }, operator);
  assert.equal((await answer).verdict, "deny");
  assert.equal((await second.answer).verdict, "deny");
});

test("edit then approve: the caller runs what was edited, and only that", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  await b.holds.decide(id, { decision: "edit", input: { command: "touch c.txt" } }, operator);
  const released = await answer;
  assert.equal(released.verdict, "allow");
  assert.deepEqual(released.input, { command: "touch c.txt" });
  assert.equal((await b.ask(heldCall(), { wait: false })).verdict, "hold");
});

test("an edit that would be denied is refused and the hold stays open", async () => {
  const b = bench({
    judgeEdited: (_hold, input) =>
      Promise.resolve({
        judged: { ...judged, verdict: "deny", rule: "root", reason: "It removes /." },
        redactedInput: input,
      }),
  });
  const { id } = await opened(b);
  await assert.rejects(
    b.holds.decide(id, { decision: "edit", input: { command: "rm -rf /" } }, operator),
    refusal("CONFLICT", /would be denied \(root\)/),
  );
  assert.equal(b.holds.get(id).state, "open");
});

test("an edited approval whose caller went away never releases the call as it was asked", async () => {
  const b = bench();
  const { promise, resolve } = Promise.withResolvers<typeof judged>();
  const { id, answer } = await opened(b, heldCall(), { judgeAgain: () => promise });
  await b.holds.decide(id, { decision: "edit", input: { command: "touch c.txt" } }, operator);
  assert.equal((await b.ask(heldCall(), { wait: false })).verdict, "hold");
  assert.equal(b.holds.get(id).state, "approved");
  resolve(judged);
  assert.deepEqual((await answer).input, { command: "touch c.txt" });
});

test("for the session: like calls are released, others are not, and it ends with the process, the session or its time", async () => {
  let alive = true;
  const b = bench({ alive: () => alive });
  const process = { pid: 7, startTime: 70 };
  const call = (target: string, more = {}) =>
    heldCall({
      process,
      input: { command: `touch ${target}` },
      judged: { ...judged, facts: {}, effects: [{ ...effect, target }] },
      ...more,
    });
  const { id, answer } = await opened(b, call("/w/a.txt"));
  const { hold } = await b.holds.decide(id, { decision: "approve", scope: "session" }, operator);
  assert.match(hold.words ?? "", /for the session: Bash, same rule, nothing but write one workspace \/w\/\*/);
  assert.equal((await answer).verdict, "allow");
  const verdict = async (call: ReturnType<typeof heldCall>) => (await b.ask(call, { wait: false })).verdict;
  assert.equal(await verdict(call("/w/b.txt")), "allow");
  assert.equal(await verdict(call("/w/deep/b.txt")), "hold");
  assert.equal(await verdict(call("/w/c.txt", { session: "s2" })), "hold");
  assert.equal(await verdict(call("/w/d.txt", { tool: "Write" })), "hold");
  assert.equal(await verdict(call("/w/e.txt", { process: { pid: 7, startTime: 71 } })), "hold");
  const other = { ...judged, facts: {}, effects: [{ ...effect, target: "/w/f.txt", undoable: "no" as const }] };
  assert.equal(await verdict(call("/w/f.txt", { judged: other })), "hold");
  alive = false;
  assert.equal(await verdict(call("/w/g.txt")), "hold");
  alive = true;
  assert.equal(await verdict(call("/w/h.txt")), "allow");
  b.clock.stepWall(-3_600_000);
  assert.equal(await verdict(call("/w/i.txt")), "hold");
  b.clock.stepWall(3_600_000);
  await b.holds.settle({ agent: "claude-code", session: "s1", by: "SessionEnd" });
  assert.equal(await verdict(call("/w/j.txt")), "hold");
});

test("a session grant is listed and can be taken back, on record", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  await b.holds.decide(id, { decision: "approve", scope: "session" }, operator);
  await answer;
  const [grant] = b.holds.grants({ limit: 10 });
  assert.ok(grant !== undefined);
  assert.deepEqual({ hold: grant.hold, session: grant.session }, { hold: id, session: "s1" });
  assert.deepEqual(b.holds.grants({ session: "s2", limit: 10 }), []);
  assert.deepEqual(await b.holds.revoke(grant.id, operator), grant);
  assert.equal((await b.ask(heldCall(), { wait: false })).verdict, "hold");
  assert.deepEqual(b.holds.grants({ limit: 10 }), []);
  assert.ok(b.entries().some(({ kind, payload }) => kind === "hold/grant-revoked" && payload["grant"] === grant.id));
  await assert.rejects(b.holds.revoke(grant.id, operator), /there is no grant/);
});

test("a session grant ends after its time, by either clock", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  await b.holds.decide(id, { decision: "approve", scope: "session" }, operator);
  await answer;
  b.clock.advance(limits.sessionGrantAgeMsMax);
  b.clock.stepWall(-limits.sessionGrantAgeMsMax);
  assert.equal((await b.ask(heldCall(), { wait: false })).verdict, "hold");
});

test("what can't be undone is not approved for the session", async () => {
  const b = bench();
  const { id } = await opened(b, heldCall({ judged: { ...judged, effects: [{ ...effect, undoable: "no" }] } }));
  assert.equal(b.holds.get(id).undoable, false);
  await assert.rejects(
    b.holds.decide(id, { decision: "approve", scope: "session" }, operator),
    refusal("CONFLICT", /can't be undone/),
  );
  assert.equal(b.holds.get(id).state, "open");
});

test("approve as a rule shows the rule, saves it and answers it", async () => {
  const saved: string[] = [];
  const b = bench({
    saveRule: (_hold, rule) => {
      saved.push(rule);
      return Promise.resolve(rule);
    },
  });
  const { id, answer } = await opened(b);
  assert.equal(b.holds.rule(id), "# allows Bash");
  const decided = await b.holds.decide(id, { decision: "approve", scope: "rule" }, operator);
  assert.equal(decided.rule, "# allows Bash");
  assert.deepEqual(saved, ["# allows Bash"]);
  assert.equal((await answer).verdict, "allow");
});

test("holds and approvals expire; nothing is approved by a clock that steps", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  b.clock.stepWall(limits.holdAgeMsMax);
  await assert.rejects(b.holds.decide(id, approveOnce, operator), refusal("EXPIRED", /expired/));
  assert.equal((await answer).verdict, "deny");
  assert.equal(b.holds.get(id).state, "expired");

  const unused = (await b.ask(heldCall(), { wait: false })).hold ?? assert.fail();
  await b.holds.decide(unused, approveOnce, operator);
  b.clock.advance(limits.approvalAgeMsMax);
  b.clock.stepWall(-limits.approvalAgeMsMax); // set back: the monotonic clock knows better
  assert.equal((await b.ask(heldCall(), { wait: false })).verdict, "hold");
  assert.equal(b.holds.get(unused).state, "expired");

  const other = heldCall({ session: "s9" });
  const third = (await b.ask(other, { wait: false })).hold ?? assert.fail();
  await b.holds.decide(third, approveOnce, operator);
  const restarted = b.restart();
  b.clock.stepWall(-3_600_000); // after a restart only the wall clock is left, and it is behind the decision
  assert.deepEqual((await restarted.holds.sweep()).expired, 1);
  assert.equal(restarted.holds.get(third).state, "expired");
});

test("the sweep expires what is due and forgets what was closed long ago", async () => {
  const b = bench();
  const id = (await b.ask(heldCall(), { wait: false })).hold ?? assert.fail();
  b.clock.advance(limits.holdAgeMsMax + 1);
  assert.deepEqual(await b.holds.sweep(), { expired: 1, forgotten: 0 });
  assert.equal(b.holds.get(id).state, "expired");
  assert.equal(b.kinds().at(-1), "hold/expired");
  b.clock.advance(8 * 24 * 3_600_000);
  assert.deepEqual(await b.holds.sweep(), { expired: 0, forgotten: 1 });
  assert.throws(() => b.holds.get(id), refusal("NOT_FOUND", /no hold/));
});

test("PostToolUse settles by id, without an id by order and input, and leaves the next identical call alone", async () => {
  const b = bench();
  const racing = await opened(b, heldCall({ toolCallId: "t1", askedInHost: true }));
  const settled = await b.holds.settle({ agent: "claude-code", session: "s1", by: "PostToolUse", toolCallId: "t1" });
  assert.equal(settled[0]?.state, "settled");
  assert.equal((await racing.answer).verdict, "deny");

  const first = await opened(b);
  await b.holds.decide(first.id, approveOnce, operator);
  await first.answer;
  const second = await opened(b);
  const outcome = {
    agent: "claude-code",
    session: "s1",
    by: "PostToolUse",
    tool: "Bash",
    cwd: "/w",
    input: { command: "touch a.txt" },
  } as const;
  assert.deepEqual(await b.holds.settle(outcome), []);
  assert.equal(b.holds.get(second.id).state, "open");
  assert.equal((await b.holds.settle(outcome))[0]?.id, second.id);
});

test("Stop settles what the host asked itself; SessionEnd settles everything of the session", async () => {
  const b = bench();
  const racing = await opened(b, heldCall({ askedInHost: true, input: { n: 1 } }));
  const waiting = await opened(b, heldCall({ input: { n: 2 } }));
  const approved = (await b.ask(heldCall({ input: { n: 3 } }), { wait: false })).hold ?? assert.fail();
  await b.holds.decide(approved, approveOnce, operator);
  const other = await opened(b, heldCall({ session: "s2" }));
  const closedBy = async (by: "Stop" | "SessionEnd") =>
    (await b.holds.settle({ agent: "claude-code", session: "s1", by })).map((hold) => hold.id);
  const asked = await b.ask(heldCall({ askedInHost: true, input: { n: 4 } }), { wait: false });
  assert.deepEqual(await closedBy("Stop"), [racing.id, asked.hold]);
  assert.deepEqual(await closedBy("SessionEnd"), [waiting.id, approved]);
  assert.equal(b.holds.get(other.id).state, "open");
});

test("the limits have stated answers", async () => {
  const b = bench({ limits: { ...limits, holdsPerSessionMax: 2, holdsMax: 3 } });
  const ask = (session: string, n: number) => b.ask(heldCall({ session, input: { n } }), { wait: false });
  assert.equal((await ask("s1", 1)).verdict, "hold");
  assert.equal((await ask("s1", 2)).verdict, "hold");
  const full = await ask("s1", 3);
  assert.equal(full.verdict, "deny");
  assert.equal(full.rule, "holds-full");
  assert.match(full.reason, /2 tool calls of this session already wait/);
  assert.equal((await ask("s1", 2)).verdict, "hold"); // joins: that is no new hold
  assert.equal((await ask("s2", 1)).verdict, "hold");
  assert.match((await ask("s3", 1)).reason, /3 tool calls already wait/);
  assert.equal(b.holds.openCount(), 3);
  assert.equal(b.holds.openCount({ agent: "claude-code", session: "s1" }), 2);
});

test("a list of long inputs stays one that a connection can take; each hold has its own whole", async () => {
  const b = bench();
  const content = "x".repeat(1024 * 1024);
  for (let n = 0; n < 12; n += 1) await b.ask(heldCall({ input: { n, content } }), { wait: false });
  const { holds } = b.holds.watch(() => true);
  assert.equal(holds.length, 12);
  assert.ok(JSON.stringify(holds).length < 9 * 1024 * 1024);
  const last = holds.at(-1);
  assert.ok(last !== undefined);
  assert.deepEqual(last.input, { leftOut: `signalbox hold show ${last.id}` });
  assert.deepEqual(b.holds.get(last.id).input, { n: 11, content });
});

test("a watcher that fails or has enough is taken off and harms nobody", async () => {
  const b = bench();
  let heard = 0;
  b.holds.watch(() => {
    throw new Error("broken");
  });
  b.holds.watch(() => {
    heard += 1;
    return false;
  });
  assert.equal(b.holds.watchers, 3);
  const { id, answer } = await opened(b);
  assert.equal(b.holds.watchers, 1);
  assert.equal(heard, 1);
  await b.holds.decide(id, approveOnce, operator);
  assert.equal((await answer).verdict, "allow");
  const watch = b.holds.watch(() => true);
  assert.equal(b.holds.watchers, 2);
  watch.stop();
  assert.equal(b.holds.watchers, 1);
});

test("when the disk fails nothing is released and nobody is told of a hold", async () => {
  const b = bench();
  const failing = b.ask(heldCall(), {
    writeVerdict: () => {
      throw new Error("the ledger can't be written");
    },
  });
  await assert.rejects(failing, /can't be written/);
  assert.equal(b.holds.openCount(), 0);
  assert.deepEqual(b.changes, []);
});

test("facts that change at every look end in a denial", async () => {
  const b = bench();
  let look = 0;
  const answer = b.ask(heldCall(), {
    judgeAgain: () => {
      look += 1;
      return Promise.resolve({ ...judged, facts: { "script:/w/x": `sha256:${look}` } });
    },
  });
  b.holds.watch((hold) => {
    if (hold.state === "open" && hold.waiting > 0)
      queueMicrotask(() => void b.holds.decide(hold.id, approveOnce, operator).catch(() => {}));
    return true;
  });
  const denied = await answer;
  assert.equal(denied.verdict, "deny");
  assert.match(denied.reason, /changed 8 times/);
});

test("an edit in the very moment of the caller's deadline does not release the call as it was asked", async () => {
  const b = bench();
  const { id, answer } = await opened(b);
  const deciding = b.holds.decide(id, { decision: "edit", input: { command: "touch c.txt" } }, operator);
  await Promise.resolve();
  b.clock.advance(limits.holdWaitMs);
  await deciding;
  const late = await answer;
  assert.equal(late.verdict, "deny");
  assert.notEqual(late.hold, id);
  assert.deepEqual(
    b.holds.list({ state: "open", limit: 9 }).map((hold) => hold.id),
    [late.hold],
  );
});
