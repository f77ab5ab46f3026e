import { reads, writes } from "../acts.ts";
import { type Act, type Arg, type Program } from "../program.ts";

/** `grep` and its like. */

/** A command that the program starts by itself, with each file: only compressors are known to do nothing else. */
const runsForEach: Act = (use, [line]) => {
  if (line === undefined || /^(?:gzip|bzip2|xz|zstd|lz4|pigz)$/.test(line.text)) return;
  use.emit({
    kind: "opaque",
    what: `${use.name}: start ${line.text} by itself, with files that are known only when it runs`,
    target: line.text,
    sure: "opaque",
    undoable: "no",
  });
  use.code("shell", line);
};

/** `tr a-z b-za`: computed only for what is used to hide text. */
/** What a search names: files below the folders that it was given, as a pattern; undefined where those are not known. */
function namesFound(paths: readonly Arg[], tree: boolean, end: "\n" | "\0"): string | undefined {
  if (!tree) return undefined;
  const folders = paths.length === 0 ? ["."] : paths.map(({ text }) => text);
  if (paths.some(({ fixed, text, hidden }) => fixed < text.length || hidden === true || /\s/.test(text)))
    return undefined;
  return `${folders.map((folder) => `${folder.replace(/\/+$/, "")}/*`).join(end)}${end}`;
}

export const searching: readonly Program[] = [
  {
    names: ["grep", "egrep", "fgrep", "ggrep", "zgrep", "rg", "ag", "ack", "ugrep", "pcregrep", "pt", "sift"],
    summary: "Searches in files",
    flags: {
      "-e --regexp <pattern>": [],
      "-f --file <file>": reads,
      "-A --after-context <n>": [],
      "-B --before-context <n>": [],
      "-C --context <n>": [],
      "-m --max-count <n>": [],
      "--include --exclude --exclude-dir --color --colour <g>": [],
      "-g --glob --iglob <g>": [],
      "-t --type -T --type-not <t>": [],
      "-M --max-columns <n>": [],
      "-j --threads <n>": [],
      "--max-depth -d <n>": [],
      "-r -R --recursive": [],
      "--pre --hostname-bin <cmd>": runsForEach,
      "--pre-glob <g>": [],
      "-o": [],
      "-n": [],
      "-l": [],
      "--sort --sortr <x>": [],
      "--replace <x>": [],
      "-c": [],
      "-i": [],
      "-v": [],
      "-w": [],
      "-q": [],
      "-h": [],
      "-H": [],
      "-s": [],
      "-E": [],
      "-P": [],
      "-F": [],
      "-L": [],
      "--files": [],
    },
    does: (use, args) => {
      const patternGiven = use.has("-e") || use.has("-f") || use.has("--files");
      const paths = patternGiven ? args : args.slice(1);
      const tree = use.has("-r") || use.name === "rg" || use.name === "ag" || use.name === "ack";
      for (const arg of paths) use.path(arg, { kind: "read", tree });
      const named = ["-l", "-L", "--files-with-matches", "--files-without-match", "--files"].some((flag) =>
        use.has(flag),
      );
      if (paths.length === 0 && use.stdin.processes !== undefined && !use.has("-v"))
        use.output({ processes: (use.value("-e") ?? args[0])?.text.replace(/\[(.)\]/, "$1") });
      use.output({
        text: named
          ? namesFound(paths, tree, use.has("-Z") || use.has("--null") || use.has("-0") ? "\0" : "\n")
          : undefined,
      });
    },
    examples: {
      "grep -rn 'rm -rf' .": "allow",
      "grep -rl x src | xargs sed -i 's/a/b/'": "allow",
      "grep -rl x /etc | xargs sed -i 's/a/b/'": "hold",
      "grep -rl x src | xargs rm": "hold",
      "rg 'DROP TABLE' src": "allow",
      "grep -r password ~": "hold",
      "grep KEY .env": "hold",
      "rg --pre ./evil x": "hold",
      "rg --pre 'rm -rf ~' x": "deny",
      "rg --pre 'rm' x": "hold",
    },
  },
  {
    names: ["sort", "gsort"],
    summary: "Sorts lines",
    flags: {
      "-o --output <file>": writes,
      "-k --key <k>": [],
      "-t --field-separator <c>": [],
      "-S --buffer-size <n>": [],
      "-T --temporary-directory <dir>": [],
      "--compress-program <cmd>": runsForEach,
      "--files0-from <f>": reads,
      "--parallel <n>": [],
    },
    does: reads,
    examples: {
      "sort -u a.txt": "allow",
      "sort -o /etc/x a": "hold",
      "sort --compress-program=gzip a": "allow",
      "sort --compress-program='rm -rf ~' a": "deny",
    },
  },
];
