import type { Command } from "commander";
import { connect } from "../client/index.ts";
import { type HoldDecision, HoldState } from "../protocol/operations/holds.ts";
import { provedWords } from "../protocol/passphrase.ts";
import { Refusal } from "../protocol/refusals.ts";
import { oneOf, readGiven, whole } from "./arguments.ts";
import { holdCard, holdLine } from "./hold-card.ts";
import type { Verb } from "./index.ts";
import { watch } from "./hold-watch.ts";
import { duration, visible, visibleName, wrap } from "./words.ts";
import { decidedText, parseInput } from "../protocol/hold-words.ts";
import { proving } from "./proof.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  const hold = program.command("hold").description("See and decide the tool calls that await you.");
  hold
    .command("list")
    .description("List the open holds, oldest first.")
    .option("--state <state>", `${holdStates.join(", ")}`, oneOf("--state", holdStates), "open")
    .option("--session <id>", "only this session's")
    .option("--limit <count>", "how many", whole("--limit", 1, 1_000), 100)
    .action((options: ListOptions, command: Command) => list(verb(command), options));
  hold
    .command("show <id>")
    .summary("Show one hold: the tool call, its effects, the decision.")
    .description("Show one hold: the tool call, its effects and what was decided. A prefix of the id is enough.")
    .action((id: string, _: object, command: Command) => show(verb(command), id));
  hold
    .command("approve <id>")
    .description("Approve a hold: the agent may do exactly this, once.")
    .option("--session", "also every like call of this session, until it ends (never what can't be undone)")
    .option("--rule", "also save a narrow rule to your policy (shown first)")
    .option("--edit <file>", "approve with this input instead: a JSON file, or - for standard input")
    .action((id: string, options: ApproveOptions, command: Command) => approve(verb(command), id, options));
  hold
    .command("deny <id> [words...]")
    .description("Deny a hold; the agent is told your words.")
    .action((id: string, words: string[], _: object, command: Command) =>
      decide(verb(command), id, { decision: "deny", words: words.join(" ") }),
    );
  hold
    .command("rule <id>")
    .summary("Show the rule that `approve --rule` would add.")
    .description(
      "Show the narrow rule that `signalbox hold approve --rule` would add to your policy; nothing is saved.",
    )
    .action((id: string, _: object, command: Command) => rule(verb(command), id));
  hold
    .command("grants")
    .summary("List what is approved for whole sessions.")
    .description("List what is approved for whole sessions, newest first.")
    .option("--session <id>", "only this session's")
    .option("--limit <count>", "how many", whole("--limit", 1, 1_000), 100)
    .action((options: { session?: string; limit: number }, command: Command) => grants(verb(command), options));
  hold
    .command("revoke <id>")
    .description("Take back what was approved for a session: the next such call is held again.")
    .action((id: string, _: object, command: Command) => revoke(verb(command), id));
  hold
    .command("watch")
    .description("The place to sit: holds appear at once and one key decides.")
    .action((_: object, command: Command) => watch(verb(command)));
}

const holdStates = [...HoldState.options, "all"] as const;

interface ListOptions {
  readonly state: (typeof holdStates)[number];
  readonly session?: string;
  readonly limit: number;
}

interface ApproveOptions {
  readonly session?: boolean;
  readonly rule?: boolean;
  readonly edit?: string;
}

async function list({ place, json, terminal }: Verb, options: ListOptions): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { holds } = await client.call("hold/list", options);
  if (json) return terminal.out(JSON.stringify(holds));
  if (holds.length === 0)
    return terminal.out(
      options.state === "open"
        ? "Nothing is held. Agents work on."
        : options.state === "all"
          ? "Nothing was held yet."
          : `No hold is ${options.state}.`,
    );
  for (const hold of holds) terminal.out(holdLine(terminal, hold, Date.now()));
  if (holds.length === options.limit)
    terminal.out(
      terminal.style("faint", `The first ${options.limit}; more: --limit ${Math.min(1_000, options.limit * 10)}`),
    );
  if (options.state === "open")
    terminal.out(terminal.style("faint", "\nDecide: signalbox hold watch   One whole: signalbox hold show <id>"));
}

