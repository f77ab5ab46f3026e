import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Place } from "../protocol/place.ts";
import { type WiredAgent, WiringRefused, wiredAgents } from "./wiring.ts";

/** What `wire` did to one agent's settings, so that `unwire` can undo exactly that. Kept in the home, which agents may not write. */
const WireRecord = z.strictObject({
  version: z.literal(1),
  agent: z.enum(wiredAgents),
  wiredAt: z.iso.datetime(),
  path: z.string(),
  realPath: z.string(),
  /** The dated copy of the file without us, beside this record; `null`: there was no file. */
  backup: z.string().nullable(),
  /** Of the file as we left it: while it is this, nobody else has edited it. */
  sha256: z.string(),
  /** Folders that did not exist, deepest last. */
  createdFolders: z.array(z.string()),
  /** Gemini's name for our hooks. */
  hookName: z.string(),
  /** Gemini's `hooksConfig` before: absent, without `enabled`, or with this value. */
  geminiEnabled: z.union([z.enum(["absent", "unset"]), z.boolean()]).optional(),
  /** Policy's allow is a grant. */
  grant: z.boolean(),
});
export type WireRecord = z.output<typeof WireRecord>;

export function recordFolder(place: Place): string {
  return join(place.home, "wired");
}

export function recordPath(place: Place, agent: WiredAgent): string {
  return join(recordFolder(place), `${agent}.json`);
}

/** @throws WiringRefused when there is a record that can't be read: undoing by guesswork could lose settings */
export function readRecord(place: Place, agent: WiredAgent): WireRecord | undefined {
  const path = recordPath(place, agent);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new WiringRefused(`${path} can't be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return WireRecord.parse(JSON.parse(text));
  } catch (error) {
    throw new WiringRefused(
      `${path} is damaged, so it can't be told what was wired. Move it away and run the command again; only Signalbox's own entries will be touched.`,
      { cause: error },
    );
  }
}

/** Whether this home wired the agent and has not unwired it since. A record that is damaged counts: guarding goes on. */
export function isRecorded(place: Place, agent: WiredAgent): boolean {
  return existsSync(recordPath(place, agent));
}

/** Whether the operator wired this agent with `--grant`: policy's allow is then told to the host as an approval. */
export function grantsAllow(place: Place, agent: string): boolean {
  if (!(wiredAgents as readonly string[]).includes(agent)) return false;
  try {
    return readRecord(place, agent as WiredAgent)?.grant ?? false;
  } catch {
    return false; // a damaged record never loosens
  }
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
