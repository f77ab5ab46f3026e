import { isPackageManifest, judgeContent } from "../tools/content.ts";
import { absolutePath } from "../paths/text.ts";
import { locate } from "../paths/locate.ts";
import { signalbox as signalboxPrograms } from "../programs/signalbox.ts";
import { databaseLoss, emptiesDatabase, projectConsoles } from "../programs/database-loss.ts";
import { programs } from "../programs/index.ts";
import {
  type Arg,
  type EffectDraft,
  type Flow,
  type Language,
  literal,
  noFlow,
  type PathUse,
  type Program,
} from "../programs/program.ts";
import { programName, useProgram } from "../programs/use.ts";
import type { Scene } from "../scene.ts";
import { judgeForeignCode } from "../code/index.ts";
import { builtins } from "./builtins.ts";
import { isDisguised, prescan } from "./prescan.ts";
import {
  findProgram,
  harmlessWords,
  isSystemProgram,
  languageOf,
  mayBecome,
  ownVerb,
  quote,
  shebang,
} from "./names.ts";
import type { Shell } from "./state.ts";
import { judgeUnknown, mines } from "./unknown.ts";
import { walkBody, walkText } from "./walk.ts";

const depthMax = 24;
const signalbox = signalboxPrograms[0] as Program;
const unknownFlow: Flow = { ...noFlow, text: undefined };

/** Runs commands, code and scripts in thought: everything that may run something else comes through here, so that depth and budgets hold. */
export class Runner {
  readonly scene: Scene;
  readonly noInput = noFlow;
  /** The pattern of the `grep` that the command under way writes to. */
  filter: string | undefined;

  constructor(scene: Scene) {
    this.scene = scene;
  }

  emit(shell: Shell, effect: EffectDraft): void {
    if (shell.elsewhere === undefined) return this.scene.emit(effect);
    const what = `${effect.what}, at ${shell.elsewhere}`;
    // What is changed at another machine or in a container is not ours to undo.
    if (changing.has(effect.kind)) this.scene.emit({ ...effect, what, kind: "mutate-remote", place: "remote" });
    else this.scene.emit({ ...effect, what, place: "remote" });
  }

  path(shell: Shell, arg: Arg, use: PathUse): void {
    if (shell.elsewhere === undefined) {
      this.scene.path(arg, use, shell.cwd);
      // What a redirect writes is read as what a file tool writes.
      if (use.kind === "write" && use.content !== undefined && use.content !== "")
        judgeContent(this, shell, arg.text, use.content, isPackageManifest(arg.text));
      return;
    }
    const before = this.scene.effects.length;
    if (use.kind === "read") {
      const path = absolutePath(arg.text, "/", this.scene.machine.userHome) ?? arg.text;
      this.scene.path({ ...arg, text: path, fixed: arg.fixed === 0 ? 0 : path.length }, use, "/");
      for (let i = before; i < this.scene.effects.length; i++) {
        const effect = this.scene.effects[i];
        if (effect !== undefined) this.scene.effects[i] = { ...effect, place: "remote" };
      }
      return;
    }
    if (/^\/(?:tmp|var\/tmp|dev\/(?:null|stdout|stderr))/.test(arg.text)) return;

    this.emit(shell, {
      kind: "mutate-remote",
      what: `${use.verb ?? use.kind} ${arg.text}`,
      target: arg.text,
      place: "remote",
      undoable: use.kind === "delete" ? "no" : "costly",
    });
  }

  absolute(shell: Shell, text: string): string | undefined {
    return absolutePath(text, shell.cwd, this.scene.machine.userHome);
  }

  /** Whether a path is the workspace's own or in temp. */
  isOwn(shell: Shell, text: string): boolean {
    const path = this.absolute(shell, text);
    if (path === undefined) return false;
    const { place } = locate(path, this.scene.call.workspace, this.scene.machine);
    return place === "workspace" || place === "worktree";
  }

