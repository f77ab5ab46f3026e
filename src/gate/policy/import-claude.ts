import type { Json } from "../../kit/canonical.ts";
import type { EffectKind, Verdict } from "../../protocol/effects.ts";
import type { ExampleJudge } from "./examples.ts";
import { escapeGlob, escapeWords } from "./glob.ts";
import { type DraftRule, type Imported, type Translated, writeImported } from "./import-rules.ts";
import { whyNotAdded } from "./schema.ts";

/** Their order of precedence is deny, ask, allow; here the strictest wins, which is the same. */
const behaviours: readonly (readonly [list: string, verdict: Verdict])[] = [
  ["deny", "deny"],
  ["ask", "hold"],
  ["allow", "allow"],
];
const rulesMax = 2_000;

/**
 * Translates the `permissions` of a Claude Code settings file (`allow`, `ask`, `deny`, `additionalDirectories`) into rules of ours.
 * @param text  JSON
 * @returns the rules and what is left over; or why the text is no such file
 * Source: Claude Code documentation, "Configure permissions" and "Settings" (2026-11).
 */
export function importClaude(text: string, exampleJudge: ExampleJudge): Imported | { readonly problem: string } {
  let permissions: Json | undefined;
  try {
    permissions = (JSON.parse(text) as { permissions?: Json } | null)?.permissions;
  } catch (error) {
    return { problem: `This is not JSON: ${(error as Error).message}` };
  }
  if (permissions === undefined) return { problem: 'There are no "permissions" in it.' };
  if (!isObject(permissions)) return { problem: '"permissions" is not an object.' };
  const found: Translated[] = [];
  for (const [list, verdict] of behaviours) {
    const rules = permissions[list];
    if (rules === undefined) continue;
    if (!Array.isArray(rules)) return { problem: `"permissions.${list}" is not a list.` };
    for (const rule of rules.slice(0, rulesMax)) {
      const from = `permissions.${list}: ${JSON.stringify(rule)}`;
      found.push(typeof rule === "string" ? translate(rule, verdict, from) : { from, problem: "a rule is a text" });
    }
    if (rules.length > rulesMax)
      found.push({ from: `permissions.${list}`, problem: `only the first ${rulesMax} rules are read` });
  }
  const imported = writeImported("claude", found, exampleJudge);
  const folders = addedFolders(permissions["additionalDirectories"]);
  const left = [
    ...imported.left,
    ...folders.left,
    ...(permissions["defaultMode"] === undefined
      ? []
      : [
          {
            from: `permissions.defaultMode: ${JSON.stringify(permissions["defaultMode"])}`,
            why: "how far agents go unasked is the mode here: signalbox mode --help",
          },
        ]),
  ];
  return { ...imported, left, text: [folders.text, imported.text].filter((part) => part !== "").join("\n") };
}

const isObject = (value: Json): value is { readonly [key: string]: Json | undefined } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function addedFolders(folders: Json | undefined): { text: string; left: { from: string; why: string }[] } {
  if (!Array.isArray(folders)) return { text: "", left: [] };
  const all = folders.filter((folder) => typeof folder === "string");
  const good = all.filter((folder) => whyNotAdded(folder) === undefined);
  const left = all.flatMap((folder) => {
    const why = whyNotAdded(folder);
    return why === undefined
      ? []
      : [
          {
            from: `permissions.additionalDirectories: ${JSON.stringify(folder)}`,
            why: `a folder that is added ${why}`,
          },
        ];
  });
  return { text: good.length === 0 ? "" : `[workspace]\nadded = ${JSON.stringify(good)}\n`, left };
}

