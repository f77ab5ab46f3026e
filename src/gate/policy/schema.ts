import { z } from "zod";
import {
  certainties,
  effectKinds,
  Mode,
  places,
  reaches,
  secrecies,
  undoables,
  Verdict,
} from "../../protocol/effects.ts";
import { limits } from "../../protocol/limits.ts";
import { isTopFolder } from "../paths/locate.ts";
import { normalise } from "../paths/text.ts";

/** Patterns of one field of one rule, and examples of one rule. */
const alternativesMax = 256;

const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((value) => [value]), z.array(item).min(1).max(alternativesMax)]);
const Pattern = z.string().min(1);
/** Told in one line, however it is written in the file. */
const Sentence = z
  .string()
  .trim()
  .min(1)
  .max(limits.reasonCharsMax)
  .transform((text) => text.replaceAll(/\s+/g, " "));
const Folder = z
  .string()
  .regex(/^(\/|~(\/|$))/, "must be an absolute path or begin with ~/")
  .refine((path) => !/(^|\/)\.\.(\/|$)/.test(path), "must not contain ..");

/** Why a folder can't count as workspace, after its name; undefined when it can. Nobody means all of a home or of the system. */
export function whyNotAdded(folder: string): string | undefined {
  const read = Folder.safeParse(folder);
  if (!read.success) return read.error.issues[0]?.message;
  const path = normalise(folder.replace(/^~/, "/home/me"));
  return isTopFolder(path) || /^\/(?:home|Users)\/[^/]+$/.test(path)
    ? "must name a folder in it, not a whole home or all of a system folder"
    : undefined;
}

const AddedFolder = z.string().superRefine((folder, context) => {
  const message = whyNotAdded(folder);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

const ExampleText = z.strictObject({
  /** A shell text; short for `tool = "Bash"` with this input. */
  command: z.string().min(1).optional(),
  tool: z.string().min(1).optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  cwd: Folder.optional(),
  workspace: Folder.optional(),
  verdict: Verdict,
});

const RuleText = z.strictObject({
  id: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be in kebab-case, such as no-prod-deploys"),
  verdict: Verdict,
  reason: Sentence,
  instead: Sentence.optional(),
  tool: oneOrMore(Pattern).optional(),
  command: oneOrMore(Pattern).optional(),
  workspace: oneOrMore(Pattern).optional(),
  cwd: oneOrMore(Pattern).optional(),
  kind: oneOrMore(z.enum(effectKinds)).optional(),
  place: oneOrMore(z.enum(places)).optional(),
  target: oneOrMore(Pattern).optional(),
  reach: oneOrMore(z.enum(reaches)).optional(),
  undoable: oneOrMore(z.enum(undoables)).optional(),
  sure: oneOrMore(z.enum(certainties)).optional(),
  secret: oneOrMore(z.enum(secrecies)).optional(),
  examples: z
    .array(ExampleText)
    .min(1, "must hold at least one call with the verdict that you expect")
    .max(alternativesMax),
});
export type RuleText = z.output<typeof RuleText>;

export const PolicyText = z.strictObject({
  mode: Mode.optional(),
  workspace: z.strictObject({ added: z.array(AddedFolder).max(alternativesMax).default([]) }).optional(),
  rule: z.array(RuleText).default([]),
});

/** Names that a file may use, for the suggestion of the nearest. */
export const knownKeys = {
  file: Object.keys(PolicyText.shape),
  workspace: ["added"],
  rule: Object.keys(RuleText.shape),
  example: Object.keys(ExampleText.shape),
} as const;
