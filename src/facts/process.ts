import { readFileSync } from "node:fs";

export interface ProcessId {
  readonly pid: number;
  readonly startTime: number;
}

/**
 * The process with that pid at this moment, or undefined when there is none or the system has no /proc (macOS: then sessions
 * and grants end by their events and times only).
 * Source: proc_pid_stat(5): field 22 is starttime in clock ticks since boot; field 2 may contain spaces and parentheses; a zombie
 * (state Z, X) has ended.
 */
export function processOf(pid: number): ProcessId | undefined {
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
  return { pid, startTime };
}

/** Whether that very process still runs, not another one with its pid. */
export function alive(process: ProcessId): boolean {
  return processOf(process.pid)?.startTime === process.startTime;
}
