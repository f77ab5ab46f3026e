import assert from "node:assert/strict";
import { test } from "node:test";
import { decidedText, editable, editedInput } from "./hold-words.ts";
import { aHold as held } from "./hold-view.fixture.ts";
import type { HoldView } from "./operations/holds.ts";

const aHold = (given: Partial<HoldView>) => held({ id: "hold_1", session: "s", ...given });

test("what is edited is the command where it can be shown there, else the whole input", () => {
  const command = aHold({ input: { command: "git push\n--force", timeout: 5 } });
  assert.deepEqual(editable(command, "editor"), { label: "Command", text: "git push\n--force" });
  assert.equal(editable(command, "line").label, "Input, JSON", "a line feed would end the line");
  assert.deepEqual(editedInput(command, "git push", "editor"), { command: "git push", timeout: 5 });
  const edit = aHold({ input: { file_path: "/x", content: "y" } });
  for (const where of ["line", "editor"] as const)
    assert.deepEqual(editedInput(edit, editable(edit, where).text, where), edit.input);
  assert.throws(() => editable(aHold({ editable: false, input: {} })), /its caller waits no more/);
});

test("what can't run is not sent: nothing, no JSON, no object, a mark of redaction", () => {
  const hold = aHold({ input: { file_path: "/x" } });
  for (const [text, why] of [
    ["", /Nothing was typed/],
    ["{", /not JSON/],
    ["[1]", /JSON object/],
    ['{"content":"__redacted-token-1__"}', /would be run as it is/],
  ] as const)
    assert.throws(() => editedInput(hold, text, "editor"), why);
});

test("what was decided, and what happens now", () => {
  const answer = { hold: aHold({ state: "approved" }) };
  assert.equal(
    decidedText({ decision: "approve", scope: "once" }, answer, true),
    "Approved hold_1 once. The agent goes on.",
  );
  assert.equal(
    decidedText({ decision: "approve", scope: "session" }, answer, false, false),
    "Approved for this session. It counts when the agent asks again, within 15 min.",
  );
  assert.equal(decidedText({ decision: "deny", words: "" }, answer, true, false), "Denied. The agent was told.");
});
