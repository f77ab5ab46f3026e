import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Place } from "../protocol/place.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";

/** A repository's file has its name; every other is read as the user's. */
export const layerOf = (path: string): "user" | "repository" =>
  basename(path) === ".signalbox.toml" ? "repository" : "user";

export const userPolicyPath = (place: Place): string => join(place.configDir, "policy.toml");

/** As the daemon names it: absolute, no link on the way to its folder. */
export function namedPath(path: string): string {
  const absolute = resolve(path);
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    return absolute; // a folder that is not there: whoever opens the file says so
  }
}

/** @throws Refusal NOT_FOUND, INVALID_PARAMS */
export function readText(path: string, hint?: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new Refusal("NOT_FOUND", `There is no file ${path}.`, hint);
  if (!stat.isFile()) throw new Refusal("INVALID_PARAMS", `${path} is not a file.`);
  if (stat.size > limits.policyBytesMax)
    throw new Refusal("INVALID_PARAMS", `${path} has ${stat.size} bytes; at most ${limits.policyBytesMax} are read.`);
  return readFileSync(path, "utf8");
}
