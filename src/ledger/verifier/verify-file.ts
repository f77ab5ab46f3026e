#!/usr/bin/env node
/**
 * Verifies a Signalbox ledger without Signalbox: one file, no imports but Node's own (Node >= 22.18 runs it as it is).
 *
 *   node verify-file.ts export FILE [--key VKEY] [--checkpoint FILE]      an export (NDJSON; .gz and - for stdin too)
 *   node verify-file.ts database FILE [--key VKEY] [--checkpoint FILE]    the database, read-only
 *   node verify-file.ts proof FILE --key VKEY                             what `signalbox ledger prove` printed
 *
 * `--key` is the root key that `signalbox ledger key` showed when the ledger was new: without it, whoever replaced the whole
 * ledger, keys included, is not found. `--checkpoint` is a signed checkpoint kept elsewhere, or a file of many: without it a
 * rollback of everything to an old copy is not found. Exit code 0 good, 1 bad, 2 not readable.
 *
 * The formats: RFC 8785 (canonical JSON), RFC 9162 section 2.1 (tree), c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
 * It shares no code with the daemon's own verification on purpose; a test holds both to the same answers.
 */
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { createReadStream, existsSync, readFileSync, realpathSync } from "node:fs";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";

export interface Verification {
  readonly ok: boolean;
  /** One sentence for a person. */
  readonly message: string;
  readonly entries: number;
  /** The newest entry under a good signature. */
  readonly vouchedUpTo: number | null;
  /** The first bad or missing entry first. */
  readonly findings: readonly { readonly seq: number | null; readonly problem: string }[];
}

// ---- hashes -----------------------------------------------------------------------------------------------------------------

const sha256 = (...parts: (Uint8Array | string)[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leafOf = (body: string): Buffer => sha256(Uint8Array.of(0), body);
const nodeOf = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Uint8Array.of(1), left, right);

/** Complete subtrees from left to right, as `[width, hash]`. */
class Tree {
  size = 0;
  readonly #subtrees: [number, Buffer][] = [];

  add(width: number, hash: Buffer): void {
    let node: [number, Buffer] = [width, hash];
    for (let top = this.#subtrees.at(-1); top?.[0] === node[0]; top = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      node = [node[0] * 2, nodeOf(top[1], node[1])];
    }
    this.#subtrees.push(node);
    this.size += width;
  }

  root(): string {
    if (this.#subtrees.length === 0) return sha256("").toString("hex");
    return this.#subtrees
      .map(([, hash]) => hash)
      .reduceRight((right, left) => nodeOf(left, right))
      .toString("hex");
  }
}

// ---- canonical JSON (RFC 8785) ----------------------------------------------------------------------------------------------

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // every caller names what was not JSON
  }
}

// ---- signed notes -----------------------------------------------------------------------------------------------------------

interface Signed {
  readonly text: string;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly nextKey: string | undefined;
  readonly signatures: readonly { readonly label: string; readonly bytes: Buffer }[];
}

function readNote(note: string): Signed | undefined {
  const middle = note.lastIndexOf("\n\n");
  const text = note.slice(0, middle + 1);
  const [origin, size, root, ...more] = text.split("\n");
  const rootBytes = Buffer.from(root ?? "", "base64");
  if (middle < 0 || !origin || !/^\d{1,16}$/.test(size ?? "") || rootBytes.length !== 32) return undefined;
  const signatures = note
    .slice(middle + 2)
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const [dash, name, encoded] = line.split(" ");
      const bytes = Buffer.from(encoded ?? "", "base64");
      return dash === "\u2014" && bytes.length === 68
        ? [{ label: `${name}+${bytes.toString("hex", 0, 4)}`, bytes: bytes.subarray(4) }]
        : [];
    });
  const nextKey = more.find((line) => line.startsWith("next-key "))?.slice(9);
  return { text, origin, size: Number(size), root: rootBytes.toString("hex"), nextKey, signatures };
}

/** `name+id` of a vkey whose id is its own. */
function labelOf(vkey: string): string | undefined {
  const [name, id, encoded] = splitVkey(vkey);
  const typed = Buffer.from(encoded, "base64");
  return typed.length === 33 && typed[0] === 1 && sha256(`${name}\n`, typed).toString("hex", 0, 4) === id
    ? `${name}+${id}`
    : undefined;
}

