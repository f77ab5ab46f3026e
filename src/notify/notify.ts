import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { desktopSender } from "./desktop.ts";
import type { Notice } from "./notice.ts";
import { type ChannelStatus, Outbox } from "./outbox.ts";
import { postSender } from "./post.ts";
import { quietForMs } from "./quiet-hours.ts";
import type { NotifySettings, Rule } from "./settings.ts";

/** Notices that stand at once; of more, nothing is told (a board shows them all). */
const standingMax = 4_096;

/** Quiet hours are looked at this often: a laptop that slept, or a clock that was set, moves their end. */
const lookMs = 5 * 60_000;

export interface NotifyOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: NotifySettings;
  /** Whether a board or `hold watch` is open. */
  readonly watched: () => boolean;
  /** Of the desktop notifier; its programs only in tests. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly programs?: readonly string[];
}

export interface Notify extends Disposable {
  /** It stands from now on. Told by each rule that matches, once. Never throws, never waits. */
  raise(notice: Notice): void;
  /** It no longer stands: what was not told yet is not told any more. */
  clear(key: string): void;
  status(): readonly ChannelStatus[];
  /** Sends a test message now, past rules, periods and quiet hours. @returns what went wrong by channel; null: it was taken */
  test(
    channel: string | undefined,
    options: { signal: AbortSignal },
  ): Promise<{ channel: string; problem: string | null }[]>;
}

export function createNotify(options: NotifyOptions): Notify {
  return new Notifier(options);
}

class Notifier implements Notify {
  readonly #options: NotifyOptions;
  readonly #stop = new AbortController();
  readonly #outboxes: readonly Outbox[];
  /** What stands, by key, with what ends the waits for it. */
  readonly #standing = new Map<string, AbortController>();

  constructor(options: NotifyOptions) {
    this.#options = options;
    const { clock, log, settings, environment, programs } = options;
    const ports = { clock, log, periodMs: settings.periodMs, stop: this.#stop.signal };
    this.#outboxes = settings.channels.map(
      (channel) =>
        new Outbox(
          channel,
          channel.kind === "desktop" ? desktopSender({ environment, programs }) : postSender(channel),
          ports,
        ),
    );
  }

  raise(notice: Notice): void {
    if (this.#stop.signal.aborted || this.#standing.has(notice.key) || this.#standing.size >= standingMax) return;
    const rules = this.#options.settings.rules.filter((rule) => matches(rule, notice));
    if (rules.length === 0) return;
    const standing = new AbortController();
    this.#standing.set(notice.key, standing);
    for (const rule of rules) void this.#tell(rule, notice, standing.signal);
  }

  clear(key: string): void {
    this.#standing.get(key)?.abort(new Error("it no longer stands"));
    if (this.#standing.delete(key)) for (const outbox of this.#outboxes) outbox.drop(key);
  }

  status(): readonly ChannelStatus[] {
    return this.#outboxes.map((outbox) => outbox.status());
  }

  async test(
    channel: string | undefined,
    { signal }: { signal: AbortSignal },
  ): Promise<{ channel: string; problem: string | null }[]> {
    const wanted = this.#outboxes.filter(({ name }) => channel === undefined || name === channel);
    const message = {
      title: "Signalbox: this is a test",
      body: "Notifications of this channel arrive.",
      link: undefined,
      kind: "test" as const,
      notice: undefined,
      count: 1,
    };
    return Promise.all(
      wanted.map(async (outbox) => {
        try {
          await outbox.send(message, AbortSignal.any([signal, this.#stop.signal]));
          return { channel: outbox.name, problem: null };
        } catch (error) {
          return { channel: outbox.name, problem: (error as Error).message };
        }
      }),
    );
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error("notify closed"));
    for (const standing of this.#standing.values()) standing.abort(this.#stop.signal.reason);
    this.#standing.clear();
  }

  async #tell(rule: Rule, notice: Notice, standing: AbortSignal): Promise<void> {
    const { clock, settings, watched } = this.#options;
    try {
      if (rule.afterMs > 0) await clock.sleep(rule.afterMs, { signal: standing });
      const hours = rule.quietHours ?? settings.quietHours;
      for (let quietMs = quietForMs(hours, clock.nowMs()); quietMs > 0; quietMs = quietForMs(hours, clock.nowMs()))
        await clock.sleep(Math.min(quietMs, lookMs), { signal: standing });
    } catch {
      return; // it no longer stands, or the daemon ends
    }
    if (rule.onlyUnwatched && watched()) return;
    for (const outbox of this.#outboxes) if (rule.channels.includes(outbox.name)) outbox.put(notice);
  }
}

function matches({ when, project, agent }: Rule, notice: Notice): boolean {
  if (!when.includes(notice.kind)) return false;
  if (agent !== undefined && agent !== notice.agent) return false;
  return (
    project === undefined || notice.project === project || notice.project.startsWith(`${project.replace(/\/$/, "")}/`)
  );
}
