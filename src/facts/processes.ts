import { readdirSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";

/** One process at the moment of a scan. */
export interface ProcessSeen {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat: with the pid it names the process for good. */
  readonly startTime: number;
  /** The kernel's name of it: at most 15 characters. */
  readonly name: string;
  /** User and system time so far, in clock ticks. */
  readonly cpuTicks: number;
  readonly residentBytes: number;
}

/** All processes of a moment. Empty where the system has no /proc. */
export interface ProcessTable {
  readonly byPid: ReadonlyMap<number, ProcessSeen>;
  readonly children: ReadonlyMap<number, readonly ProcessSeen[]>;
  /** Clock ticks since boot. */
  readonly nowTicks: number;
}

export const ticksPerSecond = 100;
/** More are not looked at; a machine with so many is not a developer's. */
const processesMax = 16_384;
/** Read in one go before others may run: about a millisecond. */
const batch = 64;
const pageBytes = 4_096;

/** Reads /proc/<pid>/stat of every process (proc_pid_stat(5)). */
export async function scanProcesses(signal: AbortSignal): Promise<ProcessTable> {
  const byPid = new Map<number, ProcessSeen>();
  const children = new Map<number, ProcessSeen[]>();
  const pids = listPids();
  for (const [index, pid] of pids.entries()) {
    if (index % batch === batch - 1) await new Promise<void>((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    const seen = readStat(pid);
    if (seen === undefined) continue;
    byPid.set(pid, seen);
    const siblings = children.get(seen.parent);
    if (siblings === undefined) children.set(seen.parent, [seen]);
    else siblings.push(seen);
  }
  return { byPid, children, nowTicks: uptimeTicks() };
}

function listPids(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .slice(0, processesMax)
      .map(Number);
  } catch {
    return []; // no /proc (macOS): nothing is discovered there, and sessions end by their events
  }
}

function readStat(pid: number): ProcessSeen | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined; // it has just ended
  }
  const from = text.indexOf("(");
  const to = text.lastIndexOf(")");
  const fields = text.slice(to + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return {
    pid,
    parent: Number(fields[1]),
    startTime: Number(fields[19]),
    name: text.slice(from + 1, to),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    residentBytes: Number(fields[21]) * pageBytes,
  };
}

function uptimeTicks(): number {
  try {
    return Math.floor(Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]) * ticksPerSecond);
  } catch {
    return 0; // then there are no processes to compare it with
  }
}

/** The process and everything below it; a table that was read while processes moved may hold a ring, which is walked once. */
export function treeOf(table: ProcessTable, pid: number): ProcessSeen[] {
  const root = table.byPid.get(pid);
  const found = root === undefined ? [] : [root];
  const met = new Set([pid]);
  for (const process of found)
    for (const child of table.children.get(process.pid) ?? []) {
      if (met.has(child.pid)) continue;
      met.add(child.pid);
      found.push(child);
    }
  return found;
}

/** The pids above it, nearest first. */
export function ancestorsOf(table: ProcessTable, pid: number): number[] {
  const found: number[] = [];
  let at = table.byPid.get(pid)?.parent;
  while (at !== undefined && at > 0 && found.length < ancestorsMax && !found.includes(at)) {
    found.push(at);
    at = table.byPid.get(at)?.parent;
  }
  return found;
}

const ancestorsMax = 32;
const argumentsBytesMax = 4_096;
const environmentBytesMax = 128 * 1024;

/** The first words of its command line; empty when it has none or is somebody else's. */
export async function argumentsOf(pid: number): Promise<string[]> {
  return (await headOf(`/proc/${pid}/cmdline`, argumentsBytesMax)).split("\0").filter((word) => word !== "");
}

/** Some variables of its environment as it was started. Nothing else of the environment is kept or returned. */
export async function variablesOf(pid: number, names: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const pair of (await headOf(`/proc/${pid}/environ`, environmentBytesMax)).split("\0")) {
    const name = names.find((wanted) => pair.startsWith(`${wanted}=`));
    if (name !== undefined) found[name] = pair.slice(name.length + 1);
  }
  return found;
}

async function headOf(path: string, bytesMax: number): Promise<string> {
  try {
    await using file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    return ""; // it has ended, or it is another user's
  }
}
