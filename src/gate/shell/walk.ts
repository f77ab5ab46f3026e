import {
  type Assignment,
  type CommandNode,
  type CompoundList,
  forEachChild,
  type Function as FunctionNode,
  type ParsedScript,
  type PipelineNode,
  parse,
  type Statement,
  type SyntaxNode,
  type Word,
} from "unbash";
import { type Arg, type Flow, literal, noFlow } from "../programs/program.ts";
import { judgeVariable } from "./environment.ts";
import { redirect } from "./redirects.ts";
import type { Runner } from "./runner.ts";
import { type Shell, unknown } from "./state.ts";
import { expandWhole, expandWord, type Substituting } from "./words.ts";

const unknownFlow: Flow = { ...noFlow, text: undefined };
const loopWordsMax = 32;

/** Parses and judges a text of shell; gives what goes to its stdout. */
export function walkText(runner: Runner, shell: Shell, text: string, stdin: Flow): Flow {
  let script: ParsedScript;
  try {
    script = parse(text);
  } catch (error) {
    runner.scene.notSure(
      `run a text that can't be parsed (${error instanceof RangeError ? "too deep" : "parser fault"})`,
    );
    return unknownFlow;
  }
  return walkScript(runner, shell, script, stdin);
}

function walkScript(runner: Runner, shell: Shell, script: ParsedScript, stdin: Flow): Flow {
  const [error] = script.errors ?? [];
  if (error !== undefined) runner.scene.notSure(`run a text that is not complete or not bash (${error.message})`);
  return walkStatements(runner, shell, script.commands, stdin);
}

function walkStatements(runner: Runner, shell: Shell, statements: readonly Statement[], stdin: Flow): Flow {
  let out = noFlow;
  for (const statement of statements) {
    if (!runner.scene.spend()) return unknownFlow;
    out = joinFlows(out, walkStatement(runner, statement.background === true ? shell.fork() : shell, statement, stdin));
  }
  return out;
}

function walkStatement(runner: Runner, shell: Shell, { command }: Statement, stdin: Flow): Flow {
  if (command.type !== "AndOr") return walkNode(runner, shell, command, stdin);
  let out = noFlow;
  for (const [i, node] of command.commands.entries()) {
    if (!runner.scene.spend()) return unknownFlow;
    if (i > 0 && command.operators[i - 1] === "||") {
      const branch = shell.fork();
      out = joinFlows(out, walkNode(runner, branch, node, stdin));
      // `a || cd ~ && rm -rf *`: what follows runs there if `a` fails, and here if it does not.
      if (branch.cwd !== shell.cwd)
        for (let next = i + 1; next < command.commands.length && command.operators[next - 1] === "&&"; next++) {
          const following = command.commands[next];
          if (following === undefined || !runner.scene.spend()) return unknownFlow;
          walkNode(runner, branch, following, stdin);
        }
      shell.merge(branch);
    } else out = joinFlows(out, walkNode(runner, shell, node, stdin));
  }
  return out;
}

/** A function's body, or any compound. */
export function walkBody(runner: Runner, shell: Shell, body: FunctionNode["body"], stdin: Flow): Flow {
  return body.type === "CompoundList" ? walkList(runner, shell, body, stdin) : walkNode(runner, shell, body, stdin);
}

const walkList = (runner: Runner, shell: Shell, list: CompoundList, stdin: Flow): Flow =>
  walkStatements(runner, shell, list.commands, stdin);

