import { readFileSync } from "node:fs";
import { setTimeout as later } from "node:timers/promises";
import { join } from "node:path";
import { root, run, type TestDaemon } from "./daemon.ts";
import { Peer } from "./door.ts";

/** Resident memory of a process in MiB, as the kernel counts it. */
export function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

/** How many descriptors a process has open. */
export function descriptorsOf(pid: number): number {
  return Number(/FDSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

export interface Unharmed {
  /** Answers that the bystander got while it went on. */
  readonly answers: number;
  /** Of its waits: nine of ten were no longer. */
  readonly p90Ms: number;
  readonly grownMiB: number;
}

let bystanders = 0;

/**
 * Does something to the daemon while somebody else asks it to judge, one call after the other: every call must get its verdict, on a connection that
 * is never closed. Tells how that went, and by how much the daemon's memory is larger afterwards.
 */
export async function unharmedBy(
  daemon: TestDaemon,
  attack: () => Promise<void>,
  { pauseMs = 0 }: { readonly pauseMs?: number } = {},
): Promise<Unharmed> {
  const pid = daemon.child.pid as number;
  await using bystander = await Peer.connect(daemon.place.socket);
  const session = `bystander ${(bystanders += 1)}`;
  const params = { agent: "load", session, cwd: daemon.place.home, tool: "Bash", input: { command: "echo" } };
  const judged = async (id: number) => {
    bystander.send({ jsonrpc: "2.0", id, method: "gate/request", params });
    const answer = await bystander.next();
    if (answer["id"] !== id || (answer["result"] as { verdict?: string } | undefined)?.verdict !== "allow")
      throw new Error(`the bystander was answered ${JSON.stringify(answer)}`);
  };
  for (let id = 0; id < 20; id += 1) await judged(id); // what the first calls load is no growth
  const before = residentMiB(pid);
  const waits: number[] = [];
  let over = false;
  const attacked = attack().finally(() => {
    over = true;
  });
  attacked.catch(() => {}); // thrown below, when the bystander has its answer
  for (let id = 100; !over || waits.length < 10; id += 1) {
    const from = performance.now();
    await judged(id);
    waits.push(performance.now() - from);
    if (pauseMs > 0) await later(pauseMs);
  }
  await attacked;
  const grownMiB = residentMiB(pid) - before;
  waits.sort((a, b) => a - b);
  return { answers: waits.length, p90Ms: waits[Math.floor(waits.length * 0.9)] ?? 0, grownMiB };
}

/** Writes and waits until the kernel took it. */
export async function written({ socket }: Peer, bytes: string | Buffer): Promise<void> {
  if (!socket.write(bytes)) await new Promise((resolve) => socket.once("drain", resolve));
}

export interface ConnectLoad {
  readonly opened: number;
  readonly asked: number;
  readonly answered: number;
  readonly seconds: number;
}

/** Connections one after the other from a small C program (test/load/connect-load.c): every fourth asks and waits for its answer. */
export async function connectLoad(
  socket: string,
  { seconds, perSecondMax }: { readonly seconds: number; readonly perSecondMax: number },
): Promise<ConnectLoad> {
  const hello = '{"jsonrpc":"2.0","id":1,"method":"daemon/hello","params":{}}\n';
  const program = join(root, "build/connect-load");
  const { code, stdout, stderr } = await run(program, [socket, `${seconds}`, `${perSecondMax}`], { stdin: hello });
  if (code !== 0) throw new Error(`connect-load ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as ConnectLoad;
}