  /** Judges a simple command whose words are expanded; gives what goes to its stdout. */
  call(shell: Shell, words: readonly Arg[], stdin: Flow): Flow {
    const [name, ...args] = words;
    if (name === undefined) return noFlow;
    if (!this.scene.spend(2)) return unknownFlow;
    if (this.scene.depth >= depthMax) {
      this.scene.notSure("run something nested deeper than can be followed");
      return unknownFlow;
    }
    const { current } = this.scene;
    const known = words.map((word) => (word.fixed === word.text.length ? word.text : undefined));
    if (this.scene.commands.length < 1_024) this.scene.commands.push(known);
    this.scene.current = { words: known, cwd: shell.cwd };
    this.scene.depth++;
    try {
      return this.#call(shell, name, args, stdin);
    } finally {
      this.scene.depth--;
      this.scene.current = current;
    }
  }

  #call(shell: Shell, name: Arg, args: readonly Arg[], stdin: Flow): Flow {
    const { text } = name;
    if (name.fixed < text.length || (name.glob && /[*?[]/.test(text) && text !== "[" && text !== "[[")) {
      // `$PYTHON -m x`: which program is known only when it runs. One below the workspace is its own.
      const known = text.slice(0, name.fixed);
      if (
        name.fixed > 0 &&
        known.includes("/") &&
        this.isOwn(shell, known.slice(0, known.lastIndexOf("/") + 1)) &&
        !text.includes("..")
      ) {
        this.emit(shell, { kind: "execute", what: `run ${text}`, target: text });
        return unknownFlow;
      }
      this.emit(shell, {
        kind: "opaque",
        what: `run ${text}, a program that is known only when it runs`,
        target: text,
        sure: "opaque",
        undoable: "no",
      });
      for (const arg of args)
        if (arg.fixed > 0 && /^(?:~|\/|\.\.)/.test(arg.text)) this.path(shell, arg, { kind: "read" });
      return unknownFlow;
    }
    // zsh's `=rm` is the program that `rm` names.
    if (/^=\w/.test(text)) return this.#call(shell, literal(text.slice(1)), args, stdin);
    if (name.hidden === true)
      this.emit(shell, {
        kind: "opaque",
        what: `run ${text}, a program whose name was decoded or escaped`,
        target: text,
        sure: "likely",
        undoable: "no",
      });
    if (isDisguised(text)) {
      this.emit(shell, {
        kind: "opaque",
        what: `run ${text}, a name with letters that look like others`,
        target: text,
        sure: "opaque",
        undoable: "no",
      });
      return unknownFlow;
    }
    const rest = ownVerb(text, args);
    if (rest !== undefined) return useProgram(this, shell, signalbox, "signalbox", rest, stdin);
    this.#guard(shell, text, args);
    const alias = shell.aliases.get(text);
    if (alias !== undefined && !alias.startsWith(text))
      return this.code(shell, "shell", literal(`${alias} ${args.map((arg) => quote(arg.text)).join(" ")}`), stdin);
    const body = shell.functions.get(text);
    if (body !== undefined) {
      const positional = shell.positional;
      shell.positional = [name, ...args];
      // A function that calls itself is not followed again.
      shell.functions.delete(text);
      const out = walkBody(this, shell, body, stdin);
      shell.functions.set(text, body);
      shell.positional = positional;
      return out;
    }
    const builtin = builtins.get(text);
    if (builtin !== undefined) return builtin(this, shell, args, stdin);
    const slash = text.includes("/");
    if (slash && !isSystemProgram(text)) {
      const own = this.isOwn(shell, text);
      const base = programName(text);
      const program = programs.get(base);
      if (program !== undefined && (!own || /(?:^|\/)(?:\.bin|bin)\//.test(text) || projectConsoles.has(base))) {
        // A known name says what runs only where programs are installed: `~/Downloads/ls` may be anything.
        if (!own && !/\/(?:\.?s?bin|shims|libexec|scripts)\/[^/]+$/i.test(text))
          this.script(shell, name, "other", args, stdin);
        return useProgram(this, shell, program, program.names.includes(base) ? base : program.names[0], args, stdin);
      }
      return this.script(shell, name, "other", args, stdin);
    }
    const base = programName(text);
    const program = findProgram(base);
    if (program !== undefined) return useProgram(this, shell, program, base, args, stdin);
    return judgeUnknown(this, shell, base, args, stdin);
  }

  /** Words that name our own files or socket, for programs of which nobody knows what they do with them. */
  #guard(shell: Shell, name: string, args: readonly Arg[]): void {
    if (harmlessWords.has(name)) return;
    for (const own of this.scene.machine.signalboxPaths)
      for (const { text, glob } of args)
        if (text.includes(own) || (glob && mayBecome(text, own)))
          this.emit(shell, {
            kind: "write",
            what: `${name} ${text}: use Signalbox's own files or socket`,
            target: own,
            place: "signalbox",
            undoable: "no",
          });
  }

