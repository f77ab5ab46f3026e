import { z } from "zod";
import { JsonValue } from "../../../protocol/json.ts";
import { ForeignError, type ForeignMethod, type ForeignMethods } from "../../../protocol/client-dialect.ts";
import { limits } from "../../../protocol/limits.ts";
import { Refusal } from "../../../protocol/refusals.ts";
import { AuditQuery, auditOf, EventsQuery, eventsOf } from "./events.ts";
import { WriteOrder } from "./order.ts";
import { iaiErrors, readParams } from "./params.ts";
import type { IaiCaller, IaiPorts } from "./ports.ts";
import { recall } from "./recall.ts";
import { sessionStart } from "./session-start.ts";

const tiers = ["working", "episodic", "semantic", "procedural", "parametric"] as const;
const Session = { session_id: z.string().max(256).optional() };
const RecordId = z.string().max(256);

/** One method: the parameters that it can't do without, the others, and what it answers. */
interface Method<Params extends z.ZodType<{ session_id?: string | undefined }> = z.ZodType<never>> {
  readonly required: readonly string[];
  readonly params: Params;
  /** What comes later on the same connection finds it done. */
  readonly writes?: true;
  readonly run: (params: z.output<Params>, caller: IaiCaller, ports: IaiPorts) => unknown;
}

const method = <Params extends z.ZodType<{ session_id?: string | undefined }>>(one: Method<Params>): Method =>
  one as never;

/** The methods of iai's table that we have. */
const table: Readonly<Record<string, Method>> = {
  memory_recall: method({
    required: ["cue"],
    params: z.object({
      cue: z.string(),
      budget_tokens: z.int().min(1).max(16_000).default(1_500),
      language: z.string().max(16).default("en"),
      ...Session,
    }),
    run: recall,
  }),
  memory_capture: method({
    required: ["text"],
    params: z.object({
      text: z.string(),
      cue: z.string().default(""),
      tier: z.enum(tiers).default("episodic"),
      role: z.string().min(1).max(32).default("user"),
      ...Session,
    }),
    writes: true,
    run: capture,
  }),
  memory_reinforce: method({
    required: ["ids"],
    params: z.object({ ids: z.array(RecordId).max(limits.noteLinkedMax), ...Session }),
    writes: true,
    run: async ({ ids }, caller, ports) => {
      const links = await ports.link(ids, caller);
      return {
        edges_boosted: links.length,
        new_weights: Object.fromEntries(links.map(({ a, b, weight }) => [`${a}|${b}`, rounded(weight)])),
      };
    },
  }),
  memory_contradict: method({
    required: ["id", "new_fact"],
    params: z.object({ id: RecordId, new_fact: z.string(), ...Session }),
    writes: true,
    run: async ({ id, new_fact }, caller, ports) => {
      const { note } = await ports.supersede(id, new_fact, caller);
      return { original_id: id, new_record_id: note.id, edge_type: "contradicts", ts: note.writtenAt };
    },
  }),
  memory_consolidate: method({
    required: [],
    params: z.object(Session),
    writes: true,
    run: async (_, caller, ports) => {
      const { merged, decayed, pruned } = await ports.consolidate(caller);
      // Notes that say the same are made one; nothing is summarised, and no schema is guessed.
      return {
        mode: "light",
        tier: "episodic",
        summaries_created: 0,
        merged,
        decay_result: { decayed, pruned },
        schema_candidates: [],
      };
    },
  }),
  session_start_payload: method({ required: [], params: z.object(Session), run: sessionStart }),
  session_exit: method({
    required: [],
    params: z.object(Session),
    run: ({ session_id }, _, ports) => {
      if (session_id !== undefined) ports.sessionExited(session_id);
      return { mode: "light", fsrs_ticked: 0, trajectory_metrics_emitted: 0 };
    },
  }),
  profile_get: method({
    required: [],
    params: z.object({ knob: z.string().max(64).optional(), ...Session }),
    run: ({ knob }, _, ports) => (knob === undefined ? ports.knobs() : (ports.knobs()[knob] ?? null)),
  }),
  profile_set: method({
    required: ["knob", "value"],
    params: z.object({ knob: z.string().max(64), value: JsonValue, ...Session }),
    writes: true,
    run: async ({ knob, value }, _, ports) => {
      if (knob === "wake_depth" && !["minimal", "standard", "deep"].some((depth) => depth === value))
        throw new Refusal("INVALID_PARAMS", "profile_set: wake_depth is one of: minimal, standard, deep");
      await ports.setKnob(knob, value);
      return { knob, value: ports.knobs()[knob] ?? null };
    },
  }),
  events_query: method({
    required: ["kind"],
    params: EventsQuery.extend(Session),
    run: (query, _, ports) => eventsOf(query, ports),
  }),
  audit_query: method({
    required: [],
    params: AuditQuery.extend(Session),
    run: (query, _, ports) => auditOf(query, ports),
  }),
};

