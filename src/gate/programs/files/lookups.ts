import { list, writes } from "../acts.ts";
import { harmlessFilter } from "../wrappers/environment.ts";
import { secretVariable } from "../../paths/secrets.ts";
import { loadsFrom } from "../packages.ts";
import { type Act, type Arg, isLiteral, literal, type Program } from "../program.ts";

/** What prints, counts and looks up: clocks, processes, formats, the environment. */

function looksUp(use: Parameters<Act>[0], args: readonly Arg[]): void {
  const { name } = use;
  const words = use.all.map((arg) => arg.text);
  switch (name) {
    case "printenv":
      if (args.length === 0 && harmlessFilter(use.filter)) return use.output({ text: undefined });
      if (args.length === 0)
        use.emit({
          kind: "read",
          what: "show the whole environment, with the secrets in it",
          target: "environment",
          secret: "reads",
        });
      else
        for (const arg of args)
          if (/TOKEN|SECRET|PASSW|KEY|CREDENTIAL/i.test(arg.text))
            use.emit({ kind: "read", what: `show the variable ${arg.text}`, target: arg.text, secret: "reads" });
      return use.output({ text: undefined, secret: true });
    case "ps":
      if (words.some((word) => /^[a-z]*e[a-z]*$/.test(word) && /^[auxwejlfvg]+$/.test(word) && word.includes("e")))
        use.emit({
          kind: "read",
          what: "show the environments of processes, with the secrets in them",
          target: "ps",
          secret: "reads",
        });
      return use.output({ text: undefined, processes: "" });
    case "pgrep":
      return use.output({ text: undefined, processes: args.length === 1 ? args[0]?.text : "" });
    case "lsof":
      // `lsof -ti :3000`: what holds one port is a server of this work.
      return use.output({
        text: undefined,
        ...(words.some((word) => /:\d{4,5}$/.test(word)) ? { processes: "what holds a port" } : {}),
      });
    case "date":
      if (
        use.has("--set") ||
        words.some((word) => /^(?:-s|--set)/.test(word)) ||
        args.some((arg) => /^\d{8,}/.test(arg.text))
      )
        return use.emit({
          kind: "write",
          what: "set the machine's clock",
          target: "clock",
          place: "system",
          undoable: "costly",
        });
      return use.output({ text: "0" });
    case "hostname":
      if (args.length > 0)
        return use.emit({
          kind: "write",
          what: `set the machine's name to ${args[0]?.text ?? ""}`,
          target: "hostname",
          place: "system",
          undoable: "costly",
        });
      return use.output({ text: "host", tells: true });
    case "nproc":
    case "uname":
    case "seq":
      return use.output({ text: name === "seq" ? undefined : "0" });
    case "id":
      return use.output({ text: "0", tells: words.length === 0 });
    case "whoami":
    case "logname":
      return use.output({ text: use.variable("USER")?.text, tells: true });
    case "getent":
      if (/^g?shadow$/.test(words[0] ?? "")) return use.path(literal(`/etc/${words[0] ?? ""}`), { kind: "read" });
      return;
    case "locate":
    case "plocate":
    case "mdfind":
      // The files that it names are read or deleted by what comes next.
      if (args.length === 1 && args[0] !== undefined && isLiteral(args[0]) && /^[\w.-]+$/.test(args[0].text))
        return use.output({ text: `/${args[0].text}\n` });
      return;
    case "which":
    case "type":
    case "whereis":
      return use.output({ text: args.length === 1 ? args[0]?.text : undefined });
    case "mktemp":
      return use.temporary(args[0]);
    case "fuser":
      if (words.some((word) => /^-[a-z]*k/.test(word)) && !args.every((arg) => /^\d{4,5}\/(?:tcp|udp)$/.test(arg.text)))
        use.emit({
          kind: "signal",
          what: `fuser: kill what uses ${list(args)}`,
          target: args[0]?.text ?? "",
          place: "system",
          undoable: "costly",
        });
      return;
    case "ss":
      if (words.some((word) => /^-[a-z]*K/.test(word)))
        use.emit({ kind: "signal", what: "ss: close connections", target: "ss", place: "system", undoable: "costly" });
      return;
    case "yq":
    case "dasel":
    case "shfmt":
    case "codespell":
      if (use.has("-i") || use.has("-w")) {
        for (const arg of name === "yq" ? args.slice(-1) : args) use.path(arg, { kind: "write", verb: "edit" });
        return;
      }
      break;
    case "man":
      for (const [at, word] of words.entries())
        if ((word === "-P" || word === "--pager" || word === "-H") && use.all[at + 1] !== undefined)
          use.code("shell", use.all[at + 1] as Arg);
        else if (word.startsWith("--pager=")) use.code("shell", literal(word.slice("--pager=".length)));
      return;
    case "jq":
    case "gojq":
      for (const arg of args.slice(0, 1))
        for (const match of arg.text.matchAll(/(?:\benv|\$ENV)(?:\.|\[")(\w+)/g))
          if (secretVariable(match[1] ?? ""))
            use.emit({
              kind: "read",
              what: `show ${match[1] ?? ""}, a secret of the environment`,
              target: match[1] ?? "",
              secret: "reads",
            });
      if (args.some((arg) => /(?:^|[^\w.])(?:env|\$ENV)(?:$|[^\w.[])/.test(arg.text)) && words.includes("-n"))
        use.emit({
          kind: "read",
          what: "show the whole environment, with the secrets in it",
          target: "environment",
          secret: "reads",
        });
      for (const arg of use.values("--from-file")) use.path(arg, { kind: "read" });
      for (const arg of args.slice(1)) if (!words.includes("--args")) use.path(arg, { kind: "read" });
      return use.output({ text: undefined });
    case "open":
    case "xdg-open":
      for (const arg of args)
        if (/^https?:/.test(arg.text)) use.net(arg, { kind: "receive" });
        // What is opened so is started: a launcher, a script, a program.
        else if (/\.(?:desktop|command|app|tool|workflow|terminal|sh|scpt|jar|exe|msi|AppImage)\/?$/.test(arg.text))
          use.script(arg, "other");
        else use.path(arg, { kind: "read" });
      return;
    case "envsubst":
    case "pbcopy":
    case "clip":
      return;
    case "arp":
      if (words.some((word) => word === "-d" || word === "-s"))
        use.emit({ kind: "write", what: `arp ${words.join(" ")}`, target: "arp", place: "system", undoable: "costly" });
      return;
    case "echo":
      return;
    default:
  }
  for (const arg of args) if (/^[~./]|\.\w+$/.test(arg.text)) use.path(arg, { kind: "read" });
  use.output({ text: undefined });
}

export const lookups: readonly Program[] = [
  {
    names: [
      "yes",
      "seq",
      "gseq",
      "date",
      "gdate",
      "sleep",
      "gsleep",
      "cal",
      "ncal",
      "factor",
      "expr",
      "bc",
      "dc",
      "tput",
      "clear",
      "reset",
      "stty",
      "tset",
      "printenv",
      "whoami",
      "id",
      "groups",
      "logname",
      "who",
      "w",
      "users",
      "last",
      "lastlog",
      "uname",
      "arch",
      "hostname",
      "uptime",
      "nproc",
      "getconf",
      "tty",
      "locale",
      "which",
      "whereis",
      "type",
      "whatis",
      "apropos",
      "man",
      "info",
      "tldr",
      "ps",
      "pgrep",
      "pidof",
      "pstree",
      "top",
      "htop",
      "btop",
      "free",
      "vmstat",
      "iostat",
      "lscpu",
      "lsmem",
      "lsusb",
      "lspci",
      "lsblk",
      "lsof",
      "fuser",
      "getent",
      "sw_vers",
      "ldd",
      "nm",
      "objdump",
      "readelf",
      "size",
      "otool",
      "sync",
      "mktemp",
      "gmktemp",
      "xdg-open",
      "open",
      "pbcopy",
      "clip",
      "envsubst",
      "jq",
      "gojq",
      "yq",
      "dasel",
      "xq",
      "xmllint",
      "tomlq",
      "fx",
      "gron",
      "mlr",
      "csvtool",
      "xsv",
      "qsv",
      "csvcut",
      "csvlook",
      "csvgrep",
      "csvstat",
      "htmlq",
      "pup",
      "tidy",
      "pandoc",
      "neofetch",
      "fastfetch",
      "lsb_release",
      "hostid",
      "dmidecode",
      "cloc",
      "tokei",
      "scc",
      "ascii",
      "diffstat",
      "identify",
      "exiftool",
      "ffprobe",
      "mediainfo",
      "pdftotext",
      "pdfinfo",
      "sqlformat",
      "wcwidth",
      "fc-list",
      "locate",
      "mdfind",
      "plocate",
      "shellcheck",
      "shfmt",
      "yamllint",
      "hadolint",
      "actionlint",
      "markdownlint",
      "markdownlint-cli2",
      "vale",
      "codespell",
      "editorconfig-checker",
      "tsort",
      "zdump",
      "units",
      "dialog",
      "whiptail",
      "pv",
      "iwgetid",
      "sensors",
      "acpi",
      "lsns",
      "lsmod",
      "modinfo",
      "sysinfo",
      "inxi",
      "lshw",
      "hwinfo",
      "cheat",
      "compare",
      "system_profiler",
      "ioreg",
      "mdls",
      "arp",
      "ss",
      "netstat",
      "ifstat",
      "nethogs",
    ],
    summary: "Prints, counts and looks up",
    flags: {
      "-d --date <x>": [],
      "-o --output --out-file <file>": (use, args) => {
        if (use.name === "pandoc" || use.name === "xmllint") writes(use, args);
      },
      "-i --in-place --inplace": [],
      "-w --write": [],
      "--tmpdir <x>": [],
      "--from-file <x>": [],
      "-L --library-path <dir>": (use, args) => (use.name === "jq" ? loadsFrom(use, args) : undefined),
      "--arg --argjson <a>": [],
      "-s --set": [],
    },
    does: (use, args) => looksUp(use, args),
    help: true,
    examples: {
      "date +%s": "allow",
      "ps aux": "allow",
      "jq .name package.json": "allow",
      printenv: "hold",
      "printenv HOME": "allow",
      "date -s 2020-01-01": "hold",
      "hostname evil": "hold",
      "yq -i '.a=1' a.yaml": "allow",
      "mktemp -d": "allow",
      "which node": "allow",
      "open coverage/index.html": "allow",
      "xdg-open ~/Downloads/x.desktop": "hold",
      "jq -rn 'env.API_KEY'": "hold",
      "jq -n 'env.HOME'": "allow",
      "ps auxe": "hold",
      "fuser -k 3000/tcp": "allow",
      "fuser -k /home": "hold",
      "lsof -ti :3000 | xargs kill -9": "allow",
      "ps aux | grep '[n]ext dev' | awk '{print $2}' | xargs kill": "allow",
      "ps aux | grep node | awk '{print $2}' | xargs kill": "hold",
      "ps aux | awk '{print $2}' | xargs kill": "hold",
      "sleep 5": "allow",
    },
  },
];
