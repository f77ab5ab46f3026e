import { connect } from "../client/index.ts";
import { Refusal } from "../protocol/refusals.ts";
import { Exit, type Verb } from "./index.ts";
import { callText, verdictWord, visible } from "./words.ts";

/** Exit: 0 the verdict would be the same today, 10 it would not. */
export async function checkEntry({ place, terminal, json, ports }: Verb, seq: string): Promise<void> {
  if (!/^\d+$/.test(seq))
    throw new Refusal(
      "INVALID_PARAMS",
      `"${seq}" is no entry's number.`,
      "List verdicts: signalbox ledger list --kind gate/judged",
    );
  await using client = await connect({ socket: place.socket });
  const { entry } = await client.call("ledger/get", { seq });
  const cwd = entry.payload?.["workspace"];
  const { layers } = await client.call("policy/show", typeof cwd === "string" && cwd.startsWith("/") ? { cwd } : {});
  const trusted = layers.flatMap(({ name, trusted, path }) => (name === "repository" && trusted && path ? [path] : []));
  const { replayEntry } = await ports.offline();
  const { before, now, same, limits } = await replayEntry(place, entry, trusted);
  if (json) {
    const { verdict, rule, reason, effects } = now;
    terminal.out(JSON.stringify({ entry: entry.seq, same, before, now: { verdict, rule, reason, effects }, limits }));
  } else {
    const payload = entry.payload ?? {};
    const input = (payload["input"] ?? {}) as Record<string, unknown>;
    terminal.out(`entry ${entry.seq}  ${entry.at}  ${visible(entry.agent ?? "")}  mode ${text(payload["mode"])}`);
    terminal.out(callText(text(payload["tool"]), input));
    terminal.out(`then   ${verdictWord(terminal, before.verdict)}  ${terminal.style("faint", before.rule)}`);
    terminal.out(`today  ${verdictWord(terminal, now.verdict)}  ${terminal.style("faint", now.rule)}`);
    terminal.out(same ? "The same today." : `Not the same today: ${visible(now.reason)}`);
    const recorded = payload["verdict"];
    if (recorded !== before.verdict) terminal.out(`A person made it ${text(recorded)} (${text(payload["rule"])}).`);
    for (const limit of limits) terminal.out(terminal.style("warn", visible(limit)));
  }
  if (!same) throw new Exit(10);
}

const text = (value: unknown): string => (typeof value === "string" ? visible(value) : "?");
