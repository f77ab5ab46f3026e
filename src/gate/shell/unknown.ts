import { commonTools as runnable } from "../programs/common-tools.ts";
import { databaseLoss, emptiesDatabase } from "../programs/database-loss.ts";
import { parseArguments } from "../programs/parse.ts";
import { type Arg, type Flow, isLiteral, noFlow } from "../programs/program.ts";
import { asksForVersion, byVerb, ProgramUse, untold } from "../programs/use.ts";
import { destroysByName, forcingFlag, verbOf } from "../programs/verbs.ts";
import type { Runner } from "./runner.ts";
import type { Shell } from "./state.ts";

/** A name that no table knows, found on the PATH (ADR-0015): judged by its words. */

const unknownFlow: Flow = { ...noFlow, text: undefined };

export function judgeUnknown(runner: Runner, shell: Shell, name: string, args: readonly Arg[], stdin: Flow): Flow {
  const parsed = parseArguments({}, args);
  const use = new ProgramUse(runner, shell, name, args, stdin, parsed);
  if (
    parsed.unknown.includes("--help") ||
    asksForVersion(parsed, args) ||
    (args.length === 1 && /^(?:-h|-V|-v|-version|version|help)$/.test(args[0]?.text ?? ""))
  )
    return unknownFlow;
  if (parsed.unknown.includes("--dry-run") || parsed.unknown.includes("--dryrun")) return unknownFlow;
  // `find. -name x`: no program has such a name, and the shell says so.
  if (name.endsWith(".")) return unknownFlow;
  const loss = databaseLoss(args);
  if (loss !== undefined) runner.emit(shell, emptiesDatabase(loss));
  mines(runner, shell, name, args);
  // `rtk git status`, `lint bun run lint`: a program that is given another one's call runs it, or says no more than it.
  const [first] = parsed.operands;
  if (
    parsed.operands.length > 1 &&
    first !== undefined &&
    isLiteral(first) &&
    verbOf(first.text) === undefined &&
    runnable.has(first.text) &&
    // `crm node delete x`: a node of a cluster, not Node.
    !(first.text === "node" && verbOf(parsed.operands[1]?.text ?? "") !== undefined)
  ) {
    runner.emit(shell, {
      kind: "opaque",
      what: `run ${name}, which may run ${first.text}`,
      target: name,
      sure: "likely",
      undoable: stdin.remote || stdin.decoded ? "costly" : "yes",
    });
    return runner.call(shell, args.slice(args.indexOf(first)), stdin);
  }
  // PowerShell's commands are a verb and a noun: `Set-MpPreference`.
  const cmdlet = /^[A-Z][a-z]+-[A-Z]\w+$/.test(name) && !/^Write-(?:Host|Output|Error|Verbose)$/.test(name);
  if (destroysByName(name) || (cmdlet && verbOf(name) !== "reads" && verbOf(name) !== undefined))
    runner.emit(shell, {
      kind: "mutate-remote",
      what: `run ${name} ${args
        .map((arg) => arg.text)
        .join(" ")
        .slice(0, 120)}, whose name says that it removes or ends something`,
      target: name,
      place: "system",
      undoable: "no",
    });
  if (parsed.operands.length > 0 || parsed.unknown.some((flag) => forcingFlag(flag)))
    byVerb(use, parsed.operands, parsed.unknown, true, true);
  else untold(use, name, parsed.unknown);
  return use.out;
}

/** Whatever a miner is called, its address says what it is. */
export function mines(runner: Runner, shell: Shell, name: string, args: readonly Arg[]): void {
  const pool = args.find(({ text }) => /^stratum(?:\+\w+|2)?:\/\/|^--donate-level/.test(text));
  if (pool !== undefined)
    runner.emit(shell, {
      kind: "send",
      what: `run ${name}, which mines coins for ${pool.text}`,
      target: pool.text,
      place: "remote",
      undoable: "no",
    });
}
