import type { Program } from "../program.ts";
import { environmentPrograms } from "./environment.ts";
import { identities } from "./identities.ts";
import { interpreters } from "./interpreters.ts";
import { machines } from "./machines.ts";
import { repeating } from "./repeating.ts";
import { shells } from "./shells.ts";
import { terminals } from "./terminals.ts";

/** Programs that run others: their effects are those of what they run, and what the way of running adds. */
export const wrappers: readonly Program[] = [
  ...identities,
  ...environmentPrograms,
  ...repeating,
  ...shells,
  ...machines,
  ...terminals,
  ...interpreters,
];
