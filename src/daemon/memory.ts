import type { Clock } from "../kit/clock.ts";
import type { Ledger } from "../ledger/index.ts";
import { createMemory, type Memory, type Writer } from "../memory/index.ts";
import type { Call, Handlers } from "../protocol/handlers.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Store } from "../store/index.ts";
import type { NotesRead } from "./note-readers.ts";
import type { Presence } from "./presence.ts";

export interface MemoryPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, "write">;
  readonly sessions: Pick<Sessions, "find" | "live" | "trail">;
  readonly presence: Pick<Presence, "forOperation">;
  readonly notesRead: NotesRead;
  readonly projectAt: (cwd: string) => Promise<string | null>;
  readonly redact: (text: string) => string;
  readonly fingerprint: (text: string) => string;
}

/** Where somebody is and what their session brought in: what the memory needs to know of a caller. */
export interface Whereabouts {
  /** Absolute; null where there is no project. A known session's workspace counts, wherever it has gone since. */
  readonly project: string | null;
  readonly tainted: boolean;
}

export interface MemoryDesk {
  readonly memory: Memory;
  readonly notesRead: NotesRead;
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `memory/${string}`>>;
  whereabouts(writer: Writer, cwd: string | undefined): Promise<Whereabouts>;
  /** Notes for the beginning of a session that the registry knows; empty when there are none. */
  brief(session: { readonly agent: string; readonly session: string }, charsMax: number): Promise<string>;
}

/** The memory's operations, and who is meant by those who call them. */
export function createMemoryDesk(ports: MemoryPorts): MemoryDesk {
  const { sessions, presence, notesRead, projectAt } = ports;
  const memory = createMemory({
    store: ports.store,
    clock: ports.clock,
    write: (entry) => ports.ledger.write(entry),
    redact: ports.redact,
    fingerprint: ports.fingerprint,
    limits,
  });

  const heardStrangers = (key: { agent: string; session: string }) =>
    sessions.trail(key).some(({ leg }) => leg === "untrusted");

  const whereabouts: MemoryDesk["whereabouts"] = async ({ agent, session }, cwd) => {
    const known = session === undefined ? undefined : sessions.find({ agent, session });
    const folder = known?.workspace.root ?? cwd;
    const project = folder === undefined ? null : await projectAt(folder);
    if (known !== undefined) return { project, tainted: heardStrangers({ agent, session: known.id }) };
    // A host's MCP server is not told its session: then any live session of that agent there may be the one that writes.
    const there = sessions.live().filter((live) => live.agent === agent);
    const heard = there.filter((live) => heardStrangers({ agent, session: live.id }));
    const roots = [...new Set(heard.map(({ workspace }) => workspace.root))];
    const projects = await Promise.all(roots.map((root) => projectAt(root)));
    return { project, tainted: projects.includes(project) };
  };

  const projectFor = (cwd: string | undefined) => (cwd === undefined ? Promise.resolve(null) : projectAt(cwd));

  return {
    memory,
    notesRead,
    whereabouts,
    async brief({ agent, session }, charsMax) {
      const { project } = await whereabouts({ agent, session }, undefined);
      return memory.brief({ project, scope: "both", charsMax }).text;
    },
    handlers: {
      "memory/capture": async ({ scope, cwd, agent = "unknown", ...draft }) => {
        const { project, tainted } = await whereabouts({ agent, session: draft.session }, cwd);
        if (scope === "project" && project === null) throw noProject(cwd);
        return memory.capture({ ...draft, agent, project: scope === "global" ? null : project, tainted });
      },
      "memory/recall": async ({ cwd, ...query }, call) => {
        const { hits, ...rest } = memory.recall({ ...query, project: await projectFor(cwd) });
        await notesRead(
          hits.map(({ note }) => note),
          call,
        );
        return { ...rest, hits: hits.map((hit) => ({ ...hit })) };
      },
      "memory/list": async ({ cwd, ...query }, call) => {
        const notes = memory.list({ ...query, project: await projectFor(cwd) });
        await notesRead(notes, call);
        return { notes };
      },
      "memory/show": async ({ id, cwd }, call) => {
        const { note, history, linked } = memory.show(id, cwd === undefined ? undefined : await projectAt(cwd));
        await notesRead(history, call);
        return { note, history: [...history], linked: [...linked] };
      },
      "memory/supersede": async ({ id, cwd, agent = "unknown", ...revision }, call) => {
        const { project, tainted } = await whereabouts({ agent, session: revision.session }, cwd);
        const done = await memory.supersede(
          id,
          { ...revision, agent, tainted },
          cwd === undefined ? undefined : project,
        );
        await notesRead([done.superseded], call);
        return done;
      },
      "memory/import": async ({ notes, cwd }, call: Call) => {
        const by = await presence.forOperation("Importing notes", call);
        const project = await projectFor(cwd);
        if (cwd !== undefined && project === null) throw noProject(cwd);
        const placed = notes.map((note) => (cwd === undefined || note.project === null ? note : { ...note, project }));
        const { skipped, ...counts } = await memory.import(placed, by);
        return { ...counts, skipped: [...skipped] };
      },
      "memory/forget": async ({ id, reason, older }, call: Call) => {
        const by = await presence.forOperation(`forgetting ${id}`, call);
        return memory.forget(id, { reason, older, by });
      },
    },
  };
}

function noProject(cwd: string | undefined): Refusal {
  return cwd === undefined
    ? new Refusal(
        "INVALID_PARAMS",
        "memory/capture: cwd is missing; it tells which project the note belongs to.",
        'Give the folder, or "scope": "global".',
      )
    : new Refusal(
        "INVALID_PARAMS",
        `${cwd} is no project: a home, a temp root and a system folder are nobody's.`,
        "Write it from a project's folder, or for every project: --scope global",
      );
}
