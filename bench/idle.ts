import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as later } from "node:timers/promises";
import type { TestDaemon } from "../test/support/daemon.ts";
import type { Row } from "./stats.ts";

/** The start itself is not idleness; after it the daemon gives back what it needed for that. */
const settleSeconds = 30;
const idleSeconds = 30;

/** Memory and processor time of a daemon that nobody asks anything, a minute after its start. */
export async function benchIdle({ child }: TestDaemon): Promise<Row[]> {
  const pid = child.pid ?? 0;
  await later(settleSeconds * 1_000);
  const before = processorMs(pid);
  await later(idleSeconds * 1_000);
  const share = (processorMs(pid) - before) / (idleSeconds * 10);
  const { Rss: rss, Pss: pss } = memoryBytes(pid);
  return [
    {
      what: "daemon idle, resident memory",
      budget: "<= 100 MB",
      value: (rss ?? Number.NaN) / 1e6,
      unit: "MB",
      note: `of it ${Math.round((pss ?? Number.NaN) / 1e6)} MB its own (PSS); the rest is Node's program file, shared with every other Node`,
    },
    { what: `daemon idle, processor over ${idleSeconds} s`, budget: "<= 0.2 %", value: share, unit: "%" },
  ];
}

/** What all threads of a process have run, from the scheduler's own count in nanoseconds (utime and stime are ticks of 10 ms). */
function processorMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce(
    (sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6,
    0,
  );
}

function memoryBytes(pid: number): Record<string, number> {
  const lines = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^(\w+):\s+(\d+) kB$/gm);
  return Object.fromEntries([...lines].map(([, name = "", kilobytes]) => [name, Number(kilobytes) * 1_024]));
}