async function show({ place, json, terminal }: Verb, id: string): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { hold } = await client.call("hold/get", { id: await wholeId(client, id) });
  terminal.out(json ? JSON.stringify(hold) : holdCard(terminal, hold, Date.now()));
}

async function rule({ place, json, terminal }: Verb, id: string): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const answer = await client.call("hold/rule", { id: await wholeId(client, id) });
  terminal.out(json ? JSON.stringify(answer) : answer.rule.trimEnd());
}

async function grants({ place, json, terminal }: Verb, options: { session?: string; limit: number }): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { grants: list } = await client.call("hold/grants", options);
  if (json) return terminal.out(JSON.stringify(list));
  if (list.length === 0) return terminal.out("Nothing is approved for a whole session.");
  for (const { id, agent, session, words, expiresAt } of list) {
    terminal.out(
      `${id}  ${visibleName(agent)}  ${visibleName(session)}  ends in ${duration(Date.parse(expiresAt) - Date.now())}`,
    );
    for (const line of wrap(visible(words), terminal.columns - 3)) terminal.out(terminal.style("faint", `  ${line}`));
  }
  terminal.out(terminal.style("faint", "\nTake one back: signalbox hold revoke <id>"));
}

async function revoke({ place, json, terminal }: Verb, id: string): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { grant } = await client.call("hold/revoke", { id: id.startsWith("grant_") ? id : `grant_${id}` });
  terminal.out(
    json
      ? JSON.stringify(grant)
      : `Taken back. ${visibleName(grant.agent)} is asked about again: ${visible(grant.words)}`,
  );
}

async function approve(verb: Verb, id: string, options: ApproveOptions): Promise<void> {
  if (options.edit !== undefined) {
    const input = parseInput(readGiven(options.edit), options.edit);
    return decide(verb, id, { decision: "edit", input });
  }
  const scope = options.rule === true ? "rule" : options.session === true ? "session" : "once";
  if (scope === "rule" && !verb.json) {
    await using client = await connect({ socket: verb.place.socket });
    const { rule } = await client.call("hold/rule", { id: await wholeId(client, id) });
    verb.terminal.out(`This rule is added to your policy:\n\n${rule.trimEnd()}\n`);
  }
  return decide(verb, id, { decision: "approve", scope });
}

async function decide({ place, json, terminal }: Verb, id: string, decision: HoldDecision): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const { hold } = await client.call("hold/get", { id: await wholeId(client, id) });
  const answer = await proving(client, provedWords.release(hold.id), (proof) =>
    client.call("hold/decide", { id: hold.id, proof, ...decision }),
  );
  terminal.out(json ? JSON.stringify(answer) : decidedText(decision, answer, hold.waiting > 0));
}

/** Accepts any unambiguous beginning of an id, with or without `hold_`. */
async function wholeId(client: Awaited<ReturnType<typeof connect>>, id: string): Promise<string> {
  const prefix = id.startsWith("hold_") ? id : `hold_${id}`;
  if (/^hold_[a-z2-9]{16}$/.test(prefix)) return prefix;
  const { holds } = await client.call("hold/list", { state: "all", limit: 1_000 });
  const matches = holds.filter((hold) => hold.id.startsWith(prefix));
  if (matches.length === 1 && matches[0] !== undefined) return matches[0].id;
  throw new Refusal(
    matches.length === 0 ? "NOT_FOUND" : "CONFLICT",
    matches.length === 0
      ? `No hold begins with ${prefix}.`
      : `${matches.length} holds begin with ${prefix}; type more of it.`,
    "List them: signalbox hold list --state all",
  );
}
