import { runsLine } from "../acts.ts";
import { type Act, type Program } from "../program.ts";

/** Programs that run others in another terminal, name space or time. */

/** Terminals of others can be typed into and read; one's own is like a shell. */
function terminal(name: string, words: readonly string[], use: Parameters<Act>[0]): void {
  const verb = words.find((word) => !word.startsWith("-") && !words.includes(`-L${word}`)) ?? "";
  if (
    /^(?:ls|list-.*|lsk|lsp|lsw|has-session|has|info|display-message|display|show.*|server-info|start-server)$/.test(
      verb,
    ) ||
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
  if (/^(?:capture-pane|capturep|save-buffer|hardcopy|dump-screen)$/.test(verb))
    return use.emit({
      kind: "read",
      what: `${name}: read what another terminal shows`,
      target: name,
      place: "system",
      secret: "reads",
    });
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

export const terminals: readonly Program[] = [
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
      if (name === "chroot" || name === "nsenter" || name === "unshare" || name === "capsh" || name === "systemd-run")
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
    },
  },
];
