import type { Command } from "commander";
import type { Verb } from "./index.ts";

/** A family of verbs: `add` registers them on the program. */
export interface Family {
  add(program: Command, verb: (command: Command) => Verb): void;
}

/** First word -> family. Only the family that is wanted is loaded, so `signalbox status` stays quick; help loads them all. */
const families: readonly (readonly [words: readonly string[], load: () => Promise<Family>])[] = [
  [["up", "down", "restart", "status", "mode", "panic"], () => import("./daemon-verbs.ts")],
  [["check"], () => import("./check.ts")],
  [["board"], () => import("./board-verb.ts")],
  [["hold"], () => import("./hold-verbs.ts")],
  [["ledger"], () => import("./ledger-verbs.ts")],
  [["wire", "unwire", "doctor"], () => import("./wiring-verbs.ts")],
  [["record"], () => import("./record-verbs.ts")],
  [["shim", "guard"], () => import("./shim-verbs.ts")],
  [["policy"], () => import("./policy-verbs.ts")],
  [["session", "memory", "upkeep", "config"], () => import("./table-verbs.ts")],
  [["demo"], () => import("./demo.ts")],
  [["notify"], () => import("./notify-verbs.ts")],
  [["web"], () => import("./web-verbs.ts")],
  [["operator"], () => import("./operator-verbs.ts")],
  [["service"], () => import("./service-verbs.ts")],
  [["mcp"], () => import("./mcp.ts")],
];

export async function addVerbs(program: Command, verb: (command: Command) => Verb, wants: string): Promise<void> {
  const known = families.filter(([words]) => words.includes(wants));
  for (const [, load] of known.length > 0 ? known : families) (await load()).add(program, verb);
}