  /** Runs code given as text. */
  code(shell: Shell, language: Language, code: Arg, stdin: Flow, args: readonly Arg[] = []): Flow {
    const { scene } = this;
    if (code.content !== undefined) return this.stdinCode(shell, language, code.content, language);
    if (code.fixed === 0 && code.text !== "") {
      this.emit(shell, {
        kind: "opaque",
        what: `run ${language} code that is put together at run time: ${code.text}`,
        target: language,
        sure: "opaque",
        undoable: "no",
      });
      return unknownFlow;
    }
    if (code.hidden === true)
      this.emit(shell, {
        kind: "opaque",
        what: `run ${language} code that was decoded or escaped: ${code.text}`,
        target: language,
        sure: "likely",
        undoable: "no",
      });
    scene.nestedCharsLeft -= code.text.length;
    if (scene.nestedCharsLeft < 0 || scene.depth >= depthMax) {
      scene.notSure("run more nested code than can be read");
      return unknownFlow;
    }
    scene.depth++;
    try {
      if (language !== "shell") return judgeForeignCode(this, shell, language, code, args);
      const why = prescan(code.text);
      if (why !== undefined) {
        scene.notSure(why);
        return unknownFlow;
      }
      const inner = shell.fork();
      inner.positional = args.length > 0 ? args : [literal("sh")];
      return walkText(this, inner, code.text, stdin);
    } finally {
      scene.depth--;
    }
  }

  /** Runs what comes in by stdin. */
  stdinCode(shell: Shell, language: Language, stdin: Flow, name: string): Flow {
    if (stdin.remote)
      this.emit(shell, {
        kind: "opaque",
        what: `${name}: run code that comes from the network, unseen`,
        target: name,
        sure: "opaque",
        undoable: "no",
      });
    else if (stdin.decoded)
      this.emit(shell, {
        kind: "opaque",
        what: `${name}: run code that was decoded or put together, so that it can't be read`,
        target: name,
        sure: "opaque",
        undoable: "no",
      });
    // `grep -rl x | sh`: the files that are found are run, one after the other.
    if (stdin.text !== undefined && /^(?:\S*\/\*[\n\0])+$/.test(stdin.text)) {
      this.emit(shell, {
        kind: "opaque",
        what: `${name}: run the files whose names it is given`,
        target: name,
        sure: "opaque",
        undoable: "no",
      });
      return unknownFlow;
    }
    if (stdin.text !== undefined)
      return stdin.text === "" ? unknownFlow : this.code(shell, language, literal(stdin.text), noFlow);
    if (stdin.files.length > 0) {
      for (const file of stdin.files) this.script(shell, file, language, [], noFlow);
      return unknownFlow;
    }
    if (!stdin.remote && !stdin.decoded)
      this.emit(shell, {
        kind: "opaque",
        what: `${name}: run code that is put together at run time`,
        target: name,
        sure: "opaque",
        undoable: "no",
      });
    return unknownFlow;
  }

