import { hash } from "node:crypto";
import { canonicalJson, type Json } from "../kit/canonical.ts";
import { Refusal } from "../protocol/refusals.ts";
import { leafHash } from "./tree.ts";
import type { Entry, NewEntry } from "./types.ts";

/** A row of `ledger_entries`. */
export interface EntryRow {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly agent: string | null;
  readonly session: string | null;
  readonly body: string;
  readonly salt: string | null;
  readonly payload: string | null;
}

/** `prev` of entry 0. */
export const noPrev = "0".repeat(64);

const kindForm = /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/;
const nameCharsMax = 256;

/** The commitment to a payload: SHA-256 over the salt's 32 hex characters and the payload's canonical JSON. */
export function payloadHash(salt: string, payload: string): string {
  return hash("sha256", salt + payload, "hex");
}

/**
 * The canonical JSON (RFC 8785) of an entry, put together by hand because its eight members never change and this runs for
 * every entry: keys are in order, numbers are integers, and the hashes need no escapes.
 */
export function entryBody(
  seq: number,
  at: number,
  kind: string,
  agent: string | null,
  session: string | null,
  payload: string,
  prev: string,
): string {
  return `{"agent":${quoted(agent)},"at":${at},"kind":"${kind}","payload":"${payload}","prev":"${prev}","seq":${seq},"session":${quoted(session)},"v":1}`;
}

/** Agents and sessions repeat, and quoting them costs as much as a hash. */
const quotes = new Map<string, string>();
const quotesMax = 4_096;

function quoted(text: string | null): string {
  if (text === null) return "null";
  let quote = quotes.get(text);
  if (quote === undefined) {
    if (quotes.size >= quotesMax) quotes.clear();
    quote = JSON.stringify(text);
    quotes.set(text, quote);
  }
  return quote;
}

/** An entry that may be written: its names checked, its payload as canonical text. */
export interface CheckedEntry {
  readonly kind: string;
  readonly agent: string | null;
  readonly session: string | null;
  readonly payload: string;
}

/**
 * @throws Refusal INVALID_PARAMS  the kind is not `noun/verb`, or agent or session is too long
 * @throws Refusal TOO_LARGE       the payload's canonical JSON is longer than `payloadCharsMax`
 */
export function checkEntry(entry: NewEntry, payloadCharsMax: number): CheckedEntry {
  const { kind } = entry;
  if (kind.length > 64 || !kindForm.test(kind))
    throw new Refusal("INVALID_PARAMS", `"${kind.slice(0, 64)}" is not a kind of entry; kinds look like gate/judged.`);
  const payload = canonicalJson(entry.payload as Json);
  if (payload.length > payloadCharsMax)
    throw new Refusal(
      "TOO_LARGE",
      `A ${kind} entry of ${payload.length} characters is over the limit of ${payloadCharsMax}.`,
    );
  return { kind, agent: name(entry.agent, "agent"), session: name(entry.session, "session"), payload };
}

function name(text: string | null | undefined, what: string): string | null {
  if (text === null || text === undefined) return null;
  if (text.length > nameCharsMax)
    throw new Refusal(
      "INVALID_PARAMS",
      `The ${what} of an entry is ${text.length} characters long; ${nameCharsMax} are allowed.`,
    );
  // SQLite would store a lone surrogate as U+FFFD, and the copy in the column would no longer be what was hashed.
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}

export function entryView(row: EntryRow): Entry {
  return {
    seq: row.seq,
    at: new Date(row.at).toISOString(),
    kind: row.kind,
    agent: row.agent,
    session: row.session,
    payload: row.payload === null ? null : (JSON.parse(row.payload) as Record<string, Json>),
    leaf: leafHash(row.body),
  };
}
