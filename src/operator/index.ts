/**
 * Operator: whether a person stands behind a call. It owns the proof of level 1, presence (DESIGN section 11): the caller sits in
 * the foreground of a terminal of the daemon's own user, below that terminal's shell, which is older than the agent's session,
 * with no agent, no program that types (`script`, `expect`) and, for what can't be undone, no multiplexer above it.
 *
 * It promises to answer within `timeoutMs` and a queue's wait, to hold no more than `readingsMax` programs and `waitingMax`
 * questions at once, and never to take "unknown" for a person: what can't be read is absent, with a clause that says why. Who
 * made a connection is read once for each connection; whether that counts is judged anew at each question.
 *
 * A browser has no terminal: a *pass* (`passes.ts`) lets one stand in for the terminal that asked for it, and is judged by the same
 * rules over what was read of that terminal's connection. Level 2 is a passphrase (`vault.ts`), of which it knows a salt and a public key.
 * Passes and those two are all that it keeps on disk.
 *
 * It decides nothing itself and never looks at what is asked. What it can't stop is in
 * docs/threat-model.md. It stops an agent that does not set out to cheat; a passphrase or passkey (levels 2 and 3) stops more.
 */
import type { Clock } from "../kit/clock.ts";
import { type PeerReading, readingAgeMs, readPeer } from "./peer.ts";
import { type About, judgePresence, type LiveAgent, type Presence, type Seat } from "./presence.ts";

export { type Challenge, createVault, type PassphraseProof, type Vault, vaultMigrations } from "./vault.ts";
export { createPasses, type Pass, type Passes, passesMigrations } from "./passes.ts";
export type { About, LiveAgent, Presence, Seat } from "./presence.ts";

/** What is asked about: `ConnectionInfo` of the protocol has it. */
interface Caller {
  /** Read right before it is handed on, because numbers are used again; undefined once closed, and where there is no peer. */
  readonly fd: number | undefined;
}

export interface OperatorOptions {
  /** Absolute path of the hook program, which asks the kernel. */
  readonly hook: string;
  readonly clock: Clock;
  /** The agents that run now, asked at each question. */
  readonly agents: () => readonly LiveAgent[];
  /** The only user who may be present; the daemon's own unless said. */
  readonly uid?: number | undefined;
  /** Default 5,000: 6 ms as a rule, and a busy machine is no reason to send a person away. */
  readonly timeoutMs?: number;
}

export interface Operator {
  /**
   * Whether a person makes this call.
   * @param caller  the connection; the reading is kept as long as this object
   * @throws the signal's reason
   */
  presence(caller: Caller, about: About, options: { signal: AbortSignal }): Promise<Presence>;
  /** What was read of a connection, to be judged later: a pass keeps it. `unknown` is a clause that says why there is none. */
  seat(
    caller: Caller,
    options: { signal: AbortSignal },
  ): Promise<{ readonly seat: Seat } | { readonly unknown: string }>;
  /** As `presence`, over what was read before. */
  judge(seat: Seat, about: About): Presence;
}

/** Programs at once; more wait. */
const readingsMax = 4;
/** Questions that wait; one more is answered "unknown". */
const waitingMax = 256;

interface Reading {
  readonly result: PeerReading;
  readonly atMs: number;
}

export function createOperator(options: OperatorOptions): Operator {
  const { hook, clock, agents, uid = process.getuid?.(), timeoutMs = 5_000 } = options;
  const readings = new WeakMap<Caller, Promise<Reading>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const turn = (): Promise<boolean> => {
    if (running < readingsMax) {
      running += 1;
      return Promise.resolve(true);
    }
    if (waiting.length >= waitingMax) return Promise.resolve(false);
    return new Promise((resolve) => waiting.push(() => resolve(true)));
  };
  const next = () => {
    const first = waiting.shift();
    if (first === undefined) running -= 1;
    else first();
  };

  const read = async (caller: Caller): Promise<Reading> => {
    if (!(await turn()))
      return { result: { unknown: "too many callers are being looked at; try again" }, atMs: clock.nowMs() };
    try {
      const { fd } = caller;
      const begunMs = clock.monotonicMs();
      const result: PeerReading =
        fd === undefined
          ? { unknown: "its connection says nothing of who made it" }
          : await readPeer(hook, fd, timeoutMs);
      const nowMs = clock.nowMs();
      if (!("peer" in result)) return { result, atMs: nowMs };
      // A busy machine brings a reading late, and a terminal would seem to have been opened later than it was, by so much.
      const ageMs = Math.min(readingAgeMs(result.peer, nowMs), clock.monotonicMs() - begunMs);
      return { result, atMs: nowMs - Math.max(0, ageMs) };
    } finally {
      next();
    }
  };

  const judge = ({ peer, readAtMs }: Seat, about: About) =>
    judgePresence({ peer, readAtMs, about, agents: agents(), uid });
  const seatOf: Operator["seat"] = async (caller, { signal }) => {
    signal.throwIfAborted();
    let reading = readings.get(caller);
    if (reading === undefined) {
      reading = read(caller);
      readings.set(caller, reading);
    }
    const { result, atMs } = await untilAborted(reading, signal);
    if ("peer" in result) return { seat: { peer: result.peer, readAtMs: atMs } };
    readings.delete(caller); // it may be known the next time, as after too many callers
    return result;
  };

  return {
    async presence(caller, about, options) {
      const known = await seatOf(caller, options);
      return "seat" in known ? judge(known.seat, about) : { present: false, why: known.unknown };
    },
    seat: seatOf,
    judge,
  };
}

/** Stops waiting, not the work: it is bounded, and others may share it. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
