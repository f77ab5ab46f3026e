import { readlink } from "node:fs/promises";
import { readTranscript, type TranscriptFacts } from "../dialects/agents/index.ts";
import {
  ancestorsOf,
  argumentsOf,
  gitSummary,
  type ProcessSeen,
  type ProcessTable,
  tailOf,
  ticksPerSecond,
  treeOf,
  variablesOf,
} from "../facts/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Discovered, Known, Observed, SessionKey, Sessions } from "../sessions/index.ts";
import { agentOf } from "./agent-programs.ts";
import { shownText } from "./session-words.ts";

export interface ObserverPorts {
  readonly sessions: Pick<Sessions, "observed" | "discover" | "learn" | "tell" | "watchers">;
  readonly clock: Clock;
  readonly log: Log;
  readonly workspaceAt: (cwd: string) => Promise<{ readonly root: string }>;
  readonly projectAt: (cwd: string) => Promise<string | null>;
  readonly scan: (signal: AbortSignal) => Promise<ProcessTable>;
  /** Whether agents that were never wired are looked for. */
  readonly discover: boolean;
}

/** How often the machine is looked at while a board is open; `look` is called this often. */
export const lookMs = 3_000;
/** And while none is: only so that what a board would show first is about right. */
const unwatchedMs = 60_000;
/** Git states made anew in one look, one after the other, and how old one may be while nothing happens. */
const gitPerLook = 4;
const gitAgeMs = 30_000;
const gitMsMax = 2_000;
const tailsPerLook = 16;
const tailBytes = 64 * 1024;
const discoveredMax = 64;
/** A program that has run for so long is the tool's own, not a hook or a status line. */
const programTicksMin = 1.5 * ticksPerSecond;
const busyPercent = 3;
const toolPrograms = /^signalbox-hook$/;

interface Sample {
  readonly ticks: number;
  readonly atMs: number;
}

const nameOf = ({ agent, session }: SessionKey): string => `${agent}\0${session}`;
const idOf = ({ pid, startTime }: { pid: number; startTime: number }): string => `${pid}:${startTime}`;

/**
 * Looks at the machine for what no hook tells: processes, their CPU and memory, agents that were never wired, git, the ends of
 * transcripts. Everything that it does is bounded per look, and it hardly looks while nobody watches.
 */
export class SessionObserver {
  readonly #ports: ObserverPorts;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #samples = new Map<string, Sample>();
  /** Of processes that run: which agent's they are, from their command lines. */
  #agents = new Map<string, string | undefined>();
  /** When a dialog was opened, on the clock of the process table. */
  #asked = new Map<string, { readonly sinceMs: number; readonly ticks: number }>();
  #tails = new Map<string, string>();
  #git = new Map<string, { readonly atMs: number; readonly seenMs: number }>();

  constructor(ports: ObserverPorts) {
    this.#ports = ports;
  }

