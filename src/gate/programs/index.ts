import type { Program } from "./program.ts";

/** Every program that the gate knows by name. One import and one line per family; a name that two families claim is a mistake that a test finds. */
const families: readonly (readonly Program[])[] = [];

export const programs: ReadonlyMap<string, Program> = new Map(
  families.flat().flatMap((program) => program.names.map((name) => [name, program] as const)),
);
