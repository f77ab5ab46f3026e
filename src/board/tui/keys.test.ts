import assert from "node:assert/strict";
import { test } from "node:test";
import { Decoder, type Input } from "./keys.ts";

const said = (inputs: readonly Input[]): string[] =>
  inputs.map((input) =>
    input.kind === "key"
      ? input.key
      : input.kind === "paste"
        ? `paste ${input.text}`
        : `${input.what} ${input.column},${input.row}`,
  );
const read = (text: string): string[] => {
  const decoder = new Decoder();
  return said([...decoder.push(text), ...decoder.flush()]);
};

const cases: readonly (readonly [sent: string, keys: readonly string[]])[] = [
  ["a", ["a"]],
  ["A?*!", ["A", "?", "*", "!"]],
  ["ä日👩‍👩‍👧", ["ä", "日", "👩‍👩‍👧"]],
  ["\r\t \u007f", ["enter", "tab", "space", "backspace"]],
  ["\u0003\u001a\u000c", ["ctrl-c", "ctrl-z", "ctrl-l"]],
  ["\u001b[A\u001b[B\u001bOC\u001bOD", ["up", "down", "right", "left"]],
  ["\u001b[H\u001b[F\u001b[5~\u001b[6~\u001b[3~\u001b[1~", ["home", "end", "pageup", "pagedown", "delete", "home"]],
  ["\u001b[1;5C\u001b[1;2A\u001b[1;3D", ["ctrl-right", "up", "alt-left"]],
  ["\u001b", ["escape"]],
  ["\u001b\u001b", ["escape", "escape"]],
  ["\u001bx", ["alt-x"]],
  ["\u001b[<0;10;5M\u001b[<0;10;5m", ["press 9,4"]],
  ["\u001b[<64;1;1M\u001b[<65;3;2M", ["wheel-up 0,0", "wheel-down 2,1"]],
  ["\u001b[200~rm -rf /\ry\u001b[201~q", ["paste rm -rf /\ry", "q"]],
  // Terminals answer questions that nobody here asked, and send keys that have no name: none of it is typed text.
  ["\u001b[?62;c\u001b[I\u001b[O\u001b[24~", []],
];

for (const [sent, keys] of cases)
  test(`${JSON.stringify(sent)} is ${keys.join(", ") || "nothing"}`, () => {
    assert.deepEqual(read(sent), keys);
  });

test("it does not matter where a read ends", () => {
  const sent = "a\u001b[A\u001b[<0;12;7Mé👩‍👩‍👧\u001b[200~paste\u001b[201~\u001b[1;5Cz";
  const whole = read(sent);
  for (let at = 1; at < sent.length; at += 1) {
    // In the middle of one character only a terminal's bytes could be cut, and those are joined before.
    if (/[\ud800-\udbff\u200d]$/.test(sent.slice(0, at)) || /^[\udc00-\udfff\u200d]/.test(sent.slice(at))) continue;
    const decoder = new Decoder();
    const keys = said([...decoder.push(sent.slice(0, at)), ...decoder.push(sent.slice(at)), ...decoder.flush()]);
    assert.deepEqual(keys, whole, `cut at ${at}`);
  }
});

test("what never ends is given up, and a paste is cut", () => {
  const decoder = new Decoder();
  decoder.push(`\u001b[${"1;".repeat(200)}`);
  assert.ok(said(decoder.push("A")).includes("A"), "keys work again");
  const long = new Decoder();
  const [paste] = long.push(`\u001b[200~${"x".repeat(200_000)}`);
  assert.ok(paste?.kind === "paste" && paste.text.length <= 64 * 1_024);
});
