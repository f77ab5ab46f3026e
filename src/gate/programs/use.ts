import { baseName, normalise } from "../paths/text.ts";
import type { Runner } from "../shell/runner.ts";
import type { Shell } from "../shell/state.ts";
import { locate } from "../paths/locate.ts";
import { hostOf, isLoopback, isMetadata } from "../paths/hosts.ts";
import { judgeVariable } from "../shell/environment.ts";
import { lookUp } from "../shell/words.ts";
import { act } from "./acts.ts";
import { type Parsed, parseArguments } from "./parse.ts";
import {
  type Acts,
  type Arg,
  type EffectDraft,
  type Flow,
  isLiteral,
  type Language,
  noFlow,
  type PathUse,
  type Program,
  type Use,
} from "./program.ts";
import { forcingFlag, isSubject, verbOf } from "./verbs.ts";

/** Judges one use of a program that a table declares; gives what goes to its stdout. */
export function useProgram(
  runner: Runner,
  shell: Shell,
  program: Program,
  name: string,
  args: readonly Arg[],
  stdin: Flow,
): Flow {
  const parsed = parseArguments(program, args);
  const use = new ProgramUse(runner, shell, name, args, stdin, parsed);
  const { scene } = runner;
  if (program.help !== false && asksForHelp(parsed, args)) return { ...noFlow, text: undefined };
  if (program.help === "word" && endsInHelp(args)) return { ...noFlow, text: undefined };
  if (parsed.given.some(({ flag }) => flag.acts === "inert")) return { ...noFlow, text: undefined };
  use.instead = parsed.command.instead ?? program.instead;
  const before = scene.effects.length;
  for (const { flag, value } of parsed.given)
    if (flag.acts !== "inert") act(flag.acts, use, value === undefined ? [] : [value]);
  const { command } = parsed;
  if (parsed.noSubcommand && parsed.operands.length > 0 && command.does === undefined)
    otherwise(use, parsed, program.otherwise, program.remote ?? true);
  else if (command.does !== undefined) act(command.does, use, parsed.operands);
  else if (command !== program && command.subcommands !== undefined && parsed.operands.length > 0)
    otherwise(use, parsed, command.otherwise ?? program.otherwise, program.remote ?? true);
  if (scene.effects.length === before) scene.emit({ kind: "execute", what: `run ${use.title}`, target: name });
  return use.out;
}

/** At the end and with no more than a subcommand: `--version 3` names one. */
export const asksForVersion = (parsed: Parsed, args: readonly Arg[]): boolean =>
  parsed.unknown.includes("--version") && args.at(-1)?.text === "--version" && args.length <= 3;

const asksForHelp = (parsed: Parsed, args: readonly Arg[]): boolean =>
  parsed.unknown.includes("--help") ||
  asksForVersion(parsed, args) ||
  (args.length === 1 &&
    /^(?:-h|-V|-v|-help|-version|help|version)$/.test(args[0]?.text ?? "") &&
    parsed.given.length === 0);

/** `aws s3 rm help`: subcommands and nothing else before it. */
const endsInHelp = (args: readonly Arg[]): boolean =>
  args.at(-1)?.text === "help" && args.every((arg) => isLiteral(arg) && /^[a-z][a-z\d-]*$/.test(arg.text));

function otherwise(use: ProgramUse, parsed: Parsed, acts: Acts | undefined, remote: boolean): void {
  if (acts !== undefined) return act(acts, use, parsed.operands);
  byVerb(use, parsed.operands, [...parsed.unknown, ...parsed.given.map(({ flag }) => flag.names[0] ?? "")], remote);
}

