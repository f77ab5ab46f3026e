import { randomBytes } from "node:crypto";
import { z } from "zod";

/** Ids are a prefix that says what they name and 16 characters of base32 (80 random bits), safe in URLs, shells and speech. */
const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

export type IdPrefix = "hold" | "sess" | "conn" | "req" | "rule" | "grant" | "pass" | "note" | "cmd";

export function newId<P extends IdPrefix>(prefix: P): `${P}_${string}` {
  let text = "";
  for (const byte of randomBytes(16)) text += alphabet[byte & 31];
  return `${prefix}_${text}`;
}

export const HoldId = z
  .string()
  .regex(/^hold_[a-z2-9]{16}$/, "a hold's id looks like hold_k3v9…; list them with: signalbox hold list");
export type HoldId = z.output<typeof HoldId>;

export const GrantId = z
  .string()
  .regex(/^grant_[a-z2-9]{16}$/, "a grant's id looks like grant_k3v9…; list them with: signalbox hold grants");
export type GrantId = z.output<typeof GrantId>;

export const NoteId = z
  .string()
  .regex(/^note_[a-z2-9]{16}$/, "a note's id looks like note_k3v9…; list them with: signalbox memory list");
export type NoteId = z.output<typeof NoteId>;

/** An entry's sequence number in the ledger, from 0. */
export const EntrySeq = z.int().min(0);
export type EntrySeq = z.output<typeof EntrySeq>;
