/** Paths as text: no disk is touched. */

/** Folds `.`, `..` and repeated slashes of an absolute path. */
export function normalise(path: string): string {
  if (!path.includes("//") && !path.includes("/.") && !(path.length > 1 && path.endsWith("/"))) return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** An absolute path, or undefined where the folder that it is relative to isn't known. `~user` is that user's home beside ours. */
export function absolutePath(text: string, cwd: string | undefined, home: string, quoted = false): string | undefined {
  if (text.startsWith("/")) return normalise(text);
  if (!quoted && text.startsWith("~")) {
    const slash = text.indexOf("/");
    const user = slash < 0 ? text.slice(1) : text.slice(1, slash);
    const rest = slash < 0 ? "" : text.slice(slash);
    if (user === "") return normalise(home + rest);
    if (user === "+") return cwd === undefined ? undefined : normalise(cwd + rest);
    if (user === "root") return normalise(`/root${rest}`);
    if (/^[\w.-]+$/.test(user)) return normalise(`${home.slice(0, home.lastIndexOf("/"))}/${user}${rest}`);
  }
  return cwd === undefined ? undefined : normalise(`${cwd}/${text}`);
}

export const isBelow = (path: string, folder: string): boolean =>
  folder === "/"
    ? true
    : path.startsWith(folder) && (path.length === folder.length || path.charCodeAt(folder.length) === 47);

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/**
 * Whether a name or path matches a shell pattern of `*`, `?`, `[..]`; `*` stops at a slash. Runs in |pattern| x |text| at worst, since
 * only the latest star is ever tried again.
 */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let textAt = 0;
  while (t < text.length) {
    const c = pattern[p];
    if (c === "*") {
      starAt = p++;
      textAt = t;
      continue;
    }
    const step = c === undefined ? 0 : matchOne(pattern, p, text[t] as string);
    if (step > 0) {
      p += step;
      t++;
      continue;
    }
    if (starAt < 0 || text[textAt] === "/") return false;
    p = starAt + 1;
    t = ++textAt;
  }
  while (pattern[p] === "*") p++;
  return p >= pattern.length;
}

/** Length of the pattern's item at `p` if it matches the character, else 0. */
function matchOne(pattern: string, p: number, char: string): number {
  const c = pattern[p] as string;
  if (c === "?") return char === "/" ? 0 : 1;
  if (c === "[") {
    const end = pattern.indexOf("]", p + 2);
    if (end > 0) {
      const negated = pattern[p + 1] === "!" || pattern[p + 1] === "^";
      let inside = false;
      for (let i = p + (negated ? 2 : 1); i < end; i++) {
        const low = pattern[i] as string;
        if (pattern[i + 1] === "-" && i + 2 < end) {
          if (char >= low && char <= (pattern[i + 2] as string)) inside = true;
          i += 2;
        } else if (low === char) inside = true;
      }
      return inside !== negated ? end - p + 1 : 0;
    }
  }
  if (c === "\\" && pattern[p + 1] === char) return 2;
  return c === char ? 1 : 0;
}
