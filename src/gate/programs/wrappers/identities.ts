import { type Act, type Program } from "../program.ts";

/** Programs that run others as another user. */

const runsWithElevation: Act = (use, args) => {
  if (use.name === "sudo" && args.length === 0 && (use.has("-l") || use.has("-v") || use.has("-k"))) return;
  use.emit({
    kind: "elevate",
    what: `run ${args[0]?.text ?? "a shell"} as ${use.value("-u")?.text ?? "root"}`,
    target: args[0]?.text ?? "",
    place: "system",
    undoable: "costly",
  });
  if (args.length > 0) use.run(args);
};

const loginShell: Act = (use, args) => {
  use.emit({
    kind: "elevate",
    what: `become ${args.find((arg) => arg.text !== "-")?.text ?? "root"}`,
    target: "su",
    place: "system",
    undoable: "costly",
  });
  const line = use.value("-c");
  if (line !== undefined) use.code("shell", line);
};

export const identities: readonly Program[] = [
  {
    names: ["sudo", "doas", "pkexec", "run0", "gosu", "su-exec", "gksudo", "kdesudo"],
    summary: "Runs a command as another user",
    stop: true,
    flags: {
      "-u --user <user>": [],
      "-g --group <group>": [],
      "-h --host <host>": [],
      "-p --prompt <text>": [],
      "-C --close-from <n>": [],
      "-D --chdir <dir>": [],
      "-R --chroot <dir>": [],
      "-T --command-timeout <s>": [],
      "-e --edit": [],
      "-l --list": [],
      "-v --validate": [],
      "-k --reset-timestamp": [],
    },
    does: runsWithElevation,
    examples: { "sudo ls": "hold", "sudo rm -rf /": "deny", "sudo -u postgres psql": "hold", "sudo -l": "allow" },
  },
  {
    names: ["su", "runuser"],
    summary: "Becomes another user",
    flags: { "-c --command <line>": [], "-s --shell <shell>": [], "-g --group <g>": [], "-u --user <u>": [] },
    does: loginShell,
    examples: { "su - postgres": "hold", "su -c 'ls' root": "hold" },
  },
];