/** Judges by the first operand that holds a verb; `unknown`: of a program that no table knows. Without one it is not known what it does. */
export function byVerb(
  use: Use,
  operands: readonly Arg[],
  flags: readonly string[],
  remote: boolean,
  unknown = false,
): boolean {
  const words = operands.slice(0, 5);
  let verb: ReturnType<typeof verbOf>;
  for (const [at, word] of words.entries()) {
    if (!isLiteral(word) || word.text.includes("/")) break;
    // `x run check` of a program that nobody knows: what is run is told by the next word.
    if (unknown && word.text === "run" && word === words[0]) continue;
    verb = verbOf(word.text);
    // `mailer lists delete`: the first word is what it is about.
    const next = words[at + 1];
    if (verb === "reads" && next !== undefined && isLiteral(next) && isSubject(word.text))
      verb = verbOf(next.text) ?? verb;
    if (verb !== undefined) break;
  }
  const said = [use.title, ...words.slice(0, 4).map((word) => word.text)].join(" ");
  const forced = flags.some((flag) => forcingFlag(flag));
  if (verb === "reads" && !forced) {
    if (remote) use.net(undefined, { kind: "receive", what: said });
    else use.emit({ kind: "execute", what: `run ${said}`, target: use.name });
    use.output({ text: undefined, remote });
    return true;
  }
  if (verb === undefined && !forced) {
    untold(use, said, flags);
    return false;
  }
  const undoable = verb === "destroys" || forced ? "no" : "costly";
  if (remote) use.emit({ kind: "mutate-remote", what: said, target: use.name, place: "remote", undoable });
  else
    use.emit({
      kind: verb === "destroys" || forced ? "delete" : "write",
      what: said,
      target: use.name,
      place: "system",
      undoable,
    });
  return true;
}

/**
 * Nothing tells what it does (ADR-0015). A name on the PATH is a program that the operator installed, and what destroys, sends or changes nearly always says so
 * by a verb or a flag; so this alone is no reason to hold. It stays an `opaque` effect, by which a stricter policy can hold it. It is held where
 * it would run something unseen (what comes from the network, what was decoded, a flag that takes code), or is pointed at what lies outside
 * the workspace and temp, and so may change it.
 */
export function untold(use: Use, said: string, flags: readonly string[]): void {
  const runsUnseen =
    use.stdin.remote || use.stdin.decoded || use.stdin.secret || flags.some((flag) => codeFlag.test(flag));
  const outside = use.operands.filter((word) => /^(?:~|\/|\.\.)/.test(word.text) && use.liesOutside(word));
  for (const word of use.operands) {
    if (/^\/dev\/(?!null$|zero$|u?random$|std|tty|fd\/|shm\/)/.test(word.text))
      use.emit({
        kind: "opaque",
        what: `run ${said} on the device ${word.text}`,
        target: word.text,
        sure: "opaque",
        undoable: "no",
      });
    if (word.secret) use.net(undefined, { kind: "send", what: said, secret: true });
    if (/^[~/]|^\.\.?\/|\.\w{1,8}$/.test(word.text)) use.path(word, { kind: "read" });
    else if (lineOfShell.test(word.text)) use.code("shell", word);
  }
  use.emit({
    kind: "opaque",
    what:
      outside.length === 0
        ? `run ${said}, of which nothing tells what it does`
        : `run ${said}, of which nothing tells what it does to ${outside[0]?.text ?? ""}`,
    target: use.name,
    sure: runsUnseen ? "opaque" : "likely",
    undoable: runsUnseen || outside.length > 0 ? "costly" : "yes",
  });
  use.output({ text: undefined });
}
const codeFlag =
  /^--?(?:exec|execute|eval|command|cmd|script|code|run|shell|call|hook|on-\w+|pre|post|upload|push|send|write|save|set|unset|reset|install|uninstall|enable|disable|kill|stop|listen)$/;
const lineOfShell =
  /^(?:sudo |rm -|dd |mkfs|shred |curl |wget |(?:ba|z)?sh -c )|[;|&]\s*(?:sudo|rm|dd|mkfs|shred|(?:ba|z)?sh)\b/;

/** They print what they read, so that a secret is still there to be seen. */
const passesOn = new Set(
  "cat tac nl head tail grep egrep fgrep rg sort uniq cut tr sed awk gawk rev fold fmt column paste tee base64 base32 xxd od hexdump strings jq yq bat less more".split(
    " ",
  ),
);

/** What an act sees of one use. */
export class ProgramUse implements Use {
  readonly name: string;
  readonly all: readonly Arg[];
  readonly operands: readonly Arg[];
  readonly stdin: Flow;
  out: Flow;
  /** What is fine instead, as the table says. */
  instead: string | undefined;
  readonly #runner: Runner;
  #shell: Shell;
  readonly #parsed: Parsed;

