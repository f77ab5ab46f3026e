import { code, reads, writes } from "../acts.ts";
import { type Program } from "../program.ts";

/** Tools that work on text by a program of their own, or edit files by it. */

export const text: readonly Program[] = [
  {
    names: ["sed", "gsed"],
    summary: "Edits text",
    flags: {
      "-e --expression <code>": code("sed"),
      "-f --file <file>": (use, [file]) => (file === undefined ? undefined : use.script(file, "sed")),
      "-i --in-place [suffix]": [],
      "-n": [],
      "-E": [],
      "-r": [],
      "-s": [],
      "-z": [],
      "-u": [],
      "-l <n>": [],
    },
    does: (use, args) => {
      const given = use.has("-e") || use.has("-f");
      const edits = use.has("-i") || use.all.some((arg) => /^-[nErsz]*i/.test(arg.text));
      // BSD's `-i ''` takes a word.
      const rest = edits && args[0]?.text === "" ? args.slice(1) : args;
      const [script] = rest;
      if (!given && script !== undefined) use.code("sed", script);
      const suffix = use.value("-i")?.text ?? "";
      for (const arg of given ? rest : rest.slice(1)) {
        // The copy that it leaves beside the file is this command's own.
        if (suffix !== "" && !suffix.includes("*") && arg.fixed === arg.text.length && !arg.glob)
          use.path(
            { ...arg, text: arg.text + suffix, fixed: arg.text.length + suffix.length },
            { kind: "write", verb: "copy to" },
          );
        use.path(arg, edits ? { kind: "write", verb: "edit" } : { kind: "read" });
      }
      use.output({ text: undefined });
    },
    examples: {
      "sed -n '1,5p' a.txt": "allow",
      "sed -i 's/a/b/' src/a.ts": "allow",
      "sed -i 's/a/b/' /etc/hosts": "hold",
      "sed -i.bak 's/a/b/' src/a.ts && rm src/a.ts.bak": "allow",
      "sed '1e rm -rf ~' a": "deny",
      "sed 's/x/y/e' a": "hold",
      "sed -n 'w /etc/x' a": "hold",
      "sed -f fix.sed a": "allow",
      "sed -f ~/Downloads/x.sed a": "hold",
    },
  },
  {
    names: ["awk", "gawk", "mawk", "nawk", "original-awk"],
    summary: "Works on lines of text",
    flags: {
      "-F <sep>": [],
      "-v --assign <x>": [],
      "-f --file <file>": (use, args) => {
        if (args[0] !== undefined) use.script(args[0], "awk");
      },
      "-i --include <x>": [],
      "-l --load <x>": [],
      "-E <file>": [],
    },
    does: (use, args) => {
      const given = use.has("-f") || use.has("-E");
      const [program] = args;
      if (!given && program !== undefined) use.code("awk", program);
      const edits = use.value("-i")?.text === "inplace";
      for (const arg of given ? args : args.slice(1))
        if (!/^\w+=/.test(arg.text)) use.path(arg, edits ? { kind: "write", verb: "edit" } : { kind: "read" });
      use.output({ text: undefined });
    },
    examples: {
      "awk '{print | \"sh\"}' x": "hold",
      "awk '{print | \"sort\"}' x": "allow",
      "awk '{print $1}' a.txt": "allow",
      "gawk -i inplace '{print}' /etc/hosts": "hold",
      "gawk -i inplace '{print}' src/a.txt": "allow",
      "awk 'BEGIN{system(\"rm -rf /\")}'": "deny",
    },
  },
  {
    names: ["patch", "gpatch"],
    summary: "Applies patches",
    flags: {
      "-d --directory <dir>": (use, args) =>
        args.forEach((arg) => use.path(arg, { kind: "write", verb: "patch in", keeps: true })),
      "-o --output -r --reject-file <file>": writes,
      "-i --input <file>": reads,
      "-p --strip -F --fuzz -D -V -z -B -Y <x>": [],
      "--dry-run": "inert",
    },
    does: (use, args) => {
      for (const arg of args.slice(0, 1)) use.path(arg, { kind: "write", verb: "patch", keeps: true });
      reads(use, args.slice(1));
    },
    examples: { "patch -p1 < fix.patch": "allow", "patch ~/.bashrc x": "hold", "patch -p1 -d ~ < x": "hold" },
  },
];
