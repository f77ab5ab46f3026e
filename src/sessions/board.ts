import type { SessionView } from "../protocol/session-view.ts";
import { Discoveries } from "./discovered.ts";
import { Hub, type Reader, type SessionsChanged } from "./hub.ts";
import { keyOf, refOf } from "./keys.ts";
import type { Live } from "./live.ts";
import { type OpenHold, stateOf } from "./state.ts";
import type { Discovered, SessionFilter, SessionKey, SessionName, SessionsOptions } from "./types.ts";
import { matches, viewOf } from "./view.ts";

interface BoardOptions extends Pick<SessionsOptions, "clock" | "log" | "epoch" | "limits" | "openHolds"> {
  readonly lives: ReadonlyMap<string, Live>;
  /** Brings what is counted in the database into the session. */
  readonly refresh: (live: Live) => void;
}

const keyOfLive = (live: Live): string => keyOf({ agent: live.agent, session: live.id });

/** How sessions are shown: their views, since when they are in their state, who is whose child, and the stream of it all. */
export class Board {
  readonly #options: BoardOptions;
  readonly #hub: Hub;
  readonly #discoveries = new Discoveries();
  /** Sessions that were started by another one's agent, by the parent's key. */
  readonly #children = new Map<string, Set<string>>();
  /** Of sessions that have any; asked for again only when one of them changed. */
  readonly #holds = new Map<string, readonly OpenHold[]>();

  constructor(options: BoardOptions) {
    this.#options = options;
    const { clock, log, epoch, limits, lives } = options;
    this.#hub = new Hub({
      clock,
      log,
      epoch,
      watchersMax: limits.sessionWatchersMax,
      behindMax: limits.sessionsBehindMax,
      numbersMax: limits.sessionsMax * 2,
      keys: () => [...lives.keys(), ...this.#discoveries.keys()],
      view: (key) => this.#shownView(key),
      refOf,
    });
  }

  get watchers(): number {
    return this.#hub.watchers;
  }

  watch(query: SessionFilter & { after?: string | undefined }, reader: Reader): SessionsChanged {
    const { state, agent, project, after } = query;
    const filtered = state !== undefined || agent !== undefined || project !== undefined;
    return this.#hub.watch(reader, filtered ? (view) => matches(query, view) : undefined, after);
  }

  view(live: Live): SessionView {
    this.#options.refresh(live);
    this.#settle(live);
    return this.#asItIs(live);
  }

  #asItIs(live: Live): SessionView {
    const children = [...(this.#children.get(keyOfLive(live)) ?? [])].map(refOf);
    return { ...viewOf(live, this.#holdsOf(live)), children };
  }

  /** What a session does may have changed: its view is made anew, and since when it is so. */
  changed(live: Live): void {
    this.#settle(live);
    this.#hub.changed(keyOfLive(live));
  }

  /** Since when it is so: from now on, where it was something else before. */
  #settle(live: Live): void {
    const { state, waitingFor } = stateOf(live.activity, this.#holdsOf(live));
    if (state === live.came.state && waitingFor === live.came.waitingFor) return;
    live.came = { state, waitingFor, atMs: this.#options.clock.nowMs() };
    live.changed = true;
  }

  /** A hold of it was opened or closed, or its caller came or went. */
  holdsChanged(live: Live): void {
    this.#holds.delete(keyOfLive(live));
    this.changed(live);
  }

  /** Callers come and go without a change of their hold: looked at again now and then. */
  sweep(): void {
    // Of a copy: what is looked at again is put back at the end of the map, and would be met again without end.
    const looked = [...this.#holds];
    for (const [key, holds] of looked) {
      const live = this.#options.lives.get(key);
      if (live === undefined) this.#holds.delete(key);
      else if (holds.length > 0 && live.endedAtMs === undefined) this.holdsChanged(live);
    }
  }

  /** Both parents, the one before and the one now, show their children anew. */
  adopt(live: Live, before: SessionKey | undefined): void {
    const { parent } = live.known;
    if (parent === before || (parent !== undefined && before !== undefined && keyOf(parent) === keyOf(before))) return;
    if (before !== undefined) this.#disown(before, keyOfLive(live));
    if (parent === undefined) return;
    const children = this.#children.get(keyOf(parent)) ?? new Set();
    this.#children.set(keyOf(parent), children.add(keyOfLive(live)));
    this.#hub.changed(keyOf(parent));
  }

  /** Memory has forgotten it. */
  left(live: Live): void {
    const key = keyOfLive(live);
    this.#children.delete(key);
    this.#holds.delete(key);
    if (live.known.parent !== undefined) this.#disown(live.known.parent, key);
    this.#hub.changed(key);
  }

  discover(found: readonly Discovered[]): void {
    for (const key of this.#discoveries.replace(found, this.#options.clock.nowMs())) this.#hub.changed(key);
  }

  /** Those of the process table, as they are shown. */
  discovered(): SessionView[] {
    return [...this.#discoveries.keys()].flatMap((key) => this.#hub.view(key) ?? []);
  }

  findDiscovered({ session, agent }: SessionName): SessionView | undefined {
    const key = this.#discoveries.find(session, agent);
    return key === undefined ? undefined : this.#hub.view(key);
  }

  /** Boards show it: nobody put it away, and if it has ended, not long ago. */
  #shownView(key: string): SessionView | undefined {
    const { lives, clock, limits } = this.#options;
    const live = lives.get(key);
    if (live === undefined) return this.#discoveries.view(key, (found) => this.#asItIs(found));
    const { archived, endedAtMs } = live;
    const recent = endedAtMs === undefined || clock.nowMs() - endedAtMs < limits.endedSessionShownMs;
    return !archived && recent ? this.view(live) : undefined;
  }

  #holdsOf(live: Live): readonly OpenHold[] {
    const key = keyOfLive(live);
    let holds = this.#holds.get(key);
    if (holds === undefined) {
      holds = this.#options.openHolds({ agent: live.agent, session: live.id });
      this.#holds.set(key, holds);
    }
    return holds;
  }

  #disown(parent: SessionKey, child: string): void {
    const children = this.#children.get(keyOf(parent));
    if (children === undefined) return;
    children.delete(child);
    if (children.size === 0) this.#children.delete(keyOf(parent));
    this.#hub.changed(keyOf(parent));
  }
}