/** Longer than any of them takes; a call that takes this long is answered as cancelled. */
const deadlineMs = 10_000;

/** Our own methods have a slash; a plain word is one of iai's, known or not. */
const iaiName = /^[a-z][a-z0-9_]{0,63}$/;

export function iaiMethods(ports: IaiPorts): ForeignMethods {
  const order = new WriteOrder();
  return (name) => {
    if (Object.hasOwn(table, name)) return runnable(name, table[name] as Method, ports, order);
    return iaiName.test(name) ? unknownMethod(name) : undefined;
  };
}

function unknownMethod(name: string): ForeignMethod {
  return {
    deadlineMs,
    run: () => Promise.reject(new ForeignError(iaiErrors.unknownMethod, "UNKNOWN_METHOD", `unknown method '${name}'`)),
  };
}

function runnable(
  name: string,
  { required, params: schema, run, writes }: Method,
  ports: IaiPorts,
  order: WriteOrder,
): ForeignMethod {
  return {
    deadlineMs,
    async run(given, call) {
      const params = readParams(schema, required, name, given);
      const { session_id: session } = params as { session_id?: string };
      try {
        const caller = { call, session };
        return await order.run(caller, writes === true, () => run(params, caller, ports));
      } catch (error) {
        throw iaiError(name, error, ports);
      }
    },
  };
}

/** iai's clients know two numbers for what goes wrong inside: a parameter is not right, or the daemon says why not. */
function iaiError(name: string, error: unknown, ports: IaiPorts): Refusal {
  if (error instanceof ForeignError) return error;
  if (!(error instanceof Refusal)) {
    const ref = ports.fault(name, error);
    if (typeof ref !== "string") return iaiError(name, ref, ports);
    return new ForeignError(
      iaiErrors.internal,
      "INTERNAL",
      `${name} failed inside the daemon; its log says why under ref ${ref}`,
    );
  }
  // Who has gone and who is told to come back later is not iai's affair.
  if (error.code === "CANCELLED" || error.code === "DRAINING") return error;
  const words = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  const wrong = error.code === "INVALID_PARAMS" || error.code === "TOO_LARGE";
  return new ForeignError(wrong ? iaiErrors.invalidParams : iaiErrors.internal, error.code, words, { cause: error });
}

/** The text is kept as it is; what it was about is the note's subject, its tier and role are tags. */
async function capture(
  { text, cue, tier, role }: { text: string; cue: string; tier: string; role: string },
  caller: IaiCaller,
  ports: IaiPorts,
): Promise<object> {
  const skipped = (reason: string) => ({ status: "skipped", record_id: null, reason });
  if (text.trim() === "") return skipped("there is no text");
  if (text.length > limits.noteCharsMax)
    return skipped(`the text has ${text.length} characters, and ${limits.noteCharsMax} are kept`);
  const draft = {
    text,
    subject: cue.toWellFormed().slice(0, limits.noteSubjectCharsMax).toWellFormed(),
    tags: [`tier:${tier}`, `role:${role}`],
  };
  const { status, note } = await ports.capture(draft, caller);
  return status === "stored"
    ? { status: "inserted", record_id: note.id, reason: "new" }
    : { status: "reinforced", record_id: note.id, reason: "the same text is known" };
}

const rounded = (weight: number): number => Math.round(weight * 1_000) / 1_000;
