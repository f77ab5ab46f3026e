import { secretName } from "./names.ts";
import { isMarked } from "./span.ts";
import type { Span } from "./span.ts";
import { addPieces, isReference, readValue } from "./values.ts";

/**
 * Secrets that only the program's name gives away: `mysql -pX`, `curl -u me:X`, `docker login -p X`, `redis-cli -a X`. A row gives the
 * programs, the flag, and how the value is written: `attached` (`-pX`), `word` (`-p X` or `-pX`), `user` (`-u name:X`, of which X is
 * hidden).
 */
interface Row {
  readonly flag: string;
  readonly as: "attached" | "word" | "user";
  /** Only after this word, e.g. `login`. */
  readonly after?: string;
  /** What parts name and secret; default `:`. */
  readonly parted?: string;
}

const rows = new Map<string, Row[]>();
const add = (programs: string, ...list: Row[]) => {
  for (const program of programs.split(" ")) rows.set(program, [...(rows.get(program) ?? []), ...list]);
};
add(
  "mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlbinlog mysqlslap mariadb mariadb-dump mariadb-admin mycli",
  {
    flag: "-p",
    as: "attached",
  },
);
add("mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop cqlsh", {
  flag: "-p",
  as: "word",
});
add("sqlcmd bcp osql mosquitto_pub mosquitto_sub unzip", { flag: "-P", as: "word" });
add("zip", { flag: "-P", as: "word" });
add("7z 7za 7zr unrar rar", { flag: "-p", as: "attached" });
add("redis-cli valkey-cli keydb-cli", { flag: "-a", as: "word" });
add("sshpass", { flag: "-p", as: "word" });
add("docker podman nerdctl buildah skopeo crane oras helm az singularity apptainer", {
  flag: "-p",
  as: "word",
  after: "login",
});
add("npm yarn", { flag: "--otp", as: "word" });
add(
  "curl wget",
  { flag: "-u", as: "user" },
  { flag: "--user", as: "user" },
  { flag: "-U", as: "user" },
  { flag: "--proxy-user", as: "user" },
);
add("http https xh xhs", { flag: "-a", as: "user" }, { flag: "--auth", as: "user" });
add("ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd ldapcompare", { flag: "-w", as: "word" });
add("smbclient rpcclient smbget net smbmap", { flag: "-U", as: "user", parted: "%" });
add("openssl", { flag: "-k", as: "word" }, { flag: "-K", as: "word" });
add("gh glab", { flag: "-b", as: "word", after: "secret" }, { flag: "--body", as: "word", after: "secret" });
add(
  "security",
  { flag: "-w", as: "word", after: "add-generic-password" },
  { flag: "-w", as: "word", after: "add-internet-password" },
);
add("ansible-vault", { flag: "--new-vault-password", as: "word" });
add("ipmitool", { flag: "-P", as: "word" });
add("snmpwalk snmpget snmpset", { flag: "-A", as: "word" }, { flag: "-X", as: "word" });
add("evil-winrm crackmapexec nxc netexec hydra xfreerdp", { flag: "-p", as: "word" });
add("lftp", { flag: "-u", as: "user", parted: "," });

/** Programs some of whose operands are secrets: `vault kv put path key=X`, `flyctl secrets set NAME=X`. */
const assigning: readonly (readonly [programs: ReadonlySet<string>, words: readonly string[]])[] = [
  [new Set(["vault", "bao"]), ["put", "patch", "write"]],
  [new Set(["fly", "flyctl", "supabase", "wrangler", "convex"]), ["secrets", "secret"]],
  [new Set(["kubectl", "oc"]), ["secret"]],
];

