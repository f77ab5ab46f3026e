import { appends, code, list, reads, writes } from "./acts.ts";
import { harmlessFilter } from "./wrappers.ts";
import { type Act, type Arg, isLiteral, literal, noFlow, type Program } from "./program.ts";

/** The file tools of every Unix. */

const removes: Act = (use, args) => {
  const tree = use.has("-r");
  for (const arg of args)
    use.path(arg, { kind: "delete", tree, verb: tree ? "delete, with everything below it," : "delete" });
};

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

/** A command that the program starts by itself, with each file: only compressors are known to do nothing else. */
const runsForEach: Act = (use, [line]) => {
  if (line === undefined || /^(?:gzip|bzip2|xz|zstd|lz4|pigz)$/.test(line.text)) return;
  use.emit({
    kind: "opaque",
    what: `${use.name}: start ${line.text} by itself, with files that are known only when it runs`,
    target: line.text,
    sure: "opaque",
    undoable: "no",
  });
  use.code("shell", line);
};

const permissions: Act = (use, args) => {
  const [mode, ...files] = use.has("--reference") ? [literal(""), ...args] : args;
  if (mode === undefined) return;
  const many = use.has("-R");
  const wide =
    /(?:^|[^\d])0?[0-7]?(?:777|666|77[67]|[4267]7{3})$/.test(mode.text) ||
    /(?:^|,)(?:[ugoa]*o[ugoa]*|a|)\+[rx]*w/.test(mode.text) ||
    /(?:^|,)a=rwx/.test(mode.text);
  const setuid = /^[4267][0-7]{3}$|^0[4267][0-7]{3}$|[ug]*\+[rwx]*s/.test(mode.text);
  for (const file of files) {
    if (use.name === "chmod" && many && /^0*0{1,3}$|^[ugoa]*(?:=|-rwx)$/.test(mode.text))
      use.emit({
        kind: "delete",
        what: `chmod -R ${mode.text} ${file.text}: take all permissions away`,
        target: file.text,
        place: "system",
        undoable: "costly",
      });
    if (use.name === "chmod" && setuid)
      use.emit({
        kind: "elevate",
        what: `chmod ${mode.text} ${file.text}: let it run with its owner's rights`,
        target: file.text,
        place: "system",
        undoable: "costly",
      });
    else if (use.name === "chmod" && wide)
      use.emit({
        kind: "elevate",
        what: `chmod ${mode.text} ${file.text}: let everybody on this machine write it`,
        target: file.text,
        place: "system",
        undoable: "costly",
      });
    use.path(file, {
      kind: "write",
      verb: `${use.name} ${mode.text}`,
      keeps: true,
      tree: many,
      ...(many ? { undoable: "costly" as const } : {}),
    });
  }
};

