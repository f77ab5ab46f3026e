import { agentDialect } from "../dialects/agents/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Handlers } from "../protocol/handlers.ts";
import { operations } from "../protocol/operations/index.ts";
import type { Place } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { StoreFault } from "../store/index.ts";
import { refusingClients } from "./clients/refusing.ts";
import type { ConfigValue } from "./config.ts";
import type { Serving } from "./door.ts";

export interface RefusingOptions {
  readonly place: Place;
  readonly version: string;
  readonly values: readonly ConfigValue[];
  readonly clock: Clock;
  readonly fault: StoreFault;
  readonly stop: () => void;
}

/**
 * What serves when the store can't be used: nothing is judged, because nothing could be recorded. Every deciding hook is denied with
 * what happened and what to do; every other event passes; `status` says the same, and `down` works for everybody, since there is
 * nothing left to protect but the deny itself, which the hook gives without a daemon too.
 */
export function refusing({ place, version, values, clock, fault, stop }: RefusingOptions): Serving {
  const why = `Signalbox can't record, so it denies: ${fault.message} Then type: ${fault.hint}`;
  const refuse = () => Promise.reject(new Refusal("LEDGER_UNAVAILABLE", fault.message, fault.hint));
  const startedAtMs = clock.nowMs();
  const refusals = Object.fromEntries(Object.keys(operations).map((name) => [name, refuse])) as unknown as Handlers;
  return {
    clients: refusingClients({ refuse, stop }),
    allow: () => {},
    drain: () => {},
    countConnections: () => {},
    hook: async ({ agent, event, body }) => {
      const dialect = agentDialect(agent);
      if (dialect === undefined) return { exit: 2, stdout: "", stderr: `${why}\n` };
      const decoded = dialect.decode(event, body);
      return dialect.encode(decoded, dialect.deciding(event) ? { verdict: "deny", reason: why } : { verdict: "allow" });
    },
    handlers: {
      ...refusals,
      "daemon/hello": async () => ({
        version,
        pid: process.pid,
        home: place.home,
        compatible: true,
        fix: `${fault.message} ${fault.hint}`,
        methods: ["daemon/hello", "daemon/status", "daemon/config", "daemon/stop"],
      }),
      "daemon/config": async () => ({ values: [...values] }),
      "daemon/status": async () => ({
        pid: process.pid,
        version,
        home: place.home,
        socket: place.socket,
        startedAt: new Date(startedAtMs).toISOString(),
        uptimeMs: clock.nowMs() - startedAtMs,
        mode: "panic" as const,
        sessions: 0,
        openHolds: 0,
        watchers: 0,
        connections: 0,
        ledger: {
          entries: 0,
          bytes: 0,
          bytesMax: 0,
          retentionDays: 0,
          checkpoint: null,
          problem: `${fault.message} ${fault.hint}`,
        },
        diskBytes: 0,
        policy: { rules: 0, problems: [] },
        ungated: [],
      }),
      "daemon/stop": async () => {
        setImmediate(stop);
        return { draining: true as const };
      },
    },
  };
}
