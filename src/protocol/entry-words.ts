import type { Json } from "../kit/canonical.ts";
import type { EntryView } from "./operations/ledger.ts";
import { callText } from "./words.ts";

/** The verdict or the decision that an entry records; empty for others. */
export function entryVerdict({ kind, payload }: EntryView): string {
  const word =
    kind === "gate/judged" || kind === "gate/recorded"
      ? payload?.["verdict"]
      : kind.startsWith("hold/")
        ? payload?.["state"]
        : undefined;
  return typeof word === "string" ? word : "";
}

/** What an entry is about: the tool call where there is one, else the first field that says something; else the payload as it is. */
export function entryAbout({ payload }: EntryView): string {
  if (payload === null) return "(its payload was dropped; its hash stays)";
  const { tool, input } = payload;
  if (typeof tool === "string" && isObject(input)) return callText(tool, input);
  for (const name of ["command", "target", "cwd", "reason", "why", "hold", "status"]) {
    const value = payload[name];
    if (typeof value === "string" && value !== "") return typeof tool === "string" ? `${tool}: ${value}` : value;
  }
  return typeof tool === "string" ? tool : JSON.stringify(payload);
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
