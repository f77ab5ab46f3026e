import { createHash, createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { Clock } from "../kit/clock.ts";
import type { Json } from "../kit/canonical.ts";
import { newId } from "../protocol/ids.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Migration, Store } from "../store/index.ts";
import type { PeerProcess } from "./peer.ts";
import type { Seat } from "./presence.ts";

export const passesMigrations: readonly Migration[] = [
  {
    room: "passes",
    version: 1,
    sql: `
      CREATE TABLE operator_passes (id TEXT PRIMARY KEY, token_sha256 TEXT NOT NULL UNIQUE, proof_key TEXT NOT NULL,
        seat TEXT NOT NULL, made_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL) STRICT;
    `,
  },
];

/** A browser that may call in the place of the terminal that asked for it. */
export interface Pass {
  readonly id: `pass_${string}`;
  readonly seat: Seat;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  readonly usedAtMs: number;
  /** Aborts when the pass has ended: it expired, was revoked or made room for another. */
  readonly ended: AbortSignal;
}

export interface Passes {
  /** A code for the fragment of a link, to be entered once within `passCodeMsMax`. Kept in memory only. */
  code(seat: Seat): { readonly code: string; readonly expiresAtMs: number };
  /**
   * Takes a code for a pass. The token is told here and never again: only its hash is kept.
   * @throws Refusal EXPIRED  the code was used, is too old or was never made
   */
  enter(code: string): Promise<{ readonly token: string; readonly pass: Pass }>;
  /** The pass whose token this is, if it has not ended. */
  find(token: string): Pass | undefined;
  get(id: string): Pass | undefined;
  /**
   * Proof that this daemon knows the pass, so that a browser need not show its token to whoever took the port meanwhile: the hex
   * HMAC-SHA-256 of the nonce under SHA-256("signalbox proof " + token).
   * @throws Refusal NOT_FOUND
   */
  prove(id: string, nonce: string): string;
  list(): readonly Pass[];
  /** Whether the shell of the terminal that asked for it still runs; without it the pass only looks. */
  seated(pass: Pass): boolean;
  /** Ends one, or all. @returns how many */
  revoke(id: string | undefined, by: Readonly<Record<string, Json>>): Promise<number>;
  /** Ends those that expired. */
  sweep(): Promise<void>;
}

export interface PassesPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly write: (entry: { kind: string; payload: Record<string, Json> }) => unknown;
}

interface Held extends Pass {
  usedAtMs: number;
  readonly tokenHash: string;
  readonly proofKey: string;
  readonly end: AbortController;
}

