import { join } from "node:path";
import type { Json } from "../kit/canonical.ts";
import type { SessionPlace } from "../protocol/session-place.ts";
import { Burst, counts } from "./burst.ts";
import type { BackstopPorts, FileEvent, Watcher } from "./types.ts";

/** How often it looks whether sessions came or went; `look` is called this often. */
export const lookMs = 5_000;
/** One more workspace is not watched until another's sessions end. */
export const workspacesMax = 16;
/** A session that was silent for this long, without a running call, keeps no watcher. */
const silentMsMax = 30 * 60_000;
/** Events come late by a moment: what is seen this soon after a tool call is that call's. */
const graceMs = 2_000;
const quietMs = 1_000;
const burstMsMax = 10_000;
/** Of a burst; of what is more only the number is kept. */
export const pathsMax = 20_000;
/** So many events at once may have filled the kernel's own queue (fs.inotify.max_queued_events), whose overflow the watcher does not report. */
export const eventsMax = 16_384;
export const pathsShownMax = 20;
const pathCharsMax = 512;
const sessionsShownMax = 8;
/** Finding out what git ignores; shorter while the daemon ends. */
const sortMsMax = 5_000;
const sortAtEndMsMax = 1_000;
/** Paths that are looked at at a time. */
const looksMax = 64;

interface Watched {
  readonly root: string;
  readonly close: () => Promise<void>;
  burst: Burst | undefined;
  draining: boolean;
}

/** Follows the workspaces of live sessions; `index.ts` says what it promises. */
export class Backstop implements AsyncDisposable {
  readonly #ports: BackstopPorts;
  readonly #watched = new Map<string, Watched>();
  /** Workspaces that can't be watched: not tried again while their sessions live. */
  readonly #refused = new Set<string>();
  readonly #said = new Set<string>();
  /** Bursts that wait for their end or are being entered, of workspaces that are no longer watched too. */
  readonly #draining = new Set<Promise<void>>();
  #watcher: Watcher | "missing" | undefined;

  constructor(ports: BackstopPorts) {
    this.#ports = ports;
  }

