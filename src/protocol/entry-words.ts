import type { Json } from "../kit/canonical.ts";
import type { EntryView } from "./operations/ledger.ts";
import { callText } from "./words.ts";

type Payload = Readonly<Record<string, Json | undefined>>;
type Told = Pick<EntryView, "kind" | "payload">;

const decisions: Readonly<Record<string, string>> = { approve: "approved", deny: "denied", edit: "edited" };

/** The verdict or the decision that an entry records, as one word; empty for others. */
export function entryVerdict({ kind, payload }: Told): string {
  if (payload === null) return "";
  if (kind === "gate/judged" || kind === "gate/recorded") return text(payload, "verdict");
  if (kind === "hold/decided") return decisions[text(payload, "decision")] ?? "";
  return kind === "hold/used" ? "used" : "";
}

/**
 * What an entry is about, in words where its kind has some; else the tool call, else the first field that says something, else the
 * payload as it is. Texts are as they were recorded: whoever draws them makes hidden characters visible.
 */
export function entryAbout({ kind, payload }: Told): string {
  if (payload === null) return "(its payload was dropped; its hash stays)";
  const { tool, input } = payload;
  const said = abouts[kind]?.(payload);
  if (said !== undefined && said !== "") return said;
  if (typeof tool === "string" && isObject(input)) return callText(tool, input);
  for (const name of telling) {
    const value = text(payload, name);
    if (value !== "") return typeof tool === "string" ? `${tool}: ${value}` : value;
  }
  return typeof tool === "string" ? tool : JSON.stringify(payload);
}

const telling = ["command", "target", "path", "cwd", "reason", "why", "hold", "status", "mode"] as const;

const abouts: Readonly<Record<string, (payload: Payload) => string>> = {
  "hold/opened": (payload) => joined([text(payload, "tool"), "held by", text(payload, "rule")]),
  "hold/decided": (payload) =>
    joined(
      [scopes[text(payload, "scope")] ?? "", text(payload, "words"), by(payload["by"]), text(payload, "hold")],
      ", ",
    ),
  "hold/used": (payload) => joined([text(payload, "hold"), after("by entry", payload["entry"])]),
  "tool/finished": outcome,
  "tool/unfinished": outcome,
  "session/prompted": (payload) => joined([after("", payload["characters"]), "characters, in", text(payload, "cwd")]),
  "session/started": place,
  "session/stopped": place,
  "hook/received": place,
  "policy/mode-set": (payload) => joined([text(payload, "mode"), after("after", payload["before"])]),
  "pass/made": (payload) => joined(["a browser was let in", after("from terminal", payload["terminal"])]),
};

const scopes: Readonly<Record<string, string>> = { once: "once", session: "for the session", rule: "as a rule" };

function place(payload: Payload): string {
  return joined([text(payload, "event"), "in", text(payload, "cwd")]);
}

function outcome(payload: Payload): string {
  const judged = after("judged in entry", payload["verdictEntry"]) || "never judged";
  return joined([text(payload, "tool") || "a tool", text(payload, "status") || text(payload, "why"), judged], ", ");
}

/** Who decided, as the entry has it. */
function by(who: Json | undefined): string {
  if (!isObject(who)) return "";
  const terminal = after("terminal", who["terminal"]);
  return terminal === "" ? text(who, "level") : terminal;
}

const joined = (parts: readonly string[], between = " "): string => parts.filter((part) => part !== "").join(between);

function after(words: string, value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" ? joined([words, String(value)]) : "";
}

function text(payload: Payload, name: string): string {
  const value = payload[name];
  return typeof value === "string" ? value : "";
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
