import { list, writes } from "../acts.ts";
import { type Act, type Arg, isLiteral, literal, noFlow, type Program } from "../program.ts";

/** What finds and lists files, and what `find` does to those that it finds. */

/** Whatever is found below a folder: which of it, nobody knows. */
const below = (start: Arg): Arg => {
  const folder = start.text.replace(/(?<=.)\/+$/, "");
  const text = `${folder}${folder === "/" ? "" : "/"}{}`;
  return { ...start, text, fixed: start.fixed < start.text.length ? start.fixed : text.length - "{}".length };
};

/** `find`: starting points, then an expression whose actions delete, write or run. */
const finds: Act = (use) => {
  const args = use.all;
  let i = 0;
  while (args[i] !== undefined && /^-(?:[HLP]|O\d|D)$/.test(args[i]?.text ?? "")) i++;
  const starts: Arg[] = [];
  while (args[i] !== undefined && !/^(?:-|\(|\)|!|,)/.test(args[i]?.text ?? "")) starts.push(args[i++] as Arg);
  if (starts.length === 0) starts.push(literal("."));
  const rest = args.slice(i);
  const names = rest.flatMap((arg, at) =>
    /^-i?(?:name|path|wholename)$/.test(arg.text) && rest[at + 1] !== undefined ? [rest[at + 1] as Arg] : [],
  );
  // `-name a -o -name b`: one or the other, if nothing is turned round.
  const ors = rest.filter(({ text }) => text === "-o" || text === "-or").length;
  const told = names.length === ors + 1 && !rest.some(({ text }) => text === "!" || text === "-not");
  const found = (): readonly Arg[] =>
    starts.flatMap((start) =>
      told
        ? names.slice(0, 8).map((name) => ({
            ...start,
            text: `${start.text.replace(/\/$/, "")}/${name.text.replace(/^\*?\//, "")}`,
            fixed:
              start.fixed < start.text.length
                ? start.fixed
                : start.text.replace(/\/$/, "").length + 1 + name.text.length,
            glob: true,
          }))
        : [below(start)],
    );
  for (const start of starts) if (start.text.startsWith("/proc/")) use.path(start, { kind: "read" });
  const runsOnAll = new Set(["-exec", "-execdir", "-ok", "-okdir"]);
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]?.text ?? "";
    if (word === "-delete") {
      const narrow = told && names.every((name) => isLiteral({ ...name, glob: false }));
      for (const start of narrow ? found() : starts)
        use.path(start, {
          kind: "delete",
          tree: true,
          verb: "delete everything found below",
          // What is empty holds nothing that could be lost.
          ...(rest.some(({ text }) => text === "-empty") ? { undoable: "yes" as const } : {}),
        });
    } else if (runsOnAll.has(word)) {
      let end = at + 1;
      while (end < rest.length && rest[end]?.text !== ";" && !(rest[end]?.text === "+" && rest[end - 1]?.text === "{}"))
        end++;
      const command = rest.slice(at + 1, end);
      for (const start of found().slice(0, 4))
        use.run(
          command.map((part) =>
            part.text === "{}"
              ? { ...start, quoted: false }
              : part.text.includes("{}")
                ? { ...part, text: part.text.split("{}").join(start.text) }
                : part,
          ),
          noFlow,
        );
      at = end;
    } else if (/^-f(?:print0?|printf|ls)$/.test(word) && rest[at + 1] !== undefined)
      use.path(rest[at + 1] as Arg, { kind: "write" });
    else if (word === "-files0-from" && rest[at + 1] !== undefined) use.path(rest[at + 1] as Arg, { kind: "read" });
  }
  // Names tell what is found, if not which of them.
  const plain = told && !rest.some(({ text }) => /^-(?:exec|delete|ok|prune|printf|fprint|fls|ls)/.test(text));
  const shown = plain ? found() : [];
  if (plain && shown.every(({ fixed, text }) => fixed === text.length))
    use.output({ text: `${shown.map(({ text }) => text).join("\n")}\n` });
  else use.output({ text: undefined });
};

