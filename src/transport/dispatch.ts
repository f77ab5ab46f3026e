import { z } from "zod";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { ForeignMethods } from "../protocol/client-dialect.ts";
import type { Call, Handlers } from "../protocol/handlers.ts";
import { newId } from "../protocol/ids.ts";
import type { Access, Operation } from "../protocol/operation.ts";
import { isOperationName, type OperationName, operations } from "../protocol/operations/index.ts";
import { Refusal } from "../protocol/refusals.ts";
import { type Answer, type Origin, Running } from "./running.ts";
import { wordIssues } from "../protocol/wording.ts";

/** A call that was started: its one answer, and, for a stream, when its pushes may follow. */
export type Task = Pick<Running, "answer" | "stream" | "flow" | "cancel">;

export interface Dispatch {
  /** Starts one call. Method, params, access, deadline and draining are judged here, the same for every transport. */
  start(method: string, params: unknown, origin: Origin): Task;
  isStream(method: string): boolean;
  /** Calls without an answer yet; streams that flow are counted apart. */
  readonly inFlight: number;
  readonly streams: number;
  readonly draining: boolean;
  /**
   * Refuses new calls with DRAINING, ends the streams, and resolves when every call in flight has its answer. When `signal`
   * aborts, those that are left are answered DRAINING, which is also their own signal's reason.
   */
  drain(options: { signal: AbortSignal }): Promise<void>;
}

export interface DispatchPorts {
  readonly handlers: Handlers;
  /** Methods of the other systems' clients, where a name is not in the table. */
  readonly foreign?: ForeignMethods;
  /** @throws Refusal NOT_PERMITTED  the caller is not who the row asks for */
  readonly allow: (access: Access, call: Call) => void | Promise<void>;
  /** What a fault of the machine (a full disk) is to the caller; undefined: it is a bug, and INTERNAL. */
  readonly expected?: Expected;
  readonly clock: Clock;
  readonly log: Log;
}

/** An error that nobody threw as a refusal, in a refusal's words where it has any. */
export type Expected = (error: unknown) => Refusal | undefined;

/** Rows on the hot path are compiled to plain code (17 times as fast); where code generation is switched off, zod interprets. */
const compiled: readonly OperationName[] = ["gate/request", "gate/outcome"];

// The mapped type has tied each name to its input and handler; below, the name is only known at run time.
type AnyHandler = (input: unknown, call: Call) => Promise<unknown>;

export function createDispatch({ handlers, foreign, allow, expected, clock, log }: DispatchPorts): Dispatch {
  const inputs = new Map<string, z.ZodType>(Object.entries(operations).map(([name, row]) => [name, row.input]));
  for (const name of compiled) inputs.set(name, z.compile(operations[name].input));
  const running = new Set<Running>();
  let streams = 0;
  let draining = false;
  let emptied: (() => void) | undefined;

  const rowOf = (method: string): Operation | undefined => (isOperationName(method) ? operations[method] : undefined);

  const forget = (task: Running) => {
    if (running.delete(task) && task.stream) streams -= 1;
    if (running.size === 0) emptied?.();
  };

  const perform = async (method: string, params: unknown, task: Running, streamable: boolean): Promise<unknown> => {
    const row = rowOf(method);
    if (row === undefined) return performForeign(method, params, task);
    if (draining) throw drainingNow();
    const parsed = (inputs.get(method) ?? row.input).safeParse(params ?? {});
    if (!parsed.success) throw new Refusal("INVALID_PARAMS", `${method}: ${wordIssues(parsed.error)}`);
    if (task.stream && !streamable)
      throw new Refusal("INVALID_REQUEST", `${method} is a stream: it needs a request of its own`);
    await allow(row.access, task);
    if (row.deadlineMs > 0) void deadline(clock, method, row.deadlineMs, task);
    return (handlers[method as OperationName] as AnyHandler)(parsed.data, task);
  };

  const performForeign = async (method: string, params: unknown, task: Running): Promise<unknown> => {
    const found = foreign?.(method);
    if (found === undefined) throw unknownMethod(method);
    if (draining) throw drainingNow();
    void deadline(clock, method, found.deadlineMs, task);
    return found.run(params, task);
  };

  const refuse = (method: string, task: Running, error: unknown): Answer => {
    const refusal = error instanceof Refusal ? error : expected?.(error);
    if (refusal !== undefined) return { refusal };
    const ref = newId("req").slice("req_".length);
    // A handler that is cut short may throw whatever its own signal's reason became; then the answer has already been given.
    if (task.open) log.error({ ref, method, requestId: task.requestId, err: error }, "an operation failed");
    else log.debug({ ref, method, err: error }, "an operation failed after its call was over");
    return {
      refusal: new Refusal(
        "INTERNAL",
        `${method} failed inside the daemon`,
        `The daemon's log says why under ref ${ref}.`,
      ),
      ref,
    };
  };

  return {
    start(method, params, origin) {
      const stream = rowOf(method)?.pushes !== undefined;
      const task = new Running(origin, stream, forget);
      running.add(task);
      if (stream) streams += 1;
      perform(method, params, task, origin.push !== undefined).then(
        (result) => task.settle({ result }),
        (error: unknown) => task.settle(refuse(method, task, error)),
      );
      return task;
    },
    isStream: (method) => rowOf(method)?.pushes !== undefined,
    get inFlight() {
      return running.size - streams;
    },
    get streams() {
      return streams;
    },
    get draining() {
      return draining;
    },
    async drain({ signal }) {
      draining = true;
      const end = (which: (task: Running) => boolean) => {
        for (const task of running) if (which(task)) task.cancel(drainingNow());
      };
      end((task) => task.stream);
      if (running.size === 0) return;
      const empty = new Promise<void>((resolve) => {
        emptied = resolve;
      });
      const cutShort = () => end(() => true);
      if (signal.aborted) cutShort();
      signal.addEventListener("abort", cutShort, { once: true });
      await empty;
      signal.removeEventListener("abort", cutShort);
    },
  };
}

async function deadline(clock: Clock, method: string, ms: number, task: Running): Promise<void> {
  const answered = new AbortController();
  void task.answer.then(() => answered.abort(inTime));
  try {
    await clock.sleep(ms, { signal: answered.signal });
  } catch {
    return; // answered in time, which is what usually ends this sleep
  }
  task.cancel(
    new Refusal(
      "CANCELLED",
      `${method} took longer than ${ms / 1_000} s and was cancelled`,
      "Try again; if it stays slow, see: signalbox status",
    ),
  );
}

/** A reason of its own: without one, each abort makes a DOMException with a stack. */
const inTime = new Error("answered in time");

const drainingNow = () =>
  new Refusal(
    "DRAINING",
    "the daemon is draining and takes no new calls",
    "Try again in a moment; it starts again by itself or with: signalbox up",
  );

const unknownMethod = (method: string) =>
  new Refusal(
    "UNKNOWN_METHOD",
    `there is no method ${JSON.stringify(method.slice(0, 80))}`,
    "daemon/hello lists the methods.",
  );
