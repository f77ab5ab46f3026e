import { appends } from "../acts.ts";
import { type Act, type Arg, type Program } from "../program.ts";

/** File tools that put something somewhere: copies, moves, links, folders, raw data. */

const copies: Act = (use, args) => {
  const target = use.value("-t") ?? args.at(-1);
  const sources = use.value("-t") === undefined ? args.slice(0, -1) : args;
  for (const source of sources) use.path(source, { kind: "read", tree: use.has("-r") });
  if (target !== undefined && (sources.length > 0 || use.value("-t") !== undefined))
    use.path(target, {
      kind: "write",
      verb: "copy to",
      keeps: use.has("-n"),
      content: sources.length === 1 && sources[0]?.text === "/dev/null" ? "" : undefined,
    });
};

const moves: Act = (use, args) => {
  const target = use.value("-t") ?? args.at(-1);
  const sources = use.value("-t") === undefined ? args.slice(0, -1) : args;
  const away = target !== undefined && /^\/dev\/(?:null|zero|full)$/.test(target.text);
  for (const source of sources) {
    if (away) use.path(source, { kind: "delete", tree: true, verb: "move to nowhere", undoable: "no" });
    else use.path(source, { kind: "write", verb: "move away", ...(target === undefined ? {} : { movesTo: target }) });
  }
  if (target !== undefined && sources.length > 0 && !away)
    use.path(target, { kind: "write", verb: "move to", keeps: use.has("-n") });
};

const nameOf = (path: Arg): Arg => {
  const cut = path.text.replace(/\/+$/, "").lastIndexOf("/") + 1;
  return { ...path, text: path.text.slice(cut), fixed: Math.max(0, path.fixed - cut), quoted: true };
};

const links: Act = (use, args) => {
  const target = args.length > 1 ? args.at(-1) : undefined;
  for (const source of args.slice(0, Math.max(1, args.length - 1)))
    if (!use.has("-s")) use.path(source, { kind: "read" });
    else use.path(source, { kind: "read", tree: false });
  const [source] = args;
  const link = target ?? (source === undefined ? undefined : nameOf(source));
  if (link === undefined || source === undefined) return;
  use.path(link, {
    kind: "write",
    verb: "link",
    keeps: !use.has("-f"),
    ...(use.has("-s") || use.name === "link" || target !== undefined ? { linksTo: source } : {}),
  });
};

const dumps: Act = (use) => {
  for (const arg of use.all) {
    const equals = arg.text.indexOf("=");
    const name = arg.text.slice(0, equals);
    const value = {
      ...arg,
      text: arg.text.slice(equals + 1),
      fixed: Math.max(0, arg.fixed - equals - 1),
      quoted: false,
    };
    if (name === "if") {
      use.path(value, { kind: "read" });
      if (/^\/dev\/(?:sd|nvme|hd|vd|xvd|mmcblk|disk|mapper|dm-|loop|md|mem|kmem)/.test(value.text))
        use.emit({
          kind: "read",
          what: `dd: read the raw device ${value.text}`,
          target: value.text,
          place: "device",
          secret: "reads",
        });
      else use.output({ text: undefined, files: [value] });
    }
    // Zeros in the place of what was there empty it.
    const emptied = use.all.some(({ text }) => /^if=\/dev\/(?:zero|null)$/.test(text));
    if (name === "of") use.path(value, { kind: "write", ...(emptied ? { content: "" } : {}) });
  }
};