function translate(text: string, verdict: Verdict, from: string): Translated {
  const [, tool = "", specifier] = /^([\w.*-]+)(?:\(([\s\S]*)\))?$/.exec(text.trim()) ?? [];
  const no = (problem: string): Translated => ({ from, problem });
  if (tool === "") return no("it is neither Tool nor Tool(...)");
  const rule = (fields: Omit<DraftRule, "verdict" | "reason">): Translated => ({
    from,
    rule: { verdict, reason: reasons[verdict], ...fields },
  });
  const every = specifier === undefined || specifier === "" || specifier === "*" || specifier === ":*";
  if (tool === "Bash") {
    if (every)
      return verdict === "allow"
        ? no("it allows every command; Signalbox allows ordinary ones by itself")
        : rule({ tool: "Bash", examples: [{ command: "ls" }] });
    return bash(specifier, verdict, no, rule);
  }
  const files = fileTools[tool];
  if (files !== undefined) {
    if (every) {
      if (verdict === "allow")
        return no("within the workspace Signalbox allows it by itself, and elsewhere a rule must name the path");
      return rule({ tool, examples: [{ tool, input: { file_path: "notes.md", content: "x" } }] });
    }
    return rule({ kind: files, ...pathTargets(specifier, files) });
  }
  if (tool === "WebFetch" && specifier !== undefined) {
    const host = /^domain:(\S+)$/.exec(specifier)?.[1];
    if (host === undefined) return no("only WebFetch(domain:...) is known");
    const url = `https://${host.replaceAll("*", "www")}/`;
    const examples = [{ tool, input: { url, prompt: "sum it up" } }];
    // Theirs is the host itself; `*.` is written out.
    return rule({ tool, target: [host.split("*").map(escapeGlob).join("*")], examples });
  }
  if (specifier !== undefined && !every) return no(`${tool}(...) has no counterpart here`);
  const server = /^mcp__[\w-]+$/.test(tool) && !/^mcp__.+__/.test(tool);
  const pattern = server ? `${tool}__*` : tool.split("*").map(escapeGlob).join("*");
  return rule({ tool: pattern, examples: [{ tool: (server ? `${tool}__x` : tool).replaceAll("*", "x"), input: {} }] });
}

const reasons: Readonly<Record<Verdict, string>> = {
  allow: "Claude Code was told to allow it",
  hold: "Claude Code was told to ask about it",
  deny: "Claude Code was told to deny it",
};

type No = (problem: string) => Translated;
type Make = (fields: Omit<DraftRule, "verdict" | "reason">) => Translated;

/** `npm run test:*` and `npm run test *`: these words and any after them. `*` elsewhere stands for any text, so for any words. */
function bash(specifier: string, verdict: Verdict, no: No, rule: Make): Translated {
  const text = specifier.replace(/:\*$/, " *").trim();
  if (/[|&;<>`\n]|\$\(/.test(text)) return no("it holds several commands; a rule here matches one simple command");
  const words = text.split(/\s+/);
  if (words[0]?.includes("*") === true && verdict === "allow") return no("an allow rule names its program in full");
  if (/["'\\]/.test(text)) return no("it holds quotes, and what they mean there can't be told: write the rule by hand");
  const pattern = words.map((word) =>
    word === "*"
      ? "**"
      : word
          .split("*")
          .map((part) => escapeWords([part]))
          .join("**"),
  );
  const example = words.filter((word) => word !== "*").map((word) => word.replaceAll("*", "x"));
  return rule({ command: [pattern.join(" ")], examples: [{ command: example.join(" ") }] });
}

/** Theirs cover the tools of one kind and, best effort, the shell; ours cover the effect, however it comes about. */
const fileTools: Readonly<Record<string, readonly EffectKind[]>> = {
  Read: ["read"],
  Edit: ["write", "delete"],
  Write: ["write", "delete"],
  MultiEdit: ["write", "delete"],
  NotebookEdit: ["write", "delete"],
  Glob: ["read"],
  Grep: ["read"],
  LS: ["read"],
};

/** As in .gitignore: `//` is the root of the file system, `/` the project, no slash any depth; a folder means all that is in it. */
function pathTargets(specifier: string, kind: readonly EffectKind[]): Pick<DraftRule, "target" | "examples"> {
  const at = specifier.startsWith("//")
    ? specifier.slice(1)
    : specifier.startsWith("~/")
      ? specifier
      : specifier.startsWith("/")
        ? `.${specifier}`
        : specifier.startsWith("./")
          ? specifier
          : specifier.replace(/\/$/, "").includes("/")
            ? `./${specifier}`
            : `./**/${specifier}`;
  const target = at.endsWith("/") ? [`${at}**`] : at.endsWith("**") ? [at] : [at, `${at}/**`];
  const path = at
    .replace(/\/\*\*$/, "/x")
    .replace(/\/$/, "/x")
    .replace("/**/", "/")
    .replaceAll(/\*+/g, "x")
    .replaceAll("?", "x");
  const file = path.startsWith("./") ? path.slice(2) : path;
  const tool = kind[0] === "read" ? "Read" : "Write";
  return { target, examples: [{ tool, input: { file_path: file, ...(tool === "Write" && { content: "x" }) } }] };
}
