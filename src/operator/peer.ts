import { type ChildProcess, spawn } from "node:child_process";
import { uptime } from "node:os";
import { z } from "zod";

/** Strings of `hook --peer` carry bytes as characters; what they mean is UTF-8. */
const Bytes = z.string().transform((text) => Buffer.from(text, "latin1").toString("utf8"));
const Pid = z.int();

const PeerProcess = z.object({
  pid: Pid,
  parent: Pid,
  /** Its process group. */
  group: Pid,
  /** Units since boot (Linux: clock ticks), with the pid the identity of a process. */
  start: z.number().min(0),
  name: Bytes,
  /** The file that it runs; empty when it is not ours to know. */
  program: Bytes,
  /** The first few. */
  arguments: z.array(Bytes),
});
export type PeerProcess = z.output<typeof PeerProcess>;

const Peer = z.object({
  pid: Pid,
  uid: z.int(),
  group: Pid,
  /** The process group that the terminal's keys go to. */
  foreground: Pid,
  session: Pid,
  /** Device of the controlling terminal, `major:minor`; empty without one. */
  tty: z.string(),
  now: z.number().min(0),
  unit: z.number().positive(),
  /** The peer, its ancestors up to the first process, then the leaders of its session and group where they are none of them. */
  processes: z.array(PeerProcess).min(1),
});
/** Who made a connection, read at one moment by hook/peer.c, which documents the fields. */
export type Peer = z.output<typeof Peer>;

export type PeerReading = { readonly peer: Peer } | { readonly unknown: string };

const PeerLine = z.union([Peer.transform((peer) => ({ peer })), z.object({ unknown: z.string() })]);

/** A chain of 64 ancestors with long arguments is some 300 kB with every byte escaped. */
const outputBytesMax = 1024 * 1024;

/** How long ago it was read, by the clock that it was read by: microseconds of the wall clock on macOS, ticks since boot elsewhere. */
export function readingAgeMs({ now, unit }: Peer, nowMs: number): number {
  return (process.platform === "darwin" ? nowMs : uptime() * 1_000) - (now * 1_000) / unit;
}

/**
 * Asks the kernel, through the hook program, who is at the other end of a connection. Never rejects: what can't be read is
 * `unknown`, with a clause that says why.
 * @param hook        absolute path of the hook program
 * @param descriptor  the connection's descriptor in this process; duplicated before this returns, never closed
 * @param timeoutMs   after that the program is killed
 */
export function readPeer(hook: string, descriptor: number, timeoutMs: number): Promise<PeerReading> {
  return new Promise((resolve) => {
    const unknown = (why: string) => resolve({ unknown: why });
    // The number, not the Socket: handing over the object would stop its reads. Nothing of our environment is its business.
    let child: ChildProcess;
    try {
      child = spawn(hook, ["--peer"], { stdio: ["ignore", "pipe", "ignore", descriptor], env: {}, cwd: "/" });
    } catch (error) {
      return unknown(`the connection could not be handed over (${String(error)})`); // closed in the meantime: EBADF is thrown
    }
    let output = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    child.stdout?.setEncoding("latin1").on("data", (text: string) => {
      output += text;
      if (output.length > outputBytesMax) child.kill("SIGKILL");
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      unknown(`the program that asks who is calling can't be run (${error.message}); see: signalbox doctor`);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      if (late) return unknown(`asking who is calling took longer than ${timeoutMs} ms`);
      const reading = code === 0 ? parsePeer(output) : undefined;
      if (reading === undefined) return unknown("the answer to who is calling can't be read; see: signalbox doctor");
      resolve(reading);
    });
  });
}

function parsePeer(output: string): PeerReading | undefined {
  try {
    return PeerLine.safeParse(JSON.parse(output)).data;
  } catch {
    return undefined; // the caller says so in words
  }
}
