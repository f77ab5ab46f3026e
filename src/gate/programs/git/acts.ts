import { list } from "../acts.ts";
import { type Act, type Acts, type Arg, type EffectDraft, literal, type Program, type Use } from "../program.ts";

/** What the families of git's subcommands share. */

/** Some of git's subcommands with examples, which `index.ts` puts together. */
export interface Subcommands {
  readonly subcommands: NonNullable<Program["subcommands"]>;
  readonly examples: Program["examples"];
}

/** Does something to the repository in which it runs: nothing is lost with a scratch repository. */
export const own =
  (
    kind: EffectDraft["kind"],
    what: string,
    undoable: "yes" | "costly" | "no",
    more: { readonly reach?: "many"; readonly place?: "system"; readonly instead?: string } = {},
  ): Act =>
  (use, args) =>
    use.emit({
      kind,
      what: args.length === 0 ? what : `${what} (${list(args)})`,
      target: args[0]?.text ?? "",
      place: use.cwdPlace,
      undoable: use.cwdPlace === "temp" ? "yes" : undoable,
      ...more,
    });

export const keeps: Act = own("write", "change the repository so that nothing is lost", "yes");

export const discards = (what: string, instead = "Set it aside, from where it comes back: `git stash`"): Act =>
  own("delete", what, "no", { reach: "many", instead });

export const asksLocal: Act = (use) => {
  use.emit({ kind: "read", what: `run ${use.title}`, target: "git", place: "workspace" });
  use.output({ text: undefined });
};

/** Names of files below the folder where it runs, as a pattern, unless a path leads elsewhere. */
export const listsNames: Act = (use, args) => {
  asksLocal(use, args);
  if (args.every(({ text, fixed }) => fixed === text.length && !/^[~/:]|\.\./.test(text)))
    use.output({ text: use.has("-z") ? "./*\0" : "./*\n" });
};

/** `--upload-pack`, `--exec` and the like are run by a shell. */
export const runsRemoteProgram: Acts = (use, args) => {
  const [line] = args;
  if (line === undefined || /^(?:\/usr\/bin\/)?(?:git[- ](?:upload|receive)-pack|git-upload-archive)$/.test(line.text))
    return;
  use.emit({
    kind: "opaque",
    what: `${use.title}: run ${line.text} in the place of git's own program`,
    target: "git",
    sure: "likely",
    undoable: "costly",
  });
  use.code("shell", line);
};

/** URLs that make git run a program: `ext::sh -c ...`. */
export function remoteOf(use: Use, arg: Arg | undefined): void {
  if (arg === undefined) return;
  const match = /^ext::(.*)$/s.exec(arg.text);
  if (match !== null) {
    use.emit({
      kind: "opaque",
      what: `${use.title}: run the command in ${arg.text}`,
      target: "git",
      sure: "likely",
      undoable: "costly",
    });
    use.run(
      (match[1] ?? "")
        .replaceAll("% ", "\u0000")
        .split(/\s+/)
        .map((word) => literal(word.replaceAll("\u0000", " "))),
    );
  } else if (arg.text.startsWith("-"))
    use.emit({
      kind: "opaque",
      what: `use a git remote named like an option, ${arg.text}`,
      target: arg.text,
      sure: "opaque",
      undoable: "no",
    });
}

export const forced = { "-f --force": [] } as const;
