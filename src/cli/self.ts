import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Verb } from "./index.ts";

/** How a person calls this very program from any folder and any terminal: a checkout's own file, and the home where it is not the usual one. */
export function selfCommand({ ports, place }: Pick<Verb, "ports" | "place">): string {
  const checkout = join(ports.main, "..", "..", "bin", "signalbox.js");
  const program = existsSync(checkout) ? checkout : "signalbox";
  const words = place.configDir === place.home ? [program, "--home", place.home] : [program];
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
