import type { Json } from "../kit/canonical.ts";
import type { Peer, PeerProcess } from "./peer.ts";
import { isAgentProgram, isMultiplexer, isTypist } from "./programs.ts";

/** A running agent, as far as the daemon knows it. */
export interface LiveAgent {
  /** The process that its hooks come from. */
  readonly pid: number | null | undefined;
  /** That process's start, in units since boot as /proc has it; with it the pid can't be mistaken for a later process. */
  readonly startTicks?: number | undefined;
  /** When its session began, epoch milliseconds. */
  readonly startedAtMs: number;
}

/**
 * What the decision is about, which says how old the terminal must be. `{}`: any age will do (who may see the question, before
 * its session is known). `anyLiveSession`: older than every session that runs.
 */
export type About =
  | { readonly sessionStartedMs?: never; readonly agentStartTicks?: never; readonly anyLiveSession?: never }
  | {
      /** When the hold's session began; undefined when that is not known, and then nobody is present. */
      readonly sessionStartedMs: number | undefined;
      /** The start of its agent's process, where known: older than a session that was begun anew in the same process. */
      readonly agentStartTicks?: number | undefined;
      readonly anyLiveSession?: never;
    }
  | { readonly anyLiveSession: true; readonly sessionStartedMs?: never; readonly agentStartTicks?: never };

export type Presence =
  | {
      readonly present: true;
      /** `multiplexer`: a pane of tmux or the like, which counts only for what can be undone. */
      readonly level: "terminal" | "multiplexer";
      /** For the ledger: who decided, and where. */
      readonly record: Readonly<Record<string, Json>>;
    }
  /** `why` is a clause for "needs a person at a terminal: …", without a final stop. */
  | { readonly present: false; readonly why: string };

/** Who made a connection, and when that was read. */
export interface Seat {
  readonly peer: Peer;
  /** Wall time when `peer` was read, epoch milliseconds. */
  readonly readAtMs: number;
}

export interface Question extends Seat {
  readonly about: About;
  readonly agents: readonly LiveAgent[];
  /** The daemon's own user. */
  readonly uid: number | undefined;
}

/**
 * The rules of level 1, strictest first. They stop an agent that does not set out to cheat; docs/threat-model.md says what they
 * can't stop.
 */
export function judgePresence({ peer, readAtMs, about, agents, uid }: Question): Presence {
  const no = (why: string): Presence => ({ present: false, why });
  if (uid !== undefined && peer.uid !== uid) return no("the caller is another user");
  if (peer.tty === "") return no("the caller has no terminal");
  const agent = peer.processes.find(
    (process) => isAgentProgram(process) || agents.some((live) => isSame(live, process, peer, readAtMs)),
  );
  if (agent !== undefined)
    return no(`the caller runs below an agent (${agent.name}, process ${agent.pid}), which can't approve for itself`);
  const leader = leaderOf(peer);
  // What a shell leaves behind in the background is adopted by the first process: nobody sits in front of it.
  if (leader === undefined) return no("the caller has been detached from the shell of its terminal");
  if (peer.group !== peer.foreground) return no("the caller runs in the background of its terminal");
  const typist = peer.processes.find(isTypist);
  if (typist !== undefined)
    return no(`the terminal belongs to ${typist.name} (process ${typist.pid}), which lets programs type`);
  const leaderStartedMs = startedMs(leader, peer, readAtMs);
  const young = tooYoung(leader.start, leaderStartedMs, about, agents);
  if (young !== undefined) return no(young);
  const level = peer.processes.some(isMultiplexer) ? "multiplexer" : "terminal";
  return {
    present: true,
    level,
    record: {
      proof: "presence",
      level,
      uid: peer.uid,
      pid: peer.pid,
      program: peer.processes[0]?.name ?? "",
      terminal: peer.tty,
      shell: leader.pid,
      shellStartedAt: new Date(leaderStartedMs).toISOString(),
    },
  };
}

/** The session's leader, if the caller descends from it without a gap (or is it). */
function leaderOf({ processes, session }: Peer): PeerProcess | undefined {
  let process = processes[0];
  for (let steps = 0; process !== undefined && process.pid !== session && steps < processes.length; steps += 1) {
    const { parent }: PeerProcess = process;
    process = processes.find(({ pid }) => pid === parent);
  }
  return process?.pid === session ? process : undefined;
}

function tooYoung(
  leaderStart: number,
  leaderStartedMs: number,
  about: About,
  agents: readonly LiveAgent[],
): string | undefined {
  const words = "its terminal was opened after the agent's session began, as an agent's own would be";
  if (about.anyLiveSession === true) {
    const older = agents.every(
      ({ startedAtMs, startTicks }) =>
        leaderStartedMs < startedAtMs && (startTicks === undefined || leaderStart < startTicks),
    );
    return older
      ? undefined
      : "its terminal was opened after an agent's session began that still runs, as an agent's own would be";
  }
  if (!("sessionStartedMs" in about)) return undefined;
  const { sessionStartedMs, agentStartTicks } = about;
  if (sessionStartedMs === undefined) return "it is not known when the agent's session began";
  if (leaderStartedMs >= sessionStartedMs) return words;
  return agentStartTicks !== undefined && leaderStart >= agentStartTicks ? words : undefined;
}

/** Without a start to compare, a process that began after the session is a later one with the same number. */
function isSame(
  { pid, startTicks, startedAtMs }: LiveAgent,
  process: PeerProcess,
  peer: Peer,
  readAtMs: number,
): boolean {
  if (pid !== process.pid) return false;
  if (startTicks !== undefined) return startTicks === process.start;
  return startedMs(process, peer, readAtMs) <= startedAtMs + pidSlackMs;
}

/** A session is noticed at its first hook; its process began before that, but a clock may have been set in between. */
const pidSlackMs = 60_000;

/** When a process began, on the wall clock. */
function startedMs({ start }: PeerProcess, { now, unit }: Peer, readAtMs: number): number {
  return readAtMs - ((now - start) * 1_000) / unit;
}
