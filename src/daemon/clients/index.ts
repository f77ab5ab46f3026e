import { readFileSync, readlinkSync } from "node:fs";
import { createDecider, createModelDecider, type Decider, type ModelDecider } from "../../deciders/index.ts";
import { atm } from "../../dialects/clients/atm/index.ts";
import { inOrder } from "../../dialects/clients/index.ts";
import { iaiControl, iaiMethods } from "../../dialects/clients/iai/index.ts";
import { kintsugi } from "../../dialects/clients/kintsugi/index.ts";
import { podElsewhere } from "../../dialects/clients/pod/index.ts";
import { nexo } from "../../dialects/clients/nexo.ts";
import type { Holds } from "../../holds/index.ts";
import type { Json } from "../../kit/canonical.ts";
import type { Log } from "../../kit/log.ts";
import type { Operator } from "../../operator/index.ts";
import type { ClientDialect, ForeignMethods, Peer } from "../../protocol/client-dialect.ts";
import { limits } from "../../protocol/limits.ts";
import { alive } from "../../facts/index.ts";
import { type Config, ConfigFault } from "../config.ts";
import { type AtmRooms, atmPorts } from "./atm.ts";
import { iaiPorts, type IaiRooms } from "./iai.ts";
import { type KintsugiRooms, kintsugiPorts } from "./kintsugi.ts";
import { nexoAgent, nexoPorts } from "./nexo.ts";

/** What the other systems' clients find behind the door. */
export interface Clients {
  readonly dialects: readonly ClientDialect[];
  /** JSON-RPC methods that are not in our table. */
  readonly methods: ForeignMethods;
}

export interface ClientsRooms extends KintsugiRooms, AtmRooms, IaiRooms {
  readonly config: Config;
  /** Whether this home was made for tests. */
  readonly test: boolean;
  readonly log: Log;
  /** The socket of one managed agent. */
  readonly socketOf: (agent: string) => string;
  readonly holds: Holds;
  readonly operator: Operator;
  readonly redact: (input: Readonly<Record<string, Json>>) => Readonly<Record<string, Json>>;
}

/**
 * Ties the client dialects to the rooms, as far as the table's operations don't say it all.
 * @throws ConfigFault
 */
export function createClients(rooms: ClientsRooms): Clients {
  const { config, log, holds, sessions } = rooms;
  const endSession = async (agent: string, session: string) => {
    if (sessions.find({ agent, session }) === undefined || holds.openCount({ agent, session }) > 0) return;
    try {
      await sessions.observe({ agent, session, event: "disconnect", phase: "ended" });
    } catch (error) {
      log.error({ err: error, agent, session }, "a client's session could not be ended");
    }
  };
  const iai = iaiPorts(rooms, { folderOf: (connection, signal) => folderOf(rooms.operator, connection, signal) });
  return {
    dialects: inOrder({
      atm: atm(atmPorts(rooms)),
      iai: iaiControl(iai),
      nexo: nexo(
        nexoPorts({
          decider: deciderOf(rooms),
          waitMs: config.nexo.waitMs,
          waitMsMax: Math.min(config.holds.waitMs, limits.holdWaitMs),
          release: async (hold, decider) =>
            void (await holds.decide(
              hold,
              { decision: "approve", scope: "once" },
              { decider, home: "made for tests" },
            )),
          folderOf: ({ connection, lost }) => folderOf(rooms.operator, connection, lost),
          endSession: (session) => endSession(nexoAgent, session),
        }),
      ),
      pod: podElsewhere(rooms.socketOf),
      kintsugi: kintsugi(kintsugiPorts(rooms)),
    }),
    methods: iaiMethods(iai),
  };
}

function deciderOf({ config, test, clock, redact, ledger }: ClientsRooms): Decider | ModelDecider {
  const { decider, script, model } = config.nexo;
  try {
    if (decider !== "model")
      return createDecider(decider, { test, script: script && readFileSync(script, "utf8"), clock });
    if (model === undefined)
      throw new Error('The decider "model" needs to know which: set [nexo.model] in config.toml.');
    const record = (payload: Readonly<Record<string, Json>>) => ledger.append({ kind: "decider/asked", payload });
    return createModelDecider({ settings: model, clock, redact, record });
  } catch (error) {
    throw new ConfigFault((error as Error).message, { cause: error });
  }
}

/** Where the process at the other end works right now, if the system says so (Linux). */
async function folderOf(
  operator: Operator,
  connection: Peer["connection"],
  lost: AbortSignal,
): Promise<string | undefined> {
  const known = await operator.seat(connection, { signal: lost });
  const peer = "seat" in known ? known.seat.peer : undefined;
  const start = peer?.processes.find(({ pid }) => pid === peer.pid)?.start;
  if (peer === undefined || start === undefined) return undefined;
  try {
    const folder = readlinkSync(`/proc/${peer.pid}/cwd`);
    return alive({ pid: peer.pid, startTime: start }) ? folder : undefined;
  } catch {
    return undefined; // it has ended, or this system has no /proc: then the folder is not known
  }
}
