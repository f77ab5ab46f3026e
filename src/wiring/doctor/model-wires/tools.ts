import type { Json } from "../../../kit/canonical.ts";
import { fields, list, type MadeCall, type OfferedTool } from "./wire.ts";

/** What a script asks for, in no agent's own words; or one tool by its exact name. */
export type ScriptedCall =
  | { readonly role: "shell"; readonly command: string }
  | { readonly role: "write"; readonly path: string; readonly content: string }
  | { readonly role: "edit"; readonly path: string; readonly before: string; readonly after: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, Json>> };

type Role = "shell" | "write" | "edit";

/** Names by which agents offer each role, first match wins. Codex has no write or edit tool of its own: apply_patch does both. */
const toolNames: Readonly<Record<Role, readonly string[]>> = {
  shell: ["Bash", "exec_command", "shell_command", "shell", "run_shell_command", "bash"],
  write: ["Write", "write_file", "create", "write", "apply_patch"],
  edit: ["Edit", "replace", "edit", "apply_patch"],
};

/** Which of a role's values a field of the tool's schema stands for. */
const fieldMeanings: Readonly<Record<string, "command" | "path" | "content" | "before" | "after">> = {
  command: "command",
  cmd: "command",
  file_path: "path",
  filePath: "path",
  path: "path",
  content: "content",
  file_text: "content",
  old_string: "before",
  old_str: "before",
  oldString: "before",
  new_string: "after",
  new_str: "after",
  newString: "after",
};

/** @returns the call in the agent's own words, or undefined when it offers no such tool */
export function makeCall(call: ScriptedCall, tools: readonly OfferedTool[], id: string): MadeCall | undefined {
  const names = "tool" in call ? [call.tool] : toolNames[call.role];
  const tool = names.map((name) => tools.find((offer) => offer.name === name)).find((found) => found !== undefined);
  if (tool === undefined) return undefined;
  if ("tool" in call) return { id, tool, input: call.input };
  return { id, tool, input: tool.kind === "custom" ? patchFor(call) : inputFor(call, tool) };
}

function inputFor(call: Exclude<ScriptedCall, { tool: string }>, tool: OfferedTool): Record<string, Json> {
  const values: Readonly<Record<string, string | undefined>> = { ...call };
  const properties = fields(tool.schema["properties"]);
  const required = new Set(list(tool.schema["required"]));
  const input: Record<string, Json> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const meaning = fieldMeanings[name];
    const value = meaning === undefined ? undefined : values[meaning];
    if (value !== undefined) input[name] = fields(schema)["type"] === "array" ? ["bash", "-c", value] : value;
    else if (required.has(name)) input[name] = fillerFor(fields(schema)["type"]);
  }
  return input;
}

/** Agents check calls against their own schema, so required fields that mean nothing here (a description) need some value. */
function fillerFor(type: unknown): Json {
  switch (type) {
    case "boolean":
      return false;
    case "number":
    case "integer":
      return 1;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return "part of a test";
  }
}

/** The format of Codex's apply_patch. */
function patchFor(call: Exclude<ScriptedCall, { tool: string }>): string {
  const mark = (sign: string, lines: string) =>
    lines
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => `${sign}${line}`);
  const hunk = {
    shell: () => [],
    write: () => (call.role === "write" ? [`*** Add File: ${call.path}`, ...mark("+", call.content)] : []),
    edit: () =>
      call.role === "edit"
        ? [`*** Update File: ${call.path}`, "@@", ...mark("-", call.before), ...mark("+", call.after)]
        : [],
  }[call.role]();
  return ["*** Begin Patch", ...hunk, "*** End Patch"].join("\n");
}
