import { z } from "zod";
import type { EntryView } from "../../../protocol/operations/ledger.ts";
import type { IaiPorts } from "./ports.ts";

/** iai's kinds of events, and the entries of ours that say the same. What we never do has none. */
const eventKinds = {
  s4_contradiction: ["memory/superseded"],
  trajectory_metric: [],
  schema_induction_run: [],
  llm_health: [],
  curiosity_silent_log: [],
  curiosity_question: [],
  cls_consolidation_run: ["upkeep/rounded", "memory/merged"],
  // Our keys evolve with the checkpoints, which are no entries (`signalbox ledger key`).
  crypto_key_rotated: [],
} as const satisfies Record<string, readonly string[]>;

const whitelist = Object.keys(eventKinds) as [keyof typeof eventKinds];

const since = z.iso
  .datetime({ offset: true, local: true })
  .or(z.iso.date())
  .transform((text) => Date.parse(text))
  .optional();

export const EventsQuery = z.object({
  kind: z.enum(whitelist, `is one of: ${whitelist.join(", ")}`),
  since,
  severity: z.enum(["info", "warning", "critical"]).optional(),
  limit: z.int().min(1).max(1_000).default(100),
});

export const AuditQuery = z.object({
  since,
  kinds: z.array(z.string().max(64)).max(64).default([]),
});

const auditMax = 1_000;

export function eventsOf({ kind, since: sinceMs, severity, limit }: z.output<typeof EventsQuery>, ports: IaiPorts) {
  const kinds = eventKinds[kind];
  const found = kinds.length === 0 ? [] : ports.entries({ kinds, sinceMs, limit });
  const events = found
    .map((entry) => eventOf(entry, kind))
    .filter((event) => severity === undefined || event.severity === severity);
  return { events, count: events.length };
}

/** The ledger's entries under our own names; iai's names of kinds are taken too. */
export function auditOf({ since: sinceMs, kinds }: z.output<typeof AuditQuery>, ports: IaiPorts) {
  const known: Readonly<Record<string, readonly string[]>> = eventKinds;
  const ours = kinds.flatMap((kind) => known[kind] ?? [kind]);
  const found = kinds.length > 0 && ours.length === 0 ? [] : ports.entries({ kinds: ours, sinceMs, limit: auditMax });
  const events = found.map((entry) => eventOf(entry, entry.kind));
  return { events, count: events.length };
}

function eventOf({ seq, at, kind: entryKind, session, payload }: EntryView, kind: string) {
  const failed = payload?.["outcome"] === "failed" || entryKind === "ledger/gap" || entryKind === "session/ungated";
  return {
    id: String(seq),
    kind,
    severity: failed ? ("warning" as const) : ("info" as const),
    domain: entryKind.split("/", 1)[0] ?? "",
    ts: at,
    data: payload ?? {},
    session_id: session,
    source_ids: [payload?.["note"], payload?.["supersedes"]].filter((id) => typeof id === "string"),
  };
}
