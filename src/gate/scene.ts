import type { Effect } from "../protocol/effects.ts";
import { limits } from "../protocol/limits.ts";
import { type Fact, type FactQuery, type Facts, factKey, type Machine, type ToolCall } from "./call.ts";
import { isRegenerable, persistsAt } from "./paths/known.ts";
import { locate } from "./paths/locate.ts";
import { globReachesSecret, secretName } from "./paths/secrets.ts";
import { absolutePath, globMatches, isBelow } from "./paths/text.ts";
import type { TracedEffect, Words } from "./policy/index.ts";
import { holdsToken } from "./redact/shapes.ts";
import type { Arg, EffectDraft, Flow, PathUse } from "./programs/program.ts";

/** More than this is not reported, and what is not reported is not sure. */
const effectsKeptMax = 4_096;
const wantedMax = 128;
const tokenCharsMax = 64 * 1024;

/**
 * What one tool call is found to do: the effects so far, the budgets that remain, the facts that were used and missed. Every act, walker and tool of
 * the gate writes into one scene; nothing else is shared.
 */
export class Scene {
  readonly call: ToolCall;
  readonly machine: Machine;
  readonly effects: TracedEffect[] = [];
  /** Every simple command, its words after expansion; a word that isn't known is undefined. */
  readonly commands: Words[] = [];
  /** The command that speaks now. */
  current: { readonly words: Words; readonly cwd: string | undefined } | undefined;
  readonly wanted = new Map<string, FactQuery>();
  readonly used = new Set<string>();
  /** Paths that this same text makes: what it wrote there, as far as known. */
  readonly made = new Map<string, Flow | undefined>();
  /** What earlier commands of this same text noted for later ones. */
  readonly said = new Set<string>();
  /** Links that this same text makes: where each leads. */
  readonly links = new Map<string, string>();
  /** What stays of the work that one judgement may cost: syntax nodes, and characters of nested code. */
  nodesLeft = 20_000;
  nestedCharsLeft = 256 * 1024;
  depth = 0;
  readonly #tokens = new Map<object, boolean>();
  readonly #facts: Facts;
  readonly #seen = new Set<string>();

  constructor(call: ToolCall, machine: Machine, facts: Facts) {
    this.call = call;
    this.machine = machine;
    this.#facts = facts;
  }

