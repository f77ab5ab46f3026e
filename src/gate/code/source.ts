import type { Language } from "../programs/program.ts";

/** The text with its strings found, and variables that are assigned one literal. */
export class Source {
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

/** `import subprocess as s` and `const c = require("child_process")`: calls by the other name are calls all the same. */
export function unaliased(text: string, language: Language): string {
  text = plain(homes(text, language), language);
  const names = new Map<string, string>();
  const aliases =
    language === "python"
      ? /\bimport\s+(os|subprocess|shutil|pty|socket|requests|httpx|urllib\.request)\s+as\s+([A-Za-z_]\w*)/g
      : language === "node"
        ? /(?:\b(?:const|let|var|import)|,)\s*(?:\*\s+as\s+)?([A-Za-z_$][\w$]*)\s*(?:=\s*(?:await\s+import|require)\s*\(\s*|from\s+)["'](?:node:)?(child_process|fs|fs\/promises|net)["']/g
        : undefined;
  if (aliases === undefined) return text;
  for (const match of text.matchAll(aliases)) {
    const [first = "", second = ""] = match.slice(1);
    if (names.size >= 16) break;
    if (language === "python") names.set(second, first);
    else if (first !== second) names.set(first, second.startsWith("fs") ? "fs" : second);
  }
  for (const [alias, module] of names)
    text = text.replace(new RegExp(`(?<![\\w.$])${alias.replaceAll("$", "\\$")}\\.(?=\\w)`, "g"), `${module}.`);
  return text;
}

const imported =
  /^(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?|remove|unlink|rmdir|removedirs|rmtree|run|call|Popen|check_output|check_call|getoutput|kill|killpg|environ|getenv|chmod|chown|rename|fork|setuid|move|copy2?|copyfile|copytree)$/;

/** Detours by which one names the same: modules that are looked up by a literal, `from os import system as s`. */
function plain(text: string, language: Language): string {
  if (language !== "python") return text;
  if (/__import__|import_module/.test(text))
    text = text.replace(
      /(?:__import__|importlib\.import_module)\s*\(\s*["'](os|subprocess|shutil|pty|socket)["']\s*\)/g,
      "$1",
    );
  for (const match of [...text.matchAll(/\bfrom\s+(os|subprocess|shutil)\s+import\s+\(?([\w*, \t]+)/g)].slice(0, 8)) {
    const [, module = "", names = ""] = match;
    for (const item of names.split(",").slice(0, 16)) {
      const [, name = "", alias = name] = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
      if (name !== "" && imported.test(name))
        text = text.replace(new RegExp(`(?<![\\w.])${alias}(?=\\s*[([.])`, "g"), `${module}.${name}`);
    }
    if (names.trim() === "*")
      text = text.replace(/(?<![\w.])(system|popen|rmtree|remove|unlink|rmdir)(?=\s*\()/g, `${module}.$1`);
  }
  return text;
}

/** The home as each language names it, put as the literal that it stands for. */
function homes(text: string, language: Language): string {
  if (!/home|HOME/.test(text)) return text;
  if (language === "python")
    return text
      .replace(/\bPath\.home\(\)\s*(?:\/\s*|\.joinpath\(\s*)(["'])/g, "Path($1~/")
      .replace(/\bPath\.home\(\)/g, 'Path("~")')
      .replace(/\bos\.(?:environ\[\s*["']HOME["']\s*\]|(?:environ\.get|getenv)\(\s*["']HOME["']\s*\))/g, '"~"');
  if (language === "node")
    return text.replace(/\bprocess\.env\.HOME\b|\b(?:os|require\(\s*["'](?:node:)?os["']\s*\))\.homedir\(\)/g, '"~"');
  if (language === "ruby") return text.replace(/\bENV(?:\[|\.fetch\()\s*["']HOME["']\s*[\])]|\bDir\.home\b/g, '"~"');
  return text;
}