const owner: Act = (use, args) => {
  const [who, ...files] = args;
  const root = /^(?:root|0)?:?(?:root|wheel|0)?$/.test(who?.text ?? "");
  for (const file of files)
    use.path(file, {
      kind: "write",
      verb: `${use.name} ${who?.text ?? ""}`,
      keeps: true,
      tree: use.has("-R"),
      undoable: use.has("-R") || root ? "no" : "costly",
    });
  if (files.length > 0)
    use.emit({
      kind: "elevate",
      what: `${use.name} ${list(args)}: give files to ${who?.text ?? "another user"}`,
      target: files[0]?.text ?? "",
      place: "system",
      undoable: "costly",
    });
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

/** `find`: starting points, then an expression whose actions delete, write or run. */
const finds: Act = (use) => {
  const args = use.all;
  let i = 0;
  while (args[i] !== undefined && /^-(?:[HLP]|O\d|D)$/.test(args[i]?.text ?? "")) i++;
  const starts: Arg[] = [];
  while (args[i] !== undefined && !/^(?:-|\(|\)|!|,)/.test(args[i]?.text ?? "")) starts.push(args[i++] as Arg);
  if (starts.length === 0) starts.push(literal("."));
  const rest = args.slice(i);
  const names = rest.flatMap((arg, at) =>
    /^-i?(?:name|path|wholename)$/.test(arg.text) && rest[at + 1] !== undefined ? [rest[at + 1] as Arg] : [],
  );
  const found = (): readonly Arg[] =>
    starts.map((start) =>
      names.length === 1 && names[0] !== undefined
        ? {
            ...start,
            text: `${start.text.replace(/\/$/, "")}/${names[0].text.replace(/^\*?\//, "")}`,
            fixed:
              start.fixed < start.text.length
                ? start.fixed
                : start.text.replace(/\/$/, "").length + 1 + names[0].text.length,
            glob: true,
          }
        : { ...start, glob: start.glob },
    );
  for (const start of starts) if (start.text.startsWith("/proc/")) use.path(start, { kind: "read" });
  const runsOnAll = new Set(["-exec", "-execdir", "-ok", "-okdir"]);
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]?.text ?? "";
    if (word === "-delete") {
      const narrow = names.length === 1 && names[0] !== undefined && isLiteral({ ...names[0], glob: false });
      for (const start of narrow ? found() : starts)
        use.path(start, { kind: "delete", tree: true, verb: "delete everything found below" });
    } else if (runsOnAll.has(word)) {
      let end = at + 1;
      while (end < rest.length && rest[end]?.text !== ";" && !(rest[end]?.text === "+" && rest[end - 1]?.text === "{}"))
        end++;
      const command = rest.slice(at + 1, end);
      for (const start of found().slice(0, 4))
        use.run(
          command.map((part) =>
            part.text === "{}"
              ? { ...start, quoted: false }
              : part.text.includes("{}")
                ? { ...part, text: part.text.split("{}").join(start.text) }
                : part,
          ),
          noFlow,
        );
      at = end;
    } else if (/^-f(?:print0?|printf|ls)$/.test(word) && rest[at + 1] !== undefined)
      use.path(rest[at + 1] as Arg, { kind: "write" });
    else if (word === "-files0-from" && rest[at + 1] !== undefined) use.path(rest[at + 1] as Arg, { kind: "read" });
  }
  // One name tells what is found, if not which of them.
  const [name] = names;
  const before = name === undefined ? undefined : rest[rest.indexOf(name) - 2]?.text;
  const plain =
    names.length === 1 &&
    before !== "!" &&
    before !== "-not" &&
    !rest.some(({ text }) => /^-(?:exec|delete|ok|prune|o$|or$|printf|fprint|fls|ls)/.test(text));
  const shown = found();
  if (plain && shown.every(({ fixed, text }) => fixed === text.length))
    use.output({ text: `${shown.map(({ text }) => text).join("\n")}\n` });
  else use.output({ text: undefined });
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
    if (name === "of") use.path(value, { kind: "write" });
  }
};

