import { reads, runsLine } from "../acts.ts";
import { type Act, type Arg, literal, noFlow, type Program } from "../program.ts";

/** Programs that run others with the words of their input, again and again, or by another name. */

/** `xargs`: the words of stdin are added at the end, or put in for the replacement string. */
const runsWithInput: Act = (use, args) => {
  const command = args.length === 0 ? [literal("echo")] : args;
  const placeholder = use.value("-I")?.text ?? (use.has("-i") ? "{}" : undefined);
  const shown = use.stdin.text?.trim();
  const items =
    shown === undefined || shown.length > 8_192
      ? undefined
      : shown
          .split(use.has("-0") ? "\0" : placeholder === undefined ? /\s+/ : "\n")
          .map((item) => ({ ...literal(item.replace(/^(['"])(.*)\1$/, "$2")), glob: /[*?[]/.test(item) }));
  const { processes } = use.stdin;
  const said = processes === undefined ? "words of its input" : `$(pgrep -f '${processes}')`;
  const dynamic: Arg = { text: said, fixed: 0, glob: false, secret: use.stdin.secret, quoted: true };
  // `sh -c '... "$1"'` gets the words as arguments, and may run them.
  if (
    placeholder === undefined &&
    items !== undefined &&
    /(?:^|\/)(?:ba|z|da|k)?sh$/.test(command[0]?.text ?? "") &&
    command.some((word) => word.text.includes("$"))
  )
    use.run([...command, dynamic], noFlow);
  if (placeholder === undefined) return use.run([...command, ...(items ?? [dynamic])], noFlow);
  for (const item of (items ?? [dynamic]).slice(0, 16))
    use.run(
      command.map((word) => (word.text.includes(placeholder) ? replaced(word, placeholder, item) : word)),
      noFlow,
    );
};

function replaced(word: Arg, placeholder: string, item: Arg): Arg {
  const at = word.text.indexOf(placeholder);
  const known = item.fixed === item.text.length;
  return {
    ...word,
    text: word.text.split(placeholder).join(item.text),
    fixed: known ? word.text.length - placeholder.length + item.text.length : Math.min(word.fixed, at),
    secret: word.secret || item.secret,
  };
}

export const repeating: readonly Program[] = [
  {
    names: ["xargs", "gxargs"],
    summary: "Runs a command with the words of its input",
    stop: true,
    flags: {
      "-I <text>": [],
      "-i": [],
      "-n --max-args <n>": [],
      "-P --max-procs <n>": [],
      "-L --max-lines <n>": [],
      "-s --max-chars <n>": [],
      "-d --delimiter <c>": [],
      "-E <eof>": [],
      "-a --arg-file <file>": reads,
      "-0 --null": [],
      "-J -R -S <text>": [],
    },
    does: runsWithInput,
    examples: {
      "echo a b | xargs ls": "allow",
      "echo / | xargs rm -rf": "deny",
      "ls | xargs -I{} sh -c 'rm -rf {}'": "hold",
      "git ls-files | xargs wc -l": "allow",
    },
  },
  {
    names: ["parallel"],
    summary: "Runs commands beside each other",
    stop: true,
    flags: { "-j --jobs <n>": [], "-a --arg-file <f>": reads, "-N <n>": [], "-I <s>": [], "-S --sshlogin <host>": [] },
    does: (use, args) => {
      const until = args.findIndex((arg) => /^:{3,4}\+?$/.test(arg.text));
      const words = until < 0 ? args : args.slice(0, until);
      const inputs = until < 0 ? [] : args.slice(until + 1);
      if (words.length === 0) {
        for (const line of inputs) use.code("shell", line);
        if (inputs.length === 0) use.stdinCode("shell");
        return;
      }
      const given = inputs.length > 0 ? inputs : [{ ...literal("words of its input"), fixed: 0 }];
      for (const input of given.slice(0, 16)) {
        const filled = words.map((word) => (word.text.includes("{}") ? replaced(word, "{}", input) : word));
        const all = words.some((word) => word.text.includes("{}")) ? filled : [...filled, input];
        // One word with spaces is a line of shell.
        if (words.length === 1 && words[0]?.text.includes(" ")) use.code("shell", all[0] ?? literal(""));
        else use.run(all, noFlow);
      }
    },
    examples: { "parallel echo ::: a b": "allow", "parallel rm -rf ::: /": "deny" },
  },
  {
    names: ["watch", "entr", "nodemon", "watchexec", "reflex"],
    summary: "Runs a command again and again",
    stop: true,
    flags: {
      "-n --interval <s>": [],
      "-w --watch <dir>": [],
      "-e --exts --ext <x>": [],
      "-d <x>": [],
      "-x --exec <line>": runsLine,
      "-i --ignore <x>": [],
      "-r": [],
      "-c": [],
    },
    does: (use, args) => {
      if (args.length === 0) return;
      if (use.name === "nodemon")
        return use.has("--exec") ? undefined : use.script(args[0] as Arg, "node", args.slice(1));
      if (args.length === 1 && args[0]?.text.includes(" ")) return use.code("shell", args[0]);
      use.run(args[0]?.text === "--" ? args.slice(1) : args);
    },
    examples: { "watch -n 1 ls": "allow", "watch 'rm -rf ~'": "deny" },
  },
  {
    names: ["busybox", "toybox"],
    summary: "Many small programs in one",
    stop: true,
    does: (use, args) => (args.length === 0 || args[0]?.text.startsWith("-") ? undefined : use.run(args)),
    examples: { "busybox ls": "allow", "busybox rm -rf /": "deny" },
  },
];