  emit(draft: EffectDraft): void {
    const remote = (draft.place ?? "remote") === "remote" && remoteKinds.has(draft.kind);
    const effect: TracedEffect = {
      kind: draft.kind,
      what: shorten(draft.what),
      target: shorten(draft.target ?? ""),
      place: draft.place ?? (remoteKinds.has(draft.kind) ? "remote" : "workspace"),
      reach: draft.reach ?? "one",
      undoable: draft.undoable ?? "yes",
      sure: draft.sure ?? "known",
      secret: remote && (draft.secret ?? "none") === "none" && this.#saysToken() ? "sends" : (draft.secret ?? "none"),
      words: this.current?.words,
      cwd: this.current?.cwd,
      instead: draft.instead,
    };
    const key = `${effect.kind}|${effect.place}|${effect.undoable}|${effect.secret}|${effect.reach}|${effect.sure}|${effect.what}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (this.effects.length < effectsKeptMax) this.effects.push(effect);
    else if (this.effects.length === effectsKeptMax)
      this.effects.push({ ...effect, ...notSure("do more things than can be listed") });
  }

  /** Whether the command that speaks, or the tool's input, holds a token that is written out. */
  #saysToken(): boolean {
    const { current } = this;
    const about = current?.words ?? this.call.input;
    const known = this.#tokens.get(about);
    if (known !== undefined) return known;
    const text =
      current === undefined
        ? JSON.stringify(this.call.input).slice(0, tokenCharsMax)
        : current.words.join(" ").slice(0, tokenCharsMax);
    const says = holdsToken(text);
    this.#tokens.set(about, says);
    return says;
  }

  /** Not sure, and unknown never means safe. */
  notSure(why: string): void {
    this.emit(notSure(why));
  }

  /** True while the budget lasts; false once, and ever after, with a not-sure effect. */
  spend(nodes = 1): boolean {
    if (this.nodesLeft < 0) return false;
    this.nodesLeft -= nodes;
    if (this.nodesLeft >= 0) return true;
    this.notSure("do more than can be read within the time that judging may take");
    return false;
  }

  fact<Ask extends Fact["ask"]>(ask: Ask, path: string): Extract<Fact, { ask: Ask }> | undefined {
    const query = { ask, path } as FactQuery;
    const key = factKey(query);
    const fact = this.#facts.get(key);
    if (fact === undefined) {
      if (this.wanted.size < wantedMax) this.wanted.set(key, query);
      return undefined;
    }
    this.used.add(key);
    return fact as Extract<Fact, { ask: Ask }>;
  }

  /** States what becomes of a path, by its place. `cwd` undefined: the folder is not known. */
  path(arg: Arg, how: PathUse, cwd: string | undefined): void {
    if (
      arg.content !== undefined ||
      (arg.text === "-" && how.kind !== "delete") ||
      (arg.text === "" && arg.fixed === 0)
    )
      return;
    const { kind } = how;
    const verb = how.verb ?? verbs[kind];
    const { userHome } = this.machine;
    let cut = arg.fixed;
    if (arg.glob) {
      const wild = arg.text.search(/[*?[]/);
      if (wild >= 0 && wild < cut) cut = wild;
    }
    const whole = cut >= arg.text.length;
    const known = whole ? arg.text : arg.text.slice(0, arg.text.lastIndexOf("/", cut - 1) + 1);
    const startUnknown = !whole && cut === 0 && arg.fixed === 0 && arg.text.length > 0;
    const base = startUnknown ? undefined : absolutePath(known === "" ? "." : known, cwd, userHome, arg.quoted);
    const below = kind === "delete" && how.tree === true && how.verb === undefined ? " and everything below it" : "";
    const what = `${verb} ${arg.text}${below}`;
    if (base === undefined) return this.#unknownPath(arg, how, what);

    const rooted = /^\/proc\/(?:\d+|self|thread-self)\/root(?=\/|$)/.exec(base);
    if (rooted !== null)
      this.emit({
        kind: "elevate",
        what: `${what}, through another process's root`,
        target: base,
        place: "system",
        undoable: "costly",
      });
    let path = this.#followed(rooted === null ? base : base.slice(rooted[0].length) || "/");
    const fact = whole && !this.made.has(base) ? this.fact("path", base) : undefined;
    if (fact !== undefined && "real" in fact && path === base) path = fact.real;
    const at = locate(path, this.call.workspace, this.machine);
    // Nothing is lost with what is not there; elsewhere than among the session's own things, it may be there a moment later.
    const missing = fact !== undefined && "real" in fact && fact.type === "missing";
    if (missing && kind === "delete" && (at.place === "workspace" || at.place === "temp")) return;
    if (at.quiet) return;
    if (how.linksTo !== undefined) this.#linked(path, how.linksTo);
    if (how.movesTo !== undefined) this.#moved(path, how.movesTo, cwd, what, at.place);
    const pattern = whole
      ? undefined
      : path === "/"
        ? `/${arg.text.slice(known.length)}`
        : `${path}/${arg.text.slice(known.length)}`;
    const sure = arg.fixed < arg.text.length ? "likely" : "known";
    if (kind === "read") return this.#read(path, pattern, how, what, at.place, sure);

    // The part after the known folder decides little, but for a wildcard that takes everything there.
    const takesAll =
      at.whole &&
      (whole ||
        /^(?:\*|\.\*|\.\[!?.*|\{.*|\*\*(?:\/.*)?)$/.test(arg.text.slice(known.length)) ||
        arg.fixed < arg.text.length);
    const inside = pattern ?? path;
    // A whole home or system is more than the guard in it, and has a rule of its own.
    const everything = kind === "delete" && at.whole && (at.place === "home" || at.place === "system");
    if ((how.tree === true || kind === "delete") && !everything)
      for (const own of this.machine.signalboxPaths)
        if (isBelow(own, path) && path !== "/" && whole)
          return this.emit({ kind, what, target: inside, place: "signalbox", undoable: "no", sure });
    // With the folder go the settings in it.
    if ((kind === "delete" || how.movesTo !== undefined) && !at.whole)
      for (const own of this.machine.agentConfigPaths)
        if (
          isBelow(own, path) &&
          (whole || (sure === "known" && matchesBelow(arg.text.slice(known.length), own.slice(path.length + 1))))
        )
          return this.emit({ kind, what, target: inside, place: "agent-config", undoable: "no", sure });
    const reach = takesAll ? "all" : arg.glob || how.tree === true ? "many" : "one";
    if (kind === "delete") {
      const undoable = this.#deletable(path, whole, takesAll, at.place, how, inside);
      const atItsWord =
        undoable === "no" && how.oneFile === true && whole && !takesAll && !arg.glob && at.place === "workspace";
      if (atItsWord && this.#takenAtItsWord(path))
        return this.emit({ kind, what, target: inside, place: at.place, reach, undoable: "yes", sure: "likely" });
      return this.emit({ kind, what, target: inside, place: at.place, reach, undoable, sure, instead: how.instead });
    }
    if (at.place === "workspace" || at.place === "home" || at.place === "system" || at.place === "worktree") {
      const persist = persistsAt(
        inside,
        userHome,
        this.call.workspace.ordinary ? this.call.workspace.root : "/nowhere",
      );
      if (persist !== undefined)
        return this.emit({
          kind: "persist",
          what: `${what}, ${persist}`,
          target: inside,
          place: at.place,
          undoable: "costly",
          sure,
          instead: how.instead,
        });
    }
    const undoable =
      how.undoable ?? (kind === "execute" ? this.#runnable(path, at.place, how) : this.#writable(path, at.place, how));
    // What was fetched stays so when it is made executable or added to.
    const before = this.made.get(path);
    if (kind === "write" && whole && !(how.keeps === true && (before?.remote === true || before?.decoded === true)))
      this.made.set(
        path,
        how.content === undefined
          ? undefined
          : { text: how.content, secret: false, remote: false, decoded: false, files: [] },
      );
    this.emit({
      kind,
      what,
      target: inside,
      place: at.place,
      reach,
      undoable,
      sure,
      instead: how.instead,
    });
  }

  /** Where a path leads by the links that this text made. */
  #followed(path: string): string {
    if (this.links.size === 0) return path;
    let at = path;
    for (let hops = 0; hops < 8; hops++) {
      let next: string | undefined;
      for (const [link, to] of this.links)
        if (isBelow(at, link)) next = to === "/" ? at.slice(link.length) || "/" : to + at.slice(link.length);
      if (next === undefined || next === at) return at;
      at = next;
    }
    return at;
  }

  /** A folder that is there already gets the link inside. */
  #linked(path: string, to: Arg): void {
    if (to.fixed < to.text.length || this.links.size >= 64) return;
    const folder = path.slice(0, path.lastIndexOf("/")) || "/";
    const target = absolutePath(to.text, folder, this.machine.userHome, to.quoted);
    if (target === undefined || isBelow(target, path)) return;
    this.links.set(path, target);
    const name = target.slice(target.lastIndexOf("/") + 1);
    if (name !== "" && !isBelow(target, `${path}/${name}`)) this.links.set(`${path}/${name}`, target);
  }

  /** A secret under another name is one that nobody would know for a secret. */
  #moved(path: string, to: Arg, cwd: string | undefined, what: string, place: Effect["place"]): void {
    const { userHome } = this.machine;
    if (secretName(path, userHome) !== "secret" || /(?:^|\/)(?:\.{0,2}|)$/.test(to.text)) return;
    const target = to.fixed === to.text.length ? absolutePath(to.text, cwd, userHome, to.quoted) : undefined;
    if (target !== undefined) {
      if (secretName(target, userHome) !== undefined) return;
      const fact = this.fact("path", target);
      if (fact !== undefined && "real" in fact && fact.type === "folder") return;
    }
    this.emit({ kind: "read", what: `${what}, a secret, to another name`, target: path, place, secret: "reads" });
  }

  #unknownPath(arg: Arg, how: PathUse, what: string): void {
    if (how.kind === "read") {
      if (arg.glob && globReachesSecret(arg.text, this.machine.userHome))
        this.emit({ kind: "read", what, target: arg.text, secret: "reads", sure: "likely" });
      // A name that is known in a folder that is not: it is what it would be in the home, where most secrets are.
      const { userHome } = this.machine;
      const named =
        how.tree !== true && !arg.glob && arg.fixed >= arg.text.length && !/(?:^|\/)\.{0,2}$/.test(arg.text);
      const atHome = named ? absolutePath(arg.text, userHome, userHome, arg.quoted) : undefined;
      if (atHome !== undefined) this.#read(atHome, undefined, how, what, "home", "likely");
      return;
    }
    this.emit({
      kind: how.kind,
      what: `${what}, a path that is known only when it runs`,
      target: arg.text,
      sure: "opaque",
      undoable: how.undoable ?? (how.keeps === true ? "yes" : "no"),
      reach: how.tree === true || arg.glob ? "many" : "one",
    });
  }

  #read(
    path: string,
    pattern: string | undefined,
    how: PathUse,
    what: string,
    place: Effect["place"],
    sure: Effect["sure"],
  ): void {
    const { userHome } = this.machine;
    const named = secretName(path, userHome);
    const secret =
      pattern === undefined
        ? named === "secret" || (named === "secret-folder" && how.tree === true)
        : named === "secret" || globReachesSecret(pattern, userHome) || secretName(pattern, userHome) === "secret";
    this.emit({
      kind: "read",
      what,
      target: pattern ?? path,
      place,
      secret: secret ? "reads" : "none",
      sure,
      reach: how.tree === true || pattern !== undefined ? "many" : "one",
    });
  }

  #deletable(
    path: string,
    whole: boolean,
    takesAll: boolean,
    place: Effect["place"],
    how: PathUse,
    inside = path,
  ): Effect["undoable"] {
    if (how.undoable !== undefined) return how.undoable;
    if (takesAll) return "no";
    if (this.#isMade(path)) return "yes";
    if (place === "temp") {
      if (!whole) return "yes";
      const made = this.fact("made", path);
      return made !== undefined && "made" in made && !made.made ? "no" : "yes";
    }
    if (place !== "workspace" && place !== "worktree") return "no";
    const { root } = this.call.workspace;
    if (/\/\.git(?:\/|$)/.test(path)) return "no";
    if (isRegenerable(inside, root)) return "yes";
    const git = this.fact("git", path);
    if (git !== undefined && "state" in git && git.state === "clean") return "yes";
    const made = this.fact("made", path);
    return made !== undefined && "made" in made && made.made ? "yes" : "no";
  }

  /**
   * By the text alone one file of the workspace that is called by its name is most likely tracked, or the session's own scratch work: guards that
   * ask here ask many times a day for nothing. With facts the facts decide, and one that could not be had is none (ADR-0010).
   */
  #takenAtItsWord(path: string): boolean {
    return (
      this.fact("path", path) === undefined &&
      this.fact("git", path) === undefined &&
      this.fact("made", path) === undefined &&
      !/\/\.git(?:\/|$)/.test(path) &&
      !seldomTracked.test(path) &&
      secretName(path, this.machine.userHome) === undefined
    );
  }

  #writable(path: string, place: Effect["place"], how: PathUse): Effect["undoable"] {
    if (place === "temp") return "yes";
    if (place === "workspace" || place === "worktree") {
      if (/\/\.git(?:\/|$)/.test(path)) return "no";
      // Emptying a file loses it as deleting does; one that is not there yet is only made.
      const emptied = how.content === "" ? this.fact("path", path) : undefined;
      return how.content === "" &&
        how.keeps !== true &&
        !this.#isMade(path) &&
        !isRegenerable(path, this.call.workspace.root) &&
        (emptied === undefined || !("real" in emptied) || emptied.type !== "missing") &&
        holdsWork.test(path)
        ? this.#deletable(path, true, false, place, how)
        : "yes";
    }
    if (
      place === "home" &&
      /\/\.(?:claude|codex|gemini|cursor|config\/opencode)\/(?:plans|todos|memory|memories|projects|tmp|skills|agents|commands|tasks)\//.test(
        path,
      )
    )
      return "yes";
    return how.keeps === true ? "costly" : "no";
  }

  /** Scratch work is the session's own; what others left in temp is not. */
  #runnable(path: string, place: Effect["place"], how: PathUse): Effect["undoable"] {
    if (place === "workspace" || place === "worktree" || this.#isMade(path)) return "yes";
    if (place !== "temp") return "no";
    const made = this.fact("made", path);
    if (made === undefined || !("made" in made)) return how.injected === true ? "no" : "yes";
    return made.made ? "yes" : "no";
  }

  #isMade(path: string): boolean {
    for (const made of this.made.keys()) if (isBelow(path, made)) return true;
    return false;
  }
}