const archives: Act = (use, args) => {
  const mode = use.all[0]?.text ?? "";
  const old = !mode.startsWith("-") && /^[cxtruvzjJfpkOPCaShlmwn]+$/.test(mode) ? mode : "";
  const operands = old === "" ? args : args.slice(1);
  const does = (letter: string, long: string): boolean =>
    old.includes(letter) || use.has(`-${letter}`) || use.has(long);
  const file = use.value("-f") ?? (old.includes("f") ? operands[0] : undefined);
  const members = old.includes("f") ? operands.slice(1) : operands;
  for (const flag of [
    "--to-command",
    "--use-compress-program",
    "-I",
    "--checkpoint-action",
    "--rsh-command",
    "-F",
    "--info-script",
    "--new-volume-script",
  ])
    for (const line of use.values(flag)) {
      const text = flag === "--checkpoint-action" ? (/^exec=(.*)$/s.exec(line.text)?.[1] ?? "") : line.text;
      if (text === "" || /^(?:gzip|pigz|bzip2|xz|zstd|lz4|lzip|zstdmt|pzstd|pixz)(?: -[\w-]+)*$/.test(text)) continue;
      // Each file's content comes in by stdin.
      if (flag === "--to-command" && !/[;&|<>$`]/.test(text))
        use.run(
          text.split(/\s+/).map((word) => literal(word)),
          { ...noFlow, text: undefined, decoded: true },
        );
      else use.code("shell", { ...line, text, fixed: text.length });
    }
  if (does("x", "--extract") || use.has("--get")) {
    const target = use.value("-C") ?? use.value("--directory");
    if (file !== undefined) use.path(file, { kind: "read" });
    if (use.has("-P") || old.includes("P"))
      use.emit({
        kind: "write",
        what: "tar: extract to whatever absolute paths the archive names",
        target: "/",
        place: "system",
        undoable: "no",
      });
    if (!use.has("-O") && !use.has("--to-stdout"))
      use.path(target ?? literal("."), { kind: "write", verb: "extract to", keeps: use.has("-k") });
  } else if (does("c", "--create") || does("r", "--append") || does("u", "--update")) {
    for (const member of members) use.path(member, { kind: "read", tree: true });
    if (file !== undefined && file.text !== "-") {
      if (/^[^/]+@?[^/]*:/.test(file.text)) use.net(file, { kind: "send" });
      else use.path(file, { kind: "write" });
    }
    if (use.has("--remove-files")) for (const member of members) use.path(member, { kind: "delete", tree: true });
    use.output({ text: undefined, files: [] });
  } else if (file !== undefined) use.path(file, { kind: "read" });
};

export const files: readonly Program[] = [
  {
    names: ["rm", "grm", "unlink", "rimraf", "trash", "trash-put", "gio-trash", "del-cli"],
    summary: "Deletes files",
    flags: { "-r -R --recursive": [], "-f --force": [], "--no-preserve-root": [], "-i": [], "-v": [] },
    does: (use, args) =>
      use.name === "rimraf" || use.name === "del-cli"
        ? args.forEach((arg) => use.path(arg, { kind: "delete", tree: true }))
        : removes(use, args),
    examples: {
      "rm -rf /": "deny",
      "rm -rf ~": "deny",
      "rm -rf ~/x": "hold",
      "rm -rf node_modules": "allow",
      "rm -rf dist build": "allow",
      "rm -rf src": "hold",
      "rm -rf /tmp/scratch": "allow",
      "rm -rf .": "hold",
      "rm -rf $UNKNOWN/": "hold",
      "rm --help": "allow",
      "rm -rf /etc": "deny",
    },
  },
  {
    names: ["rmdir", "grmdir"],
    summary: "Deletes empty folders",
    flags: { "-p": [] },
    does: (use, args) => args.forEach((arg) => use.path(arg, { kind: "delete", undoable: "yes" })),
    examples: { "rmdir old": "allow" },
  },
  {
    names: ["shred", "wipe", "srm", "sdelete"],
    summary: "Overwrites files so that they can't be brought back",
    flags: { "-n <n>": [], "-s <size>": [], "-u": [], "-z": [], "-v": [], "-r": [] },
    does: (use, args) =>
      args.forEach((arg) => use.path(arg, { kind: "delete", verb: "destroy for good", undoable: "no" })),
    examples: { "shred -u notes.txt": "hold", "shred /dev/sda": "deny" },
  },
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
    names: ["chmod", "gchmod"],
    summary: "Sets permissions",
    flags: { "-R --recursive": [], "--reference <file>": [], "-v": [], "-f": [], "-c": [] },
    clusters: false,
    does: permissions,
    examples: {
      "chmod +x run.sh": "allow",
      "chmod 755 run.sh": "allow",
      "chmod 777 x": "hold",
      "chmod -R 777 /": "hold",
      "chmod u+s /bin/bash": "hold",
    },
  },
  {
    names: ["chown", "chgrp", "gchown"],
    summary: "Gives files to others",
    flags: { "-R --recursive": [], "-h": [], "-v": [], "-f": [], "--reference <file>": [] },
    does: owner,
    examples: { "chown -R root:root /etc": "hold", "chown me file": "hold" },
  },
  {
    names: ["find", "gfind"],
    summary: "Finds files, and acts on them",
    clusters: false,
    help: true,
    does: finds,
    examples: {
      "find . -name '*.ts'": "allow",
      "find . -name '*.pyc' -delete": "allow",
      "find . -delete": "hold",
      "find . -name .env | xargs cat": "hold",
      "cat $(find . -name id_rsa)": "hold",
      "find . -name '*.pem' | while read f; do cat \"$f\"; done": "hold",
      "find . -name '*.ts' | xargs wc -l": "allow",
      "find / -delete": "deny",
      "find . -type f -exec grep -l x {} \\;": "allow",
      "find ~ -exec rm -rf {} +": "deny",
    },
  },
  {
    names: ["fd", "fdfind"],
    summary: "Finds files, and acts on them",
    clusters: false,
    does: (use) => {
      const at = use.all.findIndex((arg) => /^(?:-x|-X|--exec|--exec-batch)$/.test(arg.text));
      if (at >= 0) {
        const command = use.all.slice(at + 1).filter((arg) => arg.text !== ";");
        use.run(
          command.some((arg) => arg.text.includes("{"))
            ? command.map((arg) => (arg.text.includes("{") ? { ...arg, text: "./found-file", fixed: 0 } : arg))
            : [...command, { ...literal("./found-file"), fixed: 0 }],
          noFlow,
        );
      }
      use.output({ text: undefined });
    },
    examples: { "fd -e ts": "allow", "fd x -x rm": "hold" },
  },
  {
    names: ["tar", "gtar", "bsdtar"],
    summary: "Archives",
    flags: {
      "-f --file <file>": [],
      "-C --directory --cd <dir>": [],
      "-I --use-compress-program <cmd>": [],
      "--to-command <cmd>": [],
      "--checkpoint-action <action>": [],
      "--rsh-command <cmd>": [],
      "-F --info-script --new-volume-script <cmd>": [],
      "-T --files-from <f>": [],
      "-X --exclude-from <f>": [],
      "--exclude <p>": [],
      "--strip-components <n>": [],
      "--transform --xform <e>": [],
      "-x --extract --get": [],
      "-c --create": [],
      "-t --list": [],
      "-r --append": [],
      "-u --update": [],
      "-O --to-stdout": [],
      "-P --absolute-names": [],
      "-k --keep-old-files": [],
      "--remove-files": [],
      "-b <n>": [],
      "--owner --group --mode --mtime <x>": [],
    },
    does: archives,
    examples: {
      "tar czf a.tgz src": "allow",
      "tar xzf a.tgz": "allow",
      "tar xf a.tar -C /": "hold",
      "tar czf /tmp/k.tgz ~/.ssh": "hold",
      "tar xf a.tar --to-command=sh": "hold",
      "tar xf a.tar --to-command='wc -l'": "allow",
      "tar cf a.tar --checkpoint=1 '--checkpoint-action=exec=rm -rf ~' src": "deny",
    },
  },
  {
    names: ["dd", "gdd", "dcfldd", "dc3dd", "ddrescue"],
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
  {
    names: ["less", "zless"],
    summary: "Shows files",
    flags: { "-o -O --log-file --LOG-FILE <file>": writes, "-p --pattern -P -t -T -x -z <x>": [] },
    does: (use, args) => {
      for (const arg of args) {
        const line = /^\+{1,2}[!|](.*)$/s.exec(arg.text)?.[1];
        if (line !== undefined) use.code("shell", literal(line));
        else if (!arg.text.startsWith("+")) reads(use, [arg]);
      }
    },
    examples: { "less README.md": "allow", "less '+!rm -rf ~' x": "deny", "less ~/.ssh/id_rsa": "hold" },
  },
  {
    names: ["uniq"],
    summary: "Drops repeated lines",
    flags: { "-f -s -w --skip-fields --skip-chars --check-chars <n>": [] },
    does: (use, args) => {
      reads(use, args.slice(0, 1));
      writes(use, args.slice(1));
    },
    examples: { "sort a | uniq -c": "allow", "uniq x ~/.bashrc": "hold" },
  },
  {
    names: ["patch", "gpatch"],
    summary: "Applies patches",
    flags: {
      "-d --directory <dir>": (use, args) =>
        args.forEach((arg) => use.path(arg, { kind: "write", verb: "patch in", keeps: true })),
      "-o --output -r --reject-file <file>": writes,
      "-i --input <file>": reads,
      "-p --strip -F --fuzz -D -V -z -B -Y <x>": [],
      "--dry-run": "inert",
    },
    does: (use, args) => {
      for (const arg of args.slice(0, 1)) use.path(arg, { kind: "write", verb: "patch", keeps: true });
      reads(use, args.slice(1));
    },
    examples: { "patch -p1 < fix.patch": "allow", "patch ~/.bashrc x": "hold", "patch -p1 -d ~ < x": "hold" },
  },
  {
    names: [
      "cat",
      "gcat",
      "bat",
      "batcat",
      "tac",
      "nl",
      "more",
      "most",
      "head",
      "tail",
      "ghead",
      "gtail",
      "zcat",
      "bzcat",
      "xzcat",
      "gzcat",
      "strings",
      "od",
      "xxd",
      "hexdump",
      "hd",
      "fold",
      "fmt",
      "pr",
      "rev",
      "view",
      "ccat",
      "mdcat",
      "glow",
      "pygmentize",
      "highlight",
      "expand",
      "unexpand",
      "column",
      "shuf",
      "cut",
      "paste",
      "join",
      "comm",
      "tr",
      "wc",
      "gwc",
      "cksum",
      "sum",
      "md5sum",
      "sha1sum",
      "sha224sum",
      "sha256sum",
      "sha384sum",
      "sha512sum",
      "b2sum",
      "shasum",
      "md5",
      "xxhsum",
      "diff",
      "gdiff",
      "colordiff",
      "cmp",
      "sdiff",
      "vimdiff",
      "delta",
      "file",
      "iconv",
      "dos2unix",
      "unix2dos",
      "split",
      "csplit",
      "numfmt",
      "jless",
      "hexyl",
      "ansi2txt",
      "lolcat",
      "figlet",
      "cowsay",
      "look",
      "base32",
      "aspell",
      "hunspell",
    ],
    summary: "Shows files",
    flags: { "-r --reverse --revert": [] },
    does: (use, args) => {
      const { name } = use;
      if (name === "tr")
        return use.output({
          text: translated(use.stdin.text, args),
          decoded: use.stdin.decoded || use.stdin.text !== undefined,
        });
      if (name === "cut" || name === "rev" || name === "fold" || name === "shuf" || name === "tac")
        use.output({
          text:
            name === "rev"
              ? use.stdin.text
                  ?.split("\n")
                  .map((line) => Array.from(line).reverse().join(""))
                  .join("\n")
              : undefined,
          decoded: name === "rev" || name === "tac" || use.stdin.decoded,
        });
      if (/^(?:xxd|od|hexdump|hd)$/.test(name) && !use.has("-r")) use.output({ secret: use.stdin.files.length > 0 });
      if (name === "xxd" && use.has("-r")) return use.output({ text: undefined, decoded: true });
      for (const arg of args) use.path(arg, { kind: "read" });
      if (name === "dos2unix" || name === "unix2dos") for (const arg of args) use.path(arg, { kind: "write" });
      if ((name === "split" || name === "csplit") && args[1] !== undefined)
        use.path(args[1], { kind: "write", keeps: true });
      const shows = name === "cat" || name === "gcat" || name === "bat" || name === "head" || name === "tail";
      if (args.length === 0 || (args.length === 1 && args[0]?.text === "-"))
        use.output(shows ? use.stdin : { text: undefined });
      else if (shows && args.every((arg) => arg.text === "/dev/null")) use.output({ text: "" });
      else if (shows || name.endsWith("cat")) use.output({ text: undefined, files: args });
    },
    help: true,
    examples: {
      "cat README.md": "allow",
      "cat ~/.ssh/id_rsa": "hold",
      "cat .env": "hold",
      "cat .env.example": "allow",
      "head -n 5 src/a.ts": "allow",
      "cat /etc/passwd": "allow",
      "cat /etc/shadow": "hold",
      "cat <<'EOF'\nrm -rf /\nEOF": "allow",
      "cat ~/.ss?/id_rs?": "hold",
      "wc -l src/*.ts": "allow",
      "diff a b": "allow",
    },
  },
  {
    names: ["base64", "gbase64", "openssl-base64", "uudecode", "uuencode", "basenc"],
    summary: "Encodes and decodes",
    flags: {
      "-d -D --decode": [],
      "-w --wrap <n>": [],
      "-i --ignore-garbage --input <f>": [],
      "-o --output <f>": writes,
    },
    does: (use, args) => {
      for (const arg of args) use.path(arg, { kind: "read" });
      const { text } = use.stdin;
      if (use.has("-d") || use.name === "uudecode")
        use.output({
          text:
            text !== undefined && args.length === 0 && text.length < 65_536
              ? Buffer.from(text, "base64").toString("utf8")
              : undefined,
          decoded: true,
        });
      else
        use.output({
          text: text !== undefined && args.length === 0 ? Buffer.from(text).toString("base64") : undefined,
          // A file's content made fit for a URL or a name.
          secret: args.length > 0 || use.stdin.files.length > 0,
        });
    },
    examples: {
      "base64 logo.png": "allow",
      "echo cm0gLXJmIC8K | base64 -d | sh": "deny",
      "base64 ~/.ssh/id_rsa": "hold",
    },
  },
  {
    names: ["grep", "egrep", "fgrep", "ggrep", "zgrep", "rg", "ag", "ack", "ugrep", "pcregrep", "pt", "sift"],
    summary: "Searches in files",
    flags: {
      "-e --regexp <pattern>": [],
      "-f --file <file>": reads,
      "-A --after-context <n>": [],
      "-B --before-context <n>": [],
      "-C --context <n>": [],
      "-m --max-count <n>": [],
      "--include --exclude --exclude-dir --color --colour <g>": [],
      "-g --glob --iglob <g>": [],
      "-t --type -T --type-not <t>": [],
      "-M --max-columns <n>": [],
      "-j --threads <n>": [],
      "--max-depth -d <n>": [],
      "-r -R --recursive": [],
      "--pre --hostname-bin <cmd>": runsForEach,
      "--pre-glob <g>": [],
      "-o": [],
      "-n": [],
      "-l": [],
      "--sort --sortr <x>": [],
      "--replace <x>": [],
      "-c": [],
      "-i": [],
      "-v": [],
      "-w": [],
      "-q": [],
      "-h": [],
      "-H": [],
      "-s": [],
      "-E": [],
      "-P": [],
      "-F": [],
      "-L": [],
      "--files": [],
    },
    does: (use, args) => {
      const patternGiven = use.has("-e") || use.has("-f") || use.has("--files");
      const paths = patternGiven ? args : args.slice(1);
      const tree = use.has("-r") || use.name === "rg" || use.name === "ag" || use.name === "ack";
      for (const arg of paths) use.path(arg, { kind: "read", tree });
      const named = ["-l", "-L", "--files-with-matches", "--files-without-match", "--files"].some((flag) =>
        use.has(flag),
      );
      use.output({
        text: named
          ? namesFound(paths, tree, use.has("-Z") || use.has("--null") || use.has("-0") ? "\0" : "\n")
          : undefined,
      });
    },
    examples: {
      "grep -rn 'rm -rf' .": "allow",
      "grep -rl x src | xargs sed -i 's/a/b/'": "allow",
      "grep -rl x /etc | xargs sed -i 's/a/b/'": "hold",
      "grep -rl x src | xargs rm": "hold",
      "rg 'DROP TABLE' src": "allow",
      "grep -r password ~": "hold",
      "grep KEY .env": "hold",
      "rg --pre ./evil x": "hold",
      "rg --pre 'rm -rf ~' x": "deny",
      "rg --pre 'rm' x": "hold",
    },
  },
  {
    names: ["sed", "gsed"],
    summary: "Edits text",
    flags: {
      "-e --expression <code>": code("sed"),
      "-f --file <file>": reads,
      "-i --in-place [suffix]": [],
      "-n": [],
      "-E": [],
      "-r": [],
      "-s": [],
      "-z": [],
      "-u": [],
      "-l <n>": [],
    },
    does: (use, args) => {
      const given = use.has("-e") || use.has("-f");
      const edits = use.has("-i") || use.all.some((arg) => /^-[nErsz]*i/.test(arg.text));
      // BSD's `-i ''` takes a word.
      const rest = edits && args[0]?.text === "" ? args.slice(1) : args;
      const [script] = rest;
      if (!given && script !== undefined) use.code("sed", script);
      for (const arg of given ? rest : rest.slice(1))
        use.path(arg, edits ? { kind: "write", verb: "edit" } : { kind: "read" });
      use.output({ text: undefined });
    },
    examples: {
      "sed -n '1,5p' a.txt": "allow",
      "sed -i 's/a/b/' src/a.ts": "allow",
      "sed -i 's/a/b/' /etc/hosts": "hold",
      "sed '1e rm -rf ~' a": "deny",
      "sed 's/x/y/e' a": "hold",
      "sed -n 'w /etc/x' a": "hold",
    },
  },
  {
    names: ["awk", "gawk", "mawk", "nawk", "original-awk"],
    summary: "Works on lines of text",
    flags: {
      "-F <sep>": [],
      "-v --assign <x>": [],
      "-f --file <file>": (use, args) => {
        if (args[0] !== undefined) use.script(args[0], "awk");
      },
      "-i --include <x>": [],
      "-E <file>": [],
    },
    does: (use, args) => {
      const given = use.has("-f") || use.has("-E");
      const [program] = args;
      if (!given && program !== undefined) use.code("awk", program);
      for (const arg of given ? args : args.slice(1)) if (!/^\w+=/.test(arg.text)) use.path(arg, { kind: "read" });
      use.output({ text: undefined });
    },
    examples: {
      "awk '{print | \"sh\"}' x": "hold",
      "awk '{print | \"sort\"}' x": "allow",
      "awk '{print $1}' a.txt": "allow",
      "awk 'BEGIN{system(\"rm -rf /\")}'": "deny",
    },
  },
  {
    names: ["sort", "gsort"],
    summary: "Sorts lines",
    flags: {
      "-o --output <file>": writes,
      "-k --key <k>": [],
      "-t --field-separator <c>": [],
      "-S --buffer-size <n>": [],
      "-T --temporary-directory <dir>": [],
      "--compress-program <cmd>": runsForEach,
      "--files0-from <f>": reads,
      "--parallel <n>": [],
    },
    does: reads,
    examples: {
      "sort -u a.txt": "allow",
      "sort -o /etc/x a": "hold",
      "sort --compress-program=gzip a": "allow",
      "sort --compress-program='rm -rf ~' a": "deny",
    },
  },
  {
    names: ["truncate"],
    summary: "Cuts files",
    flags: { "-s --size <n>": [], "-r <file>": [] },
    does: (use, args) => args.forEach((arg) => use.path(arg, { kind: "delete", verb: "cut" })),
    examples: { "truncate -s 0 src/a.ts": "hold", "truncate -s 0 build/x.log": "allow" },
  },
  {
    names: [
      "ls",
      "gls",
      "dir",
      "vdir",
      "eza",
      "exa",
      "lsd",
      "tree",
      "stat",
      "gstat",
      "du",
      "df",
      "realpath",
      "readlink",
      "greadlink",
      "basename",
      "dirname",
      "namei",
      "getfacl",
      "lsattr",
      "ncdu",
      "dust",
      "duf",
      "mountpoint",
      "findmnt",
      "pathchk",
      "broot",
    ],
    summary: "Lists files",
    flags: {
      "-o <file>": (use, args) => {
        if (use.name === "tree") writes(use, args);
      },
      "-I --ignore <x>": [],
      "-P <x>": [],
      "-L <n>": [],
      "-d --max-depth <n>": [],
      "-c --format --printf <x>": [],
      "-f <x>": [],
      "--exclude --time-style --sort --color <x>": [],
      "-s <x>": [],
    },
    does: (use, args) => {
      const [only] = args;
      use.output({
        text:
          (use.name === "basename" || use.name === "dirname") &&
          only !== undefined &&
          only.fixed === only.text.length &&
          args.length === 1
            ? use.name === "basename"
              ? only.text.replace(/\/+$/, "").replace(/^.*\//, "")
              : only.text.includes("/")
                ? only.text.replace(/\/[^/]*$/, "") || "/"
                : "."
            : use.name === "realpath" || use.name === "readlink"
              ? only !== undefined && only.fixed === only.text.length
                ? only.text
                : undefined
              : undefined,
      });
      use.emit({ kind: "read", what: `list ${list(args)}`, target: args[0]?.text ?? ".", place: "workspace" });
    },
    examples: { "ls -la ~/.ssh": "allow", "du -sh *": "allow", "tree -L 2": "allow", "stat /etc/shadow": "allow" },
  },
  {
    names: ["rsync"],
    summary: "Copies trees, also to other machines",
    flags: {
      "-e --rsh <cmd>": (use, args) => {
        const [line] = args;
        if (line !== undefined && !/^ssh(?: |$)/.test(line.text)) use.code("shell", line);
      },
      "--rsync-path <cmd>": (use, args) => {
        const [line] = args;
        if (line !== undefined && !/^(?:sudo )?\/?[\w/]*rsync$/.test(line.text)) use.code("shell", line);
      },
      "--exclude --include --filter -f --exclude-from --include-from --files-from --bwlimit --chmod --chown --log-file --port --timeout --password-file --partial-dir --temp-dir -T --link-dest --compare-dest --backup-dir --suffix --max-size --min-size --info --out-format <x>":
        [],
      "--delete --delete-before --delete-during --delete-after --delete-excluded --del --delete-delay --delete-missing-args":
        [],
      "--remove-source-files": [],
      "-n --dry-run": "inert",
      "--daemon": [],
    },
    does: (use, args) => {
      const target = args.at(-1);
      const sources = args.slice(0, -1);
      const remote = (arg: Arg): boolean =>
        /^(?:[^/]*@)?[\w.-]+::?|^rsync:/.test(arg.text) && !arg.text.startsWith("/") && !arg.text.startsWith(".");
      if (target === undefined || sources.length === 0) return;
      for (const source of sources) {
        if (remote(source)) use.net(source, { kind: "receive" });
        else use.path(source, { kind: "read", tree: true });
        if (use.has("--remove-source-files") && !remote(source)) use.path(source, { kind: "delete", tree: true });
      }
      if (remote(target))
        use.net(target, { kind: use.has("--delete") ? "mutate-remote" : "send", what: `rsync to ${target.text}` });
      else {
        use.path(target, { kind: "write", verb: "copy to" });
        if (use.has("--delete")) use.path(target, { kind: "delete", tree: true, verb: "delete whatever is extra in" });
      }
    },
    examples: {
      "rsync -a src/ build/": "allow",
      "rsync -a --delete src/ /srv/www/": "hold",
      "rsync -a . host:/srv": "hold",
      "rsync -an --delete a/ b/": "allow",
    },
  },
  {
    names: [
      "gzip",
      "gunzip",
      "bzip2",
      "bunzip2",
      "xz",
      "unxz",
      "zstd",
      "unzstd",
      "lz4",
      "pigz",
      "compress",
      "uncompress",
      "brotli",
      "lzma",
      "pbzip2",
    ],
    summary: "Compresses files in place",
    flags: {
      "-o --output <f>": writes,
      "-S <s>": [],
      "-T <n>": [],
      "-c --stdout": [],
      "-d --decompress": [],
      "-k --keep": [],
      "-t --test": [],
      "-l --list": [],
    },
    does: (use, args) => {
      for (const arg of args)
        use.path(
          arg,
          use.has("-c") || use.has("-t") || use.has("-l") ? { kind: "read" } : { kind: "write", verb: "compress" },
        );
      use.output({
        text: undefined,
        decoded: use.has("-d") || /^(?:un|gun|bun)/.test(use.name) || use.stdin.decoded,
        files: use.has("-c") ? [...args] : [],
      });
    },
    examples: { "gzip -k a.txt": "allow", "gunzip a.gz": "allow" },
  },
  {
    names: ["zip", "unzip", "7z", "7za", "7zz", "unrar", "rar", "ar", "cpio", "unar", "jar", "funzip"],
    summary: "Archives",
    flags: {
      "-d <dir>": [],
      "-x <f>": [],
      "-P <pw>": [],
      "-T": [],
      "-TT --unzip-command <cmd>": (use, args) => {
        if (args[0] !== undefined) use.code("shell", args[0]);
      },
      "-r": [],
      "-q": [],
      "-o": [],
      "-l": [],
      "-p": [],
      "-m --move": [],
    },
    clusters: true,
    does: (use, args) => {
      const { name } = use;
      if (name === "zip") {
        for (const arg of args.slice(1)) use.path(arg, { kind: "read", tree: true });
        if (args[0] !== undefined) use.path(args[0], { kind: "write" });
        if (use.has("-m")) for (const arg of args.slice(1)) use.path(arg, { kind: "delete", tree: true });
        return;
      }
      if (name === "unzip") {
        if (args[0] !== undefined) use.path(args[0], { kind: "read" });
        if (!use.has("-l") && !use.has("-p"))
          use.path(use.value("-d") ?? literal("."), { kind: "write", verb: "extract to", keeps: !use.has("-o") });
        return;
      }
      for (const arg of args.slice(1)) use.path(arg, { kind: "read" });
      const out = use.all.find((arg) => /^-o./.test(arg.text));
      use.path(
        out === undefined ? literal(".") : { ...out, text: out.text.slice(2), fixed: Math.max(0, out.fixed - 2) },
        { kind: "write", keeps: true },
      );
    },
    examples: {
      "zip -r a.zip src": "allow",
      "unzip a.zip": "allow",
      "unzip a.zip -d /etc": "hold",
      "zip -r k.zip ~/.ssh": "hold",
    },
  },
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
      "ps auxe": "hold",
      "sleep 5": "allow",
    },
  },
];

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
      return;
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
      return use.output({ text: "host" });
    case "nproc":
    case "id":
    case "uname":
    case "seq":
      return use.output({ text: name === "seq" ? undefined : "0" });
    case "whoami":
    case "logname":
      return use.output({ text: use.variable("USER")?.text });
    case "which":
    case "type":
    case "whereis":
      return use.output({ text: args.length === 1 ? args[0]?.text : undefined });
    case "mktemp":
      return use.temporary(args[0]);
    case "fuser":
      if (words.some((word) => /^-[a-z]*k/.test(word)))
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
      for (const arg of args) if (/^https?:/.test(arg.text)) use.net(arg, { kind: "receive" });
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

/** `tr a-z b-za`: computed only for what is used to hide text. */
/** What a search names: files below the folders that it was given, as a pattern; undefined where those are not known. */
function namesFound(paths: readonly Arg[], tree: boolean, end: "\n" | "\0"): string | undefined {
  if (!tree) return undefined;
  const folders = paths.length === 0 ? ["."] : paths.map(({ text }) => text);
  if (paths.some(({ fixed, text, hidden }) => fixed < text.length || hidden === true || /\s/.test(text)))
    return undefined;
  return `${folders.map((folder) => `${folder.replace(/\/+$/, "")}/*`).join(end)}${end}`;
}

function translated(text: string | undefined, args: readonly Arg[]): string | undefined {
  const [from, to] = [args[0]?.text, args[1]?.text];
  if (text === undefined || from === undefined || text.length > 8_192) return undefined;
  const widen = (set: string): string =>
    set.replace(/([A-Za-z\d])-([A-Za-z\d])/g, (_all, a: string, b: string) =>
      Array.from({ length: Math.max(0, b.charCodeAt(0) - a.charCodeAt(0) + 1) }, (_, i) =>
        String.fromCharCode(a.charCodeAt(0) + i),
      ).join(""),
    );
  if (args.length === 1)
    return args[0]?.text.startsWith("-d") === true
      ? undefined
      : Array.from(text)
          .filter((c) => !widen(from).includes(c))
          .join("");
  if (to === undefined) return undefined;
  const [source, target] = [widen(from), widen(to)];
  return Array.from(text)
    .map((c) => (source.includes(c) ? (target[Math.min(source.indexOf(c), target.length - 1)] ?? c) : c))
    .join("");
}
