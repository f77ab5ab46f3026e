import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "./stage.ts";

// The parameters of every style that was ever set, in the order in which they came.
const stylesIn = (bytes: string): Set<string> =>
  new Set([...bytes.matchAll(/\u001b\[([\d;]+)m/g)].flatMap(([, codes]) => (codes ?? "").split(";")));

test("signs and words say everything that colours say, and NO_COLOR leaves only weight", async () => {
  for (const [environment, coloured] of [
    [{}, true],
    [{ NO_COLOR: "1" }, false],
  ] as const) {
    await using stage = await Stage.set(undefined, environment);
    const { seat } = stage;
    seat.start("board");
    void stage.write("s-1");
    await seat.until("Needs you 1");
    await seat.until(/! claude .* no undo/);
    const styles = stylesIn(seat.bytes);
    assert.equal(
      [...styles].some((code) => /^[349]\d$/.test(code)),
      coloured,
      [...styles].join(" "),
    );
    assert.ok(styles.has("1"), "weight is no colour");
  }
});

test("wide, combined and hidden characters: every row keeps its columns, and nothing hides", async () => {
  await using stage = await Stage.set({ columns: 120, rows: 30 });
  const { seat } = stage;
  seat.start("board");
  const prompts = [
    "日本語のプロンプトを書く、とても長いので切られる必要があります",
    "e\u0301te\u0301 naïve",
    "flags 🇩🇪🇫🇷 and 👍",
    "right \u202eto left",
  ];
  for (const [index, prompt] of prompts.entries()) await stage.tell(`s-${index}`, "UserPromptSubmit", { prompt });
  await seat.until("Working 4");
  // A prompt is a person's own words: what would turn them round is left out. In a call it is shown, since a call is decided on.
  await seat.until("right to left");
  for (const [index] of prompts.entries()) {
    const row = 3 + index;
    assert.match(seat.cell(62, row), /│/, `the rule stands in its column beside row ${row}: ${seat.lines[row]}`);
  }
  seat.type("G");
  await seat.until(/▌. claude +right to left/);
  const hooked = stage.ask("s-3", "Bash", { command: "git push --force-with-lease origin ma\u200bin" });
  await seat.until("ma⟨U+200B⟩in");
  assert.ok(
    !seat.bytes.includes("\u202e") && !seat.bytes.includes("\u200b"),
    "no hidden character ever reached the terminal",
  );
  hooked.end();
});

test("a thousand sessions: only what is seen is drawn, a change draws its row, and the list can be walked", async () => {
  await using stage = await Stage.set({ columns: 120, rows: 30 });
  const { seat } = stage;
  await using client = await stage.daemon.connect();
  const ask = (index: number) =>
    client.call("gate/request", {
      agent: "generic",
      session: `s-${String(index).padStart(4, "0")}`,
      cwd: stage.project,
      tool: "Bash",
      input: { command: `echo ${index}` },
    });
  for (let from = 0; from < 1_000; from += 50)
    await Promise.all(Array.from({ length: 50 }, (_, index) => ask(from + index)));
  seat.start("board");
  await seat.until(/1000 /);
  const before = seat.bytes.length;
  for (let round = 0; round < 5; round += 1)
    await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index * 7)));
  seat.type("G");
  await seat.until(/▌. .*s-0999/);
  seat.type("g");
  await seat.until(/▌. .*s-0000/);
  const drawn = seat.bytes.length - before;
  assert.ok(drawn < 400_000, `200 changes and two jumps drew ${drawn} bytes`);
  seat.type("/0500");
  await seat.until((text) => text.includes("s-0500") && !text.includes("s-0001"));
});

test("a search narrows as it is typed, Enter keeps it, Esc takes it away; filters and sorts are chosen from lists", async () => {
  await using stage = await Stage.set({ columns: 120, rows: 30 });
  const { seat } = stage;
  seat.start("board");
  await stage.tell("s-1", "UserPromptSubmit", { prompt: "fix the login" });
  await stage.tell("s-2", "UserPromptSubmit", { prompt: "write the docs" });
  await stage.tell("s-2", "Stop");
  await seat.until("Done, not seen yet 1");
  seat.type("/login");
  await seat.until((text) => !text.includes("write the docs"));
  seat.type("\r");
  await seat.until("search: login");
  seat.type("\u001b");
  await seat.until("write the docs");
  seat.type("f");
  await seat.until("Filter:");
  seat.type("done\r");
  await seat.until((text) => text.includes("search: state:finished-unseen") && !text.includes("fix the login"));
  seat.type("\u001b");
  await seat.until("fix the login");
  seat.type("o");
  await seat.until("the dearest first");
  seat.type("name\r");
  await seat.until("by name");
});

test("a click chooses and opens, the wheel moves, a key at the foot can be clicked, a tab is a view", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.start("board");
  await stage.tell("s-1", "UserPromptSubmit", { prompt: "fix the login" });
  await stage.tell("s-2", "UserPromptSubmit", { prompt: "write the docs" });
  await seat.until("Working 2");
  seat.click("write the docs");
  await seat.until(/▌. claude +write the docs/);
  seat.click("write the docs");
  await seat.until("esc back");
  seat.click("esc back");
  await seat.until(/▌. claude +write the docs/);
  seat.type("\u001b[<64;5;4M");
  await seat.until(/▌. claude +fix the login/);
  seat.click("3 Timeline");
  await seat.until("session/prompted");
  seat.click("help");
  await seat.until("Approve and save as a rule, which is shown first");
});

test("opened, a finished session is seen; renamed, pinned and archived it stays so", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.start("board");
  await stage.tell("s-1", "UserPromptSubmit", { prompt: "fix the login" });
  await stage.tell("s-1", "Stop");
  await seat.until("Done, not seen yet 1");
  seat.type("g\r");
  await seat.until("idle");
  seat.type("\u001b");
  await seat.until("Idle 1");
  seat.type("R");
  await seat.until("Name:");
  seat.type("\u0015the login\r");
  await seat.until("It is called the login now.");
  seat.type("p");
  await seat.until("⚑ the login");
  seat.type("x");
  await seat.until("is off the board until it is heard of again");
  await seat.until("No session runs.");
  await stage.tell("s-1", "UserPromptSubmit", { prompt: "and the logout" });
  await seat.until(/Working 1[\s\S]*the login/);
});

test("every command can be found by its name in the palette", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.start("board");
  await stage.tell("s-1", "UserPromptSubmit", { prompt: "fix the login" });
  await seat.until("fix the login");
  seat.type(":timel\r");
  await seat.until("session/prompted");
});

test("the terminal calls its person as the settings say: a notification in place of the bell", async () => {
  await using stage = await Stage.set(undefined, {}, ["notify.terminal=osc"]);
  const { seat } = stage;
  seat.start("board");
  await seat.until("No agent has been heard of yet.");
  const hooked = stage.push("s-1");
  await seat.until("Needs you 1");
  await seat.until(() => seat.bytes.includes("\u001b]9;"));
  const [, text = ""] = /\u001b\]9;([^\u0007]*)\u0007/.exec(seat.bytes) ?? [];
  assert.match(text, /^Signalbox: claude waits for you\. Bash: overwrite a branch at the remote/);
  await stage.tell("s-2", "UserPromptSubmit", { prompt: "Add rate limits" });
  await stage.ask("s-2", "AskUserQuestion", { questions: [] });
  await seat.until(() => seat.bytes.includes("\u001b]9;Signalbox: claude asks a question: Add rate limits\u0007"));
  hooked.end();
});
