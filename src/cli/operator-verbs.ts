import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { connect, proofOf } from "../client/index.ts";
import { passphraseCharsMin, passphraseKey, saltBytes } from "../protocol/passphrase.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";
import { readSecret } from "./secret.ts";

interface Options {
  readonly stdin?: boolean;
}

export function add(program: Command, verb: (command: Command) => Verb): void {
  const group = program
    .command("operator")
    .description("You: the passphrase that proves more than a terminal does.")
    .command("passphrase")
    .description(
      "Set, change or remove the operator's passphrase. It never leaves this command: the daemon gets a salt and a public key.",
    );
  group
    .command("set")
    .description("Set the passphrase, or change it (it asks for the old one first).")
    .option("--stdin", "read it from standard input, a line for each question")
    .action((options: Options, command: Command) => set(verb(command), options));
  group
    .command("remove")
    .description("Remove the passphrase: what needs it then needs your presence at a terminal.")
    .option("--stdin", "read it from standard input")
    .action((options: Options, command: Command) => remove(verb(command), options));
  group
    .command("status")
    .description("Say whether a passphrase is set.")
    .action((_: object, command: Command) => status(verb(command)));
}

async function set({ place, terminal, json }: Verb, { stdin = false }: Options): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const from = { fromInput: stdin };
  const { locked } = await client.call("operator/challenge", { op: "operator/passphrase" });
  const old = locked ? await readSecret("Passphrase now: ", from) : undefined;
  const wanted = await readSecret("New passphrase: ", from);
  if (Array.from(wanted).length < passphraseCharsMin)
    throw new Refusal("INVALID_PARAMS", `A passphrase has at least ${passphraseCharsMin} characters.`);
  if ((await readSecret("Once more: ", from)) !== wanted)
    throw new Refusal("INVALID_PARAMS", "The two are not the same, so nothing was changed.");
  const salt = randomBytes(saltBytes).toString("hex");
  const { publicKey } = await passphraseKey(wanted, salt);
  const proof = old === undefined ? {} : { proof: await proofOf(client, "operator/passphrase", old) };
  const answer = await client.call("operator/passphrase", { publicKey, salt, ...proof });
  if (json) terminal.out(JSON.stringify(answer));
  else terminal.out(locked ? "The passphrase is changed." : "The passphrase is set. Nobody can tell it to you again.");
}

async function remove({ place, terminal, json }: Verb, { stdin = false }: Options): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { locked } = await client.call("operator/challenge", { op: "operator/passphrase-remove" });
  if (!locked) {
    if (json) terminal.out(JSON.stringify({ locked }));
    else terminal.out("No passphrase is set.");
    return;
  }
  const old = await readSecret("Passphrase now: ", { fromInput: stdin });
  const proof = await proofOf(client, "operator/passphrase-remove", old);
  const answer = await client.call("operator/passphrase-remove", { proof });
  if (json) terminal.out(JSON.stringify(answer));
  else terminal.out("The passphrase is removed.");
}

async function status({ place, terminal, json }: Verb): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { locked } = await client.call("operator/challenge", { op: "operator/passphrase" });
  if (json) terminal.out(JSON.stringify({ locked }));
  else
    terminal.out(locked ? "A passphrase is set." : "No passphrase is set. Set one: signalbox operator passphrase set");
}
