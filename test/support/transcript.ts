import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Client } from "../../src/client/index.ts";
import type { OperationName } from "../../src/protocol/operations/index.ts";
import { makeHome, Person, TestDaemon } from "./daemon.ts";
import { openDoor, Peer } from "./door.ts";
import { specificationMethods } from "./specification.ts";
import { remove, temporary } from "./temporary.ts";

/**
 * Conformance transcripts: what a client sends and what must come back, one JSON object a line, played against the real daemon over the
 * real socket. A line is one of
 *
 *   {"scenario": words, "settings"?: [key=value], "test"?: true, "files"?: {name: text}, "person"?: true}
 *                                        a daemon of its own; `files` are written to $files, "person" is somebody at a terminal
 *   {"scenario": words, "methods": "specification"}    our door with the methods of the JSON-RPC specification's examples behind it, no daemon
 *   {"send": json, "on"?: connection}    one frame; {"text": raw} sends a line as it is
 *   {"expect": pattern, "on"?: ...}      the next frame; {"expectAll": [patterns]} that many, in any order
 *   {"close": connection}                the client goes away; {"closed": connection} the daemon has closed it
 *   {"hold": pattern}                    the next change of a hold that fits
 *   {"call": operation, "params"?: json, "result": pattern}    what one of our own clients sees; "error" instead: its code
 *   {"types": [words], "exits"?: 0}      the person types a command of the CLI
 *   {"ended": code}                      the daemon has ended by itself
 *
 * Strings in what is sent may name `$cwd` (a git repository), `$files`, and what was bound before. In a pattern `"<string>"`, `"<number>"`,
 * `"<time>"`, `"<uuid>"`, `"<hex48>"` (so many digits) and `"<any>"` stand for such a value, `{"anyOrder": [...]}` for a list in any order, `"<name=uuid>"` also binds it, `"/…/"` is a regular expression,
 * and an object with `"…": true` may have more fields.
 */
export function playTranscript(path: string): void {
  for (const { name, start, steps } of scenariosOf(path)) test(name, () => play(start, steps));
}

type Json = unknown;
interface Start {
  readonly scenario: string;
  readonly settings?: readonly string[];
  readonly test?: boolean;
  readonly files?: Readonly<Record<string, string>>;
  readonly person?: boolean;
  readonly methods?: "specification";
}
type Step = Readonly<Record<string, Json>> & { readonly line: number };

function scenariosOf(path: string): { name: string; start: Start; steps: Step[] }[] {
  const scenarios: { name: string; start: Start; steps: Step[] }[] = [];
  for (const [index, text] of readFileSync(path, "utf8").split("\n").entries()) {
    if (text.trim() === "") continue;
    const json = JSON.parse(text) as Record<string, Json>;
    if ("scenario" in json)
      scenarios.push({ name: String(json["scenario"]), start: json as unknown as Start, steps: [] });
    else scenarios.at(-1)?.steps.push({ ...json, line: index + 1 });
  }
  assert.ok(scenarios.length > 0, `${path} has no scenario`);
  return scenarios;
}

async function play(start: Start, steps: readonly Step[]): Promise<void> {
  if (start.methods === "specification") return playAtDoor(steps);
  await using clean = new AsyncDisposableStack();
  const home = clean.use(makeHome());
  const person = start.person === true ? clean.use(await Person.sit(home)) : undefined;
  const folder = temporary("transcript-");
  clean.defer(() => remove(folder));
  const names: Names = { cwd: join(folder, "work"), files: folder };
  mkdirSync(names["cwd"] as string);
  execFileSync("git", ["init", "-q", names["cwd"] as string]);
  for (const [name, text] of Object.entries(start.files ?? {}))
    writeFileSync(join(folder, name), fill(text, names) as string);
  const settings = (fill(start.settings ?? [], names) as string[]).concat("holds.startGraceMs=0");
  const daemon = clean.use(await TestDaemon.start(home, settings, start.test === true ? ["--test"] : []));
  const ours = clean.use(await daemon.connect());
  const holds = await watchHolds(ours);
  const peers = new Map<string, Peer>();
  clean.defer(async () => {
    for (const peer of peers.values()) await peer[Symbol.asyncDispose]();
  });
  const peerOn = async (step: Step): Promise<Peer> => {
    const on = typeof step["on"] === "string" ? step["on"] : "a";
    const known = peers.get(on);
    if (known !== undefined) return known;
    const peer = await Peer.connect(home.socket);
    peers.set(on, peer);
    return peer;
  };
  for (const step of steps) {
    const where = `line ${step.line}`;
    if ("send" in step) (await peerOn(step)).send(fill(step["send"], names) as object);
    else if ("text" in step) (await peerOn(step)).send(`${fill(step["text"], names) as string}\n`);
    else if ("expect" in step) fit(await (await peerOn(step)).next(), step["expect"], names, where);
    else if ("expectAll" in step) {
      const patterns = step["expectAll"] as readonly Json[];
      fitAll(await (await peerOn(step)).take(patterns.length), patterns, names, where);
    } else if ("close" in step) await peers.get(String(step["close"]))?.[Symbol.asyncDispose]();
    else if ("closed" in step) await peers.get(String(step["closed"]))?.closed();
    else if ("hold" in step) await holds.next((hold) => fits(hold, step["hold"], names));
    else if ("call" in step) await callOurs(ours, step, names, where);
    else if ("types" in step) {
      const typed = await person?.type(...(fill(step["types"], names) as string[]));
      assert.equal(typed?.code, step["exits"] ?? 0, `${where}: ${typed?.text}`);
    } else if ("ended" in step) assert.equal(await daemon.exited, step["ended"], where);
    else assert.fail(`${where}: no such step`);
  }
}

