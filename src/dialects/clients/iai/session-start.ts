import { charsPerToken } from "./recall.ts";
import type { IaiCaller, IaiPorts } from "./ports.ts";

/** What a session is told at its beginning, in tokens, by the knob `wake_depth`; `minimal` gives a handle and nothing else. */
const depths: Readonly<Record<string, number>> = { minimal: 0, standard: 1_400, deep: 3_000 };

/** `session_start_payload`: the brief in iai's layers. `l1` is what is pinned, decided and agreed, `l2` the rest, a line each. */
export async function sessionStart(_: object, caller: IaiCaller, ports: IaiPorts): Promise<object> {
  const knob = ports.knobs()["wake_depth"];
  const depth = typeof knob === "string" && Object.hasOwn(depths, knob) ? knob : "minimal";
  const tokens = depths[depth] ?? 0;
  const { text, notes } = tokens === 0 ? { text: "", notes: [] } : await ports.brief(tokens * charsPerToken, caller);
  const [head = "", ...lines] = text.split("\n");
  const cited = lines.filter((line) => line.startsWith("- "));
  const firm = notes.map(({ kind, tags }) => tags.includes("pinned") || kind === "decision" || kind === "convention");
  const count = ports.noteCount();
  return {
    l0: head,
    l1: cited.filter((_line, index) => firm[index] === true).join("\n"),
    l2: cited.filter((_line, index) => firm[index] !== true),
    // Notes are not clustered, so none of them is a hub.
    rich_club: "",
    total_cached_tokens: Math.ceil(text.length / charsPerToken),
    total_dynamic_tokens: 0,
    breakpoint_marker: text === "" ? "" : "---",
    identity_pointer: "",
    brain_handle: `signalbox:${count}`,
    topic_cluster_hint: "",
    compact_handle: count === 0 ? "" : `${count} notes; ask memory_recall`,
    wake_depth: depth,
  };
}