  /** Runs a local file. */
  script(shell: Shell, file: Arg, language: Language, args: readonly Arg[], stdin: Flow): Flow {
    if (file.content !== undefined) return this.stdinCode(shell, language, file.content, language);
    if (shell.elsewhere !== undefined) {
      this.emit(shell, { kind: "execute", what: `run ${file.text}`, target: file.text });
      return unknownFlow;
    }
    const path = file.fixed === file.text.length ? this.absolute(shell, file.text) : undefined;
    if (path === undefined) {
      const folder = file.text.slice(0, file.text.lastIndexOf("/", file.fixed) + 1);
      if (file.fixed > 0 && this.isOwn(shell, folder === "" ? "." : folder))
        this.emit(shell, { kind: "execute", what: `run ${file.text}`, target: file.text });
      else
        this.emit(shell, {
          kind: "opaque",
          what: `run ${file.text}, a file that is known only when it runs`,
          target: file.text,
          sure: "opaque",
          undoable: "no",
        });
      return unknownFlow;
    }
    const asLanguage = language === "other" ? (languageOf(path) ?? "other") : language;
    if (this.scene.made.has(path)) {
      const content = this.scene.made.get(path);
      if (content?.remote === true || content?.decoded === true)
        return this.stdinCode(shell, asLanguage, { ...content, text: undefined }, file.text);
      // A program that is compiled first is not read.
      if (
        content?.text !== undefined &&
        asLanguage === "other" &&
        /\.\w{1,8}$/.test(path) &&
        !content.text.startsWith("#!")
      ) {
        this.emit(shell, { kind: "execute", what: `run ${file.text}`, target: path });
        return unknownFlow;
      }
      if (content?.text !== undefined && content.text !== "")
        return this.code(
          shell,
          asLanguage === "other" ? shebang(content.text) : asLanguage,
          literal(content.text),
          stdin,
          [file, ...args],
        );
    }
    const real = this.scene.fact("path", path);
    const target = real !== undefined && "real" in real ? real.real : path;
    const { place } = locate(target, this.scene.call.workspace, this.scene.machine);
    if (place === "workspace" || place === "worktree") {
      const loss = databaseLoss(args);
      if (loss !== undefined) this.emit(shell, emptiesDatabase(loss));
      mines(this, shell, file.text, args);
      this.emit(shell, { kind: "execute", what: `run ${file.text} of the workspace`, target, place });
      return unknownFlow;
    }
    if (/^\/(?:usr|opt|nix|snap|bin|sbin|lib)\//.test(target) && language === "other")
      return judgeUnknown(this, shell, programName(target), args, stdin);
    const fact = this.scene.fact("script", target);
    if (fact !== undefined && "text" in fact) {
      this.emit(shell, { kind: "execute", what: `run ${file.text}`, target, place });
      return this.code(shell, asLanguage === "other" ? shebang(fact.text) : asLanguage, literal(fact.text), stdin, [
        file,
        ...args,
      ]);
    }
    const made = place === "temp" ? this.scene.fact("made", target) : undefined;
    // Scratch work: what the session made in temp is its own. Without a fact the text is taken at its word.
    if (place === "temp" && fact === undefined && (made === undefined || ("made" in made && made.made))) {
      this.emit(shell, { kind: "execute", what: `run ${file.text}`, target, place });
      return unknownFlow;
    }
    this.emit(shell, {
      kind: "opaque",
      what: `run ${file.text}, code that lies outside the workspace and was not read`,
      target,
      place,
      sure: "opaque",
      undoable: "no",
    });
    return unknownFlow;
  }
}

const changing: ReadonlySet<string> = new Set(["write", "delete", "persist", "rewrite-history", "signal", "elevate"]);
