import { runsLine } from "../acts.ts";
import { type Act, type Program } from "../program.ts";

/** Programs that run others in another terminal, name space or time. */

/** Terminals of others can be typed into and read; one's own is like a shell. */
function terminal(name: string, words: readonly string[], use: Parameters<Act>[0]): void {
  if (name === "screen") {
    // `screen -dmS name cmd`: what is neither option nor its value is run.
    const all = use.all.map((arg) => arg.text);
    let at = 0;
    while (all[at]?.startsWith("-") === true) at += /^-(?:[dDmRxqUaA]*[SceEhLpstT])$/.test(all[at] ?? "") ? 2 : 1;
    if (at < all.length && !all.includes("-X") && !all.some((word) => /^-(?:ls|list|wipe|r|x|R)$/.test(word)))
      return use.run(use.all.slice(at));
  }
  const verb = words.find((word) => !word.startsWith("-") && !words.includes(`-L${word}`)) ?? "";
  if (
    (/^(?:ls|list-.*|lsk|lsp|lsw|has-session|has|info|display-message|display|show.*|server-info|start-server)$/.test(
      verb,
    ) &&
      !/^show(?:-environment|env|-buffer|b)$/.test(verb)) ||
    (name === "screen" && words.includes("-ls"))
  )
    return;
  const line = use.all.at(-1);
  if (
    /^(?:send-keys|send|paste-buffer|pipe-pane|run-shell|run|if-shell|respawn-.*|split-window|splitw|new-window|neww|stuff)$/.test(
      verb,
    ) ||
    words.includes("stuff")
  ) {
    use.emit({
      kind: "opaque",
      what: `${name} ${words.join(" ").slice(0, 160)}: type into or run in another terminal`,
      target: name,
      sure: "opaque",
      undoable: "no",
    });
    if (line !== undefined && line.text.includes(" ")) use.code("shell", line);
    return;
  }
  if (
    /^(?:capture-pane|capturep|save-buffer|hardcopy|dump-screen|show-environment|showenv|show-buffer|showb)$/.test(verb)
  )
    return use.emit({
      kind: "read",
      what: `${name}: read what another terminal shows or has in its environment`,
      target: name,
      place: "system",
      secret: "reads",
    });
  const at = words.findIndex((word) => /^-(?:s|t|ds)$/.test(word));
  const session = (at < 0 ? "" : (words[at + 1] ?? "")).replace(/[:.].*$/, "");
  if (/^(?:new-session|new)$/.test(verb) && session !== "") use.remember(`${name} ${session}`);
  if (/^kill-(?:session|window|pane)$/.test(verb) && session !== "" && use.remembers(`${name} ${session}`)) return;
  if (/^kill-(?:server|session|window|pane)$/.test(verb))
    return use.emit({
      kind: "signal",
      what: `${name} ${verb}`,
      target: words.slice(1).join(" "),
      place: "system",
      undoable: "costly",
    });
  if (
    /^(?:new-session|new|attach.*|a|)$/.test(verb) &&
    line !== undefined &&
    !line.text.startsWith("-") &&
    line.text.includes(" ")
  )
    use.code("shell", line);
}

/** Windows in which a program runs: `xterm -e cmd`, `kitty cmd`. */
const windows: Program = {
  names: [
    "xterm",
    "uxterm",
    "urxvt",
    "rxvt",
    "st",
    "gnome-terminal",
    "konsole",
    "xfce4-terminal",
    "mate-terminal",
    "lxterminal",
    "terminator",
    "x-terminal-emulator",
    "kitty",
    "alacritty",
    "foot",
    "wezterm",
    "ghostty",
    "cool-retro-term",
  ],
  summary: "Opens a terminal window and runs a command in it",
  stop: true,
  clusters: false,
  flags: {
    "-e -x --command --execute <cmd> ...": (use, args) => (args.length === 1 ? runsLine(use, args) : use.run(args)),
    "-display --display <address>": (use, [address]) =>
      address !== undefined && !/^:\d/.test(address.text)
        ? use.emit({
            kind: "opaque",
            what: `${use.name}: open a terminal on ${address.text}, for whoever sits there`,
            target: address.text,
            place: "remote",
            sure: "opaque",
            undoable: "no",
          })
        : undefined,
    "-T -t -title --title -geometry -fn -fa -fs -bg -fg -n -name --working-directory --geometry -o --config -d --directory --class <x>":
      [],
  },
  does: (use, args) => {
    const command = args[0]?.text === "start" || args[0]?.text === "--" ? args.slice(1) : args;
    if (command.length > 0) use.run(command[0]?.text === "--" ? command.slice(1) : command);
  },
  examples: { "xterm -e htop": "allow", "xterm -e 'rm -rf ~'": "deny", "xterm -display 10.0.0.9:0": "hold" },
};

