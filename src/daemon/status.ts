import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Holds } from "../holds/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Ledger } from "../ledger/index.ts";
import type { Mode } from "../protocol/effects.ts";
import type { OutputOf } from "../protocol/operations/index.ts";
import type { Place } from "../protocol/place.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Config } from "./config.ts";

export type DaemonStatus = () => OutputOf<"daemon/status">;

export interface StatusPorts {
  readonly place: Place;
  readonly version: string;
  readonly clock: Clock;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly holds: Holds;
  readonly policy: { mode(): Mode; rules(): number; problems(): readonly string[] };
  connections(): number;
}

export function createStatus(ports: StatusPorts): DaemonStatus {
  const { place, clock, ledger, sessions, holds, config, policy } = ports;
  const startedAtMs = clock.nowMs();
  const startedMonotonicMs = clock.monotonicMs();
  return () => {
    const { entries, bytes, checkpoint, problem } = ledger.status();
    return {
      pid: process.pid,
      version: ports.version,
      home: place.home,
      socket: place.socket,
      startedAt: new Date(startedAtMs).toISOString(),
      uptimeMs: Math.round(clock.monotonicMs() - startedMonotonicMs),
      mode: policy.mode(),
      sessions: sessions.liveCount(),
      openHolds: holds.openCount(),
      watchers: holds.watchers,
      connections: ports.connections(),
      ledger: {
        entries,
        bytes,
        bytesMax: config.ledger.bytesMax,
        retentionDays: config.ledger.retentionDays,
        checkpoint,
        problem,
      },
      diskBytes: folderBytes(place.home),
      policy: { rules: policy.rules(), problems: [...policy.problems()] },
      ungated: sessions.ungated(),
    };
  };
}

/** The home is flat but for keys and logs: two levels are all there is. */
function folderBytes(folder: string, depth = 2): number {
  let total = 0;
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory() && depth > 0) total += folderBytes(path, depth - 1);
    else if (item.isFile()) total += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return total;
}