/** Passes outlive a daemon, because hooks start daemons anew and boards stay open; they don't outlive the machine's run or the terminal. */
export function createPasses({ store, clock, write }: PassesPorts): Passes {
  const { db } = store;
  const put = db.prepare("INSERT INTO operator_passes VALUES (?, ?, ?, ?, ?, ?)");
  const drop = db.prepare("DELETE FROM operator_passes WHERE id = ?");
  const codes = new Map<string, { readonly seat: Seat; readonly expiresAtMonotonicMs: number }>();
  const byId = new Map<string, Held>();
  const byToken = new Map<string, Held>();
  const keep = (pass: Held) => {
    byId.set(pass.id, pass);
    byToken.set(pass.tokenHash, pass);
  };
  const bootedAtMs = clock.nowMs() - uptime() * 1_000;
  for (const row of db.prepare("SELECT * FROM operator_passes").all() as unknown as PassRow[])
    if (row.made_at_ms > bootedAtMs) keep(heldOf(row, clock.nowMs()));

  /** In memory first: what was ended must not pass while the disk is slow. */
  const forget = (pass: Held, why: string) => {
    byId.delete(pass.id);
    byToken.delete(pass.tokenHash);
    pass.end.abort(new Error(why));
  };
  const end = (passes: readonly Held[], why: string, by?: Readonly<Record<string, Json>>) => {
    for (const pass of passes) forget(pass, why);
    return store.durably(() => {
      for (const { id } of passes) {
        drop.run(id);
        write({ kind: "pass/ended", payload: { pass: id, why, ...(by === undefined ? {} : { by }) } });
      }
    });
  };
  const live = (pass: Held | undefined): Held | undefined => {
    return pass === undefined || pass.expiresAtMs <= clock.nowMs() ? undefined : pass;
  };

  return {
    code(seat) {
      const code = randomBytes(24).toString("base64url");
      while (codes.size >= limits.passCodesMax) codes.delete(codes.keys().next().value as string);
      codes.set(sha256(code), { seat, expiresAtMonotonicMs: clock.monotonicMs() + limits.passCodeMsMax });
      return { code, expiresAtMs: clock.nowMs() + limits.passCodeMsMax };
    },
    async enter(code) {
      const key = sha256(code);
      const known = codes.get(key);
      codes.delete(key);
      if (known === undefined || known.expiresAtMonotonicMs <= clock.monotonicMs())
        throw new Refusal(
          "EXPIRED",
          `This link was used already or is older than ${limits.passCodeMsMax / 1_000} s.`,
          "Make a new one in your terminal: signalbox web",
        );
      const oldest = [...byId.values()].sort((a, b) => a.usedAtMs - b.usedAtMs);
      const surplus = oldest.slice(0, Math.max(0, byId.size + 1 - limits.passesMax));
      if (surplus.length > 0) await end(surplus, "another browser took its place");
      const token = randomBytes(32).toString("base64url");
      const nowMs = clock.nowMs();
      const row: PassRow = {
        id: newId("pass"),
        token_sha256: sha256(token),
        proof_key: sha256(`signalbox proof ${token}`),
        seat: JSON.stringify(known.seat),
        made_at_ms: nowMs,
        expires_at_ms: nowMs + limits.passAgeMsMax,
      };
      await store.durably(() => {
        put.run(row.id, row.token_sha256, row.proof_key, row.seat, row.made_at_ms, row.expires_at_ms);
        const { pid, tty } = known.seat.peer;
        write({ kind: "pass/made", payload: { pass: row.id, terminal: tty, pid, session: known.seat.peer.session } });
      });
      const pass = heldOf(row, nowMs);
      keep(pass);
      return { token, pass };
    },
    find(token) {
      const pass = live(byToken.get(sha256(token)));
      if (pass !== undefined) pass.usedAtMs = clock.nowMs();
      return pass;
    },
    get: (id) => live(byId.get(id)),
    prove(id, nonce) {
      const pass = live(byId.get(id));
      if (pass === undefined) throw new Refusal("NOT_FOUND", `There is no web pass ${id}.`, "signalbox web");
      return createHmac("sha256", Buffer.from(pass.proofKey, "hex")).update(nonce).digest("hex");
    },
    list: () => [...byId.values()].filter((pass) => pass.expiresAtMs > clock.nowMs()),
    seated: ({ seat }) => !hasProc() || shellRuns(seat),
    async revoke(id, by) {
      if (id === undefined) codes.clear();
      const passes = [...byId.values()].filter((pass) => id === undefined || pass.id === id);
      if (passes.length > 0) await end(passes, "it was revoked", by);
      return passes.length;
    },
    async sweep() {
      const expired = [...byId.values()].filter((pass) => live(pass) === undefined);
      if (expired.length > 0) await end(expired, "it expired");
    },
  };
}

interface PassRow {
  readonly id: `pass_${string}`;
  readonly token_sha256: string;
  readonly proof_key: string;
  readonly seat: string;
  readonly made_at_ms: number;
  readonly expires_at_ms: number;
}

function heldOf(row: PassRow, nowMs: number): Held {
  const end = new AbortController();
  return {
    id: row.id,
    seat: JSON.parse(row.seat) as Seat,
    madeAtMs: row.made_at_ms,
    expiresAtMs: row.expires_at_ms,
    usedAtMs: nowMs,
    ended: end.signal,
    end,
    tokenHash: row.token_sha256,
    proofKey: row.proof_key,
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Without /proc (macOS) nobody can be asked; the pass then ends by its age only. */
const hasProc = (): boolean => existsSync("/proc/self/stat");

/** The leader of the terminal's session: that very process, not another with its pid. Source: proc_pid_stat(5), fields 3 and 22. */
function shellRuns({ peer }: Seat): boolean {
  const leader: PeerProcess | undefined = peer.processes.find(({ pid }) => pid === peer.session);
  if (leader === undefined) return false;
  try {
    const text = readFileSync(`/proc/${leader.pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] !== "Z" && fields[0] !== "X" && Number(fields[19]) === leader.start;
  } catch {
    return false; // no such process
  }
}