export const terminals: readonly Program[] = [
  windows,
  {
    names: [
      "script",
      "expect",
      "unshare",
      "nsenter",
      "chroot",
      "bwrap",
      "systemd-run",
      "at",
      "batch",
      "tmux",
      "screen",
      "zellij",
      "dtach",
      "abduco",
      "byobu",
      "start-stop-daemon",
      "daemonize",
      "runcon",
      "sg",
      "newgrp",
      "capsh",
      "aa-exec",
    ],
    summary: "Runs a command elsewhere: another terminal, name space, time or identity",
    stop: true,
    flags: {
      "-c --command <line>": runsLine,
      "-q --quiet": [],
      "-e --return": [],
      "-f --flush": [],
      "--bind --ro-bind --dev-bind <a>": [],
    },
    does: (use, args) => {
      const { name } = use;
      const words = args.map((arg) => arg.text);
      if (name === "script") {
        const rest = args.filter((arg) => !arg.text.startsWith("-"));
        if (rest[0] !== undefined && !use.has("-c")) {
          use.path(rest[0], { kind: "write", keeps: true });
          if (rest.length > 1) use.run(rest.slice(1));
        }
        return;
      }
      if (name === "tmux" || name === "screen" || name === "zellij" || name === "byobu")
        return terminal(use.name, words, use);
      if (name === "at" || name === "batch") {
        use.emit({
          kind: "persist",
          what: `run a command later by ${name}`,
          target: name,
          place: "system",
          undoable: "costly",
        });
        if (use.stdin.text !== undefined && use.stdin.text !== "") use.stdinCode("shell");
        return;
      }
      if (name === "expect") {
        const line = use.value("-c");
        if (line === undefined && args[0] !== undefined) use.script(args[0], "other", args.slice(1));
        return;
      }
      if (name === "capsh" && use.all.every(({ text }) => /^--(?:print|decode=.*|supports=.*|has-\w+=.*)$/.test(text)))
        return;
      if (
        name === "chroot" ||
        name === "nsenter" ||
        name === "unshare" ||
        name === "capsh" ||
        name === "systemd-run" ||
        name === "newgrp" ||
        name === "sg"
      )
        use.emit({
          kind: "elevate",
          what: `run ${words.join(" ").slice(0, 160)} under ${name}`,
          target: name,
          place: "system",
          undoable: "costly",
        });
      const start = args.findIndex((arg) => !arg.text.startsWith("-") && !/^\d+$/.test(arg.text));
      const command = name === "chroot" ? args.slice(start + 1) : args.slice(Math.max(0, start));
      if (command.length > 0 && start >= 0) use.run(command);
    },
    examples: {
      "script -qc 'ls' /dev/null": "allow",
      "chroot /mnt rm -rf /": "deny",
      "tmux ls": "allow",
      "tmux send-keys -t 0 'rm -rf ~' Enter": "hold",
      "echo 'ls' | at now": "hold",
      "tmux new-session -d -s web 'npm start'; sleep 2; tmux kill-session -t web": "allow",
      "tmux kill-session -t web": "hold",
      "capsh --print": "allow",
      "newgrp docker": "hold",
      "screen -dmS web npm start": "allow",
      "screen -dmS x rm -rf /": "deny",
      "screen -ls": "allow",
      "screen -r web": "allow",
    },
  },
];
