import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../support/daemon.ts";
import { Stage } from "./stage.ts";

const shell = (text: string): boolean => text.trimEnd().endsWith("$");

test("whoever leaves the board finds the terminal as it was", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.type("echo kept\r");
  await seat.until("kept");
  const before = seat.modes;
  seat.start();
  await seat.until("No agent has been heard of yet.");
  assert.ok(seat.whole, "signalbox alone opens the board, in the alternate screen");
  assert.notEqual(seat.modes, before);
  seat.type("q");
  await seat.until((text) => shell(text) && !seat.whole);
  assert.match(seat.text, /kept/);
  assert.equal(seat.modes, before);
  seat.type("\u001b[<0;5;5M\r");
  assert.ok(
    seat.bytes.lastIndexOf("\u001b[?1000l") > seat.bytes.lastIndexOf("\u001b[?1000h"),
    "the mouse is given back",
  );
});

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const)
  test(`${signal} gives the terminal back`, async () => {
    await using stage = await Stage.set();
    const { seat, place } = stage;
    const before = seat.modes;
    const pidFile = join(place.home, "pid");
    seat.startAs(pidFile, "board");
    await seat.until("No agent has been heard of yet.");
    process.kill(Number(readFileSync(pidFile, "utf8")), signal);
    await seat.until((text) => shell(text) && !seat.whole);
    assert.equal(seat.modes, before);
  });

test("a crash gives the terminal back and its error can be read", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  const before = seat.modes;
  seat.type(`${process.execPath} ${join(root, "test/tui/crash.ts")}\r`);
  await seat.until("drawn");
  seat.type("x");
  await seat.until(/Error: pressed x[\s\S]*\$\s*$/);
  assert.ok(!seat.whole);
  assert.equal(seat.modes, before);
});

test("Ctrl-Z puts the board in the background, and fg brings it back", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.start("board");
  await seat.until("No agent has been heard of yet.");
  seat.type("\u001a");
  await seat.until((text) => /Stopped/.test(text) && !seat.whole);
  void stage.push("s-1");
  seat.type("fg\r");
  await seat.until("Needs you 1");
  assert.ok(seat.whole);
  seat.type("q");
  await seat.until((text) => shell(text) && !seat.whole);
});

test("any size, down to 20x5 and back", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.start("board");
  void stage.push("s-1");
  await seat.until("Needs you 1");
  const roomy = () => seat.until((text) => /Signalbox {2}1 needs you/.test(text) && text.includes("It can be undone"));
  await roomy();
  await seat.resize({ columns: 20, rows: 5 });
  await seat.until((text) => seat.lines.length === 5 && text.startsWith(" 1 needs you") && text.includes("▌! git pus"));
  assert.ok(seat.lines.every((line) => line.length <= 20));
  seat.type("\r");
  await seat.until(/claude-?… waits/);
  seat.type("\u001b");
  await seat.until("▌! git pus");
  for (const size of [
    { columns: 1, rows: 1 },
    { columns: 200, rows: 60 },
    { columns: 80, rows: 24 },
  ])
    await seat.resize(size);
  await roomy();
});

test("without a terminal it says what to type instead", async () => {
  await using stage = await Stage.set();
  const { cli } = await import("../support/daemon.ts");
  const { code, stderr } = await cli(stage.place, "board");
  assert.equal(code, 2);
  assert.match(stderr, /needs a terminal[\s\S]*signalbox session list --json/);
});