  /** Begins to watch where a session has come to live and stops where none does any more. */
  async look(signal: AbortSignal): Promise<void> {
    if (this.#watcher === "missing") return;
    const now = this.#ports.clock.nowMs();
    const wanted = new Set<string>();
    const latestFirst = this.#ports.sessions().toSorted((a, b) => b.lastSeenAtMs - a.lastSeenAtMs);
    for (const { root, ordinary, running, lastSeenAtMs } of latestFirst)
      if (ordinary && (running || now - lastSeenAtMs < silentMsMax)) wanted.add(root);
    for (const [root, watched] of this.#watched) if (!wanted.has(root)) await this.#stop(watched);
    for (const root of this.#refused) if (!wanted.has(root)) this.#refused.delete(root);
    for (const root of wanted) {
      signal.throwIfAborted();
      if (this.#watched.has(root) || this.#refused.has(root)) continue;
      if (this.#watched.size >= workspacesMax)
        return this.#sayOnce(
          "full",
          {},
          `more than ${workspacesMax} workspaces have live sessions: the others are not watched`,
        );
      await this.#start(root, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watched of this.#watched.values()) await this.#stop(watched);
    await Promise.all(this.#draining);
  }

  async #start(root: string, signal: AbortSignal): Promise<void> {
    const { log } = this.#ports;
    try {
      const plan = await this.#ports.plan(root, signal);
      if ("refused" in plan) {
        this.#refused.add(root);
        return log.info({ workspace: root, why: plan.refused }, "deletions in a workspace are not watched");
      }
      const watcher = await this.#open();
      if (watcher === undefined) return;
      // Events may come before the promise is kept.
      const watched: Watched = { root, burst: undefined, draining: false, close: () => watching.close() };
      const watching = await watcher.watch(root, plan.skip, (error, events) => this.#heard(watched, error, events));
      this.#watched.set(root, watched);
      log.info({ workspace: root }, "deletions in a workspace are watched");
    } catch (error) {
      if (signal.aborted) throw error;
      this.#refused.add(root);
      const { message } = error as Error;
      const limit = /no space left|ENOSPC|too many open|EMFILE|limit/i.test(message);
      this.#sayOnce(
        limit ? "limit" : message,
        { err: error, workspace: root },
        limit
          ? "the system's limit of file watches is reached (fs.inotify.max_user_watches): deletions are not watched everywhere"
          : "deletions in a workspace can't be watched",
      );
    }
  }

  async #open(): Promise<Watcher | undefined> {
    try {
      if (this.#watcher === undefined) this.#watcher = await this.#ports.openWatcher();
    } catch (error) {
      this.#watcher = "missing";
      this.#sayOnce(
        "missing",
        { err: error },
        "the file watcher can't be loaded: deletions outside tool calls are not seen",
      );
    }
    return this.#watcher === "missing" ? undefined : this.#watcher;
  }

  async #stop(watched: Watched): Promise<void> {
    this.#watched.delete(watched.root);
    try {
      await watched.close();
      this.#ports.log.info({ workspace: watched.root }, "deletions in a workspace are no longer watched");
    } catch (error) {
      this.#ports.log.warn({ err: error, workspace: watched.root }, "a workspace's watcher could not be closed");
    }
  }

  #heard(watched: Watched, error: Error | null, events: readonly FileEvent[]): void {
    const now = this.#ports.clock.nowMs();
    const burst = (): Burst => (watched.burst ??= new Burst(now, pathsMax));
    if (error !== null) burst().lost ??= error.message;
    // Of the call's own doing nothing is kept; what was seen before it began stays.
    if (events.length > 0 && !this.#busy(watched.root)) {
      if (events.length >= eventsMax) burst();
      const below = `${watched.root}/`;
      const nested = [...this.#watched.keys()].filter((root) => root.startsWith(below)).map((root) => `${root}/`);
      for (const { path, type } of events) {
        if (type === "update" || !path.startsWith(below) || nested.some((root) => path.startsWith(root))) continue;
        const relative = path.slice(below.length);
        if (counts(relative)) burst().take(relative, type, now);
      }
      if (watched.burst !== undefined) watched.burst.events += events.length;
    }
    if (watched.burst === undefined || watched.draining) return;
    watched.draining = true;
    this.#ports.spawn("backstop-burst", (signal) => {
      const drained = this.#drain(watched, signal).finally(() => {
        watched.draining = false;
        this.#draining.delete(settled);
      });
      const settled = drained.catch(() => {}); // whoever spawned it reports it
      this.#draining.add(settled);
      return drained;
    });
  }

  /** Until nothing is left: waits for a burst's end, which the daemon's end is too, and enters it. */
  async #drain(watched: Watched, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    for (let burst = watched.burst; burst !== undefined; burst = watched.burst) {
      const began = clock.monotonicMs();
      for (let before = -1; before !== burst.untilMs && clock.monotonicMs() - began < burstMsMax; ) {
        before = burst.untilMs;
        await clock.sleep(quietMs, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
        if (signal.aborted) break;
      }
      watched.burst = undefined;
      await this.#enter(watched.root, burst, signal);
    }
  }

  async #enter(root: string, burst: Burst, signal: AbortSignal): Promise<void> {
    const gone = await this.#stillGone(root, [...burst.gone]);
    if (burst.events >= eventsMax)
      burst.lost ??= `${burst.events} changes came at once, and the system may have dropped some`;
    if (gone.length === 0 && burst.lost === undefined) return;
    const { unignored, unsorted } = await this.#sort(root, [...gone, ...burst.appeared], signal);
    const counted = gone.filter((path) => unignored.has(path)).sort();
    if (counted.length === 0 && burst.lost === undefined) return;
    const shown = counted.slice(0, pathsShownMax).map((path) => this.#ports.redactText(path).slice(0, pathCharsMax));
    const why =
      counted.length === 0
        ? `changes in ${root} may have been missed`
        : `${counted.length} ${counted.length === 1 ? "path is" : "paths are"} gone from ${root} although no tool call ran there`;
    const payload: Record<string, Json> = {
      why,
      workspace: root,
      gone: counted.length,
      appeared: [...burst.appeared].filter((path) => unignored.has(path)).length,
      paths: shown,
      pathsLeftOut: counted.length - shown.length,
      since: new Date(burst.sinceMs).toISOString(),
      until: new Date(burst.untilMs).toISOString(),
      sessions: this.#sessionsIn(root)
        .slice(0, sessionsShownMax)
        .map(({ agent, session }) => ({ agent, session })),
      ...(burst.lost === undefined ? {} : { lost: burst.lost }),
      ...(unsorted === undefined ? {} : { unsorted }),
    };
    await this.#ports.append({ kind: "workspace/changed-outside", payload });
  }

  async #stillGone(root: string, paths: readonly string[]): Promise<string[]> {
    const gone: string[] = [];
    for (let from = 0; from < paths.length; from += looksMax) {
      const some = paths.slice(from, from + looksMax);
      const there = await Promise.all(some.map((path) => this.#ports.exists(join(root, path))));
      gone.push(...some.filter((_, at) => there[at] === false));
    }
    return gone;
  }

  /** When git does not answer, everything counts and the entry says so. */
  async #sort(
    root: string,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<{ unignored: ReadonlySet<string>; unsorted?: string }> {
    try {
      const within = AbortSignal.timeout(signal.aborted ? sortAtEndMsMax : sortMsMax);
      return { unignored: new Set(await this.#ports.unignored(root, paths, within)) };
    } catch (error) {
      return { unignored: new Set(paths), unsorted: `what git ignores is not left out: ${(error as Error).message}` };
    }
  }

  #busy(root: string): boolean {
    const now = this.#ports.clock.monotonicMs();
    return this.#sessionsIn(root).some(
      ({ running, callsEndedMs }) => running || (callsEndedMs !== undefined && now - callsEndedMs < graceMs),
    );
  }

  #sessionsIn(root: string): readonly SessionPlace[] {
    return this.#ports.sessions().filter((session) => [session.root, session.cwd].some((at) => overlaps(at, root)));
  }

  #sayOnce(what: string, fields: object, sentence: string): void {
    if (this.#said.has(what) || this.#said.size >= 64) return;
    this.#said.add(what);
    this.#ports.log.warn(fields, sentence);
  }
}

const overlaps = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
