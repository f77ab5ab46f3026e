import type { Command } from "commander";
import { connect } from "../client/index.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import type { z } from "zod";
import { oneOf, readGiven, whole } from "./arguments.ts";
import { entryLine } from "./entry-line.ts";
import { Exit, type Verb } from "./index.ts";
import { count, visible } from "./words.ts";

type Entry = z.output<typeof EntryView>;

export function add(program: Command, verb: (command: Command) => Verb): void {
  const ledger = program.command("ledger").description("Read, follow, verify and prove the record of every verdict.");
  ledger
    .command("list")
    .description("List entries, newest first.")
    .option("--kind <kind>", "only this kind, e.g. gate/judged")
    .option("--session <id>", "only this session's")
    .option("--after <seq>", "entries after this one, oldest first", whole("--after", 0))
    .option("--before <seq>", "entries before this one", whole("--before", 0))
    .option("--limit <count>", "how many", whole("--limit", 1, 1_000), 50)
    .action((options: ListOptions, command: Command) => list(verb(command), options));
  ledger
    .command("show")
    .argument("<seq>", "the entry's number", whole("<seq>", 0))
    .description("Show one entry whole.")
    .action((seq: number, _: object, command: Command) => show(verb(command), seq));
  ledger
    .command("tail")
    .description("Print entries as they are written, until interrupted.")
    .action((_: object, command: Command) => tail(verb(command)));
  ledger
    .command("verify")
    .summary("Check every hash and signature.")
    .description("Check every hash and signature; with a checkpoint that you kept elsewhere, also against a rollback.")
    .option("--checkpoint <file>", "a signed checkpoint exported before")
    .action((options: { checkpoint?: string }, command: Command) => verify(verb(command), options.checkpoint));
  ledger
    .command("prove")
    .argument("<seq>", "the entry's number", whole("<seq>", 0))
    .summary("Print a proof that an entry stands in the ledger.")
    .description("Print a proof that an entry stands in the ledger, to check with verify-proof anywhere.")
    .action((seq: number, _: object, command: Command) => prove(verb(command), seq));
  ledger
    .command("verify-proof <file>")
    .summary("Check a proof; needs no daemon.")
    .description("Check a proof against the root key that you kept (- for standard input); needs no daemon.")
    .requiredOption("--key <vkey>", "the root public key as `ledger key` printed it")
    .action((file: string, options: { key: string }, command: Command) =>
      verifyProof(verb(command), file, options.key),
    );
  ledger
    .command("key")
    .summary("Show the root key and the newest checkpoint, to keep elsewhere.")
    .description("Show the root public key and the newest checkpoint: keep both somewhere else.")
    .action((_: object, command: Command) => key(verb(command)));
  ledger
    .command("export")
    .description("Write the whole ledger out, one JSON object a line.")
    .option("--format <format>", "ndjson", oneOf("--format", ["ndjson"]), "ndjson")
    .action((_: object, command: Command) => exportLedger(verb(command)));
  ledger
    .command("recover")
    .summary("Set a broken ledger aside and begin a new one.")
    .description(
      "Set a corrupt or keyless ledger aside and begin a new one with a gap entry (the daemon must be down).",
    )
    .action((_: object, command: Command) => recover(verb(command)));
}

interface ListOptions {
  readonly kind?: string;
  readonly session?: string;
  readonly after?: number;
  readonly before?: number;
  readonly limit: number;
}

async function list({ place, json, terminal }: Verb, options: ListOptions): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { entries } = await client.call("ledger/list", options);
  if (json) return terminal.out(JSON.stringify(entries));
  if (entries.length === 0) return terminal.out("No entry matches. All of them: signalbox ledger list");
  for (const entry of entries) terminal.out(entryLine(terminal, entry));
}

async function show({ place, json, terminal }: Verb, seq: number): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { entry } = await client.call("ledger/get", { seq });
  terminal.out(json ? JSON.stringify(entry) : visible(JSON.stringify(entry, null, 2)));
}

