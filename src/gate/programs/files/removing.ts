import { type Act, type Program } from "../program.ts";

/** File tools that take something away. */

/** The file tools of every Unix. */

const removes: Act = (use, args) => {
  const tree = use.has("-r");
  for (const arg of args) use.path(arg, { kind: "delete", tree, oneFile: !tree });
};

export const removing: readonly Program[] = [
  {
    names: ["rm", "grm", "unlink", "rimraf", "trash", "trash-put", "gio-trash", "del-cli"],
    summary: "Deletes files",
    flags: { "-r -R --recursive": [], "-f --force": [], "--no-preserve-root": [], "-i": [], "-v": [] },
    does: (use, args) =>
      use.name === "rimraf" || use.name === "del-cli"
        ? args.forEach((arg) => use.path(arg, { kind: "delete", tree: true }))
        : removes(use, args),
    examples: {
      "rm -rf /": "deny",
      "rm -rf ~": "deny",
      "rm -rf ~/x": "hold",
      "rm -rf node_modules": "allow",
      "rm -rf dist build": "allow",
      "rm -rf src": "hold",
      "rm src/old.ts": "allow",
      "rm -f a.ts b.ts": "allow",
      "rm src/*.ts": "hold",
      "rm .env": "hold",
      "rm dev.db": "hold",
      "rm .git/index": "hold",
      "rm -rf /tmp/scratch": "allow",
      "rm -rf .": "hold",
      "rm -rf $UNKNOWN/": "hold",
      "rm --help": "allow",
      "rm -rf /etc": "deny",
    },
  },
  {
    names: ["rmdir", "grmdir"],
    summary: "Deletes empty folders",
    flags: { "-p": [] },
    does: (use, args) =>
      args.forEach((arg) =>
        // Windows' `rmdir /s /q folder` takes what is in it.
        use.path(
          arg,
          use.all.some(({ text }) => /^\/s$/i.test(text))
            ? { kind: "delete", tree: true, undoable: "no" }
            : { kind: "delete", undoable: "yes" },
        ),
      ),
    examples: { "rmdir old": "allow", "rmdir /s /q C:\\\\Users\\\\dev": "hold" },
  },
  {
    names: ["shred", "wipe", "srm", "sdelete"],
    summary: "Overwrites files so that they can't be brought back",
    flags: { "-n <n>": [], "-s <size>": [], "-u": [], "-z": [], "-v": [], "-r": [] },
    does: (use, args) =>
      args.forEach((arg) => use.path(arg, { kind: "delete", verb: "destroy for good", undoable: "no" })),
    examples: { "shred -u notes.txt": "hold", "shred /dev/sda": "deny" },
  },
  {
    names: ["truncate"],
    summary: "Cuts files",
    flags: { "-s --size <n>": [], "-r <file>": [] },
    does: (use, args) => args.forEach((arg) => use.path(arg, { kind: "delete", verb: "cut" })),
    examples: { "truncate -s 0 src/a.ts": "hold", "truncate -s 0 build/x.log": "allow" },
  },
];
