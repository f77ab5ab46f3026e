import { nothing, reads, writes } from "./acts.ts";
import { loadsFrom } from "./packages.ts";
import { type Act, type Arg, noFlow, type Program } from "./program.ts";

/**
 * Programs that run a command under a condition: a time limit, a priority, a tracer. Which flags take a value is each one's own: `-f` of `setsid` has
 * none, and to take the command for its value would be not to see it.
 */
const condition = (
  names: readonly [string, ...string[]],
  how: {
    readonly flags?: Program["flags"];
    /** Operands before the command: a duration, a mask, a lock file. */
    readonly skip?: number;
    readonly does?: Act;
  } = {},
  examples: Program["examples"] = {},
): Program => ({
  names,
  summary: "Runs a command under a condition",
  stop: true,
  flags: how.flags ?? {},
  does:
    how.does ??
    ((use, args) => {
      const words = args.slice(how.skip ?? 0);
      if (words.length > 0) use.run(words);
    }),
  help: false,
  examples: { [`${names[0]} --help`]: "allow", ...examples },
});

const attaches: Act = (use, args) =>
  use.emit({
    kind: "elevate",
    what: `${use.name}: look into or steer the running process ${args[0]?.text ?? ""}`,
    target: args[0]?.text ?? "",
    place: "system",
    undoable: "costly",
  });

const locks: Act = (use, args) => {
  const line = use.value("-c");
  if (line !== undefined) return use.code("shell", line);
  const words = args.slice(1);
  if (/^(?:-c|--command)$/.test(words[0]?.text ?? "") && words[1] !== undefined) return use.code("shell", words[1]);
  if (words.length > 0) use.run(words);
};

/** `perf stat ls`, `numactl -C 0 ls`: a word of its own may come first. */
const afterVerb =
  (verbs: RegExp): Act =>
  (use, args) => {
    const words = verbs.test(args[0]?.text ?? "") ? withoutFlags(args.slice(1)) : args;
    if (words.length > 0) use.run(words, noFlow);
  };
const perfValue = /^(?:-[eFgopstCGcmDIr]|--(?:event|output|pid|call-graph|delay|repeat|freq|count))$/;
function withoutFlags(args: readonly Arg[]): readonly Arg[] {
  let at = 0;
  while (args[at]?.text.startsWith("-") === true) {
    if (args[at]?.text === "--") return args.slice(at + 1);
    at += perfValue.test(args[at]?.text ?? "") ? 2 : 1;
  }
  return args.slice(at);
}

const changesIdentity: Act = (use, [id]) =>
  use.emit({
    kind: "elevate",
    what: `run as the user ${id?.text ?? ""}`,
    target: id?.text ?? "",
    place: "system",
    undoable: "costly",
  });

