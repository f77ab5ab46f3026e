import { readFileSync } from "node:fs";

export interface ProcessId {
  readonly pid: number;
  readonly startTime: number;
}

/**
 * The process with that pid at this moment, or undefined when there is none or the system has no /proc (macOS: then sessions
 * and grants end by their events and times only). A shell that was only started to run one command (`sh -c`, as hosts start
 * their hooks) is passed over for whoever started it.
 * Source: proc_pid_stat(5): field 22 is starttime in clock ticks since boot; field 2 may contain spaces and parentheses; a zombie
 * (state Z, X) has ended.
 */
export function processOf(pid: number): ProcessId | undefined {
  let found = readProcess(pid);
  for (let level = 0; level < shellsMax && found !== undefined && runsOneCommand(found.pid); level += 1)
    found = readProcess(found.parent);
  return found === undefined ? undefined : { pid: found.pid, startTime: found.startTime };
}

/** Shells within shells that are passed over. */
const shellsMax = 4;

function runsOneCommand(pid: number): boolean {
  try {
    const [program = "", ...flags] = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
    return (
      /(^|\/)-?(ba|da|z|k|fi)?sh$/.test(program) && flags.slice(0, 4).some((flag) => /^-[a-z]*c[a-z]*$/.test(flag))
    );
  } catch {
    return false; // it has just ended
  }
}

/**
 * Whether that process is the daemon of one of these homes, by the line that it was started with (`daemon --home H`): so the checker, which is
 * another process, sees it too. Without /proc only this very process is known for one.
 */
export function isOurDaemon(pid: number, ownPaths: readonly string[]): boolean {
  if (pid === process.pid) return true;
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
    const home = words[words.indexOf("--home") + 1];
    return words.includes("daemon") && words.includes("--home") && home !== undefined && ownPaths.includes(home);
  } catch {
    return false; // no such process, or no /proc
  }
}

function readProcess(pid: number): (ProcessId & { readonly parent: number; readonly session: number }) | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined; // no such process
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const startTime = Number(fields[19]);
  if (fields[0] === "Z" || fields[0] === "X" || !Number.isInteger(startTime)) return undefined;
  return { pid, startTime, parent: Number(fields[1]), session: Number(fields[3]) };
}

/** Whether that very process still runs, not another one with its pid. */
export function alive(process: ProcessId): boolean {
  return readProcess(process.pid)?.startTime === process.startTime;
}

/** More levels than any chain of shells and build tools has. */
const ancestorsMax = 64;

/** That process and everything above it at this moment, nearest first. Empty when there is none, or no /proc. */
export function ancestryOf(pid: number): ProcessId[] {
  const found: ProcessId[] = [];
  for (let next = readProcess(pid); next !== undefined && found.length < ancestorsMax; next = readProcess(next.parent))
    found.push({ pid: next.pid, startTime: next.startTime });
  return found;
}

/** The leader of that process's session: the shell of its terminal, mostly. Itself if the leader is gone; undefined without /proc. */
export function sessionLeaderOf(pid: number): ProcessId | undefined {
  const own = readProcess(pid);
  if (own === undefined) return undefined;
  const leader = readProcess(own.session) ?? own;
  return { pid: leader.pid, startTime: leader.startTime };
}
