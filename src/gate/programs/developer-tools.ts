import { asks, builds, changesSystem, effect, nothing, persists, receives, revealsSecret, writes } from "./acts.ts";
import type { Act, Program } from "./program.ts";

/** Tools that turn files of the project into other files, or look at programs, documents and media. */
export const developerTools: readonly Program[] = [
  {
    names: [
      // Documentation and manuals.
      "mandoc",
      "demandoc",
      "makewhatis",
      "man2html",
      "pod2html",
      "pod2man",
      "pod2text",
      "pod2usage",
      "podchecker",
      "perldoc",
      "ri",
      "rdoc",
      "javadoc",
      "doxygen",
      "headerdoc2html",
      "help2man",
      "txt2man",
      "ronn",
      "scdoc",
      "texi2html",
      "makeinfo",
      "info2man",
      "go-md2man",
      // PDF, PostScript, office and fonts.
      "qpdf",
      "pdfcrop",
      "pdfjam",
      "pdftk",
      "pdfunite",
      "pdfseparate",
      "pdftoppm",
      "pdftocairo",
      "pdftohtml",
      "pdfimages",
      "pdffonts",
      "mutool",
      "ps2pdf",
      "ps2ascii",
      "pdf2ps",
      "gs",
      "img2pdf",
      "ocrmypdf",
      "tesseract",
      "soffice",
      "libreoffice",
      "unoconv",
      "docx2txt",
      "antiword",
      "catdoc",
      "ebook-convert",
      "dvipdf",
      "dvips",
      "kpsewhich",
      "fc-match",
      "fc-cache",
      "ttx",
      "pyftsubset",
      // Parsers, indexers, code generators.
      "flex",
      "bison",
      "yacc",
      "lex",
      "re2c",
      "re2rust",
      "re2go",
      "ragel",
      "antlr",
      "antlr4",
      "yapp",
      "ctags",
      "etags",
      "gtags",
      "cscope",
      "gid",
      "lid",
      "mkid",
      "indent",
      "astyle",
      "uncrustify",
      "cproto",
      "swig",
      "h2ph",
      "h2xs",
      "xsubpp",
      "gperf",
      "m4",
      "cpp",
      "unifdef",
      "cflow",
      "cxref",
      "mig",
      "rpcgen",
      "idl",
      "flatc",
      "capnp",
      "thrift",
      "avro-tools",
      "protoc-gen-go",
      "ast-grep",
      "comby",
      "tree-sitter",
      "scip",
      "rust-analyzer",
      "clangd",
      "modernize",
      "fieldalignment",
      "gomodifytags",
      "impl",
      "deadcode",
      "errcheck",
      "revive",
      "gosec",
      "benchstat",
      "gotestsum",
      "ginkgo",
      "stress",
      "luac",
      "luacheck",
      "stylua",
      "selene",
      // Data on its way through.
      "jc",
      "jo",
      "json_xs",
      "json_pp",
      "json_verify",
      "json_reformat",
      "jd",
      "jp",
      "jsonnetfmt",
      "yj",
      "toml2json",
      "xsltproc",
      "xmlto",
      "saxon",
      "html2text",
      "recode",
      "uconv",
      "idn",
      "idn2",
      "ipcalc",
      "sipcalc",
      "cidr",
      "uuidgen",
      "uuid",
      "pwgen",
      "qrencode",
      "zbarimg",
      "barcode",
      "csvsql",
      "datamash",
      "textql",
      "visidata",
      "vd",
      "gnuplot",
      "ministat",
      "crc32",
      "sha1",
      "rhash",
      "sox",
      "lame",
      "flac",
      "oggenc",
      "opusenc",
      "mpg123",
      "whisper-cpp",
      "whisper-cli",
      "espeak",
      "handbrakecli",
      "mkvmerge",
      "mkvinfo",
      "mp4box",
      "atomicparsley",
      "exiv2",
      "jhead",
      "potrace",
      "imgcat",
      "chafa",
      "viu",
      "pp",
      "par.pl",
      "acorn",
      "esparse",
      "uglifyjs",
      "terser",
      "csso",
      "cleancss",
      "html-minifier",
      "lessc",
      "stylus",
      "pug",
      "handlebars",
      "ejs",
      "marked",
      "remark",
      "asciinema",
      "vhs",
      "tabs",
      "hostinfo",
      "guname",
      // Apple's developer tools that look or build.
      "xctrace",
      "xcresulttool",
      "xcpretty",
      "xcbeautify",
      "agvtool",
      "lipo",
      "dwarfdump",
      "dsymutil",
      "atos",
      "symbols",
      "vtool",
      "install_name_tool",
      "pagestuff",
      "actool",
      "ibtool",
      "momc",
      "swift-format",
      "sourcekit-lsp",
      "xcodegen",
      "mint",
      "carthage",
      "pod",
      "sample",
      "leaks",
      "heap",
      "vmmap",
      "viewdiagnostic",
      "iccutil",
      "textutil",
      "afinfo",
      "afconvert",
    ],
    summary: "turn files of the project into others, or look at programs, documents and media",
    flags: {
      "-o --output --outfile --out --out-file <path>": (use, args) =>
        args.forEach((path) => use.path(path, { kind: "write" })),
      "-d -f -I -L -p -s -t -x -c -C -D -l -m --infile --config <x>": nothing,
    },
    clusters: false,
    subcommands: {
      "trunk push|trunk delete|trunk add-owner|trunk remove-owner": (use) =>
        use.emit({
          kind: "publish",
          what: "publish to CocoaPods",
          target: "cocoapods",
          place: "remote",
          undoable: "no",
        }),
    },
    does: builds,
    examples: {
      "mandoc -mdoc page.1": "allow",
      "qpdf --linearize in.pdf out.pdf": "allow",
      "ctags -R src": "allow",
      "bison -d grammar.y": "allow",
      "xcpretty --report junit": "allow",
      "flex -o ~/.bashrc scan.l": "hold",
      "pod trunk push A.podspec": "hold",
    },
  },
  {
    names: ["yt-dlp", "youtube-dl", "gallery-dl", "spotdl", "you-get"],
    summary: "download media",
    flags: {
      "-o --output -P --paths <path>": (use, args) =>
        args.forEach((path) =>
          use.path(
            { ...path, text: path.text.replace(/%\(.*$/s, "x"), fixed: Math.min(path.fixed, path.text.length) },
            { kind: "write", keeps: true },
          ),
        ),
      "-f --format --proxy -a --batch-file --sub-langs --merge-output-format --audio-format --playlist-items --cookies --limit-rate -r --download-archive --ffmpeg-location <x>":
        nothing,
      "--cookies-from-browser <browser>": (use, args) =>
        use.emit({
          kind: "read",
          what: `read the cookies of ${args[0]?.text ?? "the browser"}`,
          target: "cookies",
          place: "home",
          secret: "reads",
        }),
      "--exec --exec-before-download <command>": (use, [command]) =>
        command === undefined ? undefined : use.code("shell", command),
    },
    does: receives,
    examples: {
      "yt-dlp -f best https://example.com/v": "allow",
      "yt-dlp --exec 'rm -rf ~' https://example.com/v": "deny",
      "yt-dlp --cookies-from-browser firefox https://example.com/v": "hold",
    },
  },
  {
    names: [
      "codesign",
      "productsign",
      "stapler",
      "notarytool",
      "spctl",
      "pkgutil",
      "plutil",
      "PlistBuddy",
      "xcrun",
      "simctl",
      "devicectl",
      "xcode-select",
    ],
    summary: "sign, inspect and run what Xcode builds",
    flags: {
      "-s --sign --entitlements -i --identifier -o --options --keychain --prefix -p --profile --apple-id --team-id --sdk <x>":
        nothing,
    },
    clusters: false,
    stop: false,
    does: (use, args) => {
      const first = args[0]?.text ?? "";
      if (use.name === "xcrun") return use.run(args);
      if (
        use.name === "spctl" &&
        (use.has("--master-disable") || use.has("--global-disable") || use.has("--add") || use.has("--disable"))
      )
        return changesSystem("change what the system trusts")(use, args);
      if (use.name === "pkgutil" && use.has("--forget")) return changesSystem("forget an installed package")(use, args);
      if (
        use.name === "xcode-select" &&
        use.all.some(({ text }) => /^(?:-s|--switch|-r|--reset|--install)$/.test(text))
      )
        return changesSystem("change which Xcode is used")(use, args);
      if (use.name === "notarytool" && first === "submit")
        return use.emit({
          kind: "send",
          what: "send the program to Apple",
          target: "notarytool",
          place: "remote",
          undoable: "no",
        });
      if (use.name === "notarytool" && first === "store-credentials")
        return persists("store a credential in the keychain")(use, []);
      if (use.name === "simctl" && /^(?:erase|delete)$/.test(first))
        return use.emit({
          kind: "delete",
          what: `simctl ${first}: delete simulators`,
          target: args[1]?.text ?? "",
          place: "system",
          undoable: "costly",
        });
      if (
        use.name === "PlistBuddy" ||
        (use.name === "plutil" && ["-replace", "-insert", "-remove", "-create"].some((flag) => use.has(flag)))
      ) {
        const file = args.at(-1);
        if (file !== undefined) writes(use, [file]);
        return;
      }
      builds(use, []);
    },
    examples: {
      "codesign -dv App.app": "allow",
      "plutil -lint Info.plist": "allow",
      "xcode-select -p": "allow",
      "xcode-select -s /Applications/Xcode.app": "hold",
      "xcrun simctl list devices": "allow",
      "spctl --master-disable": "hold",
      "plutil -replace A -string b ~/Library/Preferences/x.plist": "hold",
    },
  },
  {
    names: ["jj"],
    summary: "Jujutsu: its operation log brings back every state of the repository",
    flags: {
      "-m --message -r --revision --revisions -R --repository -T --template -s -d -f -t --from --to <x>": nothing,
      "--ignore-immutable": effect({
        kind: "rewrite-history",
        what: "jj: change commits that others have",
        place: "workspace",
        undoable: "costly",
      }),
    },
    subcommands: {
      "git push": (use) =>
        use.emit({
          kind: "send",
          what: "jj git push: send the changes to the shared repository",
          target: "jj",
          place: "remote",
          undoable: use.has("--deleted") || use.has("--all") ? "no" : "yes",
        }),
      "op abandon|operation abandon|util gc": effect({
        kind: "rewrite-history",
        what: "jj: throw away what undoing needs",
        place: "workspace",
        undoable: "no",
      }),
      "git fetch": asks,
      "git import|git export|git root|git colocation status": builds,
      "new|describe|desc|commit|ci|log|st|status|diff|show|edit|next|prev|root|file list|file show|op log|op show|bookmark list|bookmark create|bookmark set|bookmark track|git init|git clone|git remote list|squash|split|rebase|duplicate|resolve|restore|absorb|undo|evolog|interdiff|workspace list|config list|config get":
        builds,
    },
    examples: {
      "jj new": "allow",
      "jj describe -m 'wip'": "allow",
      "jj git push": "allow",
      "jj git import": "allow",
      "jj op abandon ..@-": "hold",
    },
  },
  {
    names: ["bfg", "git-filter-repo"],
    summary: "rewrites a repository's history",
    does: (use) =>
      use.emit({
        kind: "rewrite-history",
        what: `${use.name}: write every commit anew without what it is told to drop`,
        target: use.name,
        place: "workspace",
        undoable: "no",
        reach: "many",
      }),
    examples: { "bfg --strip-blobs-bigger-than 10M": "hold", "bfg --help": "allow" },
  },
  {
    names: ["git-crypt", "transcrypt", "git-secret", "blackbox_postdeploy", "blackbox_cat"],
    summary: "secrets in a repository",
    subcommands: {
      "status|help|version|whoknows|list|ls-users": builds,
      "lock|hide|init|tell|add|add-gpg-user|refresh": builds,
      "unlock|reveal|cat|export-key|keygen": revealsSecret("open the secrets of the repository"),
    },
    does: (use, args) =>
      use.name.startsWith("blackbox") ? revealsSecret("open a secret")(use, args) : builds(use, []),
    examples: { "git-crypt status": "allow", "git-crypt unlock": "hold", "git-secret reveal": "hold" },
  },
  {
    names: ["svn", "hg", "fossil", "bzr", "p4", "cvs", "pijul", "darcs"],
    summary: "other version control",
    flags: {
      "-m --message -r --revision -l --limit --username -R --repository --cwd -u -d --dest -b --branch <x>": nothing,
      "--config <setting>": hgConfig(),
    },
    subcommands: {
      "status|st|stat|diff|di|log|history|blame|annotate|ann|praise|cat|info|id|identify|list|ls|proplist|plist|pl|propget|pget|pg|paths|root|summary|sum|branches|bookmarks|tags|heads|parents|tip|manifest|files|locate|outgoing|out|incoming|in|grep|showconfig|version|help|verify|bisect --help|phase|export|annotate|changes|opened|describe|have|where|timeline|whatsnew|export":
        asks,
      "add|commit|ci|merge|branch|branch create|bookmark|bookmarks set|tag|copy|cp|move|mv|rename|mkdir|resolve|clone|init|pull|switch|sw|import|shelve|unshelve|graft|backout|propset|pset|ps|addremove|resolved|record|edit|reconcile|sync|lock|unlock|relocate|amend|fetch|shelf":
        builds,
      "update|up|checkout|co|cleanup|clean": (use) => {
        // `hg update --clean`, `svn cleanup --remove-unversioned`: the other forms keep what is there.
        const drops = use.all.find(({ text }) => /^(?:-C|--clean|--remove-(?:unversioned|ignored))$/.test(text));
        if (drops !== undefined || use.title.endsWith(" clean"))
          use.emit({
            kind: "delete",
            what: `${use.title} ${drops?.text ?? ""}: throw away changes or files that are not committed`,
            target: use.title,
            place: "workspace",
            undoable: "no",
            reach: "many",
          });
        else builds(use, []);
      },
      "push|submit|dcommit": (use) =>
        use.emit({
          kind: "send",
          what: `${use.title}: send the changes to the shared repository`,
          target: use.name,
          place: "remote",
          undoable: use.has("-f") || use.has("--force") ? "no" : "yes",
        }),
      "revert|purge|strip|rollback|histedit|rebase|uncommit|obliterate|prune|evolve|undo|delete|del|remove|rm|propdel|unrecord|rollback --force":
        (use) =>
          use.emit({
            kind:
              use.title.match(/strip|rollback|histedit|obliterate|prune|rebase|uncommit|unrecord|undo/) === null
                ? "delete"
                : "rewrite-history",
            what: `${use.title}: throw away changes or commits`,
            target: use.title,
            place: "workspace",
            undoable: "no",
            reach: "many",
          }),
    },
    examples: {
      "svn status": "allow",
      "hg annotate a.py": "allow",
      "hg commit -m x": "allow",
      "hg purge --all": "hold",
      "hg update --clean": "hold",
      "hg update": "allow",
      "svn cleanup": "allow",
      "svn cleanup --remove-unversioned": "hold",
      "svn revert -R .": "hold",
      "hg --config alias.x='!rm -rf ~' x": "deny",
    },
  },
];

/** `hg --config alias.x='!cmd'` and hooks run shells. */
function hgConfig(): Act {
  return (use, [setting]) => {
    const pattern = /^(?:alias\.[^=]+=\s*!|hooks\.[^=]+=|ui\.(?:editor|merge|ssh)=|pager\.pager=)(.*)$/s;
    const value = setting === undefined ? null : pattern.exec(setting.text);
    if (setting !== undefined && value?.[1] !== undefined)
      use.code("shell", { ...setting, text: value[1], fixed: Math.min(setting.fixed, value[1].length) });
  };
}