export function findProgramFlags(text: string, found: Span[]): void {
  const words = /[^\s"'`;|&()<>\\]+|[;|&()\n]|\\(?:.|\n)/g;
  let program = "";
  let seen: string[] = [];
  for (let match = words.exec(text); match !== null; match = words.exec(text)) {
    const word = match[0];
    if (/^[;|&()\n]$/.test(word)) {
      program = "";
      continue;
    }
    if (word.startsWith("\\")) continue;
    const name = word.slice(word.lastIndexOf("/") + 1);
    if (known.has(name) && (program === "" || !word.startsWith("-"))) {
      program = name;
      seen = [];
      continue;
    }
    if (program === "") continue;
    if (seen.length < 64) seen.push(word);
    const end =
      flagValue(text, match.index, word, program, seen, found) ??
      operand(text, match.index, word, program, seen, found);
    if (end !== undefined && end > words.lastIndex) words.lastIndex = end;
  }
}

const known = new Set([
  ...rows.keys(),
  ...assigning.flatMap(([programs]) => [...programs]),
  "sqlplus",
  "htpasswd",
  "aws",
  "npm",
  "git",
  "machine",
]);

function flagValue(
  text: string,
  begin: number,
  word: string,
  program: string,
  seen: readonly string[],
  found: Span[],
): number | undefined {
  if (!word.startsWith("-")) return undefined;
  for (const { flag, as, after, parted = ":" } of rows.get(program) ?? []) {
    if (!word.startsWith(flag) || (after !== undefined && !seen.includes(after))) continue;
    const long = flag.startsWith("--");
    let at = begin + flag.length;
    if (word.length > flag.length) {
      if (long && word[flag.length] !== "=") continue;
      if (word[flag.length] === "=") at++;
    } else if (!/["']/.test(text[at] ?? "")) {
      if (as === "attached") continue;
      while (/[ \t]/.test(text[at] ?? "")) at++;
    }
    if (at >= text.length || /[\n;|&<>()]/.test(text[at] as string)) continue;
    return hide(text, at, as === "user" ? parted : undefined, "password", found);
  }
  return undefined;
}

function operand(
  text: string,
  begin: number,
  word: string,
  program: string,
  seen: readonly string[],
  found: Span[],
): number | undefined {
  if (word.startsWith("-")) return undefined;
  if (program === "sqlplus")
    return /^[\w$#]+\/[^@/]+/.test(word) ? hide(text, begin, "/", "password", found, "@") : undefined;
  if (program === "htpasswd")
    return seen.some((each) => /^-[a-z]*b/.test(each)) && seen.filter((each) => !each.startsWith("-")).length === 3
      ? hide(text, begin, undefined, "password", found)
      : undefined;
  const before = seen.at(-2);
  if (before !== undefined && (program === "aws" || program === "npm" || program === "git")) {
    const key = before.slice(before.lastIndexOf(":") + 1);
    return (seen.includes("set") || program === "git") &&
      seen.includes(program === "aws" ? "configure" : program === "git" ? "config" : "config") &&
      secretName(key) !== undefined
      ? hide(text, begin, undefined, secretName(key)?.kind ?? "secret", found)
      : undefined;
  }
  if (program === "vault" && seen[0] === "login" && seen.length === 2 && !word.includes("="))
    return hide(text, begin, undefined, "vault-token", found);
  const equals = word.indexOf("=");
  if (equals <= 0) return undefined;
  const assigns = assigning.some(
    ([programs, words]) => programs.has(program) && words.some((each) => seen.includes(each)),
  );
  return assigns ? hide(text, begin, "=", "secret", found) : undefined;
}

/** Hides the value at `at`, of a pair only what follows the first `parted`. */
function hide(
  text: string,
  at: number,
  parted: string | undefined,
  kind: string,
  found: Span[],
  until?: string,
): number {
  const value = readValue(text, at, false);
  const first = value.pieces[0];
  if (first === undefined) return value.end;
  const pieces = [...value.pieces];
  if (parted !== undefined) {
    const index = text.slice(first.begin, first.end).indexOf(parted);
    if (index === -1) return value.end;
    pieces[0] = { begin: first.begin + index + 1, end: first.end };
  }
  const last = pieces.at(-1);
  if (until !== undefined && last !== undefined) {
    const index = text.slice(last.begin, last.end).lastIndexOf(until);
    if (index > 0) pieces[pieces.length - 1] = { begin: last.begin, end: last.begin + index };
  }
  const content = pieces.map(({ begin, end }) => text.slice(begin, end)).join("");
  if (content === "" || isMarked(content) || isReference(content) || /^file:|^@/.test(content)) return value.end;
  addPieces({ ...value, pieces: pieces.filter(({ begin, end }) => end > begin) }, kind, found);
  return value.end;
}

/** `openssl -passin pass:X`, `.netrc` lines, `echo X | sudo -S` and the other programs that read a password from stdin. */
export function findFed(text: string, found: Span[]): void {
  if (text.includes("pass:")) findPassArguments(text, found);
  if (text.includes("login")) findLogins(text, found);
  if (text.includes("value")) findListed(text, found);
  if (text.includes("|")) findPiped(text, found);
}

function findPassArguments(text: string, found: Span[]): void {
  for (const match of text.matchAll(/(?<![\w-])pass:([^\s"'`;|&<>()$]{1,256})/g)) {
    const begin = match.index + 5;
    if (!isMarked(match[1] as string)) found.push({ begin, end: match.index + match[0].length, kind: "password" });
  }
}

function findLogins(text: string, found: Span[]): void {
  for (const match of text.matchAll(/(?<!\w)login[ \t]+[^\s]{1,256}\s{1,8}password[ \t]+([^\s"'\\]{1,256})/g)) {
    const value = match[1] as string;
    const end = match.index + match[0].length;
    if (!isMarked(value) && !value.startsWith("$")) found.push({ begin: end - value.length, end, kind: "password" });
  }
}

/** Variables as YAML and JSON list them: `name: TOKEN`, then `value: x`. */
function findListed(text: string, found: Span[]): void {
  for (const match of text.matchAll(
    /\bname["']?[ \t]{0,4}:[ \t]{0,4}["']?([\w.-]{1,80})["']?,?\s{0,40}["']?value["']?[ \t]{0,4}:[ \t]{0,4}/g,
  )) {
    const name = secretName(match[1] as string);
    if (name !== undefined) hide(text, match.index + match[0].length, undefined, name.kind, found);
  }
}

function findPiped(text: string, found: Span[]): void {
  const consumer =
    /\|[ \t]*(?:sudo[ \t]+)?(?:sudo[ \t]+(?:-[A-Za-z]+[ \t]+){0,4}-[A-Za-z]*S|chpasswd|passwd[ \t]+(?:[^\n|;&]{0,80})--stdin|[^\n|;&]{1,120}--(?:password-stdin|with-token|passphrase-fd)|sshpass|cryptsetup|kinit)/g;
  let from = 0;
  for (const match of text.matchAll(consumer)) {
    const stage = Math.max(from, match.index - 1_024);
    const before = text.slice(stage, match.index);
    from = match.index + 1;
    const spoken =
      /(?:^|[\n;|&(`'"]|\s)(?:echo|printf)((?:[ \t]+-[neE]+|[ \t]+['"]?%s(?:\\n)?['"]?)*)[ \t]+([^\n;|&]*?)[ \t]*$/.exec(
        before,
      );
    if (spoken?.[2] === undefined) continue;
    const begin = stage + spoken.index + spoken[0].trimEnd().length - spoken[2].length;
    hide(text, begin, match[0].includes("chpasswd") ? ":" : undefined, "password", found);
  }
}
