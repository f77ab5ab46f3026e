import type { IaiCaller, IaiPorts } from "../../dialects/clients/iai/index.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import type { Ledger } from "../../ledger/index.ts";
import type { ConnectionInfo } from "../../protocol/handlers.ts";
import { newId } from "../../protocol/ids.ts";
import type { EntryView } from "../../protocol/operations/ledger.ts";
import type { Sessions } from "../../sessions/index.ts";
import { diskRefusal } from "../disk.ts";
import type { MemoryDesk } from "../memory.ts";
import type { UpkeepDesk } from "../upkeep.ts";

export interface IaiRooms {
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly memory: MemoryDesk;
  readonly upkeep: UpkeepDesk;
  readonly projectAt: (cwd: string) => Promise<string | null>;
}

export interface IaiWorld {
  /** Where the process at the other end works. */
  readonly folderOf: (connection: ConnectionInfo, signal: AbortSignal) => Promise<string | undefined>;
}

/** Who writes by iai's methods. */
const agent = "iai";
/** Sessions whose first recall is still to come, and for how long that is waited for. */
const firstTurnsMax = 100;
const firstTurnMsMax = 3_600_000;
const entriesMax = 1_000;

/** iai's memory and background work, served from ours. */
export function iaiPorts(rooms: IaiRooms, world: IaiWorld): IaiPorts {
  const { memory } = rooms.memory;
  const { upkeep } = rooms.upkeep;
  const { clock } = rooms;
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  const firstTurns = new Map<string, number>();

  /** iai's clients name no folder: it is that of the session, where a host of ours has the same id, else that of the client's process. */
  const folderOf = async ({ call, session }: IaiCaller): Promise<string | undefined> => {
    const known = session === undefined ? undefined : rooms.sessions.live().find(({ id }) => id === session);
    return known?.workspace.root ?? (await world.folderOf(call.connection, call.signal));
  };
  const projectOf = async (caller: IaiCaller): Promise<string | null> => {
    rooms.upkeep.touch();
    const folder = await folderOf(caller);
    return folder === undefined ? null : rooms.projectAt(folder);
  };
  const writerOf = async (caller: IaiCaller) => {
    rooms.upkeep.touch();
    const { project, tainted } = await rooms.memory.whereabouts(
      { agent, session: caller.session },
      await folderOf(caller),
    );
    return { agent, session: caller.session, project, tainted };
  };

  return {
    capture: async (draft, caller) => memory.capture({ ...draft, ...(await writerOf(caller)) }),
    recall: async (query, caller) => {
      const project = await projectOf(caller);
      const found = memory.recall({ ...query, project, scope: "both", superseded: false });
      const read = found.hits.flatMap(({ note, via }) => (via === null ? [note] : [note, memory.show(via).note]));
      await rooms.memory.notesRead(read, caller.call);
      return found;
    },
    brief: async (charsMax, caller) => memory.brief({ project: await projectOf(caller), scope: "both", charsMax }),
    note: (id) => memory.show(id).note,
    neighbours: (id, most) => memory.neighbours(id, most),
    link: async (ids, caller) => memory.link(ids, await writerOf(caller)),
    supersede: async (id, text, caller) => {
      const { project, ...writer } = await writerOf(caller);
      return memory.supersede(id, { text, ...writer }, project);
    },
    consolidate: ({ call }) => memory.consolidate({ signal: call.signal }),
    noteCount: () => memory.counts().notes,
    knobs: () => memory.knobs(),
    setKnob: (knob, value) => memory.setKnob(knob, value),
    entries: (query) => entriesOf(rooms.ledger, query),
    sessionOpened(session) {
      firstTurns.delete(session);
      firstTurns.set(session, clock.monotonicMs());
      const [oldest] = firstTurns.keys();
      if (firstTurns.size > firstTurnsMax && oldest !== undefined) firstTurns.delete(oldest);
    },
    takeFirstTurn(session) {
      const sinceMs = firstTurns.get(session);
      firstTurns.delete(session);
      return sinceMs !== undefined && clock.monotonicMs() - sinceMs <= firstTurnMsMax;
    },
    sessionExited: (session) => void firstTurns.delete(session),
    upkeep: {
      status: () => upkeep.status(),
      ask: (kind, reason) => upkeep.ask(kind, { reason, by: agent }),
      pause: (seconds) => upkeep.pause({ seconds, by: agent }),
      resume: () => upkeep.resume({ by: agent }),
    },
    version: rooms.version,
    startedAt: new Date(startedAtMs).toISOString(),
    uptimeMs: () => clock.monotonicMs() - startedMs,
    fault(method, error) {
      const refusal = diskRefusal(error);
      if (refusal !== undefined) return refusal;
      const ref = newId("req").slice("req_".length);
      rooms.log.error({ ref, method, err: error }, "a method of iai failed");
      return ref;
    },
  };
}

/** Newest first, of any of the kinds, down to a moment. Time never decreases along the ledger. */
function entriesOf(
  ledger: Pick<Ledger, "list">,
  { kinds, sinceMs, limit }: Parameters<IaiPorts["entries"]>[0],
): readonly EntryView[] {
  const most = Math.min(limit, entriesMax);
  const lists =
    kinds.length === 0 ? [ledger.list({ limit: most })] : kinds.map((kind) => ledger.list({ kind, limit: most }));
  return lists
    .flat()
    .filter(({ at }) => sinceMs === undefined || Date.parse(at) >= sinceMs)
    .sort((one, other) => other.seq - one.seq)
    .slice(0, most);
}
