import { z } from "zod";
import type { ForeignFrame } from "../../../protocol/client-dialect.ts";
import { Refusal } from "../../../protocol/refusals.ts";
import { read } from "../reading.ts";

/**
 * The pods' frames. One agent has one socket; a frame asks `{"method", "params"?}`, and answers and broadcasts share the stream as
 * `{"event", "data"?}`. There are no ids: what an answer belongs to is known by its event. Source: the pods' protocol as of April 2026.
 */

const podName = z.string().min(1).max(128);

/** One claim on paths as pods write it; `recursive` covers the whole tree below, else the target and its direct children. */
export const PodScopeRule = z.object({
  target: z.string().startsWith("/"),
  permission: z.enum(["read", "write"]),
  recursive: z.boolean().default(true),
});

/** What a child tells its parent. */
const PodEventNotice = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("turn_ended"), pod_name: podName }),
  z.object({ kind: z.literal("errored"), pod_name: podName, message: z.string() }),
  z.object({ kind: z.literal("shut_down"), pod_name: podName }),
  z.object({
    kind: z.literal("scope_sub_delegated"),
    parent_pod: podName,
    sub_pod: podName,
    sub_socket: z.string(),
    scope: z.array(PodScopeRule),
  }),
]);

const none = z.unknown().transform(() => undefined);

/** Parameters of each method; those of `none` take none, and what is sent all the same is ignored. */
const podMethods = {
  run: z.object({ input: z.string() }),
  notify: z.object({ source: z.string().max(128).optional(), message: z.string() }),
  resume: none,
  cancel: none,
  shutdown: none,
  get_history: none,
  pod_event: PodEventNotice,
} as const;

type MethodName = keyof typeof podMethods;
export type PodMethod = {
  [Name in MethodName]: { readonly method: Name; readonly params: z.output<(typeof podMethods)[Name]> };
}[MethodName];

/**
 * @throws Refusal UNKNOWN_METHOD, INVALID_PARAMS  answered by an error event; the connection lives
 */
export function readPodMethod(frame: ForeignFrame): PodMethod {
  const name = frame["method"];
  if (typeof name !== "string" || !Object.hasOwn(podMethods, name))
    throw new Refusal(
      "UNKNOWN_METHOD",
      `there is no method ${JSON.stringify(String(JSON.stringify(name) ?? "").slice(0, 80))}`,
      `A pod's are: ${Object.keys(podMethods).join(", ")}.`,
    );
  const method = name as MethodName;
  const params = read(z.object({ params: podMethods[method] as z.ZodType }), { params: frame["params"] }, method);
  return { method, params: params.params } as PodMethod;
}

export const podErrorCodes = [
  "already_running",
  "not_running",
  "not_paused",
  "provider_error",
  "tool_error",
  "internal",
] as const;
export type PodErrorCode = (typeof podErrorCodes)[number];

const text = z.object({ type: z.literal("text"), text: z.string() });

export const PodHistoryItem = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message"), role: z.enum(["assistant", "user"]), content: z.array(text) }),
  z.object({ type: z.literal("tool_call"), call_id: z.string(), name: z.string(), arguments: z.string() }),
  z.object({
    type: z.literal("tool_result"),
    call_id: z.string(),
    summary: z.string(),
    content: z.string().nullable().optional(),
  }),
]);
export type PodHistoryItem = z.output<typeof PodHistoryItem>;

const turn = z.object({ turn: z.int().min(0) });
const unit = z.undefined();

/** The data of each event. */
export const podEvents = {
  turn_start: turn,
  turn_end: turn.extend({ result: z.enum(["finished", "paused"]) }),
  text_delta: z.object({ text: z.string() }),
  text_done: z.object({ text: z.string() }),
  tool_call_start: z.object({ id: z.string(), name: z.string() }),
  tool_call_args_delta: z.object({ id: z.string(), json: z.string() }),
  tool_call_done: z.object({ id: z.string(), name: z.string(), arguments: z.string() }),
  tool_result: z.object({ id: z.string(), output: z.string(), is_error: z.boolean() }),
  usage: z.object({ input_tokens: z.int().nullable(), output_tokens: z.int().nullable() }),
  run_end: z.object({ result: z.enum(["finished", "paused", "limit_reached"]) }),
  error: z.object({ code: z.enum(podErrorCodes), message: z.string() }),
  history: z.object({
    items: z.array(PodHistoryItem),
    greeting: z.object({
      pod_name: podName,
      cwd: z.string(),
      provider: z.string(),
      model: z.string(),
      scope_summary: z.string(),
      tools: z.array(z.string()),
    }),
  }),
  notification: z.object({
    level: z.enum(["warn", "error"]),
    source: z.enum(["pod", "worker", "compactor", "agents_md"]),
    message: z.string(),
    timestamp_ms: z.int().min(0),
  }),
  shutdown: unit,
} as const;

export type PodEventName = keyof typeof podEvents;
export type PodEventData<Name extends PodEventName> = z.output<(typeof podEvents)[Name]>;

/** One event's frame; an event without data has no such field. */
export function podFrame<Name extends PodEventName>(
  event: Name,
  ...[data]: PodEventData<Name> extends undefined ? [] : [data: PodEventData<Name>]
): object {
  return data === undefined ? { event } : { event, data };
}

/** What a frame from a pod says. @throws Refusal INVALID_PARAMS */
export function readPodEvent(frame: ForeignFrame): { readonly event: PodEventName; readonly data: unknown } {
  const name = frame["event"];
  if (typeof name !== "string" || !Object.hasOwn(podEvents, name))
    throw new Refusal("INVALID_PARAMS", `a pod has no such event: ${JSON.stringify(name)?.slice(0, 80)}`);
  const event = name as PodEventName;
  const schema = event === "shutdown" ? z.object({ data: none }) : z.object({ data: podEvents[event] as z.ZodType });
  return { event, data: read(schema, { data: frame["data"] }, event).data };
}
