import { type Arg, type Program } from "../program.ts";

/** Copies of whole trees, also to other machines. */

export const trees: readonly Program[] = [
  {
    names: ["rsync"],
    summary: "Copies trees, also to other machines",
    flags: {
      "-e --rsh <cmd>": (use, args) => {
        const [line] = args;
        if (line !== undefined && !/^ssh(?: |$)/.test(line.text)) use.code("shell", line);
      },
      "--rsync-path <cmd>": (use, args) => {
        const [line] = args;
        if (line !== undefined && !/^(?:sudo )?\/?[\w/]*rsync$/.test(line.text)) use.code("shell", line);
      },
      "--exclude --include --filter -f --exclude-from --include-from --files-from --bwlimit --chmod --chown --log-file --port --timeout --password-file --partial-dir --temp-dir -T --link-dest --compare-dest --backup-dir --suffix --max-size --min-size --info --out-format <x>":
        [],
      "--delete --delete-before --delete-during --delete-after --delete-excluded --del --delete-delay --delete-missing-args":
        [],
      "--remove-source-files": [],
      "-n --dry-run": "inert",
      "--daemon": [],
    },
    does: (use, args) => {
      const target = args.at(-1);
      const sources = args.slice(0, -1);
      const remote = (arg: Arg): boolean =>
        /^(?:[^/]*@)?[\w.-]+::?|^rsync:/.test(arg.text) && !arg.text.startsWith("/") && !arg.text.startsWith(".");
      if (target === undefined || sources.length === 0) return;
      for (const source of sources) {
        if (remote(source)) use.net(source, { kind: "receive" });
        else use.path(source, { kind: "read", tree: true });
        if (use.has("--remove-source-files") && !remote(source)) use.path(source, { kind: "delete", tree: true });
      }
      if (remote(target))
        use.net(target, { kind: use.has("--delete") ? "mutate-remote" : "send", what: `rsync to ${target.text}` });
      else {
        // First: what is written there afterwards says nothing of what was there.
        if (use.has("--delete")) use.path(target, { kind: "delete", tree: true, verb: "delete whatever is extra in" });
        use.path(target, { kind: "write", verb: "copy to" });
      }
    },
    examples: {
      "rsync -a src/ build/": "allow",
      "rsync -a --delete src/ build/": "allow",
      "rsync -a --delete empty/ src/": "hold",
      "rsync -a --delete src/ /srv/www/": "hold",
      "rsync -a . host:/srv": "hold",
      "rsync -an --delete a/ b/": "allow",
    },
  },
];
