import type { Json } from "../kit/canonical.ts";
import type { Machine } from "./call.ts";
import { judge } from "./judge.ts";
import { compileBuiltin, type ExampleJudge } from "./policy/index.ts";
import { builtinRules } from "./rules/index.ts";

/** The builtin rules, ready to run: what every policy is compiled with. */
export const builtin = compileBuiltin(builtinRules);

/** Judges the examples of policy files: an ordinary session in an ordinary repository on a machine that is nobody's. */
export const exampleJudge: ExampleJudge = {
  builtin,
  judge: ({ tool, input, ...example }, policy) => {
    const root = example.workspace ?? "/home/example/project";
    return judge(
      {
        agent: "example",
        tool,
        input: input as Readonly<Record<string, Json>>,
        cwd: example.cwd ?? root,
        workspace: { root, added: [], ordinary: true },
      },
      exampleMachine,
      new Map(),
      policy,
    );
  },
};

const exampleMachine: Machine = {
  userHome: "/home/example",
  user: "example",
  tempRoots: ["/tmp", "/var/tmp"],
  signalboxPaths: ["/home/example/.local/state/signalbox", "/home/example/.config/signalbox"],
  agentConfigPaths: ["/home/example/.claude/settings.json"],
};
