import { createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";

/**
 * Signed notes and checkpoints as C2SP defines them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), Ed25519 only.
 * A checkpoint's text is origin, size, base64 root, one line each, then extension lines. We have one: `next-key VKEY`, which
 * makes a checkpoint the last one that its key signs.
 */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** vkey of the next epoch, in a hand-over. */
  readonly nextKey: string | undefined;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly keyId: string; readonly signature: Buffer }[];
}

/** A verifier key of a signed note: `name+hex key id+base64(0x01 || public key)`. */
export interface VerifierKey {
  readonly vkey: string;
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

const ed25519 = 1;
/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410). */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

export function vkeyOf(name: string, publicKey: KeyObject): string {
  const typed = Buffer.concat([
    Buffer.from([ed25519]),
    publicKey.export({ type: "spki", format: "der" }).subarray(spkiPrefix.length),
  ]);
  return `${name}+${keyIdOf(name, typed)}+${typed.toString("base64")}`;
}

function keyIdOf(name: string, typed: Buffer): string {
  return hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), typed]), "hex").slice(0, 8);
}

/** @throws Error when the text is not an Ed25519 vkey or its id is not its own */
export function parseVkey(vkey: string): VerifierKey {
  const first = vkey.indexOf("+");
  const second = vkey.indexOf("+", first + 1);
  const name = vkey.slice(0, first);
  const keyId = vkey.slice(first + 1, second);
  const typed = Buffer.from(vkey.slice(second + 1), "base64");
  if (first < 1 || second < 0 || typed.length !== 33 || typed[0] !== ed25519 || keyId !== keyIdOf(name, typed))
    throw new Error("not a verifier key of an Ed25519 signed note");
  const publicKey = createPublicKey({
    key: Buffer.concat([spkiPrefix, typed.subarray(1)]),
    format: "der",
    type: "spki",
  });
  return { vkey, name, keyId, publicKey };
}

export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject, vkey: string): string {
  const { origin, size, root, nextKey } = checkpoint;
  const text = `${origin}\n${size}\n${Buffer.from(root, "hex").toString("base64")}\n${nextKey === undefined ? "" : `next-key ${nextKey}\n`}`;
  const { name, keyId } = parseVkey(vkey);
  const signature = Buffer.concat([Buffer.from(keyId, "hex"), sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n\u2014 ${name} ${signature.toString("base64")}\n`;
}

const signatureForm = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/;

/** @throws Error when the text is not a signed note */
export function parseNote(note: string): Note {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw new Error("not a signed note: it has no signature block");
  const signatures = note
    .slice(end + 2, -1)
    .split("\n")
    .map((line) => {
      const [, name, encoded] = signatureForm.exec(line) ?? [];
      const bytes = Buffer.from(encoded ?? "", "base64");
      if (name === undefined || bytes.length < 5) throw new Error("not a signed note: a signature line is malformed");
      return { name, keyId: bytes.subarray(0, 4).toString("hex"), signature: bytes.subarray(4) };
    });
  return { text: note.slice(0, end + 1), signatures };
}

/** @throws Error when the text is not a checkpoint */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, ...extensions] = text.split("\n").slice(0, -1);
  const bytes = Buffer.from(root ?? "", "base64");
  if (
    origin === undefined ||
    origin === "" ||
    size === undefined ||
    !/^(0|[1-9][0-9]{0,15})$/.test(size) ||
    bytes.length !== 32
  )
    throw new Error("not a checkpoint: it should be an origin, a size and a root");
  const next = extensions.find((line) => line.startsWith("next-key "));
  return { origin, size: Number(size), root: bytes.toString("hex"), nextKey: next?.slice("next-key ".length) };
}

/** Whether one of the note's signatures is this key's and good. */
export function signedBy(note: Note, key: VerifierKey): boolean {
  return note.signatures.some(
    ({ name, keyId, signature }) =>
      name === key.name && keyId === key.keyId && verify(null, Buffer.from(note.text), key.publicKey, signature),
  );
}

/**
 * The whole notes in a file of notes with empty lines between. What a power cut left of a note is passed over: whoever could
 * damage one on purpose could as well delete it.
 */
export function splitNotes(file: string): string[] {
  const blocks = file.split(/\n{2,}/);
  return blocks.flatMap((block, index) => {
    const text = blocks[index - 1];
    if (text === undefined || !block.startsWith("\u2014 ") || text.startsWith("\u2014 ")) return [];
    const note = `${text.replace(/^\n+/, "")}\n\n${block.replace(/\n+$/, "")}\n`;
    return isWhole(note) ? [note] : [];
  });
}

function isWhole(note: string): boolean {
  try {
    return parseNote(note).signatures.every(({ signature }) => signature.length === 64);
  } catch {
    return false; // not parseable is exactly what "not whole" means
  }
}
