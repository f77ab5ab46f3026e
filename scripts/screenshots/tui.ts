import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BoardDemo } from "../../src/cli/demo-board.ts";
import { makeHome, root, TestDaemon } from "../../test/support/daemon.ts";
import { Seat, type Size } from "../../test/support/seat.ts";

const small: Size = { columns: 80, rows: 24 };
const large: Size = { columns: 120, rows: 40 };

interface Shot {
  readonly name: string;
  readonly size: Size;
  /** Keys that lead here, each with what stands there after it. */
  readonly steps: readonly (readonly [keys: string, shows: RegExp])[];
  /** Something is open that Esc closes. */
  readonly open?: true;
}

const shots: readonly Shot[] = [
  { name: "80x24", size: small, steps: [["g", /attended[^]*waits \d+[^]*a approve/]] },
  { name: "120x40", size: large, steps: [["g", /│ claude-code/]] },
  {
    name: "marked",
    size: large,
    steps: [
      ["*", /marked/],
      ["A", /Type approve/],
    ],
    open: true,
  },
  {
    name: "rule",
    size: small,
    steps: [
      ["*", /Needs you/],
      ["gr", /Save it and approve/],
    ],
    open: true,
  },
  { name: "tree", size: large, steps: [["2g", /▾/]] },
  {
    name: "session",
    size: large,
    steps: [
      ["1/state:working\r", /search: state:working/],
      ["g", /Latest tool calls/],
    ],
    open: true,
  },
  { name: "timeline", size: small, steps: [["3g", /▌.*\d\d:\d\d:\d\d/]] },
  { name: "modes", size: small, steps: [["1m", /Mode:/]], open: true },
  { name: "help", size: large, steps: [["?", /Every command by its name/]], open: true },
  { name: "20x5", size: { columns: 20, rows: 5 }, steps: [["g", /▌!/]] },
];

/** The board has answered the new size: its foot stands in the last row, and how to get out at its right edge. */
function isDrawnAt({ lines }: Seat, { columns, rows }: Size): boolean {
  const foot = (lines.at(-1) ?? "").trimEnd();
  return (
    lines.length === rows && (columns < 40 ? foot.length > 0 : foot.endsWith("quit") && foot.length === columns - 1)
  );
}

/** Texts of the terminal board as a person sees it: the real daemon, the demo's sessions over real hooks, a real terminal. */
export async function takeTerminalPictures(folder: string): Promise<readonly string[]> {
  using place = makeHome();
  await using _daemon = await TestDaemon.start(place);
  await using seat = await Seat.take(place, small, { TZ: "UTC" });
  const stop = new AbortController();
  await using _demo = await BoardDemo.begin({
    hook: join(root, "build/signalbox-hook"),
    home: place.home,
    stop: stop.signal,
  });
  seat.start("board");
  await seat.until("Needs you");
  mkdirSync(folder, { recursive: true });
  const made: string[] = [];
  for (const { name, size, steps, open } of shots) {
    await seat.resize(size);
    await seat.until(() => isDrawnAt(seat, size));
    for (const [keys, shows] of steps) {
      seat.type(keys);
      await seat.until((text) => shows.test(text));
    }
    const path = join(folder, `board-${name}.txt`);
    writeFileSync(
      path,
      `${seat.lines
        .map((line) => line.trimEnd())
        .join("\n")
        .trimEnd()}\n`,
    );
    made.push(path);
    if (open !== true) continue;
    // An Esc is one only while nothing follows it.
    seat.type("\u001b");
    await seat.until(/^(?!.*search:).*q quit/s);
  }
  seat.type("q");
  stop.abort(new Error("the pictures are taken"));
  return made;
}
