/** Which names say that their value is a secret: `GITHUB_TOKEN`, `clientSecret`, `db-password`, `X-Api-Key`. */

const lastWords: ReadonlyMap<string, string> = new Map([
  ["password", "password"],
  ["passwd", "password"],
  ["passphrase", "password"],
  ["passwort", "password"],
  ["passcode", "password"],
  ["pass", "password"],
  ["pwd", "password"],
  ["pw", "password"],
  ["secret", "secret"],
  ["token", "token"],
  ["pat", "token"],
  ["jwt", "token"],
  ["bearer", "token"],
  ["apikey", "key"],
  ["credential", "credential"],
  ["credentials", "credential"],
  ["creds", "credential"],
  ["auth", "credential"],
  ["authorization", "credential"],
  ["cookie", "cookie"],
  ["otp", "password"],
  // Written as one word in well-known variables.
  ["pgpassword", "password"],
  ["sshpass", "password"],
  ["authtoken", "token"],
  ["accesstoken", "token"],
  ["secretkey", "key"],
  ["accesskey", "key"],
  ["privatekey", "key"],
  ["clientsecret", "secret"],
  ["accountkey", "key"],
  ["sharedaccesskey", "key"],
  ["userpassword", "password"],
  ["dbpassword", "password"],
]);

/** `key` alone is nobody's secret; after one of these it is. */
const keyKinds = new Set(
  "api access secret private signing signature encryption encrypt master auth account storage shared service license admin deploy webhook session subscription jwt hmac aes app application master primary secondary server".split(
    " ",
  ),
);
/** What is said after the name proper: `PASSWORD_PROD`, `token2`. */
const suffixes = new Set(
  "value plain plaintext b64 base64 hex text prod production dev staging stage test live old new current default main".split(
    " ",
  ),
);
/** `--show-token`, `--with-token`: about a secret, and no secret follows. */
const verbs = new Set(
  "no with show print ask use require get prompt save store skip rotate generate enable disable list allow has is need reset forgot change max min num count total".split(
    " ",
  ),
);

/** Words too common to be a secret's name by themselves: their value must look like one. */
const weak = new Set([
  "pass",
  "auth",
  "credentials",
  "credential",
  "creds",
  "pw",
  "pat",
  "otp",
  "cookie",
  "bearer",
  "secret",
  "token",
]);

export interface SecretName {
  /** `password`, `token`, `key`, `secret`, `credential` or `cookie`: the kind when the value has no shape of its own. */
  readonly kind: string;
  /** The value should look like a secret before it is taken for one in prose. */
  readonly weak: boolean;
  /** Begins with a verb: no separate word after it is its value. */
  readonly verb: boolean;
}

const cache = new Map<string, SecretName | undefined>();
const cacheMax = 2_048;

export function secretName(name: string): SecretName | undefined {
  if (name.length > 80) return undefined;
  if (cache.has(name)) return cache.get(name);
  if (cache.size >= cacheMax) cache.clear();
  const result = judgeName(name);
  cache.set(name, result);
  return result;
}

function judgeName(name: string): SecretName | undefined {
  if (name === "PWD" || name === "OLDPWD") return undefined;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ""))
    .filter((word) => word !== "");
  while (words.length > 1 && suffixes.has(words.at(-1) as string)) words.pop();
  const last = words.at(-1);
  if (last === undefined) return undefined;
  const before = words.at(-2);
  const verb = words.length > 1 && verbs.has(words[0] as string);
  const kind =
    lastWords.get(last) ?? (last === "key" && before !== undefined && keyKinds.has(before) ? "key" : undefined);
  if (kind === undefined) {
    if (before !== undefined && last === "phrase" && before === "pass") return { kind: "password", weak: false, verb };
    return last !== "nopasswd" && /(password|passwd|passphrase)$/.test(last)
      ? { kind: "password", weak: false, verb }
      : undefined;
  }
  if (words.length === 1 && (last === "pat" || last === "pw")) return undefined;
  // `PUBLIC_KEY`, `csrf-token` names and the like are not worth a marker, but hiding them harms nobody.
  return { kind, weak: words.length === 1 && weak.has(last), verb };
}

/** Of a URL's query: names that are secret only there. */
export const secretParameters: ReadonlyMap<string, string> = new Map([
  ["sig", "signature"],
  ["signature", "signature"],
  ["x-amz-signature", "signature"],
  ["x-amz-credential", "credential"],
  ["x-amz-security-token", "token"],
  ["x-goog-signature", "signature"],
  ["key", "key"],
  ["code", "code"],
  ["hapikey", "key"],
  ["appid", "key"],
]);