export const finding: readonly Program[] = [
  {
    names: ["find", "gfind"],
    summary: "Finds files, and acts on them",
    clusters: false,
    help: true,
    does: finds,
    examples: {
      "find . -name '*.ts'": "allow",
      "find . -name '*.pyc' -delete": "allow",
      "find . -delete": "hold",
      "find . -type d -empty -delete": "allow",
      "find . -type f -exec rm {} +": "hold",
      "find src -exec sh -c 'rm \"$1\"' _ {} \\;": "hold",
      "find . -name .env | xargs cat": "hold",
      "cat $(find . -name id_rsa)": "hold",
      "find . -name '*.pem' | while read f; do cat \"$f\"; done": "hold",
      "find . -name '*.ts' | xargs wc -l": "allow",
      "find / -delete": "deny",
      "find . -type f -exec grep -l x {} \\;": "allow",
      "find ~ -exec rm -rf {} +": "deny",
    },
  },
  {
    names: ["fd", "fdfind"],
    summary: "Finds files, and acts on them",
    clusters: false,
    does: (use) => {
      const at = use.all.findIndex((arg) => /^(?:-x|-X|--exec|--exec-batch)$/.test(arg.text));
      if (at >= 0) {
        const command = use.all.slice(at + 1).filter((arg) => arg.text !== ";");
        use.run(
          command.some((arg) => arg.text.includes("{"))
            ? command.map((arg) => (arg.text.includes("{") ? { ...arg, text: "./found-file", fixed: 0 } : arg))
            : [...command, { ...literal("./found-file"), fixed: 0 }],
          noFlow,
        );
      }
      use.output({ text: undefined });
    },
    examples: { "fd -e ts": "allow", "fd x -x rm": "hold" },
  },
  {
    names: [
      "ls",
      "gls",
      "dir",
      "vdir",
      "eza",
      "exa",
      "lsd",
      "tree",
      "stat",
      "gstat",
      "du",
      "df",
      "realpath",
      "readlink",
      "greadlink",
      "basename",
      "dirname",
      "namei",
      "getfacl",
      "lsattr",
      "ncdu",
      "dust",
      "duf",
      "mountpoint",
      "findmnt",
      "pathchk",
      "broot",
    ],
    summary: "Lists files",
    flags: {
      "-o <file>": (use, args) => {
        if (use.name === "tree") writes(use, args);
      },
      "-I --ignore <x>": [],
      "-P <x>": [],
      "-L <n>": [],
      "-d --max-depth <n>": [],
      "-c --format --printf <x>": [],
      "-f <x>": [],
      "--exclude --time-style --sort --color <x>": [],
      "-s <x>": [],
    },
    does: (use, args) => {
      const [only] = args;
      if (use.name === "ls" && args.every((arg) => arg.glob || (isLiteral(arg) && arg.text === "")))
        return use.output({ text: args.length === 0 ? "./*\n" : `${args.map(({ text }) => text).join("\n")}\n` });
      use.output({
        text:
          (use.name === "basename" || use.name === "dirname") &&
          only !== undefined &&
          only.fixed === only.text.length &&
          args.length === 1
            ? use.name === "basename"
              ? only.text.replace(/\/+$/, "").replace(/^.*\//, "")
              : only.text.includes("/")
                ? only.text.replace(/\/[^/]*$/, "") || "/"
                : "."
            : use.name === "realpath" || use.name === "readlink"
              ? only !== undefined && only.fixed === only.text.length
                ? only.text
                : undefined
              : undefined,
      });
      use.emit({ kind: "read", what: `list ${list(args)}`, target: args[0]?.text ?? ".", place: "workspace" });
    },
    examples: { "ls -la ~/.ssh": "allow", "du -sh *": "allow", "tree -L 2": "allow", "stat /etc/shadow": "allow" },
  },
];
