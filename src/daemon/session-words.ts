import { redactCommand, visible } from "../gate/redact/index.ts";

/** Of a name or a prompt; of a tool call. */
const promptGraphemesMax = 200;
const callGraphemesMax = 240;
/** What is not looked at can't be shown: the cut comes before the costly steps, generously, for a secret may be longer than its mark. */
const charactersPerGrapheme = 16;

/** A text for boards: one line, secrets out, nothing hidden in it, and cut between graphemes, so that no letter of any script is torn. */
export function shownText(text: string, graphemesMax: number): string {
  return visible(cut(oneLine(redactCommand(text.slice(0, charactersPerGrapheme * graphemesMax))), graphemesMax));
}

/** What a person wrote: emoji and scripts that join their letters stay as they are; what would steer a terminal or turn text round goes. */
export function promptText(text: string): string {
  const redacted = redactCommand(text.slice(0, charactersPerGrapheme * promptGraphemesMax));
  return cut(oneLine(redacted).replaceAll(steering, ""), promptGraphemesMax);
}

const steering = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/gu;

/** A tool call in short: what it runs, edits or fetches. The input is redacted already. */
export function callText(tool: string, input: Readonly<Record<string, unknown>>): string {
  const command = input["command"];
  const named = Array.isArray(command)
    ? command.join(" ")
    : [command, questionOf(input), ...nameFields.map((field) => input[field])].find(
        (value) => typeof value === "string",
      );
  const text = typeof named === "string" ? named : Object.keys(input).length === 0 ? tool : JSON.stringify(input);
  return visible(cut(oneLine(text.slice(0, charactersPerGrapheme * callGraphemesMax)), callGraphemesMax));
}

/** Of Claude Code's AskUserQuestion: the first of its questions. */
function questionOf({ questions }: Readonly<Record<string, unknown>>): unknown {
  const first: unknown = Array.isArray(questions) ? questions[0] : undefined;
  return typeof first === "object" && first !== null && "question" in first ? first.question : undefined;
}

const nameFields = [
  "plan",
  "file_path",
  "filePath",
  "path",
  "notebook_path",
  "url",
  "query",
  "pattern",
  "description",
  "prompt",
];

/** Why a session waits when its host shows a dialog of its own. */
export const hostAsks = (agent: string): string => `${agent} itself asks for permission`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

function cut(line: string, graphemesMax: number): string {
  if (line.length <= graphemesMax) return line;
  let kept = "";
  let count = 0;
  for (const { segment } of graphemes.segment(line)) {
    count += 1;
    if (count > graphemesMax - 1) return `${kept}…`;
    kept += segment;
  }
  return kept;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
