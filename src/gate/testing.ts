import type { Json } from "../kit/canonical.ts";
import type { Fact, Facts, Judgement, Machine, ToolCall } from "./call.ts";
import { judge } from "./judge.ts";
import { compile, compileBuiltin, type Policy } from "./policy/index.ts";
import { builtinRules } from "./rules/index.ts";

/** An ordinary session, for tests, examples and measurements: a git repository in a user's home, no facts, the builtin rules. */
export const ordinaryMachine: Machine = {
  userHome: "/home/dev",
  user: "dev",
  tempRoots: ["/tmp", "/var/tmp"],
  signalboxPaths: ["/home/dev/.local/state/signalbox", "/home/dev/.config/signalbox", "/run/user/1000/signalbox"],
  agentConfigPaths: ["/home/dev/.claude/settings.json", "/home/dev/.codex/config.toml"],
};
export const ordinaryRoot = "/home/dev/project";
export const builtinPolicy: Policy = compile([], { builtin: compileBuiltin(builtinRules) });

export function ordinaryCall(
  tool: string,
  input: Readonly<Record<string, Json>>,
  more: Partial<ToolCall> = {},
): ToolCall {
  return {
    agent: "claude-code",
    tool,
    input,
    cwd: ordinaryRoot,
    workspace: { root: ordinaryRoot, added: [], ordinary: true },
    ...more,
  };
}

export const judgeCommand = (
  command: string,
  facts: Facts = new Map<string, Fact>(),
  more: Partial<ToolCall> = {},
): Judgement => judge(ordinaryCall("Bash", { command }, more), ordinaryMachine, facts, builtinPolicy);

export const judgeCall = (
  tool: string,
  input: Readonly<Record<string, Json>>,
  more: Partial<ToolCall> = {},
): Judgement => judge(ordinaryCall(tool, input, more), ordinaryMachine, new Map(), builtinPolicy);