  constructor(runner: Runner, shell: Shell, name: string, args: readonly Arg[], stdin: Flow, parsed: Parsed) {
    this.#runner = runner;
    this.#shell = shell;
    this.#parsed = parsed;
    this.name = name;
    this.all = args;
    this.operands = parsed.operands;
    this.stdin = stdin;
    this.out = { text: undefined, secret: stdin.secret, remote: stdin.remote, decoded: stdin.decoded, files: [] };
    if (!passesOn.has(name)) return;
    if (stdin.shows === true) this.out = { ...this.out, shows: true };
    if (stdin.processes !== undefined) this.out = { ...this.out, processes: stdin.processes };
  }

  get words(): number {
    return this.#parsed.words.length;
  }
  get workspaceRoot(): string {
    return this.#runner.scene.call.workspace.root;
  }
  get userHome(): string {
    return this.#runner.scene.machine.userHome;
  }
  get cwdPlace(): "workspace" | "temp" {
    const { cwd } = this.#shell;
    const { call, machine } = this.#runner.scene;
    return cwd !== undefined && locate(cwd, call.workspace, machine).place === "temp" ? "temp" : "workspace";
  }
  get filter(): string | undefined {
    return this.#runner.filter;
  }
  isWhole(arg: Arg): boolean {
    const path = isLiteral({ ...arg, glob: false })
      ? this.#runner.absolute(this.#shell, arg.text.replace(/\/\*$/, "/"))
      : undefined;
    if (path === undefined) return false;
    const { place, whole } = locate(path, this.#runner.scene.call.workspace, this.#runner.scene.machine);
    return whole && (place === "home" || (place === "system" && path.lastIndexOf("/") === 0));
  }
  liesOutside(arg: Arg): boolean {
    const path = isLiteral({ ...arg, glob: false }) ? this.#runner.absolute(this.#shell, arg.text) : undefined;
    if (path === undefined) return false;
    const { place, quiet } = locate(path, this.#runner.scene.call.workspace, this.#runner.scene.machine);
    return !quiet && place !== "workspace" && place !== "worktree" && place !== "temp";
  }
  changeFolder(folder: Arg): void {
    const inner = this.#shell.fork();
    inner.cwd = isLiteral(folder) ? this.#runner.absolute(this.#shell, folder.text) : undefined;
    this.#shell = inner;
  }
  get title(): string {
    return this.#parsed.words.length === 0 ? this.name : `${this.name} ${this.#parsed.words.join(" ")}`;
  }
  variable(name: string): Arg | undefined {
    return lookUp(name, this.#shell)?.[0];
  }
  has(flag: string): boolean {
    const known = this.#parsed.flags.get(flag);
    if (known === undefined) return this.#parsed.unknown.includes(flag);
    return this.#parsed.given.some((given) => given.flag === known) || this.#parsed.unknown.includes(flag);
  }
  value(flag: string): Arg | undefined {
    return this.values(flag).at(-1);
  }
  values(flag: string): readonly Arg[] {
    const known = this.#parsed.flags.get(flag);
    return this.#parsed.given.flatMap((given) =>
      given.flag === known && given.value !== undefined ? [given.value] : [],
    );
  }
  emit(effect: EffectDraft): void {
    this.#runner.emit(this.#shell, this.instead === undefined ? effect : { instead: this.instead, ...effect });
  }
  path(arg: Arg, use: PathUse): void {
    if (arg.content !== undefined)
      this.out = {
        ...this.out,
        secret: this.out.secret || arg.content.secret,
        remote: this.out.remote || arg.content.remote,
        decoded: this.out.decoded || arg.content.decoded,
      };
    const { effects } = this.#runner.scene;
    const before = effects.length;
    this.#runner.path(this.#shell, arg, this.instead === undefined ? use : { instead: this.instead, ...use });
    if (use.kind === "read" && effects.slice(before).some(({ secret }) => secret === "reads"))
      this.out = { ...this.out, secret: true };
  }
  net(
    arg: Arg | undefined,
    use: { readonly kind: "receive" | "send" | "mutate-remote"; readonly what?: string; readonly secret?: boolean },
  ): void {
    const host = arg === undefined ? undefined : hostOf(arg.text);
    if (host !== undefined && isMetadata(host)) {
      this.emit({
        kind: "read",
        what: `${this.title}: ask the cloud's metadata service, which gives out credentials`,
        target: host,
        place: "remote",
        secret: "reads",
      });
      return;
    }
    if (arg?.tells === true && use.kind === "receive" && (host === undefined || !isLoopback(host)))
      return this.emit({
        kind: "send",
        what: `${this.title}: ask ${arg.text}, which tells who or where this is`,
        target: arg.text,
        place: "remote",
        undoable: "no",
      });
    const secret = use.secret === true || arg?.secret === true;
    if (host !== undefined && isLoopback(host) && use.kind !== "mutate-remote") {
      this.emit({ kind: "execute", what: `talk to ${host}`, target: host });
      return;
    }
    const to = arg?.text ?? this.name;
    const verb =
      arg === undefined
        ? use.kind === "receive"
          ? "ask the service of"
          : "tell the service of"
        : use.kind === "receive"
          ? "fetch from"
          : "send to";
    this.emit({
      kind: secret && use.kind === "receive" ? "send" : use.kind,
      what: use.what ?? `${verb} ${to}${arg === undefined && this.title !== to ? ` (${this.title})` : ""}`,
      target: to,
      place: "remote",
      undoable: use.kind === "receive" ? "yes" : "no",
      secret: secret ? "sends" : "none",
    });
  }
  run(words: readonly Arg[], stdin: Flow = this.stdin): void {
    this.out = this.#runner.call(this.#shell, words, stdin);
  }
  withVariables(set: readonly Arg[], words: readonly Arg[]): void {
    const inner = this.#shell.fork();
    for (const arg of set) {
      const equals = arg.text.indexOf("=");
      const value: Arg = { ...arg, text: arg.text.slice(equals + 1), fixed: Math.max(0, arg.fixed - equals - 1) };
      inner.variables.set(arg.text.slice(0, equals), [value]);
      judgeVariable(this.#runner, this.#shell, arg.text.slice(0, equals), value);
    }
    this.out = this.#runner.call(inner, words, this.stdin);
  }
  code(language: Language, code: Arg, how: { readonly remote?: string; readonly args?: readonly Arg[] } = {}): void {
    const shell = how.remote === undefined ? this.#shell : elsewhere(this.#shell, how.remote);
    const out = this.#runner.code(shell, language, code, this.stdin, how.args);
    // What a filter's program prints is made of what came in.
    this.out = language === "awk" || language === "sed" ? { ...this.out, text: undefined } : out;
  }
  stdinCode(language: Language): void {
    this.out = this.#runner.stdinCode(this.#shell, language, this.stdin, this.name);
  }
  script(file: Arg, language: Language, args: readonly Arg[] = []): void {
    this.out = this.#runner.script(this.#shell, file, language, args, this.stdin);
  }
  downloads(file: Arg): void {
    this.path(file, { kind: "write" });
    const path = isLiteral(file) ? this.#runner.absolute(this.#shell, file.text) : undefined;
    if (path !== undefined && this.#runner.scene.made.has(path))
      this.#runner.scene.made.set(path, { text: undefined, secret: false, remote: true, decoded: false, files: [] });
  }
  isOurProcess(pid: string): boolean {
    const fact = this.#runner.scene.fact("process", pid);
    return fact !== undefined && "ours" in fact && fact.ours;
  }
  remember(what: string): void {
    if (this.#runner.scene.said.size < 64) this.#runner.scene.said.add(what);
  }
  remembers(what: string): boolean {
    return this.#runner.scene.said.has(what);
  }
  temporary(template: Arg | undefined): void {
    const { scene } = this.#runner;
    const root = scene.machine.tempRoots[0] ?? "/tmp";
    const path =
      template?.text.startsWith("/") === true ? template.text : `${root}/${template?.text ?? "tmp.XXXXXXXX"}`;
    scene.made.set(path, undefined);
    this.output({ text: path });
  }
  output(flow: Partial<Flow>): void {
    this.out = {
      ...this.out,
      ...flow,
      secret: this.out.secret || flow.secret === true,
      remote: this.out.remote || flow.remote === true,
    };
  }
  /** For shell builtins, which change the shell itself. */
  get shell(): Shell {
    return this.#shell;
  }
}

const elsewhere = (shell: Shell, where: string): Shell => {
  const copy = shell.fork();
  copy.elsewhere = where;
  copy.cwd = undefined;
  return copy;
};

/** The base name by which a program is looked up. */
export const programName = (text: string): string => baseName(text.startsWith("/") ? normalise(text) : text);
