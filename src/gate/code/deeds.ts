import { hostOf, isLoopback, isMetadata } from "../paths/hosts.ts";
import { secretName } from "../paths/secrets.ts";
import { type Arg, type Language, literal, noFlow } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import { type Shell, unknown } from "../shell/state.ts";
import type { Source } from "./source.ts";

/** What calls of scripting languages do, told from their arguments: run, delete, write, send. The table of calls is in `calls.ts`. */

export interface Seen {
  readonly runner: Runner;
  readonly shell: Shell;
  readonly language: Language;
  readonly source: Source;
  /** Behind the opening bracket. */
  readonly at: number;
  readonly match: RegExpExecArray;
}

export const argOf = (value: string | undefined): Arg =>
  value === undefined ? unknown("a path that is put together") : { ...literal(value), quoted: !value.startsWith("~") };

export function runsShell({ runner, shell, source, at, language }: Seen): void {
  const list = source.list(at);
  if (list !== undefined && list.length > 0 && !/^\s*\(/.test(source.text.slice(at))) {
    runner.call(shell, list.map(argOf), noFlow);
    return;
  }
  const found = source.value(at);
  if (found !== undefined && /^(?:\/(?:usr\/)?bin\/)?(?:ba|z|da|k|a)?sh(?: -i)?$/.test(found.value.trim()))
    runner.emit(shell, {
      kind: "opaque",
      what: `${language}: start a shell that is told later what to do`,
      target: language,
      sure: "opaque",
      undoable: "no",
    });
  if (found !== undefined) {
    const rest = source.items(at);
    // `spawn("rm", ["-rf", "/"])` and `system("rm", "-rf", "/")`.
    const next = /^\s*,\s*/.exec(source.text.slice(found.to, found.to + 8));
    const more = next === null ? undefined : source.list(found.to + next[0].length);
    if (more !== undefined && more.length > 0) runner.call(shell, [literal(found.value), ...more.map(argOf)], noFlow);
    else if (rest.length > 1 && rest[1] !== undefined && (language === "perl" || language === "ruby"))
      runner.call(shell, rest.map(argOf), noFlow);
    else runner.code(shell, "shell", literal(found.value), noFlow);
    return;
  }
  // An f-string or template whose start is known still shows the program.
  const partly = source.strings.find((s) => s.from >= at && s.from <= at + 2);
  if (partly?.dynamic === true && !/^[{$]/.test(partly.value)) {
    runner.code(shell, "shell", literal(partly.value.replace(/\$?\{[^}]*\}/g, "$SIGNALBOX_UNKNOWN")), noFlow);
    return;
  }
  runner.emit(shell, {
    kind: "opaque",
    what: `${language}: run a command that is put together at run time`,
    target: language,
    sure: "opaque",
    undoable: "no",
  });
}

export const touches =
  (kind: "read" | "write" | "delete", tree = false, oneFile = false) =>
  ({ runner, shell, source, at }: Seen): void => {
    const found = source.value(at);
    if (found === undefined && kind !== "delete") return;
    runner.path(shell, argOf(found?.value), { kind, tree, oneFile });
  };

export const opaqueCode =
  (what: string) =>
  ({ runner, shell, language }: Seen): void =>
    runner.emit(shell, {
      kind: "opaque",
      what: `${language}: ${what}`,
      target: language,
      sure: "opaque",
      undoable: "no",
    });

export const sends =
  (kind: "send" | "receive") =>
  ({ runner, shell, source, at, language }: Seen): void => {
    const found = source.value(at);
    const rest = source.rest(at);
    const host = found === undefined ? undefined : hostOf(found.value);
    if (host !== undefined && isLoopback(host)) return;
    const posts =
      kind === "send" || /\bmethod\s*[:=]\s*["'](?:POST|PUT|PATCH|DELETE)|\bdata\s*=|\bbody\s*:|\bjson\s*=/i.test(rest);
    if (host !== undefined && isMetadata(host))
      runner.emit(shell, {
        kind: "read",
        what: `${language}: ask the cloud's metadata service, which gives out credentials`,
        target: host,
        place: "remote",
        secret: "reads",
      });
    const carries =
      /environ|process\.env|ENV\[|getenv/.test(rest) ||
      (found !== undefined && secretName(found.value, runner.scene.machine.userHome) !== undefined);
    if (posts || carries)
      runner.emit(shell, {
        kind: "send",
        what: `${language}: send to ${found?.value ?? "a host that is known only when it runs"}`,
        target: host ?? "",
        place: "remote",
        undoable: "no",
        secret: carries ? "sends" : "none",
      });
    else
      runner.emit(shell, {
        kind: "receive",
        what: `${language}: fetch from ${found?.value ?? "a host that is known only when it runs"}`,
        target: host ?? "",
        place: "remote",
      });
  };

export const showsEnvironment = ({ runner, shell, language }: Seen): void =>
  runner.emit(shell, {
    kind: "read",
    what: `${language}: show the whole environment, with the secrets in it`,
    target: "environment",
    secret: "reads",
  });

/** `Path("x").iterdir()` in a program that deletes: by its text, what is deleted is what is found there. */
export function eachBelow({ runner, shell, source, match }: Seen): void {
  if (!/\.(?:unlink|rmdir)\s*\(|\brmtree\s*\(|\bos\.remove\s*\(/.test(source.text)) return;
  const pattern = match[2] === undefined ? "*" : match[2].slice(1, -1);
  runner.path(shell, { ...argOf(`${pathText(match)}/${pattern}`), glob: true }, { kind: "delete" });
}

export function dynamicCode({ runner, shell, source, at, language }: Seen): void {
  const found = source.value(at);
  // `''.join(...)` begins with a literal and is none.
  if (found !== undefined && /^\s*(?:[),;]|$)/.test(source.text.slice(found.to, found.to + 8))) {
    runner.code(shell, language, literal(found.value), noFlow);
    return;
  }
  if (/^\s*compile\s*\(\s*open|^\s*["'][^"']*["']\s*\)/.test(source.text.slice(at, at + 200))) return;
  runner.emit(shell, {
    kind: "opaque",
    what: `${language}: run code that is put together at run time`,
    target: language,
    sure: "opaque",
    undoable: "no",
  });
}

export function opens({ runner, shell, source, at }: Seen): void {
  const found = source.value(at);
  const rest = source.rest(at);
  const mode = /,\s*(?:mode\s*=\s*)?["']([rwaxbt+]+)["']/.exec(rest)?.[1] ?? "r";
  if (/[wax+]/.test(mode)) {
    if (found !== undefined) runner.path(shell, argOf(found.value), { kind: "write", keeps: mode.includes("a") });
  } else if (found !== undefined) runner.path(shell, argOf(found.value), { kind: "read" });
}

export function copies({ runner, shell, source, at }: Seen): void {
  const [from, to] = source.items(at);
  if (from !== undefined) runner.path(shell, argOf(from), { kind: "read" });
  if (to !== undefined) runner.path(shell, argOf(to), { kind: "write" });
}

export function movesAway({ runner, shell, source, at }: Seen): void {
  const [from, to] = source.items(at);
  if (from !== undefined)
    runner.path(shell, argOf(from), {
      kind: "write",
      verb: "move away",
      ...(to === undefined ? {} : { movesTo: argOf(to) }),
    });
  if (to !== undefined) runner.path(shell, argOf(to), { kind: "write", verb: "move to" });
}

/** A file whose content runs as it is loaded: one of the workspace is its own affair. */
export function loadsFile({ runner, shell, source, at }: Seen): void {
  const found = source.value(at);
  if (found !== undefined) runner.script(shell, argOf(found.value), "other", [], noFlow);
}

export function pathMethod(kind: "write" | "delete"): (seen: Seen) => void {
  return ({ runner, shell, match }) => runner.path(shell, argOf(pathText(match)), { kind, oneFile: kind === "delete" });
}
const pathText = (match: RegExpExecArray): string => (match[1] ?? match[0]).slice(1, -1);

export function connects({ runner, shell, source, at, language, match }: Seen): void {
  const near = source.text.slice(match.index, at + 400);
  if (
    /(?:localhost|127\.0\.0\.1|::1|AF_UNIX|bind\s*\()/.test(near) &&
    !/dup2|\/bin\/(?:ba)?sh|exec/.test(source.text)
  ) {
    if (/sock|AF_UNIX/.test(near)) ownSocket(runner, shell, near);
    return;
  }
  runner.emit(shell, {
    kind: "send",
    what: `${language}: open a network connection`,
    target: language,
    place: "remote",
    undoable: "no",
  });
}

function ownSocket(runner: Runner, shell: Shell, near: string): void {
  for (const path of runner.scene.machine.signalboxPaths)
    if (near.includes(path))
      runner.emit(shell, {
        kind: "write",
        what: "speak to Signalbox's socket directly",
        target: path,
        place: "signalbox",
        undoable: "no",
      });
}

export function signalling({ runner, shell, language }: Seen): void {
  runner.emit(shell, {
    kind: "signal",
    what: `${language}: send a signal to a process`,
    target: language,
    place: "system",
    undoable: "costly",
  });
}
