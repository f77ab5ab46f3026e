import { z } from "zod";

/**
 * What a tool call would do, as a list of effects (DESIGN section 7). The gate makes them, rules match them, the ledger keeps
 * them, and every surface shows them in the same words.
 */
export const effectKinds = [
  "read",
  "write",
  "delete",
  "execute",
  "send",
  "receive",
  "publish",
  "signal",
  "elevate",
  "persist",
  "mutate-remote",
  "rewrite-history",
  "opaque",
] as const;
export const places = [
  "workspace",
  "worktree",
  "temp",
  "home",
  "system",
  "device",
  "agent-config",
  "signalbox",
  "remote",
] as const;
export const reaches = ["one", "many", "all"] as const;
export const undoables = ["yes", "costly", "no"] as const;
export const certainties = ["known", "likely", "opaque"] as const;
export const secrecies = ["none", "reads", "sends"] as const;

export type EffectKind = (typeof effectKinds)[number];
export type EffectPlace = (typeof places)[number];
export type Reach = (typeof reaches)[number];
export type Undoable = (typeof undoables)[number];
export type Sure = (typeof certainties)[number];
export type Secret = (typeof secrecies)[number];

export const Effect = z.object({
  kind: z.enum(effectKinds),
  /** In words, e.g. "delete ~/x and everything below it". No final stop; redacted. */
  what: z.string(),
  /** A path, host or resource, redacted and shortened to `effectTargetCharsMax`; empty when there is none. */
  target: z.string(),
  place: z.enum(places),
  reach: z.enum(reaches),
  undoable: z.enum(undoables),
  sure: z.enum(certainties),
  secret: z.enum(secrecies),
});
export type Effect = z.output<typeof Effect>;

export const verdicts = ["allow", "hold", "deny"] as const;
export const Verdict = z.enum(verdicts);
export type Verdict = z.output<typeof Verdict>;

/** The stricter of two verdicts: deny over hold over allow. */
export function stricter(a: Verdict, b: Verdict): Verdict {
  return verdicts.indexOf(a) >= verdicts.indexOf(b) ? a : b;
}

export const modes = ["attended", "away", "unattended", "observe", "panic"] as const;
export const Mode = z.enum(modes);
export type Mode = z.output<typeof Mode>;