export const placing: readonly Program[] = [
  {
    names: ["cp", "gcp", "install", "ditto"],
    summary: "Copies files",
    flags: {
      "-r -R -a --recursive --archive": [],
      "-t --target-directory <dir>": [],
      "-n --no-clobber": [],
      "-m --mode <mode>": [],
      "-o --owner <o>": [],
      "-g --group <g>": [],
      "-S --suffix <s>": [],
      "-d": [],
      "-f": [],
      "-p": [],
      "-v": [],
    },
    does: (use, args) =>
      use.has("-d") && use.name === "install"
        ? args.forEach((arg) => use.path(arg, { kind: "write", keeps: true }))
        : copies(use, args),
    examples: {
      "cp a b": "allow",
      "cp /dev/null src/main.go": "hold",
      "cp -r src /tmp/copy": "allow",
      "cp evil /etc/cron.d/x": "hold",
      "cp ~/.ssh/id_rsa .": "hold",
      "cp x ~/.bashrc": "hold",
    },
  },
  {
    names: ["mv", "gmv", "rename"],
    summary: "Moves files",
    flags: { "-t --target-directory <dir>": [], "-n --no-clobber": [], "-f": [], "-v": [], "-S <s>": [] },
    does: (use, args) =>
      use.name === "rename"
        ? args.slice(1).forEach((arg) => use.path(arg, { kind: "write", verb: "rename" }))
        : moves(use, args),
    examples: {
      "mv .env notes.txt": "hold",
      "mv .env .env.bak": "allow",
      "mv .env config/": "allow",
      "mv a.ts b.ts": "allow",
      "mv src /dev/null": "hold",
      "mv ~/Documents /tmp/": "hold",
    },
  },
  {
    names: ["mkdir", "gmkdir", "mkfifo", "mknod"],
    summary: "Makes folders",
    flags: { "-p --parents": [], "-m --mode <mode>": [], "-v": [] },
    does: (use, args) =>
      (use.name === "mknod" ? args.slice(0, 1) : args).forEach((arg) =>
        use.path(arg, { kind: "write", verb: "make", keeps: true }),
      ),
    examples: { "mkdir -p src/a": "allow", "mkdir /tmp/x": "allow", "mkdir /opt/x": "hold" },
  },
  {
    names: ["touch", "gtouch"],
    summary: "Makes files or sets their times",
    flags: { "-t <stamp>": [], "-d --date <date>": [], "-r --reference <file>": [], "-a": [], "-m": [], "-c": [] },
    does: appends,
    examples: { "touch a.txt": "allow", "touch /etc/x": "hold" },
  },
  {
    names: ["ln", "gln", "link"],
    summary: "Links files",
    flags: { "-s --symbolic": [], "-f --force": [], "-t <dir>": [], "-n": [], "-v": [], "-r": [] },
    does: links,
    examples: {
      "ln -s ~/.bashrc x && echo evil > x": "hold",
      "ln -s / r; rm -rf r/home/dev/x": "hold",
      "ln -s ../shared node_modules/shared && cat node_modules/shared/package.json": "allow",
      "ln -s ../a b": "allow",
      "ln -sf /tmp/x ~/.bashrc": "hold",
    },
  },
  {
    names: ["ddrescue", "dd_rescue"],
    summary: "Copies raw data past errors",
    flags: { "-b -c -i -o -s -K -r -t -m <x>": [] },
    does: (use, args) => {
      const [from, to, map] = args;
      if (from !== undefined) use.path(from, { kind: "read" });
      for (const file of [to, map]) if (file !== undefined) use.path(file, { kind: "write" });
    },
    examples: { "ddrescue disk.img copy.img map": "allow", "ddrescue -f disk.img /dev/sdb": "deny" },
  },
  {
    names: ["dd", "gdd", "dcfldd", "dc3dd"],
    summary: "Copies raw data",
    does: dumps,
    examples: {
      "dd if=/dev/zero of=/dev/sda": "deny",
      "dd if=/dev/zero of=test.img bs=1M count=1": "allow",
      "dd if=a of=/dev/null": "allow",
    },
  },
  {
    names: ["tee", "gtee", "sponge"],
    summary: "Writes its input to files and on",
    flags: { "-a --append": [] },
    does: (use, args) => {
      for (const arg of args) use.path(arg, { kind: "write", keeps: use.has("-a"), content: use.stdin.text });
      use.output(use.stdin);
    },
    examples: {
      "echo x | tee out.txt": "allow",
      "echo x | tee /etc/hosts": "hold",
      "echo x | tee -a ~/.bashrc": "hold",
    },
  },
];
