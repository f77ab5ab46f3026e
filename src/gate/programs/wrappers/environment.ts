import { runsLine } from "../acts.ts";
import { type Arg, type Program } from "../program.ts";

/** `env`: it shows the environment or runs a program in a changed one. */

/** `env | grep JAVA` shows what it looks for and no more. */
export const harmlessFilter = (pattern: string | undefined): boolean =>
  pattern !== undefined &&
  pattern.length > 2 &&
  !/[.*]{2}|^\.|^=|key|token|secret|pass|cred|auth|api|pwd|private|aws|_$/i.test(pattern);

export const environmentPrograms: readonly Program[] = [
  {
    names: ["env"],
    summary: "Runs a command with variables set",
    stop: true,
    flags: {
      "-u --unset <name>": [],
      "-C --chdir <dir>": [],
      "-S --split-string <line> ...": runsLine,
      "-i --ignore-environment": [],
    },
    does: (use, args) => {
      const words = [...args];
      const set: Arg[] = [];
      while (words[0] !== undefined && /^[A-Za-z_][\w%()]*=/.test(words[0].text)) set.push(words.shift() as Arg);
      if (
        words.length === 0 &&
        set.length === 0 &&
        !harmlessFilter(use.filter) &&
        use.all.every((arg) => arg.text === "-0" || arg.text === "--null")
      ) {
        use.emit({
          kind: "read",
          what: "show the whole environment, with the secrets in it",
          target: "environment",
          secret: "reads",
        });
        use.output({ text: undefined, secret: true });
        return;
      }
      if (words.length > 0) use.withVariables(set, words);
    },
    examples: { "env FOO=1 ls": "allow", "env LD_PRELOAD=/tmp/x.so ls": "hold", "env rm -rf ~": "deny", env: "hold" },
  },
];