async function tail({ place, json, terminal }: Verb): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => stop.abort(new Error("interrupted")));
  await using client = await connect({ socket: place.socket });
  const say = (entry: Entry) => terminal.out(json ? JSON.stringify(entry) : entryLine(terminal, entry));
  const stream = await client.stream("ledger/tail", {}, ({ entries }) => entries.forEach(say), { signal: stop.signal });
  stream.first.entries.forEach(say);
  await stream.ended;
}

async function verify({ place, json, terminal }: Verb, file: string | undefined): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const answer = await client.call("ledger/verify", file === undefined ? {} : { checkpoint: readGiven(file) });
  if (json) terminal.out(JSON.stringify(answer));
  else {
    const vouched =
      answer.vouchedUpTo === null
        ? "no signed checkpoint vouches for it yet"
        : `a signed checkpoint vouches up to entry ${answer.vouchedUpTo} (${answer.anchors
            .filter(({ upTo }) => upTo === answer.vouchedUpTo)
            .map(({ where }) => where)
            .join(" and ")})`;
    if (answer.ok)
      terminal.out(
        `${terminal.style("good", "The ledger is whole")}: ${count(answer.entries, "entry", "entries")} in ${Math.round(answer.tookMs)} ms; ${vouched}.`,
      );
    else {
      terminal.out(
        `${terminal.style("bad", "The ledger was changed")}: ${count(answer.entries, "entry", "entries")}; ${vouched}.`,
      );
      for (const { seq, problem } of answer.findings)
        terminal.out(`  ${seq === null ? "" : `entry ${seq}: `}${problem}`);
    }
    if (file === undefined && answer.ok)
      terminal.out(
        terminal.style(
          "faint",
          "A rollback to an old copy shows only against a checkpoint kept elsewhere: signalbox ledger key",
        ),
      );
  }
  if (!answer.ok) throw new Exit(10);
}

async function prove({ place, terminal }: Verb, seq: number): Promise<void> {
  await using client = await connect({ socket: place.socket });
  terminal.out(JSON.stringify(await client.call("ledger/prove", { seq }), null, 2));
}

async function verifyProof({ json, terminal }: Verb, file: string, key: string): Promise<void> {
  const { verifyProof } = await import("../ledger/verifier/verify-file.ts");
  const result = verifyProof(readGiven(file), key);
  if (json) terminal.out(JSON.stringify(result));
  else
    terminal.out(
      result.ok
        ? `${terminal.style("good", "Proved")}: ${result.message}`
        : `${terminal.style("bad", "Not proved")}: ${result.message}`,
    );
  if (!result.ok) throw new Exit(10);
}

async function key({ place, json, terminal }: Verb): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const answer = await client.call("ledger/key", {});
  if (json) return terminal.out(JSON.stringify(answer));
  terminal.out(`root key     ${answer.rootKey}\ncurrent key  ${answer.currentKey}`);
  terminal.out(
    answer.checkpoint === null ? "no checkpoint yet" : `newest checkpoint:\n\n${answer.checkpoint.trimEnd()}`,
  );
  terminal.err(
    terminal.style(
      "faint",
      "\nKeep both where no agent of this machine can write; `ledger verify --checkpoint FILE` then finds a rollback.",
    ),
  );
}

async function exportLedger({ place, terminal }: Verb): Promise<void> {
  await using client = await connect({ socket: place.socket });
  let whole = false;
  const stream = await client.stream("ledger/export", {}, ({ line }) => {
    if (line === null) whole = true;
    else terminal.out(line);
  });
  await stream.ended;
  if (!whole) throw new Error("The export broke off, so what was written is a part of it. Try again.");
}

async function recover({ place, ports, json, terminal }: Verb): Promise<void> {
  const result = await ports.recover(place);
  terminal.out(
    json
      ? JSON.stringify(result)
      : `The old ledger was set aside: ${result.setAside}\nA new one begins with a gap entry. Start: signalbox up --detach`,
  );
}
