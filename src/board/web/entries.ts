import { flat } from "../model/index.ts";
import type { EntryView } from "../../protocol/operations/ledger.ts";
import { callText } from "../../protocol/words.ts";

/** The verdict or state that an entry carries, as one word; empty for those that carry none. */
export function entryWord({ kind, payload }: Pick<EntryView, "kind" | "payload">): string {
  const word =
    kind === "gate/judged" || kind === "gate/recorded"
      ? payload?.["verdict"]
      : kind.startsWith("hold/")
        ? payload?.["state"]
        : undefined;
  return typeof word === "string" ? word : "";
}

const telling = ["command", "target", "cwd", "reason", "why", "hold", "status", "mode", "pass"] as const;

/** What an entry was about: the tool call where there is one, else the first field that says something. One line. */
export function entryAbout({ payload }: Pick<EntryView, "payload">): string {
  if (payload === null) return "its details were dropped; its hash stays";
  const { tool, input } = payload;
  if (typeof tool === "string" && typeof input === "object" && input !== null && !Array.isArray(input))
    return flat(callText(tool, input as Readonly<Record<string, unknown>>));
  for (const name of telling) {
    const value = payload[name];
    if (typeof value === "string" && value !== "") return flat(typeof tool === "string" ? `${tool}: ${value}` : value);
  }
  return typeof tool === "string" ? flat(tool) : flat(JSON.stringify(payload));
}
