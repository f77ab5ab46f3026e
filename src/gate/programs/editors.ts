import { builds, nothing, opaque, persists, script } from "./acts.ts";
import { loadsFrom } from "./packages.ts";
import { type Act, type Arg, literal, type Program, type Use } from "./program.ts";

/** Editors, which write the files they are given and can run any command by a line of their own. */

/** A line for vim: `!cmd`, `:w !cmd`, `call system('cmd')`, `w file`. */
const vimLine: Act = (use, args) => {
  for (const line of args) {
    const text = line.text.replace(/^[:+\s]+/, "");
    const shell =
      /(?:^|[\s|%'"<>,\d$.])(?:silent!?\s+|sil!?\s+|exe(?:cute)?\s+['"])?(?:w\w*\s+|r\w*\s+|%)?!(.+)$/s.exec(
        ` ${text}`,
      )?.[1];
    const called =
      /\b(?:system|systemlist|jobstart|termopen|job_start|os\.execute|io\.popen|term_start)\s*\(\s*\[?\s*(['"])(.*?)\1/s.exec(
        text,
      )?.[2];
    const terminal = /^ter\w*\s+(.+)$/s.exec(text)?.[1];
    for (const code of [shell, called, terminal])
      if (code !== undefined)
        use.code("shell", {
          ...literal(code.replace(/^\s*/, "")),
          fixed: line.fixed < line.text.length ? Math.min(line.fixed, code.length) : code.length,
        });
    const deleted = /\b(?:delete|os\.remove|vim\.fn\.delete)\s*\(\s*(['"])(.+?)\1/.exec(text)?.[2];
    if (deleted !== undefined) use.path({ ...literal(deleted), quoted: false }, { kind: "delete", tree: true });
    if (/^(?:py3?|python3?|perl|ruby|tcl|mz)\w*\s/.test(text)) use.code("other", literal(text));
    const to = /^(?:sil\w*!?\s+)?(?:w|wri\w*|sav\w*|x|wq|up\w*)!?\s+([^!\s|].*?)\s*(?:\||$)/.exec(text)?.[1];
    if (to !== undefined) use.path({ ...literal(to), quoted: false }, { kind: "write" });
  }
};

const plusLines = (use: Use): readonly Arg[] =>
  use.all
    .filter(({ text }) => text.startsWith("+") && text.length > 1)
    .map((arg) => ({ ...arg, text: arg.text.slice(1), fixed: Math.max(0, arg.fixed - 1) }));

const edits: Act = (use, args) => {
  const readOnly = use.has("-R") || use.has("-M") || use.name === "view" || use.name === "rview";
  for (const file of args) {
    if (file.text.startsWith("+")) continue;
    if (/^(?:scp|ssh|sftp|ftp|https?|rsync):\/\//.test(file.text))
      use.net(file, { kind: /^https?:/.test(file.text) ? "receive" : "mutate-remote" });
    else
      use.path(
        { ...file, text: file.text.replace(/:\d+(?::\d+)?$/, "") },
        readOnly ? { kind: "read" } : { kind: "write", verb: "edit", keeps: true },
      );
  }
};

/** `ed` and `ex` take their lines from stdin. */
const linesFromInput: Act = (use, args) => {
  edits(use, args);
  if (use.stdin.text !== undefined)
    vimLine(
      use,
      use.stdin.text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => literal(line)),
    );
  else if (use.stdin.remote || use.stdin.decoded) use.stdinCode("other");
};

const lisp: Act = (use, args) => {
  for (const { text } of args) {
    const shell =
      /\((?:shell-command(?:-to-string)?|async-shell-command|compile|call-process-shell-command|start-process-shell-command)\s+(?:"[^"]*"\s+nil\s+)?"((?:[^"\\]|\\.)*)"/.exec(
        text,
      )?.[1];
    if (shell !== undefined) use.code("shell", literal(shell.replaceAll('\\"', '"')));
    else if (
      /\((?:call-process|start-process|make-process|delete-(?:file|directory)|url-\w+|write-region|eval|load|dired-delete-file|rename-file|copy-file|set-file-modes|f-delete)\b/.test(
        text,
      )
    )
      opaque("run Lisp code that steers processes or files")(use, args);
  }
};

export const editors: readonly Program[] = [
  {
    names: [
      "vim",
      "vi",
      "nvim",
      "gvim",
      "mvim",
      "rview",
      "rvim",
      "nvimdiff",
      "vim.basic",
      "vim.tiny",
      "neovim",
      "vimx",
      "elvis",
      "nvi",
    ],
    summary: "vi's family",
    flags: {
      "-c --cmd --remote-expr --remote-send <line>": vimLine,
      "-S <file>": script("other"),
      "-u -U <file>": loadsFrom,
      "-i -t -q -T -d --startuptime --server --listen --servername <x>": nothing,
      "-s -W -w <file>": nothing,
      "-l <file>": script("lua"),
      "-R -M -Z": nothing,
      "-e -E -n -N -b -o -O -p -r -es -Es -esN --headless --clean --noplugin": nothing,
      "-h": "inert",
    },
    clusters: false,
    does: (use, args) => {
      vimLine(use, plusLines(use));
      if (use.all.some(({ text }) => /^-[eE]s?$|^-es\w*$/.test(text))) linesFromInput(use, args);
      else edits(use, args);
    },
    examples: {
      "vim src/a.ts": "allow",
      "nvim --headless +PlugInstall +qall": "allow",
      "vim -es -c '%s/a/b/g' -c wq src/a.txt": "allow",
      "vim -c ':!rm -rf /' a": "deny",
      "vim '+!rm -rf ~' a": "deny",
      "vim /etc/hosts": "hold",
      "nvim ~/.bashrc": "hold",
      "vim -c ':call system(\"rm -rf /\")'": "deny",
      "vim --version": "allow",
    },
  },
  {
    names: ["ed", "ex", "red"],
    summary: "editors by line",
    flags: { "-s -v -l": nothing, "-p <x>": nothing, "-c <line>": vimLine },
    does: linesFromInput,
    examples: {
      "printf '%s\\n' ',s/a/b/g' w q | ed -s src/a.txt": "allow",
      "echo '!rm -rf /' | ed": "deny",
      "ed -s /etc/passwd <<< w": "hold",
      "ex -sc '%s/a/b/|x' src/a.txt": "allow",
    },
  },
  {
    names: [
      "nano",
      "pico",
      "micro",
      "hx",
      "helix",
      "joe",
      "jed",
      "mcedit",
      "ne",
      "kak",
      "amp",
      "zile",
      "mg",
      "rnano",
      "gedit",
      "kate",
      "mousepad",
      "leafpad",
      "pluma",
      "notepad",
      "textedit",
      "lapce",
    ],
    summary: "editors",
    flags: {
      "-R --restricted -v --view": nothing,
      "-Y --syntax -T -s --speller -r -o -Q -C -X -c --config <x>": nothing,
      "-e <line>": opaque("run a line of the editor"),
    },
    clusters: false,
    does: edits,
    examples: { "nano README.md": "allow", "nano /etc/hosts": "hold", "hx src/main.rs": "allow" },
  },
  {
    names: ["emacs", "emacsclient", "xemacs", "aquamacs"],
    summary: "Emacs",
    flags: {
      "--eval --execute -eval -execute <code>": lisp,
      "-e <code>": lisp,
      "-l --load -load --script -script -x <file>": script("other"),
      "-f --funcall -funcall -L --directory -d --display -q -u --user -t --file --visit --find-file -s --socket-name -a --alternate-editor <x>":
        nothing,
      "-nw -Q --batch -batch -n -c": nothing,
    },
    clusters: false,
    does: edits,
    examples: {
      "emacs -nw src/a.el": "allow",
      "emacs --batch --eval '(byte-compile-file \"a.el\")'": "allow",
      "emacs --batch --eval '(shell-command \"rm -rf /\")'": "deny",
      "emacs --script build.el": "allow",
      "emacs ~/.emacs": "hold",
    },
  },
  {
    names: [
      "code",
      "code-insiders",
      "codium",
      "cursor",
      "windsurf",
      "subl",
      "zed",
      "atom",
      "idea",
      "pycharm",
      "webstorm",
      "goland",
      "clion",
      "rubymine",
      "phpstorm",
      "rider",
      "studio",
      "fleet",
      "trae",
      "positron",
    ],
    summary: "editors with windows",
    flags: {
      "--install-extension --uninstall-extension --enable-proposed-api <x>": persists("change what the editor runs"),
      "--user-data-dir --extensions-dir --profile --locale --log --folder-uri --file-uri --remote <x>": nothing,
      "-g --goto -d --diff -n --new-window -r --reuse-window -w --wait -a --add -s --status --list-extensions --show-versions --disable-extensions":
        nothing,
      "--add-mcp <x>": persists("add a server of tools to the editor"),
    },
    clusters: false,
    subcommands: {
      "tunnel|serve-web|serve-local|ssh": opaque("open a way into this machine"),
      "agent|chat": opaque("start another agent"),
    },
    does: builds,
    examples: {
      "code .": "allow",
      "code -g src/a.ts:10": "allow",
      "code --list-extensions": "allow",
      "code --install-extension x.y": "hold",
      "code tunnel": "hold",
    },
  },
];