function splitVkey(vkey: string): [string, string, string] {
  const [name = "", id = "", ...rest] = vkey.trim().split("+");
  return [name, id, rest.join("+")];
}

function isSignedBy(note: Signed, vkey: string): boolean {
  const label = labelOf(vkey);
  const found = note.signatures.find((signature) => signature.label === label);
  if (label === undefined || found === undefined) return false;
  const raw = Buffer.from(splitVkey(vkey)[2], "base64").subarray(1);
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" });
  return verifySignature(null, Buffer.from(note.text), key, found.bytes);
}

/** Each key is signed for by the one before. Returns for each key from which to which size it may sign, or what is wrong. */
function walkChain(
  keys: readonly string[],
  handovers: readonly string[],
): Map<string, { vkey: string; from: number; to: number }> | string {
  const spans = new Map<string, { vkey: string; from: number; to: number }>();
  let from = 0;
  for (const [epoch, vkey] of keys.entries()) {
    const label = labelOf(vkey);
    if (label === undefined) return `The key of epoch ${epoch} is malformed.`;
    let to = Number.MAX_SAFE_INTEGER;
    if (epoch + 1 < keys.length) {
      const note = readNote(handovers[epoch] ?? "");
      if (note === undefined || note.nextKey !== keys[epoch + 1] || !isSignedBy(note, vkey) || note.size < from)
        return `The key of epoch ${epoch + 1} was not handed over by the one before it.`;
      to = note.size;
    }
    spans.set(label, { vkey, from, to });
    from = to;
  }
  return spans;
}

// ---- a whole ledger ---------------------------------------------------------------------------------------------------------

interface Line {
  readonly type?: unknown;
  readonly [name: string]: unknown;
}

