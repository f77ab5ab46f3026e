import { readJson } from "../kit/strict-json.ts";
import type { NotSure } from "../protocol/handlers.ts";
import { limits } from "../protocol/limits.ts";
import type { OperationName } from "../protocol/operations/index.ts";

/** The operation whose params must be read in one way only, because what it judges is what will run. */
export const judgedMethod: OperationName = "gate/request";

/** Why these bytes, which parsed as JSON, could be read in more than one way; undefined when they can't. */
export function notSureOf(bytes: Buffer): NotSure | undefined {
  const read = readJson(bytes, { depthMax: limits.jsonDepthMax });
  const why = read.ok ? read.notSure : read.why;
  return why === undefined ? undefined : { why, exact: bytes.toString("utf8") };
}
