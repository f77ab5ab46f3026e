import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Hooked } from "../support/daemon.ts";
import type { Seat } from "../support/seat.ts";
import { Stage, toldOf } from "./stage.ts";

const escape = "\u001b";

/** A board on which one call is held. */
async function oneHeld(
  ask: (stage: Stage) => Hooked = (stage) => stage.push("s-1"),
  environment: NodeJS.ProcessEnv = {},
): Promise<AsyncDisposable & { readonly stage: Stage; readonly seat: Seat; readonly hooked: Hooked }> {
  const stage = await Stage.set(undefined, environment);
  const { seat } = stage;
  seat.start("board");
  const hooked = ask(stage);
  await seat.until("Needs you 1");
  return { stage, seat, hooked, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

test("one key approves a hold, and the hook that waits for it returns", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.start("board");
  await seat.until("No agent has been heard of yet.");
  const hooked = stage.push("s-1");
  await seat.until(/Needs you 1/);
  await seat.until(/1 needs you/);
  await seat.until(/▌! claude +shop +git push --force-with-lease origin main/);
  await seat.until(/overwrite a branch at the remote/); // the card says what it would do
  seat.type("ga");
  assert.equal(toldOf(await hooked).decision, "allow");
  await seat.until(/Approved hold_\w+ once\. The agent goes on\./);
  await seat.until((text) => !text.includes("Needs you"));
});

test("a denial carries the person's words to the agent", async () => {
  await using held = await oneHeld();
  const { seat, hooked } = held;
  seat.type("gd");
  await seat.until("Deny it. Why? The agent reads it.");
  seat.type("ask Ann first, ä日\r");
  const { decision, reason } = toldOf(await hooked);
  assert.equal(decision, "deny");
  assert.match(reason, /ask Ann first, ä日/);
  await seat.until("The agent was told.");
});

test("an edited command is what the host is told to run", async () => {
  await using held = await oneHeld();
  const { seat, hooked } = held;
  seat.type("ge");
  await seat.until("> git push --force-with-lease origin main");
  seat.type("\u0015git push origin main\r");
  const { decision, input } = toldOf(await hooked);
  assert.equal(decision, "allow");
  assert.deepEqual(input, { command: "git push origin main" });
});

test("the person's own editor edits what a line can't, and an unchanged text decides nothing", async () => {
  const command = "git push --force-with-lease origin \\\n  one";
  await using held = await oneHeld((stage) => stage.ask("s-1", "Bash", { command }), { EDITOR: "sed -i s/one/two/" });
  const { seat, hooked } = held;
  seat.type("ge");
  await seat.until("Input, JSON:");
  seat.type("\u000f");
  await seat.until("Approve this instead?");
  await seat.until(/ {2}two/);
  seat.type("n");
  await seat.until((text) => !text.includes("Approve this instead?"));
  await seat.until(/Needs you 1/);
  seat.type("e");
  await seat.until("Input, JSON:");
  seat.type("\u000f");
  await seat.until("Approve this instead?");
  seat.type("y");
  assert.deepEqual(toldOf(await hooked).input, { command: "git push --force-with-lease origin \\\n  two" });
});

test("what can't be undone is confirmed, and any key but y is no", async () => {
  await using held = await oneHeld((stage) => stage.write("s-1"));
  const { seat, hooked } = held;
  await seat.until("It can't be undone.");
  await seat.until(/no undo/);
  seat.type("ga");
  await seat.until("Approve it once?");
  seat.type("a");
  await seat.until((text) => !text.includes("Approve it once?"));
  await seat.until(/Needs you 1/); // nothing was decided
  seat.type("a");
  await seat.until("Approve it once?");
  seat.type("y");
  assert.equal(toldOf(await hooked).decision, "allow");
});

test("a rule is shown before it is saved", async () => {
  await using held = await oneHeld();
  const { stage, seat, hooked } = held;
  seat.type("gr");
  await seat.until("1 of the last 1 verdict would have been another: 1 allow instead of hold.");
  await seat.until("This rule would be added to your policy:");
  await seat.until("Save it and approve?");
  await seat.until(/\[\[rule\]\]/);
  seat.type("y");
  assert.equal(toldOf(await hooked).decision, "allow");
  await seat.until("and saved as a rule");
  assert.match(readFileSync(join(stage.place.configDir, "policy.toml"), "utf8"), /git push/);
});

test("for the session: the next like call passes without a hold", async () => {
  await using held = await oneHeld();
  const { stage, seat, hooked } = held;
  seat.type("gs");
  assert.equal(toldOf(await hooked).decision, "allow");
  await seat.until("for this session");
  assert.equal(toldOf(await stage.push("s-1")).decision, "allow");
});

test("several are marked and decided with one question; what can't be undone needs the word", async () => {
  await using stage = await Stage.set({ columns: 100, rows: 30 });
  const { seat } = stage;
  seat.start("board");
  const first = stage.push("s-1", "one");
  await seat.until("Needs you 1");
  const second = stage.push("s-2", "two");
  await seat.until("Needs you 2");
  seat.type("g  ");
  await seat.until("2 marked");
  seat.type("D");
  await seat.until("Deny 2 holds. Why?");
  await seat.until(/- git push --force-with-lease origin one/);
  seat.type("not today\r");
  for (const hooked of [first, second]) assert.match(toldOf(await hooked).reason, /not today/);
  await seat.until("Denied 2 holds.");

  const third = stage.push("s-1", "three");
  await seat.until("Needs you 1");
  const fourth = stage.write("s-2");
  await seat.until("Needs you 2");
  seat.type("*");
  await seat.until("2 marked");
  seat.type("A");
  await seat.until("1 of them can't be undone. Type approve:");
  seat.type("yes\r");
  await seat.until("Nothing was approved: the word was not typed.");
  seat.type("A");
  await seat.until("Type approve:");
  seat.type("approve\r");
  for (const hooked of [third, fourth]) assert.equal(toldOf(await hooked).decision, "allow");
});

test("a question that is left with Esc decides nothing, and one about a hold that went away neither", async () => {
  await using held = await oneHeld();
  const { seat, hooked } = held;
  seat.type("gd");
  await seat.until("Deny it. Why?");
  seat.type(escape);
  await seat.until((text) => !text.includes("Deny it. Why?"));
  await seat.until(/Needs you 1/);
  seat.type("d");
  await seat.until("Deny it. Why?");
  hooked.end();
  await hooked;
  await seat.until((text) => /Deny it/.test(text) && /waits no more|asked/.test(text));
  seat.type("too late\r");
  await seat.until(/Denied hold_\w+\. The agent will be told if it asks again\.|Not done:/);
});

test("the mode is changed from the board, and panic is confirmed and seen everywhere", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.start("board");
  await seat.until("attended");
  seat.type("!");
  await seat.until("Deny every tool call of every agent, now?");
  seat.type("y");
  await seat.until("PANIC: all is denied");
  assert.equal(toldOf(await stage.ask("s-1", "Bash", { command: "ls" })).decision, "deny");
  seat.type("m");
  await seat.until("Mode:");
  seat.type("atten\r");
  await seat.until("The mode is now attended");
});

