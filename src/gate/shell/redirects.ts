import type { Redirection } from "unbash";
import { type Arg, type Flow, noFlow } from "../programs/program.ts";
import type { Runner } from "./runner.ts";
import type { Shell } from "./state.ts";
import { expandWhole, type Substituting } from "./words.ts";

/** Where a command's input comes from and its output goes: files, here-documents, `/dev/tcp`. */

const unknownFlow: Flow = { ...noFlow, text: undefined };

export interface Redirects {
  readonly stdin: Flow;
  /** States what the redirected output does; gives what remains for a pipe. */
  finish(out: Flow): Flow;
}

/** @param expanding  how words of the same command are expanded */
export function redirect(
  runner: Runner,
  shell: Shell,
  list: readonly Redirection[],
  stdin: Flow,
  expanding: () => Substituting,
): Redirects {
  if (list.length === 0) return { stdin, finish: (out) => out };
  const expands = expanding();
  let input = stdin;
  const outputs: { readonly target: Arg; readonly keeps: boolean; readonly stdout: boolean }[] = [];
  for (const item of list) {
    if (!runner.scene.spend()) break;
    if (item.type === "HereDoc") {
      input = hereDocument(item, expands);
      continue;
    }
    const target = expandWhole(item.target, expands);
    if (item.type === "HereString") {
      input = {
        ...noFlow,
        text: target.fixed === target.text.length ? `${target.text}\n` : undefined,
        secret: target.secret,
      };
      continue;
    }
    const { operator } = item;
    const descriptor = item.descriptor?.type === "FileDescriptor" ? item.descriptor.value : undefined;
    if (/^\d*-?$/.test(target.text) && (operator === ">&" || operator === "<&")) continue;
    const network = /^\/dev\/(?:tcp|udp)\/([^/]+)/.exec(target.text);
    if (network !== null) {
      const host = network[1] ?? "";
      if (!/^(?:localhost|127\.|::1)/.test(host) || operator === "<>")
        runner.emit(shell, {
          kind: "send",
          what: `open a connection to ${host} by ${target.text}`,
          target: host,
          place: "remote",
          undoable: "no",
        });
      input = { ...unknownFlow, remote: true };
      continue;
    }
    if (operator === "<") {
      if (target.content !== undefined) input = target.content;
      else {
        const { effects } = runner.scene;
        const before = effects.length;
        runner.path(shell, target, { kind: "read" });
        const secret = effects.slice(before).some((effect) => effect.secret === "reads");
        const path = runner.absolute(shell, target.text);
        const made = path === undefined ? undefined : runner.scene.made.get(path);
        input = made ?? { ...unknownFlow, secret, files: [target] };
      }
      continue;
    }
    outputs.push({
      target,
      keeps: operator === ">>" || operator === "&>>" || operator === "<>",
      stdout: descriptor === undefined || descriptor === 1,
    });
  }
  return {
    stdin: input,
    finish(out) {
      let rest = out;
      for (const { target, keeps, stdout } of outputs) {
        if (target.content !== undefined) continue;
        runner.path(shell, target, {
          kind: "write",
          keeps,
          content: stdout ? out.text : undefined,
          verb: keeps ? "append to" : "write",
        });
        if (!stdout) continue;
        const path = target.fixed === target.text.length ? runner.absolute(shell, target.text) : undefined;
        // What was fetched stays so when more is added to it.
        const fetched = keeps && path !== undefined && runner.scene.made.get(path)?.remote === true;
        if (path !== undefined && shell.elsewhere === undefined && runner.scene.made.has(path) && !fetched)
          runner.scene.made.set(path, out);
        if (target.text !== "/dev/stdout" && target.text !== "/dev/tty") rest = noFlow;
      }
      return rest;
    },
  };
}

function hereDocument(node: Extract<Redirection, { type: "HereDoc" }>, expanding: Substituting): Flow {
  const { body, operator } = node;
  if (body.parts === undefined)
    return { ...noFlow, text: operator === "<<-" ? body.text.replace(/^\t+/gm, "") : body.text };
  const fields = expandWhole(
    {
      type: "Word",
      text: body.text,
      value: body.text,
      pos: body.pos,
      end: body.end,
      parts: [{ type: "DoubleQuoted", pos: body.pos, end: body.end, text: body.text, parts: body.parts as never }],
    },
    expanding,
  );
  // What is not known stays as written: read as code it is unknown there too.
  return { ...noFlow, text: fields.text, secret: fields.secret };
}
