import type { NoticeKind, Notify } from "../notify/index.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import type { SessionView } from "../protocol/session-view.ts";
import type { Sessions } from "../sessions/index.ts";

/** What rooms report, as notices that stand and are cleared. */
export interface Notices {
  hold(hold: HoldView): void;
  /** Follows the sessions until the signal aborts, if any rule is about them. What stood before is no news. */
  follow(sessions: Pick<Sessions, "watch">, signal: AbortSignal): void;
}

export interface NoticesPorts {
  /** Kinds that some rule tells. */
  readonly kinds: ReadonlySet<NoticeKind>;
  /** The workspace of a hold's session. */
  project(hold: HoldView): string;
  /** Of the web board, while it is served. */
  webUrl(): string | undefined;
}

type SessionKind = Exclude<NoticeKind, "hold">;

/** When each kind stands, from what every board shows. A hold is told as such, so that one wait is not told twice. */
const stands: Readonly<Record<SessionKind, (session: SessionView) => boolean>> = {
  question: ({ state, openHolds }) => state === "waiting" && openHolds === 0,
  finished: ({ state }) => state === "finished-unseen",
  error: ({ state }) => state === "error",
  limited: ({ state }) => state === "limited",
  ungated: ({ ungated }) => ungated !== null,
};

export function createNotices(notify: Pick<Notify, "raise" | "clear">, ports: NoticesPorts): Notices {
  const kinds = Object.keys(stands).filter((kind): kind is SessionKind => ports.kinds.has(kind as SessionKind));
  const keyOf = (kind: string, { agent, id }: { agent: string; id: string }) => `${kind} ${agent} ${id}`;
  const tell = (session: SessionView) => {
    for (const kind of kinds) {
      if (stands[kind](session)) notify.raise(noticeOf(kind, keyOf(kind, session), session, ports.webUrl()));
      else notify.clear(keyOf(kind, session));
    }
  };
  return {
    hold(hold) {
      if (hold.state !== "open") return notify.clear(hold.id);
      if (hold.waiting === 0) return; // nobody waits for it: the agent's own dialog, or one that went away
      notify.raise({
        kind: "hold",
        key: hold.id,
        agent: hold.agent,
        session: hold.session,
        project: ports.project(hold),
        text: `${hold.tool}: ${hold.reason}`,
        action: linked(ports.webUrl(), `hold/${hold.id}`) ?? "Decide with: signalbox board",
      });
    },
    follow(sessions, signal) {
      if (kinds.length === 0) return;
      const old = new Map<string, string>();
      const first = sessions.watch(
        {},
        {
          signal,
          unseen: true,
          push: (changed) => {
            for (const session of changed.sessions) if (old.get(keyOf("", session)) !== stateOf(session)) tell(session);
            for (const { agent, session } of changed.removed)
              for (const kind of kinds) notify.clear(keyOf(kind, { agent, id: session }));
            return true;
          },
          caughtUp: () => Promise.resolve(),
          end: () => {},
        },
      );
      for (const session of first.sessions) old.set(keyOf("", session), stateOf(session));
    },
  };
}

/** The page of the web board. A browser without a pass is asked for one there; with it, the link leads to the thing itself. */
const linked = (webUrl: string | undefined, page: string): string | undefined =>
  webUrl === undefined ? undefined : `${webUrl}#/${page}`;

const stateOf = ({ state, since, ungated }: SessionView): string => `${state} ${since} ${ungated}`;

function noticeOf(
  kind: SessionKind,
  key: string,
  session: SessionView,
  webUrl: string | undefined,
): { kind: SessionKind } & Parameters<Notify["raise"]>[0] {
  const { agent, id, name, workspace, why, ungated } = session;
  return {
    kind,
    key,
    agent,
    session: id,
    project: workspace,
    text: `${name === null ? "" : `${name}: `}${kind === "ungated" ? ungated : why}`,
    action: linked(webUrl, `session/${agent}/${encodeURIComponent(id)}`) ?? "See: signalbox board",
  };
}
