import { secretName, secretVariable } from "../paths/secrets.ts";
import { hostOf, isLoopback, isMetadata } from "../paths/hosts.ts";
import { type Arg, type Language, literal, noFlow } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import { type Shell, unknown } from "../shell/state.ts";

/**
 * Programs of scripting languages, read by their calls: what is run, deleted, written and sent, as far as literals show it. A call whose
 * arguments are put together at run time is opaque if it runs something, and an unknown path if it writes or deletes.
 */
export function judgeScript(runner: Runner, shell: Shell, language: Language, text: string): void {
  text = unaliased(text, language);
  const source = new Source(text, language);
  for (const call of calls) {
    if (call.languages !== undefined && !call.languages.includes(language)) continue;
    if (call.hint !== undefined && !text.includes(call.hint)) continue;
    for (const match of text.matchAll(call.pattern)) {
      if (!runner.scene.spend(4)) return;
      if (source.isData(match.index)) continue;
      call.does({ runner, shell, language, source, at: match.index + match[0].length, match });
    }
  }
  literals(runner, shell, language, source);
}

/** `import subprocess as s` and `const c = require("child_process")`: calls by the other name are calls all the same. */
function unaliased(text: string, language: Language): string {
  const names = new Map<string, string>();
  const aliases =
    language === "python"
      ? /\bimport\s+(os|subprocess|shutil|pty|socket|requests|httpx|urllib\.request)\s+as\s+([A-Za-z_]\w*)/g
      : language === "node"
        ? /\b(?:const|let|var|import)\s+(?:\*\s+as\s+)?([A-Za-z_$][\w$]*)\s*(?:=\s*(?:await\s+import|require)\s*\(\s*|from\s+)["'](?:node:)?(child_process|fs|fs\/promises)["']/g
        : undefined;
  if (aliases === undefined) return text;
  for (const match of text.matchAll(aliases)) {
    const [first = "", second = ""] = match.slice(1);
    if (names.size >= 16) break;
    if (language === "python") names.set(second, first);
    else if (first !== second) names.set(first, second === "child_process" ? second : "fs");
  }
  for (const [alias, module] of names)
    text = text.replace(new RegExp(`(?<![\\w.$])${alias.replaceAll("$", "\\$")}\\.(?=\\w)`, "g"), `${module}.`);
  return text;
}

interface Seen {
  readonly runner: Runner;
  readonly shell: Shell;
  readonly language: Language;
  readonly source: Source;
  /** Behind the opening bracket. */
  readonly at: number;
  readonly match: RegExpExecArray;
}

interface Call {
  readonly languages?: readonly Language[];
  /** A text that must be there for the pattern to match: cheap to look for. */
  readonly hint?: string;
  readonly pattern: RegExp;
  does(seen: Seen): void;
}

/** The text with its strings found, and variables that are assigned one literal. */
class Source {
  readonly text: string;
  readonly strings: {
    readonly from: number;
    readonly to: number;
    readonly value: string;
    readonly dynamic: boolean;
  }[] = [];
  readonly comments: { readonly from: number; readonly to: number }[] = [];
  readonly #variables = new Map<string, string | undefined>();

  constructor(text: string, language: Language) {
    this.text = text;
    this.#scan(language);
    for (const match of text.matchAll(
      /(?:^|[\s;({,])(?:const |let |var |my |our )?[$@]?([A-Za-z_]\w*)\s*=\s*(?:r|f|b|Path\(|pathlib\.Path\()?(?=["'`])/g,
    )) {
      const name = match[1] ?? "";
      const value = this.stringAt(match.index + match[0].length);
      if (this.isData(match.index + match[0].length - 1)) continue;
      this.#variables.set(name, this.#variables.has(name) && this.#variables.get(name) !== value ? undefined : value);
    }
  }

  #scan(language: Language): void {
    const { text } = this;
    const hash = language !== "node" && language !== "applescript" && language !== "lua";
    const slashes = language === "node" || language === "php";
    for (let i = 0; i < text.length; i++) {
      const c = text[i] as string;
      if (c === '"' || c === "'" || (c === "`" && language === "node")) {
        const triple = language === "python" && text.startsWith(c.repeat(3), i);
        const close = triple ? c.repeat(3) : c;
        let j = i + close.length;
        let value = "";
        while (j < text.length && !text.startsWith(close, j)) {
          if (text[j] === "\\") value += unescaped(text[++j] ?? "");
          else value += text[j];
          j++;
        }
        const before = text[i - 1] ?? "";
        const dynamic =
          (c === "`" && value.includes("${")) ||
          (before === "f" && value.includes("{")) ||
          (c === '"' &&
            (language === "ruby"
              ? value.includes("#{")
              : (language === "perl" || language === "php") && /[$@][A-Za-z_{]/.test(value)));
        this.strings.push({ from: i, to: j + close.length, value, dynamic });
        i = j + close.length - 1;
      } else if (
        (hash && c === "#" && !(language === "perl" && text[i - 1] === "$")) ||
        (slashes && c === "/" && text[i + 1] === "/")
      ) {
        const end = text.indexOf("\n", i);
        this.comments.push({ from: i, to: end < 0 ? text.length : end });
        i = end < 0 ? text.length : end;
      }
      if (this.strings.length > 4_096) return;
    }
  }

  /** Whether the position is inside a string or a comment, so that what stands there is not run by this program. */
  isData(at: number): boolean {
    return within(this.strings, at) || within(this.comments, at);
  }

  #at(from: number): (typeof this.strings)[number] | undefined {
    let [low, high] = [0, this.strings.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const found = this.strings[middle];
      if (found === undefined || found.from === from) return found;
      if (found.from < from) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  stringAt(from: number): string | undefined {
    const found = this.#at(from);
    return found === undefined || found.dynamic ? undefined : found.value;
  }

  /** The expression that starts here, if it is one literal, a known variable, or literals joined by `+`. Undefined: dynamic. */
  value(from: number): { readonly value: string; readonly to: number } | undefined {
    const { text } = this;
    let at =
      from +
      (/^\s*(?:os\.path\.expanduser\(|Path\(|pathlib\.Path\(|path\.(?:join|resolve)\(|os\.path\.join\(|[rub]{1,2}(?=["']))?\s*/.exec(
        text.slice(from, from + 40),
      )?.[0].length ?? 0);
    const joins = /(?:join|resolve)\(\s*$/.test(text.slice(from, at));
    let value = "";
    for (let n = 0; n < 8; n++) {
      const found = this.#at(at);
      if (found !== undefined) {
        if (found.dynamic) return undefined;
        value += found.value;
        at = found.to;
      } else {
        const name = /^[$@]?([A-Za-z_]\w*)(?![\w([.])/.exec(text.slice(at, at + 64));
        const known = name === null ? undefined : this.#variables.get(name[1] ?? "");
        if (known === undefined || name === null) return undefined;
        value += known;
        at += name[0].length;
      }
      const more = (joins ? /^\s*,\s*/ : /^\s*(?:\+|\.(?=\s*["'$]))\s*/).exec(text.slice(at, at + 16));
      if (more === null) return { value, to: at };
      if (joins) value += "/";
      at += more[0].length;
    }
    return undefined;
  }

  /** `["a", "b"]` or `("a", "b")`: all literals, else undefined. */
  list(from: number): readonly (string | undefined)[] | undefined {
    const open = /^\s*[[(]\s*/.exec(this.text.slice(from, from + 16));
    if (open === null) return undefined;
    return this.items(from + open[0].length);
  }

  /** Arguments up to the closing bracket; undefined members are dynamic. */
  items(from: number): readonly (string | undefined)[] {
    const out: (string | undefined)[] = [];
    let at = from;
    for (let n = 0; n < 32; n++) {
      at += /^\s*/.exec(this.text.slice(at))?.[0].length ?? 0;
      if (at >= this.text.length || /[\])]/.test(this.text[at] as string)) break;
      const found = this.value(at);
      if (found !== undefined) at = found.to;
      out.push(found?.value);
      // To the comma behind it, over brackets and strings.
      let depth = 0;
      for (; at < this.text.length; at++) {
        const string = this.#at(at);
        if (string !== undefined) {
          at = string.to - 1;
          continue;
        }
        const c = this.text[at] as string;
        if ("([{".includes(c)) depth++;
        else if (")]}".includes(c)) {
          if (depth === 0) break;
          depth--;
        } else if (c === "," && depth === 0) break;
      }
      if (this.text[at] !== ",") break;
      at++;
    }
    return out;
  }

  /** What stands between here and the end of the call, at most 400 characters. */
  rest(from: number): string {
    const text = this.text.slice(from, from + 400);
    let depth = 1;
    for (let i = 0; i < text.length; i++) {
      if (text[i] === "(") depth++;
      else if (text[i] === ")" && --depth === 0) return text.slice(0, i);
    }
    return text;
  }
}

function within(spans: readonly { readonly from: number; readonly to: number }[], at: number): boolean {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span === undefined) return false;
    if (at <= span.from) high = middle;
    else if (at >= span.to) low = middle + 1;
    else return true;
  }
  return false;
}

const unescaped = (letter: string): string => ({ n: "\n", t: "\t", r: "\r" })[letter] ?? letter;

const argOf = (value: string | undefined): Arg =>
  value === undefined ? unknown("a path that is put together") : { ...literal(value), quoted: !value.startsWith("~") };

function runsShell({ runner, shell, source, at, language }: Seen): void {
  const list = source.list(at);
  if (list !== undefined && list.length > 0 && !/^\s*\(/.test(source.text.slice(at))) {
    runner.call(shell, list.map(argOf), noFlow);
    return;
  }
  const found = source.value(at);
  if (found !== undefined) {
    const rest = source.items(at);
    // `spawn("rm", ["-rf", "/"])` and `system("rm", "-rf", "/")`.
    const next = /^\s*,\s*/.exec(source.text.slice(found.to, found.to + 8));
    const more = next === null ? undefined : source.list(found.to + next[0].length);
    if (more !== undefined && more.length > 0) runner.call(shell, [literal(found.value), ...more.map(argOf)], noFlow);
    else if (rest.length > 1 && rest[1] !== undefined && (language === "perl" || language === "ruby"))
      runner.call(shell, rest.map(argOf), noFlow);
    else runner.code(shell, "shell", literal(found.value), noFlow);
    return;
  }
  // An f-string or template whose start is known still shows the program.
  const partly = source.strings.find((s) => s.from >= at && s.from <= at + 2);
  if (partly?.dynamic === true && !/^[{$]/.test(partly.value)) {
    runner.code(shell, "shell", literal(partly.value.replace(/\$?\{[^}]*\}/g, "$SIGNALBOX_UNKNOWN")), noFlow);
    return;
  }
  runner.emit(shell, {
    kind: "opaque",
    what: `${language}: run a command that is put together at run time`,
    target: language,
    sure: "opaque",
    undoable: "no",
  });
}

const touches =
  (kind: "read" | "write" | "delete", tree = false) =>
  ({ runner, shell, source, at, language }: Seen): void => {
    const found = source.value(at);
    if (found === undefined && kind !== "delete") return;
    runner.path(shell, argOf(found?.value), { kind, tree }, language);
  };

const opaqueCode =
  (what: string) =>
  ({ runner, shell, language }: Seen): void =>
    runner.emit(shell, {
      kind: "opaque",
      what: `${language}: ${what}`,
      target: language,
      sure: "opaque",
      undoable: "no",
    });

const sends =
  (kind: "send" | "receive") =>
  ({ runner, shell, source, at, language }: Seen): void => {
    const found = source.value(at);
    const rest = source.rest(at);
    const host = found === undefined ? undefined : hostOf(found.value);
    if (host !== undefined && isLoopback(host)) return;
    const posts =
      kind === "send" || /\bmethod\s*[:=]\s*["'](?:POST|PUT|PATCH|DELETE)|\bdata\s*=|\bbody\s*:|\bjson\s*=/i.test(rest);
    if (host !== undefined && isMetadata(host))
      runner.emit(shell, {
        kind: "read",
        what: `${language}: ask the cloud's metadata service, which gives out credentials`,
        target: host,
        place: "remote",
        secret: "reads",
      });
    const carries =
      /environ|process\.env|ENV\[|getenv/.test(rest) ||
      (found !== undefined && secretName(found.value, runner.scene.machine.userHome) !== undefined);
    if (posts)
      runner.emit(shell, {
        kind: "send",
        what: `${language}: send to ${found?.value ?? "a host that is known only when it runs"}`,
        target: host ?? "",
        place: "remote",
        undoable: "no",
        secret: carries ? "sends" : "none",
      });
    else
      runner.emit(shell, {
        kind: "receive",
        what: `${language}: fetch from ${found?.value ?? "a host that is known only when it runs"}`,
        target: host ?? "",
        place: "remote",
      });
  };

const pathOf = (method: RegExpExecArray): string => method[0];

const calls: readonly Call[] = [
  // Runs commands.
  {
    languages: ["python"],
    pattern:
      /\b(?:os\.(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)|subprocess\.(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|commands\.getoutput|pty\.spawn|pexpect\.(?:run|spawn)|sh\.(?:Command))\s*\(/g,
    does: runsShell,
  },
  {
    languages: ["python"],
    hint: "__import__",
    pattern: /__import__\s*\(\s*["'](?:os|subprocess|pty)["']\s*\)\s*\.\s*\w+\s*\(/g,
    does: runsShell,
  },
  {
    languages: ["python"],
    hint: "import",
    pattern:
      /\bfrom\s+(?:os|subprocess)\s+import\s+(?:\w+\s*,\s*)*(?:system|popen|run|call|Popen|check_output|check_call)\b/g,
    does: fromImport,
  },
  {
    languages: ["node"],
    pattern:
      /(?:\b(?:child_process|cp|require\s*\(\s*["'](?:node:)?child_process["']\s*\)|process\.binding\([^)]*\))\s*\.\s*|(?<![.\w$]))(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork|\$)\s*\(/g,
    does: runsShell,
  },
  {
    languages: ["node"],
    pattern: /\b(?:Bun\.(?:spawn|spawnSync)|Deno\.(?:run|Command)|execa|execaSync|execaCommand|shell\.exec)\s*\(/g,
    does: runsShell,
  },
  {
    languages: ["perl", "ruby", "php", "lua", "r"],
    pattern:
      /(?<![\w>.$-])(?:(?:Kernel|os|IO|Open3|Process)\s*\.\s*)?(?:system2?|exec|popen[23]?e?|shell_exec|passthru|proc_open|pcntl_exec|execute|spawn|capture[23]e?)\s*\(?\s*(?=["'`$@\w[])/g,
    does: runsShell,
  },
  {
    languages: ["perl", "ruby", "php"],
    pattern: /`([^`]+)`/g,
    does: ({ runner, shell, match }) =>
      void runner.code(
        shell,
        "shell",
        literal((match[1] ?? "").replace(/\$?\{[^}]*\}|#\{[^}]*\}/g, "$SIGNALBOX_UNKNOWN")),
        noFlow,
      ),
  },
  {
    languages: ["perl", "ruby"],
    pattern: /(?:\bqx|%x)\s*([{([/|!])([^\])}/|!]*)/g,
    does: ({ runner, shell, match }) => void runner.code(shell, "shell", literal(match[2] ?? ""), noFlow),
  },
  {
    languages: ["perl", "ruby"],
    pattern: /\bopen\s*\(?\s*(?:my\s+)?[\w$:]+\s*,\s*["'](?:-\||\|-?)["']\s*,\s*/g,
    does: runsShell,
  },
  {
    languages: ["perl", "ruby"],
    pattern: /\bopen\s*\(?\s*(?:(?:my\s+)?[\w$]+\s*,\s*)?["']\s*\|([^"']+)["']/g,
    does: ({ runner, shell, match }) => void runner.code(shell, "shell", literal(match[1] ?? ""), noFlow),
  },
  { languages: ["applescript"], pattern: /do shell script\s+/g, does: runsShell },
  {
    languages: ["applescript"],
    pattern:
      /\b(?:tell application|with administrator privileges|keystroke|delete|empty trash|set volume|display dialog)\b/gi,
    does: ({ runner, shell, match }) =>
      runner.emit(shell, {
        kind: "mutate-remote",
        what: `steer other programs by AppleScript (${match[0]})`,
        target: "osascript",
        place: "system",
        undoable: "costly",
      }),
  },
  // Dynamic code.
  { languages: ["python"], pattern: /(?<![\w.])(?:exec|eval|compile)\s*\(/g, does: dynamicCode },
  {
    languages: ["python"],
    pattern: /\b(?:marshal|pickle|cPickle|dill)\.loads?\s*\(/g,
    does: opaqueCode("load objects that can run code"),
  },
  {
    languages: ["python"],
    pattern: /\b(?:ctypes|cffi)\b.*\b(?:CDLL|dlopen|windll|memmove)\b/g,
    does: opaqueCode("call native code"),
  },
  {
    languages: ["node"],
    pattern: /(?<![\w.])(?:eval|Function)\s*\(|\bnew\s+Function\s*\(|\bvm\.run\w*\s*\(/g,
    does: dynamicCode,
  },
  {
    languages: ["perl", "ruby", "php", "lua", "r"],
    pattern:
      /(?<![\w>.$-])(?:eval|instance_eval|class_eval|assert|create_function|loadstring|load|dofile)\s*\(?\s*(?=["'$\w])/g,
    does: dynamicCode,
  },
  // Deletes.
  { languages: ["python"], pattern: /\bshutil\.rmtree\s*\(/g, does: touches("delete", true) },
  {
    languages: ["python"],
    pattern: /\bos\.(?:remove|unlink|rmdir|removedirs|truncate)\s*\(/g,
    does: touches("delete"),
  },
  {
    languages: ["python"],
    pattern: /\bPath\s*\(\s*(["'][^"']*["'])\s*\)\s*\.\s*(?:unlink|rmdir)\s*\(/g,
    does: pathMethod("delete"),
  },
  {
    languages: ["node"],
    pattern:
      /\b(?:fs|fsp|fsPromises|promises|require\s*\(\s*["'](?:node:)?fs(?:\/promises|-extra)?["']\s*\)(?:\.promises)?)\s*\.\s*(?:rm|rmSync|rmdir|rmdirSync|remove|removeSync|emptyDir|emptyDirSync)\s*\(/g,
    does: touches("delete", true),
  },
  {
    languages: ["node"],
    pattern:
      /\b(?:fs|fsp|fsPromises|promises|require\s*\(\s*["'](?:node:)?fs(?:\/promises)?["']\s*\)(?:\.promises)?)\s*\.\s*(?:unlink|unlinkSync|truncate|truncateSync)\s*\(/g,
    does: touches("delete"),
  },
  {
    languages: ["node"],
    pattern: /(?<![.\w])(?:rmSync|unlinkSync|rmdirSync|rimraf(?:\.sync)?)\s*\(/g,
    does: touches("delete", true),
  },
  { languages: ["node"], hint: "Deno", pattern: /\bDeno\.remove(?:Sync)?\s*\(/g, does: touches("delete", true) },
  {
    languages: ["perl", "php", "lua"],
    pattern: /(?<![\w>$-])(?:os\.)?(?:unlink|rmdir|rmtree|remove_tree|remove)\s*\(?\s*(?=["'$\w])/g,
    does: touches("delete"),
  },
  {
    languages: ["ruby"],
    pattern: /\bFileUtils\.(?:rm_rf|rm_r|rmtree|remove_dir|remove_entry\w*)\s*\(?\s*/g,
    does: touches("delete", true),
  },
  {
    languages: ["ruby"],
    pattern: /\b(?:File|FileUtils|Dir)\.(?:delete|unlink|rm|rm_f|rmdir|truncate)\s*\(?\s*/g,
    does: touches("delete"),
  },
  { languages: ["r"], pattern: /\b(?:unlink|file\.remove)\s*\(/g, does: touches("delete", true) },
  // Writes.
  { languages: ["python"], pattern: /(?<![\w.])(?:io\.)?open\s*\(/g, does: opens },
  {
    languages: ["python"],
    pattern:
      /\bPath\s*\(\s*(["'][^"']*["'])\s*\)\s*\.\s*(?:write_text|write_bytes|touch|mkdir|symlink_to|rename|replace|chmod)\s*\(/g,
    does: pathMethod("write"),
  },
  {
    languages: ["python"],
    pattern: /\bos\.(?:chmod|chown|rename|replace|symlink|link|mknod)\s*\(/g,
    does: touches("write"),
  },
  { languages: ["python"], pattern: /\bshutil\.(?:copy2?|copyfile|copytree|move)\s*\(/g, does: copies },
  {
    languages: ["node"],
    pattern:
      /(?:\b(?:fs|fsp|fsPromises|promises|require\s*\(\s*["'](?:node:)?fs(?:\/promises)?["']\s*\)(?:\.promises)?)\s*\.\s*|(?<![.\w]))(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|chmod|chmodSync|chown|chownSync)\s*\(/g,
    does: touches("write"),
  },
  {
    languages: ["perl"],
    pattern: /\bopen\s*\(?\s*(?:my\s+)?[\w$]+\s*,\s*["']\s*\+?>{1,2}[^"']*["']\s*,\s*/g,
    does: touches("write"),
  },
  {
    languages: ["perl"],
    pattern: /\bopen\s*\(?\s*(?:my\s+)?[\w$]+\s*,\s*["']\s*\+?>{1,2}\s*([^"'\s]+)["']/g,
    does: ({ runner, shell, match }) => runner.path(shell, argOf(match[1]), { kind: "write" }, "perl"),
  },
  { languages: ["ruby"], pattern: /\b(?:File|IO)\.(?:write|binwrite)\s*\(?\s*/g, does: touches("write") },
  {
    languages: ["ruby"],
    pattern: /\bFile\.(?:open|new)\s*\(?\s*(["'][^"']*["'])\s*,\s*["'][wa]/g,
    does: pathMethod("write"),
  },
  { languages: ["php"], pattern: /\bfile_put_contents\s*\(/g, does: touches("write") },
  // Network.
  {
    languages: ["python"],
    pattern: /\b(?:requests|httpx|aiohttp|session|client)\.(?:post|put|patch|delete|request)\s*\(/g,
    does: sends("send"),
  },
  {
    languages: ["python"],
    pattern:
      /\b(?:requests|httpx)\.(?:get|head)\s*\(|\burllib\.request\.(?:urlopen|urlretrieve|Request)\s*\(|\burlopen\s*\(/g,
    does: sends("receive"),
  },
  {
    languages: ["python"],
    pattern: /\bsmtplib\.SMTP|\bftplib\.FTP|\bparamiko\.|\bhttp\.client\.HTTPS?Connection\s*\(/g,
    does: sends("send"),
  },
  {
    pattern:
      /\bsocket\.(?:socket|create_connection)\b|\bnet\.(?:connect|createConnection|Socket)\b|\bTCPSocket\.(?:new|open)\b|\bIO::Socket\b|\bfsockopen\b|\bSocket\s*\(\s*\$?\w*\s*,\s*(?:PF|AF)_INET|\buse\s+Socket\b|\bsocket\.tcp\b|\bsocket\s*\(\s*\w+\s*,\s*(?:PF|AF)_INET/g,
    does: connects,
  },
  {
    languages: ["node"],
    pattern: /(?<![.\w])fetch\s*\(|\bhttps?\.(?:request|get)\s*\(|\baxios(?:\.(?:get|request))?\s*\(/g,
    does: sends("receive"),
  },
  { languages: ["node"], pattern: /\baxios\.(?:post|put|patch|delete)\s*\(/g, does: sends("send") },
  {
    languages: ["ruby"],
    pattern:
      /\bNet::HTTP\.(?:post|post_form|start)\s*\(?|\bRestClient\.(?:post|put|delete)\s*\(?|\bHTTParty\.(?:post|put|delete)\s*\(?/g,
    does: sends("send"),
  },
  { languages: ["ruby"], pattern: /\bNet::HTTP\.get\w*\s*\(?|\bURI\.open\s*\(?/g, does: sends("receive") },
  // Processes.
  { languages: ["python"], pattern: /\bos\.(?:kill|killpg)\s*\(/g, does: signalling },
  {
    languages: ["python"],
    pattern: /\bos\.(?:setuid|setgid|seteuid|setresuid)\s*\(|\bos\.fork\s*\(\)/g,
    does: ({ runner, shell, match }) =>
      runner.emit(shell, {
        kind: "elevate",
        what: `python: ${match[0].replace("(", "")}`,
        target: "python",
        place: "system",
        undoable: "costly",
      }),
  },
  { languages: ["node"], pattern: /\bprocess\.(?:kill|setuid|setgid)\s*\(/g, does: signalling },
  // Names put together at run time: what is called can't be seen.
  {
    languages: ["python"],
    hint: "getattr",
    pattern: /\bgetattr\s*\(\s*(?:__import__|os\b|subprocess\b|builtins\b|__builtins__|importlib|sys\.modules)/g,
    does: opaqueCode("call a function whose name is put together at run time"),
  },
  {
    languages: ["python"],
    hint: "import",
    pattern: /(?:__import__|importlib\.import_module)\s*\(\s*(?!["'][\w.]+["']\s*[,)])/g,
    does: opaqueCode("load a module whose name is put together at run time"),
  },
  {
    languages: ["node"],
    pattern:
      /\b(?:global|globalThis|window|self)\s*\[\s*(?!["']\w+["']\s*\])|\b(?:global|globalThis)\s*\[\s*["'](?:eval|Function|require|process)["']|\.constructor\s*\.\s*constructor\s*\(|\bprocess\s*\.\s*(?:binding|dlopen)\s*\(/g,
    does: opaqueCode("call a function whose name is put together at run time"),
  },
  {
    languages: ["node"],
    hint: "process.env",
    pattern: /^\s*process\.env\s*;?\s*$/g,
    does: ({ runner, shell, language }) =>
      runner.emit(shell, {
        kind: "read",
        what: `${language}: show the whole environment, with the secrets in it`,
        target: "environment",
        secret: "reads",
      }),
  },
  // The whole environment, shown or sent.
  {
    pattern:
      /\b(?:print|dict|dumps|console\.log|stringify|puts|p|list|str|repr|pprint|say|var_dump|print_r)\s*\(?\s*(?:dict\(|list\()?(?:os\.environ|process\.env|ENV|\$_ENV|%ENV|getenv\(\))\s*(?:\.(?:items|copy|values)\(\))?\s*(?=[),;}]|$)/g,
    does: ({ runner, shell, language }) =>
      runner.emit(shell, {
        kind: "read",
        what: `${language}: show the whole environment, with the secrets in it`,
        target: "environment",
        secret: "reads",
      }),
  },
];

function fromImport({ runner, shell, language, source, match }: Seen): void {
  for (const call of source.text
    .slice(match.index + match[0].length)
    .matchAll(/(?<![\w.])(?:system|popen|run|call|Popen|check_output|check_call)\s*\(/g))
    runsShell({
      runner,
      shell,
      language,
      source,
      at: match.index + match[0].length + call.index + call[0].length,
      match,
    });
}

function dynamicCode({ runner, shell, source, at, language }: Seen): void {
  const found = source.value(at);
  if (found !== undefined) {
    runner.code(shell, language, literal(found.value), noFlow);
    return;
  }
  if (/^\s*compile\s*\(\s*open|^\s*["'][^"']*["']\s*\)/.test(source.text.slice(at, at + 200))) return;
  runner.emit(shell, {
    kind: "opaque",
    what: `${language}: run code that is put together at run time`,
    target: language,
    sure: "opaque",
    undoable: "no",
  });
}

function opens({ runner, shell, source, at }: Seen): void {
  const found = source.value(at);
  const rest = source.rest(at);
  const mode = /,\s*(?:mode\s*=\s*)?["']([rwaxbt+]+)["']/.exec(rest)?.[1] ?? "r";
  if (/[wax+]/.test(mode)) {
    if (found !== undefined)
      runner.path(shell, argOf(found.value), { kind: "write", keeps: mode.includes("a") }, "python");
  } else if (found !== undefined) runner.path(shell, argOf(found.value), { kind: "read" }, "python");
}

function copies({ runner, shell, source, at }: Seen): void {
  const [from, to] = source.items(at);
  if (from !== undefined) runner.path(shell, argOf(from), { kind: "read" }, "python");
  if (to !== undefined) runner.path(shell, argOf(to), { kind: "write" }, "python");
}

function pathMethod(kind: "write" | "delete"): (seen: Seen) => void {
  return ({ runner, shell, match, language }) => runner.path(shell, argOf(pathText(match)), { kind }, language);
}
const pathText = (match: RegExpExecArray): string => (match[1] ?? pathOf(match)).slice(1, -1);

function connects({ runner, shell, source, at, language, match }: Seen): void {
  const near = source.text.slice(match.index, at + 400);
  if (
    /(?:localhost|127\.0\.0\.1|::1|AF_UNIX|bind\s*\()/.test(near) &&
    !/dup2|\/bin\/(?:ba)?sh|exec/.test(source.text)
  ) {
    if (/sock|AF_UNIX/.test(near)) ownSocket(runner, shell, near);
    return;
  }
  runner.emit(shell, {
    kind: "send",
    what: `${language}: open a network connection`,
    target: language,
    place: "remote",
    undoable: "no",
  });
}

function ownSocket(runner: Runner, shell: Shell, near: string): void {
  for (const path of runner.scene.machine.signalboxPaths)
    if (near.includes(path))
      runner.emit(shell, {
        kind: "write",
        what: "speak to Signalbox's socket directly",
        target: path,
        place: "signalbox",
        undoable: "no",
      });
}

function signalling({ runner, shell, language }: Seen): void {
  runner.emit(shell, {
    kind: "signal",
    what: `${language}: send a signal to a process`,
    target: language,
    place: "system",
    undoable: "costly",
  });
}

/** Literals that name secrets, and variables of the environment that hold them: reading either is an effect, however it is done. */
function literals(runner: Runner, shell: Shell, language: Language, source: Source): void {
  const { userHome } = runner.scene.machine;
  for (const { value } of source.strings) {
    if (value.length < 3 || value.length > 256 || /\s/.test(value)) continue;
    if (!value.includes("/") && !value.startsWith(".")) {
      if (isMetadata(value))
        runner.emit(shell, {
          kind: "read",
          what: `${language}: ask the cloud's metadata service, which gives out credentials`,
          target: value,
          place: "remote",
          secret: "reads",
        });
      continue;
    }
    const path = runner.absolute(shell, value);
    if (path === undefined) continue;
    if (secretName(path, userHome) === "secret") runner.path(shell, argOf(value), { kind: "read" }, language);
    for (const own of runner.scene.machine.signalboxPaths)
      if (path.startsWith(own)) runner.path(shell, argOf(value), { kind: "write" }, language);
  }
  for (const match of source.text.matchAll(
    /(?:os\.environ(?:\.get\(|\[)|os\.getenv\(|process\.env(?:\.|\[)|ENV(?:\[|\.fetch\(|\{)|getenv\()\s*["']?(\w+)/g,
  )) {
    const name = match[1] ?? "";
    if (!secretVariable(name)) continue;
    const line = source.text.slice(source.text.lastIndexOf("\n", match.index) + 1, match.index);
    if (
      /\b(?:print|console\.(?:log|error)|puts|say|echo|write)\b/.test(line) &&
      !/(?:bool|!!|len|\blength\b|\bis\b|\bin\b|\?)/.test(source.text.slice(match.index - 12, match.index + 60))
    )
      runner.emit(shell, {
        kind: "read",
        what: `${language}: show ${name}, a secret of the environment`,
        target: name,
        secret: "reads",
      });
  }
}