function walkNode(runner: Runner, shell: Shell, node: PipelineNode, stdin: Flow): Flow {
  if (!runner.scene.spend()) return unknownFlow;
  const { scene } = runner;
  if (scene.depth > 60) {
    scene.notSure("run something nested deeper than can be followed");
    return unknownFlow;
  }
  switch (node.type) {
    case "Command":
      return walkCommand(runner, shell, node, stdin);
    case "Pipeline": {
      if (node.commands.length === 1 && node.commands[0] !== undefined)
        return walkNode(runner, shell, node.commands[0], stdin);
      let flow = stdin;
      for (const [i, part] of node.commands.entries()) {
        const outer = runner.filter;
        runner.filter = grepPattern(node.commands[i + 1]);
        flow = walkNode(runner, shell.fork(), part, flow);
        runner.filter = outer;
      }
      return flow;
    }
    case "Redirected": {
      const inner = redirect(runner, shell, node.redirects, stdin, () => at(runner, shell));
      const out = deeper(runner, () => walkNode(runner, shell, node.command, inner.stdin));
      return inner.finish(out);
    }
    case "Function":
      shell.functions.set(node.name.value, node.body);
      if (isForkBomb(node.name.value, node.body))
        scene.emit({
          kind: "signal",
          what: `${node.name.value}: start copies of itself until the machine stands still`,
          target: node.name.value,
          place: "system",
          undoable: "no",
        });
      // Judged when defined too: what a function does counts even if the call to it is not seen.
      deeper(runner, () => {
        const inner = shell.fork();
        inner.positional = undefined;
        return walkBody(runner, inner, node.body, unknownFlow);
      });
      return noFlow;
    case "Coproc":
      return deeper(runner, () => {
        const before = scene.effects.length;
        // What it is told comes later, by a pipe.
        const out =
          node.body.type === "CompoundList"
            ? walkList(runner, shell.fork(), node.body, unknownFlow)
            : walkNode(runner, shell.fork(), node.body, unknownFlow);
        if (scene.effects.slice(before).some(({ kind }) => kind === "receive" || kind === "send" || kind === "opaque"))
          scene.emit({
            kind: "opaque",
            what: "keep a program in the background that is told later what to do",
            target: "coproc",
            sure: "opaque",
            undoable: "no",
          });
        return out;
      });
    case "Subshell":
      return deeper(runner, () => walkList(runner, shell.fork(), node.body, stdin));
    case "BraceGroup":
      return deeper(runner, () => walkList(runner, shell, node.body, stdin));
    case "If":
      return deeper(runner, () => {
        walkList(runner, shell, node.clause, stdin);
        let out = branch(runner, shell, node.then, stdin);
        for (const elif of node.elif) {
          walkList(runner, shell, elif.clause, stdin);
          out = joinFlows(out, branch(runner, shell, elif.then, stdin));
        }
        if (node.else !== undefined) out = joinFlows(out, branch(runner, shell, node.else, stdin));
        return { ...out, text: undefined };
      });
    case "While":
      return deeper(runner, () => {
        const inner = shell.fork();
        walkList(runner, inner, node.clause, stdin);
        const out = walkList(runner, inner, node.body, stdin);
        shell.merge(inner);
        return { ...out, text: undefined };
      });
    case "For":
    case "Select":
      return deeper(runner, () => loop(runner, shell, node.name.value, node.wordlist, node.body, stdin));
    case "ArithmeticFor":
      return deeper(runner, () => {
        lookInto(runner, shell, node);
        return { ...branch(runner, shell, node.body, stdin), text: undefined };
      });
    case "Case":
      return deeper(runner, () => {
        expandWhole(node.word, at(runner, shell));
        let out = noFlow;
        for (const item of node.items) {
          for (const pattern of item.pattern) lookInto(runner, shell, pattern);
          out = joinFlows(out, branch(runner, shell, item.body, stdin));
        }
        return { ...out, text: undefined };
      });
    case "TestCommand":
    case "ArithmeticCommand":
      lookInto(runner, shell, node);
      return noFlow;
    default:
      scene.notSure("run a form of shell that Signalbox does not know");
      return unknownFlow;
  }
}

/** What the next part of a pipeline looks for, if it is a plain `grep`. */
function grepPattern(node: CommandNode | undefined): string | undefined {
  if (node?.type !== "Command" || !/^(?:[ef]?grep|rg)$/.test(node.name?.value ?? "")) return undefined;
  if (node.args.some((arg) => arg.type === "Word" && /^-\w*[vf]|^--(?:invert|file)/.test(arg.text))) return undefined;
  for (const arg of node.args) if (arg.type === "Word" && !arg.text.startsWith("-")) return arg.value;
  return undefined;
}

/** `f() { f | f & }` */
function isForkBomb(name: string, body: FunctionNode["body"]): boolean {
  const list =
    body.type === "BraceGroup" || body.type === "Subshell"
      ? body.body
      : body.type === "CompoundList"
        ? body
        : undefined;
  const calls = (node: SyntaxNode): boolean => node.type === "Command" && node.name?.value === name;
  return (
    list?.commands.some(({ command, background }) =>
      command.type === "Pipeline" ? command.commands.filter(calls).length > 1 : background === true && calls(command),
    ) ?? false
  );
}

function deeper(runner: Runner, walk: () => Flow): Flow {
  runner.scene.depth++;
  try {
    return walk();
  } finally {
    runner.scene.depth--;
  }
}

function branch(runner: Runner, shell: Shell, list: CompoundList, stdin: Flow): Flow {
  const inner = shell.fork();
  const out = walkList(runner, inner, list, stdin);
  shell.merge(inner);
  return out;
}

function loop(
  runner: Runner,
  shell: Shell,
  name: string,
  words: readonly Word[] | undefined,
  body: CompoundList,
  stdin: Flow,
): Flow {
  const values = (words ?? []).flatMap((word) => expandWord(word, at(runner, shell)));
  const inner = shell.fork();
  let out = noFlow;
  const known =
    words !== undefined && values.length > 0 && values.length <= loopWordsMax ? values : [unknown(`$${name}`)];
  for (const value of known) {
    if (!runner.scene.spend()) return unknownFlow;
    inner.variables.set(name, [value]);
    out = joinFlows(out, walkList(runner, inner, body, stdin));
    if (known.length > 4 && runner.scene.effects.length > 512) break;
  }
  shell.merge(inner);
  return { ...out, text: undefined };
}