  /** @param asked  somebody wants it now, whether or not a board is open */
  async look(signal: AbortSignal, asked = false): Promise<void> {
    const { sessions, clock } = this.#ports;
    const watched = sessions.watchers > 0;
    if (!asked && !watched && clock.monotonicMs() - this.#lookedAtMs < unwatchedMs) return;
    this.#lookedAtMs = clock.monotonicMs();
    const observed = sessions.observed();
    const table = await this.#ports.scan(signal);
    this.#forget(observed, table);
    const owners = new Map(
      observed.flatMap((one) => (one.process === undefined ? [] : [[one.process.pid, one] as const])),
    );
    for (const one of observed) await this.#process(one, table, owners);
    await this.#discover(table, owners, signal);
    await this.#transcripts(observed);
    if (watched) await this.#gitStates(observed, signal);
  }

  async #process(one: Observed, table: ProcessTable, owners: ReadonlyMap<number, Observed>): Promise<void> {
    const root = one.process === undefined ? undefined : table.byPid.get(one.process.pid);
    if (root === undefined || root.startTime !== one.process?.startTime) return;
    const tree = treeOf(table, root.pid);
    const above = ancestorsOf(table, root.pid).find((pid) => owners.has(pid));
    const parent = above === undefined ? undefined : owners.get(above);
    const usage = this.#usage(root, tree);
    const terminal = one.terminal ? undefined : await terminalOf(root.pid);
    this.#ports.sessions.learn(one, {
      ...(usage === undefined ? {} : { process: usage }),
      ...(terminal === undefined ? {} : { terminal }),
      ...(parent === undefined ? {} : { parent: { agent: parent.agent, session: parent.session } }),
    });
    if (one.askedSinceMs !== undefined && this.#ranSince(one, one.askedSinceMs, tree.slice(1), table))
      this.#ports.sessions.tell(one, { kind: "program-ran" });
  }

  /** Of the whole tree since the look before; undefined at the first. */
  #usage(root: ProcessSeen, tree: readonly ProcessSeen[]): NonNullable<Known["process"]> | undefined {
    const atMs = this.#ports.clock.monotonicMs();
    const ticks = tree.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
    const before = this.#samples.get(idOf(root));
    this.#samples.set(idOf(root), { ticks, atMs });
    if (before === undefined || atMs <= before.atMs) return undefined;
    // A child that ended took its ticks with it.
    const spentMs = (Math.max(0, ticks - before.ticks) * 1_000) / ticksPerSecond;
    return {
      processes: tree.length,
      cpuPercent: Math.round((spentMs / (atMs - before.atMs)) * 100),
      // To the megabyte: else it would change at every look.
      residentBytes: Math.round(tree.reduce((sum, { residentBytes }) => sum + residentBytes, 0) / 2 ** 20) * 2 ** 20,
    };
  }

  /** Whether a program below the agent began after its dialog was opened and still runs: then the person has said yes. */
  #ranSince(one: Observed, sinceMs: number, below: readonly ProcessSeen[], table: ProcessTable): boolean {
    let asked = this.#asked.get(nameOf(one));
    if (asked?.sinceMs !== sinceMs) {
      const ageTicks = (Math.max(0, this.#ports.clock.nowMs() - sinceMs) / 1_000) * ticksPerSecond;
      asked = { sinceMs, ticks: table.nowTicks - ageTicks };
      this.#asked.set(nameOf(one), asked);
    }
    const { ticks } = asked;
    return below.some(
      (program) =>
        program.startTime > ticks &&
        table.nowTicks - program.startTime >= programTicksMin &&
        !treeOf(table, program.pid).some(({ name }) => toolPrograms.test(name)),
    );
  }

  async #discover(table: ProcessTable, owners: ReadonlyMap<number, Observed>, signal: AbortSignal): Promise<void> {
    const { sessions, clock, workspaceAt, projectAt } = this.#ports;
    const found: Discovered[] = [];
    for (const process of this.#ports.discover ? table.byPid.values() : []) {
      signal.throwIfAborted();
      const agent = await this.#agentOf(process);
      if (agent === undefined || found.length >= discoveredMax) continue;
      const family = [process.pid, ...ancestorsOf(table, process.pid)];
      if (family.some((pid) => owners.get(pid)?.agent === agent)) continue;
      // The topmost one: agents start themselves anew as workers and launchers.
      const above = family.slice(1).map((pid) => table.byPid.get(pid));
      if (above.some((one) => one !== undefined && this.#agents.get(idOf(one)) === agent)) continue;
      // A launcher of a session is that session.
      const tree = treeOf(table, process.pid);
      if (tree.some(({ pid }) => owners.get(pid)?.agent === agent)) continue;
      const cwd = await readlink(`/proc/${process.pid}/cwd`).catch(() => undefined);
      if (cwd === undefined) continue; // another user's, or it has ended
      const usage = this.#usage(process, tree);
      const terminal = await terminalOf(process.pid);
      const project = await projectAt(cwd);
      const parent = above.map((one) => owners.get(one?.pid ?? 0)).find((one) => one !== undefined);
      found.push({
        agent,
        session: `pid-${process.pid}-${process.startTime}`,
        process: { pid: process.pid, startTime: process.startTime },
        cwd,
        workspace: (await workspaceAt(cwd)).root,
        startedAtMs: startedAtMs(process, table, clock.nowMs()),
        busy: (usage?.cpuPercent ?? 0) >= busyPercent,
        known: {
          ...(project === null ? {} : { project }),
          ...(usage === undefined ? {} : { process: usage }),
          ...(terminal === undefined ? {} : { terminal }),
          ...(parent === undefined ? {} : { parent: { agent: parent.agent, session: parent.session } }),
        },
      });
    }
    sessions.discover(found);
  }

  async #agentOf(process: ProcessSeen): Promise<string | undefined> {
    const id = idOf(process);
    if (this.#agents.has(id)) return this.#agents.get(id);
    const agent = agentOf(await argumentsOf(process.pid));
    this.#agents.set(id, agent);
    return agent;
  }

  async #transcripts(observed: readonly Observed[]): Promise<void> {
    const { sessions } = this.#ports;
    let left = tailsPerLook;
    for (const one of observed) {
      if (one.transcript === undefined || left === 0) continue;
      const name = nameOf(one);
      const tail = await tailOf(one.transcript, tailBytes, this.#tails.get(name));
      if (tail === undefined) continue;
      left -= 1;
      this.#tails.set(name, tail.mark);
      const facts = readTranscript(tail.lines);
      if (!one.stated) sessions.learn(one, knownFrom(facts));
      // Hosts do not tell of a turn that was broken off while the model thought or their own dialog was open; their transcript does.
      // What was written before the newest of the turn began is about something before it.
      const since = one.turnSinceMs;
      if (facts.interrupted && since !== undefined && tail.writtenMs > since)
        sessions.tell(one, { kind: "interrupted", text: "its user broke it off" });
    }
  }

  /** One state for all sessions of a folder: those whose session did something since, then the oldest. */
  async #gitStates(observed: readonly Observed[], signal: AbortSignal): Promise<void> {
    const { sessions, clock, log } = this.#ports;
    const folders = new Map<string, Observed[]>();
    for (const one of observed) folders.set(one.workspace, [...(folders.get(one.workspace) ?? []), one]);
    const due = [...folders]
      .map(([folder, inIt]) => ({ folder, inIt, seenMs: Math.max(...inIt.map(({ lastSeenAtMs }) => lastSeenAtMs)) }))
      .filter(({ folder, seenMs }) => {
        const before = this.#git.get(folder);
        return before === undefined || seenMs > before.seenMs || clock.monotonicMs() - before.atMs >= gitAgeMs;
      })
      .sort((a, b) => (this.#git.get(a.folder)?.atMs ?? 0) - (this.#git.get(b.folder)?.atMs ?? 0));
    for (const { folder, inIt, seenMs } of due.slice(0, gitPerLook)) {
      this.#git.set(folder, { atMs: clock.monotonicMs(), seenMs });
      try {
        const summary = await gitSummary(folder, AbortSignal.any([signal, AbortSignal.timeout(gitMsMax)]));
        if (summary === undefined) continue;
        const branch = summary.branch === null ? null : shownText(summary.branch, 200);
        for (const one of inIt) sessions.learn(one, { git: { ...summary, branch } });
      } catch (error) {
        if (signal.aborted) throw error;
        log.debug({ folder, err: error }, "the state of a repository could not be had; the boards show the one before");
      }
    }
  }

  /** What is remembered is of sessions and processes that are there: no more than those. */
  #forget(observed: readonly Observed[], table: ProcessTable): void {
    const names = new Set(observed.map(nameOf));
    const folders = new Set(observed.map(({ workspace }) => workspace));
    const ids = new Set([...table.byPid.values()].map(idOf));
    for (const [map, kept] of [
      [this.#asked, names],
      [this.#tails, names],
      [this.#git, folders],
      [this.#samples, ids],
      [this.#agents, ids],
    ] as const)
      for (const key of map.keys()) if (!kept.has(key)) map.delete(key);
  }
}

function startedAtMs({ startTime }: ProcessSeen, { nowTicks }: ProcessTable, nowMs: number): number {
  return Math.round(nowMs - ((nowTicks - startTime) / ticksPerSecond) * 1_000);
}

/** Where the agent's terminal is, from the environment that it was started with. */
async function terminalOf(pid: number): Promise<NonNullable<Known["terminal"]> | undefined> {
  const { TMUX, TMUX_PANE } = await variablesOf(pid, ["TMUX", "TMUX_PANE"]);
  if (TMUX_PANE === undefined || !/^%\d{1,9}$/.test(TMUX_PANE)) return undefined;
  const socket = TMUX?.split(",", 1)[0] ?? "";
  return { tmuxPane: TMUX_PANE, tmuxSocket: socket.startsWith("/") && socket.length < 1_024 ? socket : null };
}

function knownFrom({ model, contextTokens, windowTokens, tokens, rateLimits }: TranscriptFacts): Known {
  return {
    ...(model === undefined ? {} : { model: shownText(model, 120) }),
    ...(contextTokens === undefined || windowTokens === undefined || windowTokens === 0
      ? {}
      : { context: { usedTokens: contextTokens, windowTokens, percent: (contextTokens / windowTokens) * 100 } }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(rateLimits === undefined
      ? {}
      : {
          rateLimits: rateLimits.map(({ name, usedPercent, resetsAtMs }) => ({
            name,
            usedPercent,
            resetsAt: resetsAtMs === null ? null : new Date(resetsAtMs).toISOString(),
          })),
        }),
  };
}