test("while everything is stopped nothing is approved, and the board says why", async () => {
  await using held = await oneHeld();
  const { seat, hooked } = held;
  seat.type("!");
  await seat.until("Deny every tool call of every agent, now?");
  seat.type("y");
  await seat.until((text) => text.includes("The mode is now panic") && text.includes("PANIC")); // the board has heard of it, too
  for (const key of ["a", "s", "r", "e"]) {
    seat.type(key);
    await seat.until("Everything is stopped, so nothing can be approved.");
    seat.type("g");
    await seat.until((text) => !text.includes("nothing can be approved"));
  }
  seat.type("m");
  await seat.until("Mode:");
  seat.type("attended\r");
  await seat.until((text) => text.includes("The mode is now attended") && !text.includes("PANIC"));
  seat.type("ga");
  assert.equal(toldOf(await hooked).decision, "allow");
});

test("where a passphrase is set, the board asks for it before what can't be undone, and shows no letter of it", async () => {
  await using held = await oneHeld((stage) => stage.write("s-1"));
  const { stage, seat, hooked } = held;
  const set = "printf 'correct horse\\ncorrect horse\\n'";
  seat.type("q");
  await seat.until((text) => !text.includes("Needs you"));
  seat.type(`${set} | ${stage.command("operator", "passphrase", "set", "--stdin")}\r`);
  await seat.until(/passphrase/i);
  seat.start("board");
  await seat.until("Needs you 1");
  const decide = async (passphrase: string) => {
    seat.type("ga");
    await seat.until("Approve it once?");
    seat.type("y");
    await seat.until("Passphrase:");
    seat.type(passphrase);
    await seat.until("> •••");
    assert.ok(!seat.text.includes(passphrase));
    seat.type("\r");
  };
  await decide("correct house");
  await seat.until("Not done:");
  await decide("correct horse");
  assert.equal(toldOf(await hooked).decision, "allow");
});
