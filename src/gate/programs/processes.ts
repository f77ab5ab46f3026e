import { list } from "./acts.ts";
import { runsFrom } from "./packages.ts";
import { type Act, type Arg, isLiteral, type Program, type Use } from "./program.ts";

/** Signals: to one's own job or a numbered process, or to whatever has a name. */

/** Names that more than one session, or the machine itself, runs by. */
const shared =
  /^(?:-?(?:node|nodejs|python[\d.]*|ruby|java|bash|sh|zsh|fish|ssh|sshd|systemd|init|launchd|dbus.*|Xorg|Xwayland|gnome.*|kde.*|code|cursor|claude|codex|gemini|copilot|opencode|tmux|screen|docker.*|containerd|postgres.*|mysqld?|redis.*|mongod|nginx|chrome|chromium|firefox|Finder|Dock|cron|login|\.|\.\*|\*)?)$/i;

/** Our own daemon, by its number or by words that name it among those from which the processes are found: `$(pgrep -f signalbox)`. */
function endsUs(use: Use, arg: Arg): boolean {
  const numbered = /^[1-9]\d{0,9}$/.test(arg.text) && isLiteral(arg) && use.isOurProcess(arg.text);
  if (!numbered && !/signalbox/i.test(arg.text)) return false;
  use.emit({
    kind: "signal",
    what: `${use.name} ${arg.text}: end Signalbox's daemon`,
    target: arg.text,
    place: "signalbox",
    undoable: "no",
  });
  return true;
}

const target = (use: Use, what: string, undoable: "yes" | "costly" | "no"): void =>
  use.emit({ kind: "signal", what, target: use.operands[0]?.text ?? "", place: "system", undoable });

const byNumber: Act = (use) => {
  const words = use.all.filter(
    (arg, i) => !/^-(?:[A-Z]+\d*|\d{1,2}|[snlL])$/.test(arg.text) || (i > 0 && /^-\d+$/.test(arg.text)),
  );
  const listing = use.all.some((arg) => arg.text === "-l" || arg.text === "-L");
  if (listing) return;
  const names = words.filter(
    (arg) => !/^(?:[A-Z]+\d*|\d{1,2})$/.test(arg.text) || use.all[use.all.indexOf(arg) - 1]?.text !== "-s",
  );
  for (const arg of names) if (!endsUs(use, arg)) target(use, `${use.name} ${arg.text}`, lossOf(arg));
};

function lossOf(arg: Arg): "yes" | "costly" | "no" {
  if (/^-\d+$/.test(arg.text)) return arg.text === "-1" ? "no" : "costly";
  if (arg.text === "1") return "no";
  if (/^"?\$\{?PPID\}?"?$/.test(arg.text)) return "costly";
  if (/^%|^\d+$/.test(arg.text) && isLiteral(arg)) return "yes";
  // The process that holds a port, or one that this text started.
  if (/^\$\((?:fuser|jobs|cat [\w./-]+\.pid)\b[^|;&]*\)$|^"?\$\{?\w*PID\w*\}?"?$|^\$\{?\w*pid\w*\}?$/.test(arg.text))
    return "yes";
  const named = /^\$\(pgrep(?: -\w+)* ["']?([^"')]+)["']?\)$/.exec(arg.text);
  return named !== null && (named[1] ?? "").length > 2 && !shared.test(named[1] ?? "") ? "yes" : "costly";
}

/** `pkill -f` looks at whole command lines; ours reads about like this. */
const ourLine = (pattern: string): boolean =>
  "/usr/bin/node --disable-sigusr1 /src/signalbox.js daemon --home".includes(pattern.replace(/^\^|\$$/g, ""));

const byName: Act = (use, args) => {
  for (const arg of args) {
    if (endsUs(use, arg)) continue;
    target(
      use,
      `${use.name} ${list([arg])}`,
      isLiteral(arg) && !shared.test(arg.text) && arg.text.length > 2 && !(use.has("-f") && ourLine(arg.text))
        ? "yes"
        : "costly",
    );
  }
  if (use.has("-u") || use.has("-v") || args.length === 0) target(use, `${use.name} ${list(use.all)}`, "no");
};

const traces: Act = (use, args) => {
  if (use.name === "gcore" && args.length > 0)
    return use.emit({
      kind: "read",
      what: `write the memory of process ${args[0]?.text ?? ""} to a file, with the secrets in it`,
      target: args[0]?.text ?? "",
      place: "system",
      secret: "reads",
    });
  const traced = use.value("-p");
  if (traced !== undefined && endsUs(use, traced)) return;
  if (use.has("-p"))
    use.emit({
      kind: "elevate",
      what: `${use.name}: look into or steer the running process ${use.value("-p")?.text ?? ""}`,
      target: use.value("-p")?.text ?? "",
      place: "system",
      undoable: "costly",
    });
  for (const line of [...use.values("-ex"), ...use.values("-o")])
    if (/^\s*!|\b(?:shell|attach|call|python|platform shell|process attach)\b/.test(line.text))
      use.emit({ kind: "opaque", what: `${use.name}: ${line.text}`, target: use.name, sure: "opaque", undoable: "no" });
  if (args.length > 1 && args.slice(1).every((arg) => /^\d+$/.test(arg.text)))
    use.emit({
      kind: "elevate",
      what: `${use.name}: attach to the running process ${args[1]?.text ?? ""}`,
      target: use.name,
      place: "system",
      undoable: "costly",
    });
  else if (args.length > 0 && use.has("--args")) use.run(args);
  else for (const arg of args) use.path(arg, { kind: "read" });
};

export const processes: readonly Program[] = [
  {
    names: ["kill", "skill", "tkill"],
    summary: "Signals processes by number",
    clusters: false,
    does: byNumber,
    examples: {
      "kill %1": "allow",
      "kill 3066 3078": "allow",
      "kill -9 1234": "allow",
      "kill -0 1234": "allow",
      "sleep 5 & kill $!": "allow",
      "kill -9 -1": "hold",
      "kill 1": "hold",
      "kill $(pgrep -f my-server)": "allow",
      "kill $(pgrep node)": "hold",
      "kill -STOP $(pgrep -f signalbox)": "deny",
      "kill -9 $PPID": "hold",
    },
  },
  {
    names: ["pkill", "killall", "killall5", "pskill"],
    summary: "Signals processes by name",
    flags: {
      "-u -U --uid --user -g -G -t -s --signal -P <x>": [],
      "-f --full": [],
      "-v --inverse": [],
      "-x --exact": [],
      "-n": [],
      "-o": [],
    },
    does: byName,
    clusters: false,
    examples: {
      "pkill -f mock-ipns-routing": "allow",
      "pkill node": "hold",
      "killall -9 node": "hold",
      "pkill -f signalbox": "deny",
      "pkill -f daemon": "hold",
      "pkill -u root": "hold",
    },
  },
  {
    names: ["gdb", "lldb", "rr", "gcore", "reptyr", "dlv", "frida", "bpftrace", "dtrace", "py-spy", "rbspy"],
    summary: "Debuggers",
    flags: {
      "-p --pid --attach-pid --attach <pid>": [],
      "-ex -o --one-line --eval-command <line>": [],
      "--args": [],
      "-x --command <file>": runsFrom,
      "--batch": [],
    },
    clusters: false,
    does: traces,
    examples: {
      "gdb ./build/app": "allow",
      "gdb -p 1234": "hold",
      "gdb -x ./debug.gdb ./a": "allow",
      "gdb -x ~/Downloads/x.gdb ./a": "hold",
      "gcore 1234": "hold",
      "lldb -p 1": "hold",
    },
  },
];