/** Verifies the lines of an export (or of a database, which `database` below turns into the same lines). */
export async function verifyLines(
  lines: AsyncIterable<string | Line> | Iterable<string | Line>,
  options: { readonly key?: string | undefined; readonly checkpoints?: readonly string[] | undefined } = {},
): Promise<Verification> {
  const findings: { seq: number | null; problem: string }[] = [];
  const say = (seq: number | null, problem: string): void =>
    void (findings.length < 32 && findings.push({ seq, problem }));
  const tree = new Tree();
  const keys: string[] = [];
  const handovers: string[] = [];
  const notes = new Set<string>(options.checkpoints);
  const gone: number[] = [];
  const explained = new Set<number>();
  let explainedBelow = 0;
  let before: Buffer | undefined;
  let at = 0;
  let doubt: { seq: number; leaf: Buffer } | undefined;
  let header: { from: number; to: number } | undefined;
  let broken = false;
  /** Roots at the sizes that notes speak of; notes come before entries. */
  const rootAt = new Map<number, string>();
  const wanted = new Set<number>([...notes].flatMap((note) => readNote(note)?.size ?? []));

  const entry = (line: Line): void => {
    const { seq, body, salt, payload } = line;
    if (broken && tree.size !== seq) return;
    if (typeof seq !== "number" || typeof body !== "string")
      return say(tree.size, "A line that should be an entry is malformed.");
    if (seq !== tree.size) {
      broken = true;
      return say(
        Math.min(seq, tree.size),
        seq > tree.size ? `Entry ${tree.size} is missing.` : `Entry ${seq} is there twice.`,
      );
    }
    const parsed = jsonOf(body);
    // Two neighbours did not fit: this third one knows whether the second is as it was.
    if (doubt !== undefined) {
      const changed = parsed?.["prev"] === doubt.leaf.toString("hex") ? doubt.seq - 1 : doubt.seq;
      say(changed, `Entry ${changed} was changed or put in: it and entry ${doubt.seq} don't follow each other.`);
      doubt = undefined;
    }
    const prev = seq === 0 ? "0".repeat(64) : before?.toString("hex");
    const problem = entryProblem(line, body, seq, parsed);
    if (problem !== undefined) say(seq, problem);
    else if (seq > 0 && prev !== undefined && parsed?.["prev"] !== prev) doubt = { seq, leaf: leafOf(body) };
    broken ||= problem !== undefined || doubt !== undefined;
    if (typeof payload !== "string" || typeof salt !== "string") gone.push(seq);
    else if (body.includes('"kind":"ledger/re')) {
      const own = jsonOf(payload) ?? {};
      if (body.includes('"kind":"ledger/redacted"') && typeof own["seq"] === "number") explained.add(own["seq"]);
      if (body.includes('"kind":"ledger/retired"') && typeof own["to"] === "number")
        explainedBelow = Math.max(explainedBelow, own["to"]);
    }
    before = leafOf(body);
    tree.add(1, before);
    if (wanted.has(tree.size)) rootAt.set(tree.size, tree.root());
  };

  const entryProblem = (line: Line, body: string, seq: number, parsed: Line | undefined): string | undefined => {
    if (parsed === undefined || canonical(parsed) !== body) return `The body of entry ${seq} is damaged.`;
    if (parsed["seq"] !== seq) return `Entry ${seq} was moved here: it is entry ${String(parsed["seq"])}.`;
    if (parsed["v"] !== 1) return `Entry ${seq} is of an unknown version.`;
    if (seq === 0 && parsed["prev"] !== "0".repeat(64))
      return "The body of entry 0 was changed: it does not begin the ledger.";
    if (
      typeof line["payload"] === "string" &&
      typeof line["salt"] === "string" &&
      sha256(line["salt"], line["payload"]).toString("hex") !== parsed["payload"]
    )
      return `The payload of entry ${seq} was changed.`;
    for (const column of ["at", "kind", "agent", "session"])
      if (column in line && line[column] !== parsed[column]) return `The ${column} of entry ${seq} was changed.`;
    if (typeof parsed["at"] !== "number" || parsed["at"] < at) return `Entry ${seq} is older than the one before it.`;
    at = parsed["at"];
    return undefined;
  };

  for await (const each of lines) {
    const line: Line | undefined = typeof each === "string" ? jsonOf(each) : each;
    if (line === undefined) {
      broken = true;
      say(tree.size, "A line is not JSON.");
      continue;
    }
    switch (line.type) {
      case "ledger": {
        const peaks = Array.isArray(line["peaks"]) ? (line["peaks"] as string[]) : [];
        const from = Number(line["from"]);
        let rest = from;
        for (const peak of peaks) {
          const width = typeof line["width"] === "number" ? line["width"] : 2 ** Math.floor(Math.log2(rest));
          tree.add(width, Buffer.from(peak, "hex"));
          rest -= width;
        }
        if (tree.size !== from) say(0, "The tree over the archived entries is malformed.");
        header = { from, to: Number(line["to"]) };
        break;
      }
      case "key":
        keys.push(String(line["vkey"]));
        if (typeof line["handover"] === "string") {
          handovers.push(line["handover"]);
          const size = readNote(line["handover"])?.size;
          if (size !== undefined) wanted.add(size);
        }
        break;
      case "entry":
        entry(line);
        break;
      case "checkpoint":
        notes.add(String(line["note"]));
        wanted.add(Number(line["size"]));
        break;
      default:
        break; // a later version may add lines that say more; what must be there is asked for below
    }
  }
  if (doubt !== undefined)
    say(doubt.seq - 1, `Entry ${doubt.seq - 1} was changed or put in: entry ${doubt.seq} followed another one.`);
  if (header === undefined) return failure("This is not an export of a ledger: its first line should be the header.");
  if (tree.size < header.to && !broken)
    say(tree.size, `Entry ${tree.size} is missing: the export should go up to entry ${header.to - 1}.`);
  const chain = walkChain(keys, handovers);
  if (typeof chain === "string") say(null, chain);
  if (keys.length === 0) say(null, "There are no keys, so nothing vouches for this ledger.");
  if (options.key !== undefined && !keys.includes(options.key.trim()))
    say(0, "The key that you kept is not in this ledger's chain of keys: the ledger was replaced.");

  const good: { size: number; root: string }[] = [];
  for (const text of [...handovers, ...notes]) {
    const note = readNote(text);
    const span =
      typeof chain === "string"
        ? undefined
        : note?.signatures.map(({ label }) => chain.get(label)).find((found) => found !== undefined);
    if (note !== undefined && span === undefined && note.origin === splitVkey(keys[0] ?? "")[0])
      say(
        note.size > tree.size ? tree.size : null,
        note.size > tree.size
          ? `Entry ${tree.size} and later are missing: a checkpoint of ${note.size} entries is signed by a key that this ledger has not seen; it was rolled back.`
          : `A checkpoint of ${note.size} entries is signed by no key of this ledger: it was replaced, or rolled back and continued.`,
      );
    else if (note === undefined || span === undefined || !isSignedBy(note, span.vkey))
      say(null, "A checkpoint is damaged, or signed by no key of this ledger.");
    else if (note.size < span.from || note.size > span.to)
      say(note.size, `A checkpoint of ${note.size} entries is signed by a key of another time.`);
    else good.push(note);
  }
  good.sort((a, b) => a.size - b.size);
  let vouched = 0;
  for (const { size, root } of good) {
    if (size > tree.size) {
      if (!broken)
        say(tree.size, `Entry ${tree.size} and later are missing: a signed checkpoint vouches for ${size} entries.`);
      break;
    }
    if (size < header.from) continue; // it vouches for entries in the archive, and the peaks stand under the later ones
    if (rootAt.get(size) === root) vouched = size;
    else {
      if (!broken)
        say(vouched, `Entries ${vouched} to ${size - 1} don't hash to what was signed: the chain was made anew.`);
      break;
    }
  }
  const firstGone = gone.find((seq) => seq >= explainedBelow && !explained.has(seq));
  if (firstGone !== undefined) say(firstGone, `The payload of entry ${firstGone} is gone, and no entry says why.`);
  findings.sort((a, b) => (a.seq ?? Number.MAX_SAFE_INTEGER) - (b.seq ?? Number.MAX_SAFE_INTEGER));
  const first = findings[0];
  const upTo = vouched === 0 ? null : vouched - 1;
  return {
    ok: first === undefined,
    message:
      first?.problem ??
      `${tree.size} entries are whole; a signature vouches ${upTo === null ? "for none yet" : `up to entry ${upTo}`}.`,
    entries: tree.size,
    vouchedUpTo: upTo,
    findings,
  };
}

