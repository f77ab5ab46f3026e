import { files } from "./files.ts";
import { git } from "./git.ts";
import type { Program } from "./program.ts";
import { signalbox } from "./signalbox.ts";
import { wrappers } from "./wrappers.ts";

/** Every program that the gate knows by name. One import and one line per family; a name that two families claim is a mistake that a test finds. */
export const families: readonly (readonly Program[])[] = [wrappers, files, git, signalbox];

export const programs: ReadonlyMap<string, Program> = new Map(
  families.flat().flatMap((program) => program.names.map((name) => [name, program] as const)),
);
