import { limits } from "../../protocol/limits.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import type { OutputOf } from "../../protocol/operations/index.ts";
import type { EntryView } from "../../protocol/operations/ledger.ts";
import type { SessionRef, SessionView } from "../../protocol/session-view.ts";

/** Ids are the hosts' own, so only agent and id together name a session. */
export type SessionKey = string;
export const keyOf = (agent: string, session: string): SessionKey => `${agent} ${session}`;

export type DaemonStatus = OutputOf<"daemon/status">;

/** Whether what is shown is true now. */
export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** Shown is what was true at `sinceMs`, epoch milliseconds; `why` is a sentence. */
  | { readonly state: "away"; readonly sinceMs: number; readonly why: string };

export interface BoardState {
  readonly link: Link;
  readonly sessions: ReadonlyMap<SessionKey, SessionView>;
  /** Open ones, oldest first. */
  readonly holds: ReadonlyMap<string, HoldView>;
  readonly status: DaemonStatus | undefined;
  /** Newest first, without gaps, at most `boardEntriesMax`. */
  readonly entries: readonly EntryView[];
}

/** What the stream `session/watch` says, first and later. */
export interface SessionsPush {
  readonly snapshot: boolean;
  readonly sessions: readonly SessionView[];
  readonly removed: readonly SessionRef[];
}

export interface Store {
  /** The same value until something changes. */
  readonly state: BoardState;
  sessions(push: SessionsPush): void;
  /** All that are open. */
  holds(open: readonly HoldView[]): void;
  hold(changed: HoldView): void;
  /** The newest entries, in any order; what was known is forgotten, for there may be a gap. */
  entries(newest: readonly EntryView[]): void;
  /** Entries that follow those that are known, oldest first. */
  appended(entries: readonly EntryView[]): void;
  /** Entries before those that are known, newest first. */
  older(entries: readonly EntryView[]): void;
  status(status: DaemonStatus): void;
  link(link: Link): void;
}

/** @param onChange  called after every change; reading `state` there is cheap only once a frame */
export function createStore(onChange: () => void = () => {}): Store {
  const sessions = new Map<SessionKey, SessionView>();
  const holds = new Map<string, HoldView>();
  let entries: readonly EntryView[] = [];
  let status: DaemonStatus | undefined;
  let link: Link = { state: "connecting" };
  let state: BoardState | undefined;

  const changed = () => {
    state = undefined;
    onChange();
  };
  return {
    get state() {
      state ??= { link, sessions: new Map(sessions), holds: new Map(holds), status, entries };
      return state;
    },
    sessions({ snapshot, sessions: views, removed }) {
      if (snapshot) sessions.clear();
      for (const view of views) sessions.set(keyOf(view.agent, view.id), view);
      for (const { agent, session } of removed) sessions.delete(keyOf(agent, session));
      changed();
    },
    holds(open) {
      holds.clear();
      for (const hold of open) holds.set(hold.id, hold);
      changed();
    },
    hold(hold) {
      if (hold.state === "open") holds.set(hold.id, hold);
      else holds.delete(hold.id);
      changed();
    },
    entries(newest) {
      entries = [...newest].sort((a, b) => b.seq - a.seq).slice(0, limits.boardEntriesMax);
      changed();
    },
    appended(more) {
      const last = entries[0]?.seq ?? -1;
      const fresh = more.filter(({ seq }) => seq > last);
      if (fresh.length === 0) return;
      entries = [...fresh.toReversed(), ...entries].slice(0, limits.boardEntriesMax);
      changed();
    },
    older(more) {
      const first = entries.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
      entries = [...entries, ...more.filter(({ seq }) => seq < first)].slice(0, limits.boardEntriesMax);
      changed();
    },
    status(next) {
      status = next;
      changed();
    },
    link(next) {
      link = next;
      changed();
    },
  };
}