export const conditions: readonly Program[] = [
  condition(
    ["timeout", "gtimeout"],
    { flags: { "-k --kill-after <d>": [], "-s --signal <s>": [] }, skip: 1 },
    {
      "timeout 5 npm test": "allow",
      "timeout -s KILL 5 rm -rf ~": "deny",
      "timeout --foreground 5 rm -rf ~": "deny",
    },
  ),
  condition(["nice"], { flags: { "-n --adjustment <n>": [] } }, { "nice -n 19 rm -rf /": "deny" }),
  condition(
    ["ionice"],
    { flags: { "-c --class <x>": [], "-n --classdata <x>": [], "-p --pid -P --pgid -u --uid <x>": [] } },
    { "ionice -c2 -n7 npm test": "allow", "ionice -c 3 rm -rf ~": "deny" },
  ),
  condition(
    [
      "nohup",
      "setsid",
      "catchsegv",
      "linux32",
      "linux64",
      "setarch",
      "eatmydata",
      "dbus-run-session",
      "dbus-launch",
      "unbuffer",
      "chronic",
      "torify",
      "firejail",
      "valgrind",
      "rtk",
    ],
    { flags: { "--config-file --suppressions --tool <x>": [] } },
    {
      "nohup node server.js": "allow",
      "setsid rm -rf /": "deny",
      "setsid -f rm -rf ~": "deny",
      "valgrind --leak-check=full ./build/app": "allow",
    },
  ),
  condition(
    ["caffeinate"],
    { flags: { "-t -w <x>": [] } },
    { "caffeinate -i npm test": "allow", "caffeinate -i rm -rf ~": "deny" },
  ),
  condition(
    ["stdbuf"],
    { flags: { "-i --input -o --output -e --error <mode>": [] } },
    { "stdbuf -oL make": "allow", "stdbuf -o 0 rm -rf ~": "deny" },
  ),
  condition(
    ["time", "gtime"],
    { flags: { "-f --format <f>": [], "-o --output <file>": writes } },
    { "time ls": "allow", "/usr/bin/time -v make": "allow", "time -p rm -rf ~": "deny" },
  ),
  condition(
    ["taskset"],
    { skip: 1 },
    { "taskset -c 0 npm test": "allow", "taskset -c 0 rm -rf ~": "deny", "taskset 1 rm -rf ~": "deny" },
  ),
  condition(["chrt"], { flags: { "-T -P -D <n>": [] }, skip: 1 }, { "chrt -f 10 rm -rf ~": "deny" }),
  condition(
    ["flock", "lockf", "with-lock-ex"],
    { flags: { "-c --command <line>": [], "-w --timeout --wait -E --conflict-exit-code -t <x>": [] }, does: locks },
    {
      "flock /tmp/l -c 'rm -rf ~'": "deny",
      "flock -n /tmp/l rm -rf ~": "deny",
      "flock -w 10 /tmp/l npm test": "allow",
    },
  ),
  condition(["faketime"], { skip: 1 }, { "faketime -f '+1d' rm -rf ~": "deny" }),
  condition(
    ["perf", "numactl"],
    {
      flags: {
        "-m --membind -N --cpunodebind -C --physcpubind -i --interleave --preferred <x>": [],
      },
      does: afterVerb(/^(?:stat|record|report|top|list|annotate|script|trace)$/),
    },
    { "perf stat -e cycles ls": "allow", "perf stat rm -rf ~": "deny", "numactl -C 0 rm -rf ~": "deny" },
  ),
  condition(
    ["strace", "ltrace"],
    {
      flags: {
        "-p --attach <pid>": attaches,
        "-F <config>": loadsFrom,
        "-o --output <file>": writes,
        "-e -s -S -O -a -b -E -I -P -u -U -X -n -A -D -l -x --trace --string-limit <x>": nothing,
      },
    },
    {
      "strace -f -e trace=file ls": "allow",
      "strace -f rm -rf ~": "deny",
      "strace -p 1234": "hold",
      "strace -o ~/.bashrc ls": "hold",
    },
  ),
  condition(
    ["cpulimit", "softlimit", "prlimit", "choom", "uclampset", "chpst", "setpriv", "sem", "retry", "xvfb-run"],
    {
      flags: {
        "--reuid --regid --euid --egid --ruid --rgid <id>": changesIdentity,
        "-l --limit -p --pid -e --exe -j --jobs --id --times --delay -s --server-args -a -m -M -n -u -U -c -d -t -r -o --groups --inh-caps --bounding-set <x>":
          [],
        "--auto-servernum --init-groups --clear-groups --no-new-privs": [],
      },
    },
    {
      "setpriv --reuid=0 id": "hold",
      "setpriv --no-new-privs npm test": "allow",
      "cpulimit -l 50 rm -rf ~": "deny",
      "xvfb-run --auto-servernum npm test": "allow",
    },
  ),
  condition(
    ["torsocks", "proxychains", "proxychains4", "rlwrap", "systemd-inhibit", "fakeroot", "pty"],
    {
      flags: {
        "-f -P -H -C --what --who --why --mode --file-name <x>": [],
      },
    },
    { "fakeroot make install": "allow", "fakeroot rm -rf ~": "deny", "proxychains4 -q rm -rf ~": "deny" },
  ),
  {
    names: ["ts"],
    summary: "Puts times before lines",
    does: reads,
    examples: { "make | ts": "allow" },
  },
];
