import assert from "node:assert/strict";
import { test } from "node:test";
import { aSession } from "../../../protocol/session-view.fixture.ts";
import { sessionStates, type SessionView } from "../../../protocol/session-view.ts";
import { atmSession } from "./view.ts";

const view = aSession({
  id: "8e11bfb5-7dc2-432b-9206-928fa5c35731",
  cwd: "/work",
  workspace: "/work",
  startedAt: "2026-11-21T07:00:00.000Z",
  lastSeenAt: "2026-11-21T08:02:03.000Z",
  state: "idle",
  since: "2026-11-21T07:00:00.000Z",
  why: "",
});
const nowMs = Date.parse("2026-11-21T08:02:08.000Z");
const of = (about: Partial<SessionView>) => atmSession({ ...view, ...about }, nowMs);

test("numbers are numbers and texts are texts, whatever is known", () => {
  for (const [name, value] of Object.entries(of({})))
    if (/percentage|usd|seconds/.test(name)) assert.equal(typeof value, "number", name);
    else if (/^(id|model|status|agent)|_(display|label|icon)$|_at$|^last_activity/.test(name))
      assert.equal(typeof value, "string", name);
  assert.equal(of({}).id_short, "8e11bfb5");
  assert.equal(of({ agent: "codex" }).model, "codex");
  // Half a surrogate would be no JSON to a client that reads it strictly, and cost it the whole list.
  assert.ok(of({ id: "1234567👨 and more" }).id_short.isWellFormed());
});

test("each state is one of atm's three, and only what waits for a person needs attention", () => {
  const statuses = Object.fromEntries(sessionStates.map((state) => [state, of({ state }).status]));
  assert.deepEqual(statuses, {
    working: "working",
    waiting: "attention_needed",
    idle: "idle",
    "finished-unseen": "idle",
    limited: "attention_needed",
    error: "attention_needed",
    gone: "idle",
  });
  assert.equal(of({ context: { usedTokens: 19, windowTokens: 20, percent: 95 } }).needs_attention, false);
  assert.equal(of({ state: "waiting", waitingFor: "plan" }).activity_detail, "Plan");
});

test("context, cost, times", () => {
  const {
    context_warning: warning,
    context_critical: critical,
    context_display: display,
  } = of({
    context: { usedTokens: 180_400, windowTokens: 200_000, percent: 90.2 },
  });
  assert.deepEqual({ warning, critical, display }, { warning: true, critical: true, display: "90% (180k/200k)" });
  assert.equal(of({ costUsd: 4.321 }).cost_display, "$4.32");
  assert.equal(of({}).duration_display, "1h 2m");
  assert.equal(of({}).duration_seconds, 3_723);
  assert.equal(of({}).last_activity_display, "5s ago");
  assert.equal(of({}).age_display, "1h ago");
  assert.equal(of({ lastSeenAt: "2026-11-21T09:00:00.000Z" }).last_activity_display, "now");
});

test("a long folder is cut between letters, in any script", () => {
  assert.equal(of({ cwd: "/home/dev/short" }).working_directory, "/home/dev/short");
  const cyrillic = of({ cwd: `/дом/${"ж".repeat(40)}` }).working_directory ?? "";
  assert.equal(cyrillic, `...${"ж".repeat(27)}`);
  const family = "👨‍👩‍👧";
  assert.equal(of({ cwd: `/${family.repeat(40)}` }).working_directory, `...${family.repeat(27)}`);
});
