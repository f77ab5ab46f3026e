import { reads, writes } from "../acts.ts";
import { type Arg, literal, type Program } from "../program.ts";
import { byVerb } from "../use.ts";

/** What prints a file or its input, whole, in parts or in another form. */

function translated(text: string | undefined, args: readonly Arg[]): string | undefined {
  const [from, to] = [args[0]?.text, args[1]?.text];
  if (text === undefined || from === undefined || text.length > 8_192) return undefined;
  const widen = (set: string): string =>
    set.replace(/([A-Za-z\d])-([A-Za-z\d])/g, (_all, a: string, b: string) =>
      Array.from({ length: Math.max(0, b.charCodeAt(0) - a.charCodeAt(0) + 1) }, (_, i) =>
        String.fromCharCode(a.charCodeAt(0) + i),
      ).join(""),
    );
  if (args.length === 1)
    return args[0]?.text.startsWith("-d") === true
      ? undefined
      : Array.from(text)
          .filter((c) => !widen(from).includes(c))
          .join("");
  if (to === undefined) return undefined;
  const [source, target] = [widen(from), widen(to)];
  return Array.from(text)
    .map((c) => (source.includes(c) ? (target[Math.min(source.indexOf(c), target.length - 1)] ?? c) : c))
    .join("");
}

export const showing: readonly Program[] = [
  {
    names: ["less", "zless"],
    summary: "Shows files",
    flags: { "-o -O --log-file --LOG-FILE <file>": writes, "-p --pattern -P -t -T -x -z <x>": [] },
    does: (use, args) => {
      for (const arg of args) {
        const line = /^\+{1,2}[!|](.*)$/s.exec(arg.text)?.[1];
        if (line !== undefined) use.code("shell", literal(line));
        else if (!arg.text.startsWith("+")) reads(use, [arg]);
      }
    },
    examples: { "less README.md": "allow", "less '+!rm -rf ~' x": "deny", "less ~/.ssh/id_rsa": "hold" },
  },
  {
    names: ["uniq"],
    summary: "Drops repeated lines",
    flags: { "-f -s -w --skip-fields --skip-chars --check-chars <n>": [] },
    does: (use, args) => {
      reads(use, args.slice(0, 1));
      writes(use, args.slice(1));
    },
    examples: { "sort a | uniq -c": "allow", "uniq x ~/.bashrc": "hold" },
  },
  {
    names: [
      "cat",
      "gcat",
      "bat",
      "batcat",
      "tac",
      "nl",
      "more",
      "most",
      "head",
      "tail",
      "ghead",
      "gtail",
      "zcat",
      "bzcat",
      "xzcat",
      "gzcat",
      "strings",
      "od",
      "xxd",
      "hexdump",
      "hd",
      "fold",
      "fmt",
      "pr",
      "rev",
      "view",
      "ccat",
      "mdcat",
      "glow",
      "pygmentize",
      "highlight",
      "expand",
      "unexpand",
      "column",
      "shuf",
      "cut",
      "paste",
      "join",
      "comm",
      "tr",
      "wc",
      "gwc",
      "cksum",
      "sum",
      "md5sum",
      "sha1sum",
      "sha224sum",
      "sha256sum",
      "sha384sum",
      "sha512sum",
      "b2sum",
      "shasum",
      "md5",
      "xxhsum",
      "diff",
      "gdiff",
      "colordiff",
      "cmp",
      "sdiff",
      "vimdiff",
      "delta",
      "file",
      "iconv",
      "dos2unix",
      "unix2dos",
      "split",
      "csplit",
      "numfmt",
      "jless",
      "hexyl",
      "ansi2txt",
      "lolcat",
      "figlet",
      "cowsay",
      "look",
      "base32",
      "aspell",
      "hunspell",
    ],
    summary: "Shows files",
    flags: { "-r --reverse --revert": [] },
    does: (use, args) => {
      const { name } = use;
      if (name === "tr")
        return use.output({
          text: translated(use.stdin.text, args),
          decoded: use.stdin.decoded || use.stdin.text !== undefined,
        });
      if (name === "cut" || name === "rev" || name === "fold" || name === "shuf" || name === "tac")
        use.output({
          text:
            name === "rev"
              ? use.stdin.text
                  ?.split("\n")
                  .map((line) => Array.from(line).reverse().join(""))
                  .join("\n")
              : undefined,
          decoded: name === "rev" || name === "tac" || use.stdin.decoded,
        });
      if (/^(?:xxd|od|hexdump|hd)$/.test(name) && !use.has("-r")) use.output({ secret: use.stdin.files.length > 0 });
      if (name === "xxd" && use.has("-r")) return use.output({ text: undefined, decoded: true });
      // `csplit file pattern...`
      for (const arg of name === "csplit" ? args.slice(0, 1) : args) use.path(arg, { kind: "read" });
      if (name === "dos2unix" || name === "unix2dos") for (const arg of args) use.path(arg, { kind: "write" });
      // A file and a prefix is all that it takes: with more words it is a service's client of the same name.
      if (name === "split" && args.length > 2) return void byVerb(use, args, [], true);
      if (name === "split" && args[1] !== undefined) use.path(args[1], { kind: "write", keeps: true });
      const shows = name === "cat" || name === "gcat" || name === "bat" || name === "head" || name === "tail";
      if (args.length === 0 || (args.length === 1 && args[0]?.text === "-"))
        use.output(shows ? use.stdin : { text: undefined });
      else if (shows && args.every((arg) => arg.text === "/dev/null")) use.output({ text: "" });
      else if (shows || name.endsWith("cat")) use.output({ text: undefined, files: args });
    },
    help: true,
    examples: {
      "cat README.md": "allow",
      "cat ~/.ssh/id_rsa": "hold",
      "cat .env": "hold",
      "cat .env.example": "allow",
      "head -n 5 src/a.ts": "allow",
      "cat /etc/passwd": "allow",
      "cat /etc/shadow": "hold",
      "cat <<'EOF'\nrm -rf /\nEOF": "allow",
      "cat ~/.ss?/id_rs?": "hold",
      "wc -l src/*.ts": "allow",
      "split -l 100 big.txt part-": "allow",
      "split segments delete beta-users": "hold",
      "diff a b": "allow",
    },
  },
  {
    names: ["base64", "gbase64", "openssl-base64", "uudecode", "uuencode", "basenc"],
    summary: "Encodes and decodes",
    flags: {
      "-d -D --decode": [],
      "-w --wrap <n>": [],
      "-i --ignore-garbage --input <f>": [],
      "-o --output <f>": writes,
    },
    does: (use, args) => {
      for (const arg of args) use.path(arg, { kind: "read" });
      const { text } = use.stdin;
      if (use.has("-d") || use.name === "uudecode")
        use.output({
          text:
            text !== undefined && args.length === 0 && text.length < 65_536
              ? Buffer.from(text, "base64").toString("utf8")
              : undefined,
          decoded: true,
        });
      else
        use.output({
          text: text !== undefined && args.length === 0 ? Buffer.from(text).toString("base64") : undefined,
          // A file's content made fit for a URL or a name.
          secret: args.length > 0 || use.stdin.files.length > 0,
        });
    },
    examples: {
      "base64 logo.png": "allow",
      "echo cm0gLXJmIC8K | base64 -d | sh": "deny",
      "base64 ~/.ssh/id_rsa": "hold",
    },
  },
];
