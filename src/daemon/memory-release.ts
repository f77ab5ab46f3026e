import { performance } from "node:perf_hooks";
import type { Log } from "../kit/log.ts";

/** Looked for a quiet time this often; it takes microseconds. */
export const memoryLookMs = 10_000;
/** Of the loop's time between two looks: below it, nobody asked for anything. */
const quietUtilization = 0.03;

export interface MemoryReleasePorts {
  readonly log: Log;
  /** The share of its time that the event loop was busy since the last call. */
  readonly utilization?: () => number;
  /** Collects everything and gives what is free back to the system; blocks the loop for some 50 ms. */
  readonly collect?: (() => void) | undefined;
}

/**
 * Node keeps what a start or a busy hour has made until it needs the room, which on an idle machine is never. After each time of work, in the
 * first quiet span, everything is collected once and given back: some 15 MB after a start, most of 100 MB after a busy hour.
 * @returns a task for each `memoryLookMs`
 */
export function createMemoryRelease({
  log,
  utilization = utilizationOfLoop(),
  collect = collectAll,
}: MemoryReleasePorts): () => void {
  let worked = true; // the start is work
  return () => {
    if (utilization() >= quietUtilization) {
      worked = true;
      return;
    }
    if (!worked) return;
    worked = false;
    collect();
    utilization(); // the collection itself is no work
    log.debug({ residentBytes: process.memoryUsage.rss() }, "memory that was not needed was given back");
  };
}

function utilizationOfLoop(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

/** There with Node's --expose-gc, which the daemon's own command line says (protocol/place.ts); one that was started otherwise goes without. */
function collectAll(): void {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}
