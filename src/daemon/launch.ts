import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Log } from "../kit/log.ts";
import { daemonArguments, type Place } from "../protocol/place.ts";
import { applyHome, homeEdits, type Launch } from "../wiring/index.ts";
import { cleanEnvironment } from "./config.ts";

/** What the launch record says: this very Node, this very program, an environment built from nothing. */
export function launchOf(place: Place, main: string): Launch {
  return { exec: process.execPath, args: daemonArguments(place, main), environment: cleanEnvironment() };
}

/** Where scripts/build-hook.js puts the hook client. */
export const hookBuilt = fileURLToPath(new URL("../../build/signalbox-hook", import.meta.url));

/** Puts this version's hook client and launch record into the home, so that what is wired starts what was last started by hand. */
export function freshenHome(place: Place, main: string, log: Log): void {
  if (!existsSync(hookBuilt))
    return log.warn({ hookBuilt }, "the hook client is not built, so nobody can approve: npm run hook");
  try {
    applyHome({ homeEdits: homeEdits({ hookBinary: hookBuilt, place, launch: launchOf(place, main) }) });
  } catch (error) {
    log.error({ err: error }, "hook client and launch record could not be put into the home");
  }
}
