import { writes } from "../acts.ts";
import { type Act, literal, noFlow, type Program } from "../program.ts";

/** Archives and compressors: what they pack, where they unpack, and the commands that they start. */

const packs: Act = (use, args) => {
  const mode = use.all[0]?.text ?? "";
  const old = !mode.startsWith("-") && /^[cxtruvzjJfpkOPCaShlmwn]+$/.test(mode) ? mode : "";
  const operands = old === "" ? args : args.slice(1);
  const does = (letter: string, long: string): boolean =>
    old.includes(letter) || use.has(`-${letter}`) || use.has(long);
  const file = use.value("-f") ?? (old.includes("f") ? operands[0] : undefined);
  const members = old.includes("f") ? operands.slice(1) : operands;
  for (const flag of [
    "--to-command",
    "--use-compress-program",
    "-I",
    "--checkpoint-action",
    "--rsh-command",
    "-F",
    "--info-script",
    "--new-volume-script",
  ])
    for (const line of use.values(flag)) {
      const text = flag === "--checkpoint-action" ? (/^exec=(.*)$/s.exec(line.text)?.[1] ?? "") : line.text;
      if (text === "" || /^(?:gzip|pigz|bzip2|xz|zstd|lz4|lzip|zstdmt|pzstd|pixz)(?: -[\w-]+)*$/.test(text)) continue;
      // A shell with nothing to run is told what to do by whoever sits there.
      if (flag === "--checkpoint-action" && /^(?:\/bin\/)?(?:ba|da|z|k)?sh$/.test(text))
        use.emit({
          kind: "opaque",
          what: `tar: start ${text} at each checkpoint`,
          target: "tar",
          sure: "opaque",
          undoable: "no",
        });
      // Each file's content comes in by stdin.
      if (flag === "--to-command" && !/[;&|<>$`]/.test(text))
        use.run(
          text.split(/\s+/).map((word) => literal(word)),
          { ...noFlow, text: undefined, decoded: true },
        );
      else use.code("shell", { ...line, text, fixed: text.length });
    }
  if (does("x", "--extract") || use.has("--get")) {
    const target = use.value("-C") ?? use.value("--directory");
    if (file !== undefined) use.path(file, { kind: "read" });
    if (use.has("-P") || old.includes("P"))
      use.emit({
        kind: "write",
        what: "tar: extract to whatever absolute paths the archive names",
        target: "/",
        place: "system",
        undoable: "no",
      });
    if (!use.has("-O") && !use.has("--to-stdout"))
      use.path(target ?? literal("."), { kind: "write", verb: "extract to", keeps: use.has("-k") });
  } else if (does("c", "--create") || does("r", "--append") || does("u", "--update")) {
    for (const member of members) use.path(member, { kind: "read", tree: true });
    if (file !== undefined && file.text !== "-") {
      if (/^[^/]+@?[^/]*:/.test(file.text)) use.net(file, { kind: "send" });
      else use.path(file, { kind: "write" });
    }
    if (use.has("--remove-files")) for (const member of members) use.path(member, { kind: "delete", tree: true });
    use.output({ text: undefined, files: [] });
  } else if (file !== undefined) use.path(file, { kind: "read" });
};

export const archives: readonly Program[] = [
  {
    names: ["tar", "gtar", "bsdtar"],
    summary: "Archives",
    flags: {
      "-f --file <file>": [],
      "-C --directory --cd <dir>": [],
      "-I --use-compress-program <cmd>": [],
      "--to-command <cmd>": [],
      "--checkpoint-action <action>": [],
      "--rsh-command <cmd>": [],
      "-F --info-script --new-volume-script <cmd>": [],
      "-T --files-from <f>": [],
      "-X --exclude-from <f>": [],
      "--exclude <p>": [],
      "--strip-components <n>": [],
      "--transform --xform <e>": [],
      "-x --extract --get": [],
      "-c --create": [],
      "-t --list": [],
      "-r --append": [],
      "-u --update": [],
      "-O --to-stdout": [],
      "-P --absolute-names": [],
      "-k --keep-old-files": [],
      "--remove-files": [],
      "-b <n>": [],
      "--owner --group --mode --mtime <x>": [],
    },
    does: packs,
    examples: {
      "tar czf a.tgz src": "allow",
      "tar xzf a.tgz": "allow",
      "tar xf a.tar -C /": "hold",
      "tar czf /tmp/k.tgz ~/.ssh": "hold",
      "tar xf a.tar --to-command=sh": "hold",
      "tar xf a.tar --to-command='wc -l'": "allow",
      "tar cf a.tar --checkpoint=1 '--checkpoint-action=exec=rm -rf ~' src": "deny",
    },
  },
  {
    names: [
      "gzip",
      "gunzip",
      "bzip2",
      "bunzip2",
      "xz",
      "unxz",
      "zstd",
      "unzstd",
      "lz4",
      "pigz",
      "compress",
      "uncompress",
      "brotli",
      "lzma",
      "pbzip2",
    ],
    summary: "Compresses files in place",
    flags: {
      "-o --output <f>": writes,
      "-S <s>": [],
      "-T <n>": [],
      "-c --stdout": [],
      "-d --decompress": [],
      "-k --keep": [],
      "-t --test": [],
      "-l --list": [],
    },
    does: (use, args) => {
      for (const arg of args)
        use.path(
          arg,
          use.has("-c") || use.has("-t") || use.has("-l") ? { kind: "read" } : { kind: "write", verb: "compress" },
        );
      use.output({
        text: undefined,
        decoded: use.has("-d") || /^(?:un|gun|bun)/.test(use.name) || use.stdin.decoded,
        files: use.has("-c") ? [...args] : [],
      });
    },
    examples: { "gzip -k a.txt": "allow", "gunzip a.gz": "allow" },
  },
  {
    names: ["7z", "7za", "7zz", "7zr", "rar", "unrar"],
    summary: "Archives by a letter: 7-Zip and RAR",
    flags: { "-o <dir>": [], "-p [password]": [], "-x [pattern]": [] },
    clusters: false,
    does: (use, args) => {
      const [verb, archive, ...files] = args;
      if (archive === undefined) return;
      if (/^[audm]$/.test(verb?.text ?? "")) {
        use.path(archive, { kind: "write", keeps: verb?.text !== "d" });
        for (const file of files)
          use.path(file, verb?.text === "d" ? { kind: "write" } : { kind: "read", tree: true, verb: "pack" });
        return;
      }
      use.path(archive, { kind: "read" });
      if (!/^[xe]$/.test(verb?.text ?? "")) return;
      const into = use.all.find(({ text }) => /^-o./.test(text));
      const folder = into === undefined ? files.find(({ text }) => text.endsWith("/")) : undefined;
      if (into !== undefined)
        use.path(
          { ...into, text: into.text.slice(2), fixed: Math.max(0, into.fixed - 2) },
          { kind: "write", verb: "unpack to" },
        );
      else if (folder !== undefined) use.path(folder, { kind: "write", verb: "unpack to" });
    },
    examples: {
      "7z x a.7z -oout": "allow",
      "7z a out.7z src": "allow",
      "7z a x.7z ~/.gnupg": "hold",
      "7z x a.7z -o/etc": "hold",
      "unrar l a.rar": "allow",
    },
  },
  {
    names: ["zip", "unzip", "ar", "cpio", "unar", "jar", "funzip"],
    summary: "Archives",
    flags: {
      "-d <dir>": [],
      "-x <f>": [],
      "-P <pw>": [],
      "-T": [],
      "-D --directory <dir>": (use, args) => args.forEach((dir) => use.path(dir, { kind: "write", verb: "unpack to" })),
      "-TT --unzip-command <cmd>": (use, args) => {
        if (args[0] !== undefined) use.code("shell", args[0]);
      },
      "-r": [],
      "-q": [],
      "-o": [],
      "-l": [],
      "-p": [],
      "-m --move": [],
    },
    clusters: true,
    does: (use, args) => {
      const { name } = use;
      if (name === "zip") {
        for (const arg of args.slice(1)) use.path(arg, { kind: "read", tree: true });
        if (args[0] !== undefined) use.path(args[0], { kind: "write" });
        if (use.has("-m")) for (const arg of args.slice(1)) use.path(arg, { kind: "delete", tree: true });
        return;
      }
      if (name === "unzip") {
        if (args[0] !== undefined) use.path(args[0], { kind: "read" });
        if (!use.has("-l") && !use.has("-p"))
          use.path(use.value("-d") ?? literal("."), { kind: "write", verb: "extract to", keeps: !use.has("-o") });
        return;
      }
      for (const arg of args.slice(1)) use.path(arg, { kind: "read" });
      const out = use.all.find((arg) => /^-o./.test(arg.text));
      use.path(
        out === undefined ? literal(".") : { ...out, text: out.text.slice(2), fixed: Math.max(0, out.fixed - 2) },
        { kind: "write", keeps: true },
      );
    },
    examples: {
      "zip -r a.zip src": "allow",
      "unzip a.zip": "allow",
      "unzip a.zip -d /etc": "hold",
      "zip -r k.zip ~/.ssh": "hold",
    },
  },
];