const failure = (message: string): Verification => ({
  ok: false,
  message,
  entries: 0,
  vouchedUpTo: null,
  findings: [{ seq: null, problem: message }],
});

/** Reads a database as the lines of an export, with the searchable copies of what bodies say. Nothing is written. */
export function* databaseLines(path: string): Generator<Line> {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    db.exec("BEGIN");
    const archived = (
      db.prepare("SELECT payload FROM ledger_entries WHERE kind = 'ledger/archived'").all() as {
        payload: string | null;
      }[]
    ).map(({ payload }) => Number(jsonOf(payload ?? "")?.["to"] ?? 0));
    const from = Math.max(0, ...archived);
    const to =
      Number((db.prepare("SELECT max(seq) AS seq FROM ledger_entries").get() as { seq: number | null }).seq ?? -1) + 1;
    const nodes = db
      .prepare("SELECT hash FROM ledger_hashes WHERE level = 8 AND position < ? ORDER BY position")
      .all(from / 256) as { hash: string }[];
    yield { type: "ledger", from, to, width: 256, peaks: nodes.map(({ hash }) => hash) };
    for (const row of db.prepare("SELECT vkey, handover FROM ledger_keys ORDER BY epoch").iterate())
      yield { type: "key", ...row };
    for (const row of db.prepare("SELECT size, note FROM ledger_checkpoints ORDER BY id").iterate())
      yield { type: "checkpoint", ...row };
    const read = db.prepare(
      "SELECT seq, at, kind, agent, session, body, salt, payload FROM ledger_entries WHERE seq >= ? ORDER BY seq",
    );
    for (const row of read.iterate(from)) yield { type: "entry", ...row };
  } finally {
    db.close();
  }
}

// ---- one entry's proof ------------------------------------------------------------------------------------------------------

/**
 * Verifies what `signalbox ledger prove` printed, against a key that you kept: the root key, or any later one of the chain.
 * RFC 9162 section 2.1.3.2.
 */
