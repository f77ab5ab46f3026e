import { script } from "../acts.ts";
import { type Act, literal, type Program } from "../program.ts";
import { joined } from "./joined.ts";

/** Shells, which run text. */

const shellWords: Act = (use, args) => {
  const [first, ...rest] = args;
  if (use.has("-c")) {
    if (first !== undefined) use.code("shell", first, { args: rest.length > 0 ? rest : [literal("sh")] });
  } else if (use.has("-s") || first === undefined) {
    if (first === undefined && use.stdin.text === "" && !use.stdin.remote) {
      if (use.has("-p"))
        use.emit({
          kind: "elevate",
          what: `${use.name} -p: keep the rights of a set-user-id shell`,
          target: use.name,
          place: "system",
          undoable: "costly",
        });
      return;
    }
    use.stdinCode("shell");
  } else if (first.text === "-" || first.text === "/dev/stdin") use.stdinCode("shell");
  else use.script(first, "shell", rest);
};

export const shells: readonly Program[] = [
  {
    names: ["bash", "sh", "dash", "ash", "zsh", "ksh", "mksh", "fish", "rbash", "csh", "tcsh", "elvish", "nu", "xonsh"],
    summary: "Shells",
    stop: true,
    flags: {
      "-c": [],
      "-s": [],
      "-l --login": [],
      "-i": [],
      "-o <option>": [],
      "-O <option>": [],
      "+o <option>": [],
      "+O <option>": [],
      "--rcfile --init-file <file>": [script("shell")],
      "-n": "inert",
    },
    does: shellWords,
    examples: {
      "bash -c 'ls -la'": "allow",
      "bash -lc 'npm test'": "allow",
      "sh -c 'rm -rf /'": "deny",
      "bash script.sh": "allow",
      "bash /opt/other/x.sh": "hold",
      "curl -s https://example.com/install.sh | bash": "hold",
      "bash --version": "allow",
    },
  },
  {
    names: ["pwsh", "powershell", "cmd"],
    summary: "Windows shells: not read yet",
    stop: true,
    does: (use, args) => use.code("powershell", joined(args.length === 0 ? [literal("powershell")] : args)),
    examples: { "pwsh -c 'Remove-Item x'": "hold" },
  },
];