/** What expansion needs: to judge the scripts in substitutions where they stand. */
function at(runner: Runner, shell: Shell): Substituting {
  return {
    shell,
    substitute(part) {
      const { scene } = runner;
      scene.nestedCharsLeft -= part.text.length;
      if (scene.nestedCharsLeft < 0 || scene.depth > 60 || !scene.spend()) {
        scene.notSure("run more nested code than can be read");
        return unknownFlow;
      }
      const { script } = part;
      if (script === undefined) {
        scene.notSure("run a substitution that can't be read");
        return unknownFlow;
      }
      return deeper(runner, () => walkScript(runner, shell.fork(), script, noFlow));
    },
    notSure: (why) => runner.scene.notSure(why),
    lookInto: (node) => lookInto(runner, shell, node as SyntaxNode),
    runs: ({ text }) => void runner.code(shell, "shell", literal(`: "${text.replaceAll('"', '\\"')}"`), noFlow),
  };
}

/** Judges whatever scripts are hidden below a node: arithmetic, tests, patterns, indexes. */
function lookInto(runner: Runner, shell: Shell, node: SyntaxNode): void {
  if (!runner.scene.spend()) return;
  if (node.type === "CommandExpansion" || node.type === "ProcessSubstitution") {
    at(runner, shell).substitute(node);
    return;
  }
  if (node.type === "ArithmeticCommandExpansion" && node.script !== undefined) {
    walkScript(runner, shell.fork(), node.script, noFlow);
    return;
  }
  if (node.type === "CompoundList") return;
  forEachChild(node, (child) => lookInto(runner, shell, child));
}

function walkCommand(runner: Runner, shell: Shell, node: Extract<CommandNode, { type: "Command" }>, stdin: Flow): Flow {
  const expanding = at(runner, shell);
  const set: (readonly [string, readonly Arg[]])[] = [];
  for (const item of node.prefix) if (item.type === "Assignment") set.push(assignment(item, expanding));
  const words: Arg[] = node.name === undefined ? [] : expandWord(node.name, expanding);
  for (const arg of node.args) {
    if (!runner.scene.spend()) return unknownFlow;
    if (arg.type === "Word") for (const value of expandWord(arg, expanding)) words.push(value);
    else {
      const [name, values] = assignment(arg, expanding);
      const [first] = values;
      words.push(
        first === undefined
          ? literal(`${name}=`)
          : { ...first, text: `${name}=${first.text}`, fixed: name.length + 1 + first.fixed, quoted: true },
      );
    }
  }
  const redirects = redirect(runner, shell, node.redirects, stdin, () => at(runner, shell));
  if (words.length === 0) {
    for (const [name, values] of set) {
      shell.variables.set(name, values);
      if (values[0] !== undefined) judgeVariable(runner, shell, name, values[0]);
    }
    return redirects.finish(noFlow);
  }
  let inner = shell;
  if (set.length > 0) {
    // Seen by the command alone; but builtins such as `cd` still change the shell.
    inner = shell.fork();
    for (const [name, values] of set) {
      inner.variables.set(name, values);
      if (values[0] !== undefined) judgeVariable(runner, shell, name, values[0]);
    }
  }
  const out = runner.call(inner, words, redirects.stdin);
  if (inner !== shell && inner.cwd !== shell.cwd) shell.cwd = inner.cwd;
  return redirects.finish(out);
}

function assignment(node: Assignment, expanding: Substituting): readonly [string, readonly Arg[]] {
  if (node.index !== undefined) expanding.lookInto(node.index);
  const before = expanding.shell.variables.get(node.name);
  if (node.value.type === "ArrayValue") {
    const values = node.value.elements.flatMap((word) => expandWord(word, expanding));
    return [node.name, node.append === true && before !== undefined ? [...before, ...values] : values];
  }
  const value = expandWhole(node.value, expanding);
  // Arithmetic runs what stands in an index, though it be text: `x='a[$(y)]'; echo $((x))`.
  if (/\[[^\]]*(?:\$\(|`)/.test(value.text.slice(0, value.fixed))) expanding.runs(value);
  if (node.index !== undefined) return [node.name, [unknown(`$${node.name}`)]];
  if (node.append === true) {
    const [first] = before ?? [];
    if (first === undefined || first.fixed < first.text.length) return [node.name, [unknown(`$${node.name}`)]];
    return [
      node.name,
      [
        {
          ...value,
          text: first.text + value.text,
          fixed: first.text.length + value.fixed,
          secret: first.secret || value.secret,
        },
      ],
    ];
  }
  return [node.name, [{ ...value, quoted: false }]];
}

function joinFlows(a: Flow, b: Flow): Flow {
  if (a === noFlow) return b;
  if (b === noFlow) return a;
  return {
    text: a.text === undefined || b.text === undefined ? undefined : a.text + b.text,
    secret: a.secret || b.secret,
    shows: a.shows === true || b.shows === true,
    remote: a.remote || b.remote,
    decoded: a.decoded || b.decoded,
    files: a.files.length + b.files.length === 0 ? [] : [...a.files, ...b.files].slice(0, 64),
  };
}