/** The real socket and transport without a daemon: what is sent and what comes back, on one connection. */
async function playAtDoor(steps: readonly Step[]): Promise<void> {
  await using door = await openDoor({}, { calls: specificationMethods() });
  await using peer = await door.connect();
  for (const step of steps) {
    if ("send" in step) peer.send(step["send"] as object);
    else if ("text" in step) peer.send(`${String(step["text"])}\n`);
    else if ("expect" in step) fit(await peer.next(), step["expect"], {}, `line ${step.line}`);
    else assert.fail(`line ${step.line}: no such step here`);
  }
}

async function callOurs(client: Client, step: Step, names: Names, where: string): Promise<void> {
  const name = step["call"] as OperationName;
  const result = client.call(name, (fill(step["params"], names) ?? {}) as never);
  if (!("error" in step)) return fit(await result, step["result"], names, where);
  await assert.rejects(result, (error: { code?: string }) => error.code === step["error"], where);
}

/** Every change of a hold, each handed out once. */
async function watchHolds(client: Client) {
  const seen: unknown[] = [];
  let heard: (() => void) | undefined;
  await client.stream("hold/watch", {}, ({ hold }) => {
    seen.push(hold);
    heard?.();
  });
  return {
    async next(wanted: (hold: unknown) => boolean): Promise<void> {
      for (;;) {
        for (let hold = seen.shift(); hold !== undefined; hold = seen.shift()) if (wanted(hold)) return;
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

type Names = Record<string, Json>;

/** Puts names in their places. */
function fill(value: Json, names: Names): Json {
  if (typeof value === "string") {
    const whole = /^\$(\w+)$/.exec(value)?.[1];
    if (whole !== undefined && whole in names) return names[whole];
    return value.replaceAll(/\$(\w+)/g, (all, name: string) => (name in names ? String(names[name]) : all));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, names)]));
}

const shapes: Readonly<Record<string, (value: Json) => boolean>> = {
  any: () => true,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  time: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value),
  uuid: (value) => typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value),
};

/** Whether a value is what the pattern says; binds names as it goes. */
function fits(value: Json, pattern: Json, names: Names): boolean {
  if (typeof pattern === "string") {
    const shape = /^<(?:(\w+)=)?([a-z]+)(\d*)>$/.exec(pattern);
    if (shape !== null) {
      const [, name, kind = "", digits] = shape;
      const right =
        kind === "hex"
          ? typeof value === "string" && new RegExp(`^[0-9a-f]{${digits}}$`).test(value)
          : shapes[kind]?.(value) === true;
      if (right && name !== undefined) names[name] = value;
      return right;
    }
    if (/^\/.+\/$/.test(pattern)) return typeof value === "string" && new RegExp(pattern.slice(1, -1)).test(value);
    return value === fill(pattern, names);
  }
  if (Array.isArray(pattern))
    return (
      Array.isArray(value) &&
      value.length === pattern.length &&
      pattern.every((item, index) => fits(value[index], item, names))
    );
  if (typeof pattern !== "object" || pattern === null) return value === pattern;
  const { anyOrder } = pattern as { anyOrder?: Json };
  if (Array.isArray(anyOrder)) return fitsInAnyOrder(value, anyOrder, names);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const wanted = Object.entries(pattern).filter(([key]) => key !== "…");
  const more = "…" in pattern || Object.keys(value).length === wanted.length;
  return more && wanted.every(([key, item]) => key in value && fits((value as Names)[key], item, names));
}

function fitsInAnyOrder(values: Json, patterns: readonly Json[], names: Names): boolean {
  if (!Array.isArray(values) || values.length !== patterns.length) return false;
  const left = [...patterns];
  return values.every((value) => {
    const found = left.findIndex((pattern) => fits(value, pattern, names));
    if (found === -1) return false;
    left.splice(found, 1);
    return true;
  });
}

function fit(value: Json, pattern: Json, names: Names, where: string): void {
  if (!fits(value, pattern, names))
    assert.fail(`${where}: came ${JSON.stringify(value)}\n  expected ${JSON.stringify(fill(pattern, names))}`);
}

function fitAll(values: readonly Json[], patterns: readonly Json[], names: Names, where: string): void {
  const left = [...patterns];
  for (const value of values) {
    const found = left.findIndex((pattern) => fits(value, pattern, names));
    if (found === -1) assert.fail(`${where}: came ${JSON.stringify(value)}\n  expected one of ${JSON.stringify(left)}`);
    left.splice(found, 1);
  }
}
