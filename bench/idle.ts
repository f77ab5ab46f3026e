import { readFileSync } from "node:fs";
import { setTimeout as later } from "node:timers/promises";
import type { TestDaemon } from "../test/support/daemon.ts";
import type { Row } from "./stats.ts";

const idleSeconds = 10;

/** Resident memory and processor time of a daemon that nobody asks anything. */
export async function benchIdle({ child }: TestDaemon): Promise<Row[]> {
  const pid = child.pid ?? 0;
  await later(2_000); // the start itself is not idleness
  const before = processorMs(pid);
  await later(idleSeconds * 1_000);
  const share = (processorMs(pid) - before) / (idleSeconds * 10);
  return [
    { what: "daemon idle, resident memory", budget: "<= 100 MB", value: residentBytes(pid) / 1e6, unit: "MB" },
    { what: `daemon idle, processor over ${idleSeconds} s`, budget: "<= 0.2 %", value: share, unit: "%" },
  ];
}

/** utime + stime of /proc/<pid>/stat, in ticks of 10 ms. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024;
}