/** Data, and sources but for those that are often empty. */
const holdsWork =
  /\.(?:db|sqlite3?|sql|dump|bak|tar|gz|zip|parquet|csv)$|(?<!\/__init__)\.(?:[cm]?[jt]sx?|py|go|rs|java|kt|rb|php|cs|c|cc|cpp|h|hpp|swift|scala|ex|exs|vue|svelte)$/;

/** Data, keys and settings of one machine: git seldom holds them, and nothing makes them again. */
const seldomTracked =
  /\/\.env[^/]*$|\.(?:db|sqlite3?|db-wal|sql|dump|rdb|bak|backup|old|tar|t?gz|zip|parquet|csv|tsv|xlsx?|pem|key|p12|pfx|jks|keystore|tfstate|tfvars|local)$/i;

const verbs: Readonly<Record<PathUse["kind"], string>> = {
  read: "read",
  write: "write",
  delete: "delete",
  execute: "run",
  persist: "write",
};
const remoteKinds: ReadonlySet<Effect["kind"]> = new Set<Effect["kind"]>([
  "send",
  "receive",
  "publish",
  "mutate-remote",
]);

const notSure = (why: string): EffectDraft => ({ kind: "opaque", what: why, sure: "opaque", undoable: "no" });

/** Whether a pattern's words match the first parts of a path: `*` and `s*` take `settings.json`. */
function matchesBelow(pattern: string, path: string): boolean {
  const words = pattern.split("/").filter((word) => word !== "");
  const parts = path.split("/");
  return (
    words.length > 0 && words.length <= parts.length && words.every((word, i) => globMatches(word, parts[i] ?? ""))
  );
}

function shorten(text: string): string {
  const max = limits.effectTargetCharsMax;
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
