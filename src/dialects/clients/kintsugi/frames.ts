import { createHash } from "node:crypto";
import { z } from "zod";
import type { Effect, Verdict } from "../../../protocol/effects.ts";
import type { HoldView } from "../../../protocol/operations/holds.ts";
import type { CallOf, OutputOf } from "../../../protocol/operations/index.ts";

const Uuid = z.string().regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, "must be a UUID");
/**
 * A folder that is not absolute says nothing. Its client takes an error for "no daemon" and goes by its own rules, so the command is judged
 * nevertheless, at `/`, where next to nothing is allowed without a person.
 */
const Folder = z
  .string()
  .max(4_096)
  .transform((path) => (path.startsWith("/") ? path : "/"));

/** Cut rather than refused, for the same reason. */
const Agent = z.string().transform((name) => name.toWellFormed().slice(0, 64).toWellFormed() || "unknown");

/** A command, as kintsugi's shims, hooks and recorders tell it. */
export const Command = z.object({
  id: Uuid,
  ts: z.iso.datetime({ offset: true }),
  agent: Agent,
  cwd: Folder,
  argv: z.array(z.string()).max(65_536),
  raw: z.string(),
  session: z.string().nullish(),
});
export type Command = z.output<typeof Command>;

/** Names a hold: the id of the command that opened it, or the hold's own. */
const Named = z.object({ id: z.string().min(1).max(64) });

/** What stands beside `kind` in each request. */
export const requests = {
  propose: Command,
  record: Command,
  provenance: Command,
  resolve: z.object({
    command: Command,
    decision: z.enum(["allow", "deny", "hold"]),
    remember: z.boolean().default(false),
  }),
  observe: z.object({
    change: z.enum(["created", "modified", "removed", "renamed"]),
    path: z.string().min(1).max(4_096),
  }),
  ingest: z.object({
    source_kind: z.string().regex(/^[a-z]{1,32}$/, "must be a word like web, file or mcp"),
    source_id: z.string().min(1).max(4_096),
    agent: Agent,
    session: z.string().nullish(),
    cwd: Folder,
    ts: z.iso.datetime({ offset: true }),
  }),
  listpending: z.object({}),
  pendingstatus: Named,
  approve: Named,
  deny: Named,
  prunepending: z.object({}),
  status: z.object({}),
  authbegin: z.object({ op: z.string().regex(/^[\w.:-]{1,64}$/, "must be a word like shutdown") }),
  shutdown: z.object({
    op: z.string().max(64),
    nonce: z
      .string()
      .max(256)
      .nullish()
      .transform((nonce) => nonce ?? ""),
    proof: z
      .string()
      .max(512)
      .nullish()
      .transform((proof) => proof ?? ""),
  }),
} as const;
export type Kind = keyof typeof requests;
export type RequestOf<K extends Kind> = z.output<(typeof requests)[K]>;

/** The call that a command is, for the gate. */
export function callOf({ agent, cwd, session, id, argv, raw }: Command): CallOf<"gate/request"> {
  return {
    agent,
    session: sessionOf({ session, cwd }),
    cwd,
    tool: "Bash",
    input: { command: agent === shim && argv.length > 0 ? quoted(argv) : raw },
    toolCallId: id,
    wait: false,
  };
}

/** A shim runs its arguments as they are; everybody else runs the text. */
const shim = "shim";

/** Without a session of its own, what is told belongs to its folder's. */
export const sessionOf = ({ session, cwd }: { session?: string | null | undefined; cwd: string }): string =>
  short(session === undefined || session === null || session === "" ? `in ${cwd}` : session);

const short = (name: string): string =>
  name.length <= 200
    ? name
    : `${name.slice(0, 120).toWellFormed()}… ${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;

/** The shell text that is exactly these arguments. */
const quoted = (argv: readonly string[]): string =>
  argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");

type Class = "safe" | "ambiguous" | "catastrophic";

/** Kinds of effects that, where nothing can bring back what was there, make a command catastrophic. */
const final: ReadonlySet<Effect["kind"]> = new Set([
  "delete",
  "write",
  "rewrite-history",
  "mutate-remote",
  "publish",
  "opaque",
  "elevate",
]);

const classOf = (verdict: Verdict, effects: readonly Effect[]): Class => {
  if (verdict === "allow") return "safe";
  return effects.some(({ kind, undoable }) => undoable === "no" && final.has(kind)) ? "catastrophic" : "ambiguous";
};

/** `tier` 1 is kintsugi's word for rules, as opposed to a model. */
export const verdictFrame = ({ verdict, rule, reason, effects }: OutputOf<"gate/request">) => ({
  kind: "verdict",
  class: classOf(verdict, effects),
  decision: verdict,
  tier: 1,
  reason: rule,
  summary: reason === "" ? null : reason,
  risk: null,
});

/** A command that could not be judged may be anything. */
export const denyFrame = (reason: string, summary: string) => ({
  kind: "verdict",
  class: "catastrophic",
  decision: "deny",
  tier: 1,
  reason,
  summary,
  risk: null,
});

/** A hold as an item of kintsugi's queue; its command is what we keep: redacted, its arguments split at blanks. */
export function pendingItem(hold: HoldView, id: string) {
  const { command } = hold.input;
  const raw = typeof command === "string" ? command : `${hold.tool} ${JSON.stringify(hold.input)}`;
  return {
    command: {
      id,
      ts: hold.openedAt,
      agent: hold.agent,
      cwd: hold.cwd,
      argv: raw.split(/\s+/).filter((word) => word !== ""),
      raw,
      session: hold.session,
    },
    class: classOf("hold", hold.effects),
    reason: hold.rule,
    summary: hold.reason === "" ? null : hold.reason,
    ts: hold.openedAt,
  };
}

/** kintsugi's ids are UUIDs; a hold that came from elsewhere gets one that is always the same (RFC 9562, version 8). */
export function uuidOf(holdId: string): string {
  const hex = createHash("sha256").update(`signalbox ${holdId}`).digest("hex").slice(0, 32);
  const version8 = `${hex.slice(0, 12)}8${hex.slice(13, 16)}a${hex.slice(17)}`;
  return version8.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
