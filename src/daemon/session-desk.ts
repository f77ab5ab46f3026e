import type { Holds } from "../holds/index.ts";
import type { Ledger } from "../ledger/index.ts";
import type { Handlers } from "../protocol/handlers.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import type { RecentCall } from "../protocol/session-view.ts";
import type { OpenHold, SessionKey, Sessions } from "../sessions/index.ts";
import { callText } from "./session-words.ts";

type SessionHandlers = Pick<Handlers, Extract<keyof Handlers, `session/${string}`>>;

export interface SessionDeskPorts {
  readonly sessions: Sessions;
  readonly ledger: Ledger;
}

/** The operations on sessions. */
export function sessionHandlers({ sessions, ledger }: SessionDeskPorts): SessionHandlers {
  return {
    "session/list": async (query) => ({ sessions: sessions.list(query) }),
    "session/show": async ({ calls, ...name }) => {
      const session = sessions.show(name);
      return { session, calls: recentCalls(ledger, { agent: session.agent, session: session.id }, calls) };
    },
    "session/rename": async ({ name, ...session }) => ({ session: await sessions.rename(session, name) }),
    "session/pin": async ({ pinned, ...session }) => ({ session: await sessions.pin(session, pinned) }),
    "session/archive": async ({ archived, ...session }) => ({ session: await sessions.archive(session, archived) }),
    "session/seen": async (session) => ({ session: await sessions.seen(session) }),
    "session/search": async (query) => ({ sessions: sessions.search(query) }),
    "session/watch": async (query, call) =>
      sessions.watch(query, {
        signal: call.signal,
        push: (changed) => call.push("session/changed", changed),
        caughtUp: () => call.caughtUp(),
        end: () => call.end(),
      }),
  };
}

/** The holds of a session, as its room asks for them. */
export function openHoldsOf(holds: Pick<Holds, "list" | "openCount">, key: SessionKey): OpenHold[] {
  if (holds.openCount(key) === 0) return [];
  return holds
    .list({ state: "open", session: key.session, limit: holdsShownMax })
    .filter(({ agent }) => agent === key.agent)
    .map(({ id, tool, input, openedAt, waiting }) => ({
      id,
      tool,
      what: callText(tool, input),
      openedAt,
      waits: waiting > 0,
    }));
}

const holdsShownMax = 64;

/** Entries looked through for them; a session that waits long for one call has few. */
const entriesMax = 1_000;

/** The newest tool calls of a session from the record: a held call and its later verdict are one. */
function recentCalls(ledger: Pick<Ledger, "list">, { agent, session }: SessionKey, count: number): RecentCall[] {
  if (count === 0) return [];
  const outcomes = new Map<number, RecentCall["outcome"]>();
  const calls: RecentCall[] = [];
  for (const entry of ledger.list({ session, limit: entriesMax })) {
    if (entry.agent !== agent || entry.payload === null) continue;
    const { verdictEntry, status } = entry.payload;
    if (entry.kind === "tool/finished" && typeof verdictEntry === "number" && !outcomes.has(verdictEntry))
      outcomes.set(verdictEntry, statuses.find((known) => known === status) ?? null);
    else if (entry.kind === "tool/unfinished" && typeof verdictEntry === "number")
      outcomes.set(verdictEntry, "unfinished");
    else if (entry.kind === "gate/judged") calls.push(callOf(entry, outcomes.get(entry.seq) ?? null));
    if (calls.length === count) break;
  }
  return calls;
}

const statuses = ["done", "failed", "refused"] as const;

function callOf({ seq, at, payload }: EntryView, outcome: RecentCall["outcome"]): RecentCall {
  const { tool, input, verdict } = payload ?? {};
  const fields = typeof input === "object" && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
  const name = typeof tool === "string" ? tool : "";
  return {
    entry: seq,
    at,
    tool: name,
    what: callText(name, fields),
    verdict: verdict === "allow" || verdict === "hold" ? verdict : "deny",
    outcome,
  };
}
