import { type EntryRow, entryBody, payloadHash } from "./entry.ts";
import { leafHash } from "./tree.ts";
import type { Finding } from "./types.ts";

/** What an entry is checked against. */
export interface Expected {
  /** Leaf hash of the entry before; undefined when that is in the archive. */
  readonly prev: string | undefined;
  /** Time of the entry before. */
  readonly atMin: number;
  /** The body of the next entry; asked only when something is wrong. */
  readonly bodyAfter: (seq: number) => string | undefined;
}

/**
 * What is wrong with one entry, and with which. The body is made anew from the columns and the payload, so that one comparison
 * checks them all; only when it fails does anybody parse.
 */
export function checkRow(row: EntryRow, expected: Expected): Finding | undefined {
  const { seq, at, kind, agent, session, body, salt, payload } = row;
  const { prev, atMin } = expected;
  const parsed = payload === null || salt === null || prev === undefined ? parse(body) : undefined;
  const committed = payload === null || salt === null ? String(parsed?.["payload"]) : payloadHash(salt, payload);
  const prevHash = prev ?? String(parsed?.["prev"]);
  if (body !== entryBody(seq, at, kind, agent, session, committed, prevHash)) return explain(row, committed, expected);
  return at < atMin ? { seq, problem: `Entry ${seq} is older than the one before it.` } : undefined;
}

function explain(row: EntryRow, committed: string, { prev, bodyAfter }: Expected): Finding {
  const { seq } = row;
  const body = parse(row.body);
  if (body === undefined) return { seq, problem: `The body of entry ${seq} is damaged.` };
  if (body["seq"] !== seq)
    return { seq, problem: `Entry ${seq} was moved here: its body says that it is entry ${String(body["seq"])}.` };
  if (prev !== undefined && body["prev"] !== prev) return wrongPrev(row, bodyAfter);
  if (body["payload"] !== committed) return { seq, problem: `The payload of entry ${seq} was changed.` };
  for (const column of ["at", "kind", "agent", "session"] as const)
    if (body[column] !== row[column]) return { seq, problem: `The ${column} of entry ${seq} was changed.` };
  return { seq, problem: `The body of entry ${seq} was changed.` };
}

/** Two neighbours don't fit. The next entry says whether this one is as it was; then it is the one before that is not. */
function wrongPrev({ seq, body }: EntryRow, bodyAfter: Expected["bodyAfter"]): Finding {
  if (seq === 0) return { seq, problem: "The body of entry 0 was changed: it does not begin the ledger." };
  const after = bodyAfter(seq);
  if (after !== undefined && parse(after)?.["prev"] !== leafHash(body))
    return { seq, problem: `The body of entry ${seq} was changed.` };
  return { seq: seq - 1, problem: `Entry ${seq - 1} was changed or put in: entry ${seq} followed another one.` };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // "damaged", say the callers
  }
}