export function verifyProof(text: string, key: string): { readonly ok: boolean; readonly message: string } {
  const bad = (message: string): { ok: boolean; message: string } => ({ ok: false, message });
  const proof = jsonOf(text);
  if (proof === undefined) return bad("The proof is not JSON.");
  const { seq, body, path, checkpoint, keys, handovers } = proof;
  const isTexts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((each) => typeof each === "string");
  if (
    typeof seq !== "number" ||
    !Number.isSafeInteger(seq) ||
    seq < 0 ||
    typeof body !== "string" ||
    typeof checkpoint !== "string" ||
    !isTexts(path) ||
    !isTexts(keys) ||
    !isTexts(handovers)
  )
    return bad("The proof is not of the form that `ledger prove` prints.");
  const known = keys.indexOf(key.trim());
  if (known < 0) return bad("The key that you kept is not in the proof's chain of keys: it is another ledger's.");
  const chain = walkChain(keys.slice(known), handovers.slice(known));
  if (typeof chain === "string") return bad(chain);
  const note = readNote(checkpoint);
  const span = note?.signatures.map(({ label }) => chain.get(label)).find((found) => found !== undefined);
  if (note === undefined || span === undefined || !isSignedBy(note, span.vkey))
    return bad("The checkpoint's signature is bad, or of a key that your key does not lead to.");
  const parsed = jsonOf(body);
  if (parsed === undefined || canonical(parsed) !== body || parsed["seq"] !== seq)
    return bad(`The body is not that of entry ${seq}.`);
  if (seq >= note.size) return bad(`Entry ${seq} is newer than the checkpoint of ${note.size} entries.`);
  let index = seq;
  let last = note.size - 1;
  let root = leafOf(body);
  for (const hex of path) {
    const sibling = Buffer.from(hex, "hex");
    if (last === 0 || sibling.length !== 32) return bad("The proof's path does not fit the tree.");
    if (index % 2 === 1 || index === last) {
      root = nodeOf(sibling, root);
      while (index % 2 === 0 && index !== 0) {
        index = Math.floor(index / 2);
        last = Math.floor(last / 2);
      }
    } else root = nodeOf(root, sibling);
    index = Math.floor(index / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0 || root.toString("hex") !== note.root)
    return bad(`Entry ${seq} does not hash to the root that was signed.`);
  const at = typeof parsed["at"] === "number" ? new Date(parsed["at"]).toISOString() : "an unknown time";
  return {
    ok: true,
    message: `entry ${seq} (${String(parsed["kind"])}, ${at}) stands in the tree of ${note.size} entries that ${note.origin} signed.`,
  };
}

// ---- command line -----------------------------------------------------------------------------------------------------------

function* notesOf(path: string): Generator<string> {
  const blocks = readFileSync(path, "utf8")
    .split(/\n{2,}/)
    .map((block) => block.trim());
  for (const [index, block] of blocks.entries())
    if (block.startsWith("\u2014 ")) yield `${blocks[index - 1]}\n\n${block}\n`;
}

/** Lines of an export file, gunzipped if its name says so. */
export function exportFileLines(path: string): AsyncIterable<string> {
  const file = path === "-" ? process.stdin : createReadStream(path);
  return createInterface({
    input: path.endsWith(".gz") ? file.pipe(createGunzip()) : file,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { key: { type: "string" }, checkpoint: { type: "string" } },
  });
  const [what, path] = positionals;
  if (
    path === undefined ||
    (what !== "export" && what !== "database" && what !== "proof") ||
    (what === "proof" && values.key === undefined)
  ) {
    process.stderr.write(
      "usage: node verify-file.ts export|database FILE [--key VKEY] [--checkpoint FILE]\n       node verify-file.ts proof FILE --key VKEY\n",
    );
    return 2;
  }
  if (what === "proof") {
    const result = verifyProof(readFileSync(path === "-" ? 0 : path, "utf8"), values.key ?? "");
    process.stdout.write(`${result.ok ? "good" : "BAD"}: ${result.message}\n`);
    return result.ok ? 0 : 1;
  }
  const checkpoints = values.checkpoint === undefined ? [] : [...notesOf(values.checkpoint)];
  const result = await verifyLines(what === "export" ? exportFileLines(path) : databaseLines(path), {
    key: values.key,
    checkpoints,
  });
  process.stdout.write(`${result.ok ? "good" : "BAD"}: ${result.message}\n`);
  for (const { seq, problem } of result.findings.slice(1))
    process.stdout.write(`     ${seq === null ? "" : `entry ${seq}: `}${problem}\n`);
  if (values.key === undefined)
    process.stdout.write("     (no --key: whether this is your ledger at all was not checked)\n");
  return result.ok ? 0 : 1;
}

const script = process.argv[1];
if (script !== undefined && existsSync(script) && realpathSync(script) === import.meta.filename)
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 2;
  }
