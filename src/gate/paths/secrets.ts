import { baseName, globMatches, isBelow } from "./text.ts";

/** Which files, folders and variables hold secrets, by name. Names are those that the programs' own documentation gives. */

/** Below a home: files, and folders whose every file is secret. */
const homeFolders = [
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".config/gcloud",
  ".config/gh",
  ".config/glab-cli",
  ".config/hub",
  ".config/rclone",
  ".config/op",
  ".config/doctl",
  ".config/solana",
  ".config/chromium",
  ".config/google-chrome",
  ".config/BraveSoftware",
  ".config/Slack",
  ".config/discord",
  ".config/Signal",
  ".local/share/jupyter/runtime",
  ".config/1Password",
  ".config/Bitwarden",
  ".mozilla",
  ".thunderbird",
  ".password-store",
  ".local/share/keyrings",
  ".oci",
  ".bluemix",
  ".ibmcloud",
  ".ethereum",
  ".bitcoin",
  ".electrum",
  ".docker/contexts",
  ".config/sops",
  ".config/age",
  ".fly",
  "Library/Keychains",
  "Library/Application Support/Google/Chrome",
  "Library/Application Support/Firefox",
  "Library/Cookies",
];
const homeFiles = [
  ".terraform.d/credentials.tfrc.json",
  ".helm/repository/repositories.yaml",
  ".config/helm/repositories.yaml",
  ".netrc",
  "_netrc",
  ".npmrc",
  ".yarnrc.yml",
  ".pypirc",
  ".git-credentials",
  ".config/git/credentials",
  ".docker/config.json",
  ".kube/config",
  ".vault-token",
  ".pgpass",
  ".my.cnf",
  ".mylogin.cnf",
  ".s3cfg",
  ".boto",
  ".cargo/credentials",
  ".cargo/credentials.toml",
  ".gem/credentials",
  ".m2/settings.xml",
  ".gradle/gradle.properties",
  ".composer/auth.json",
  ".config/composer/auth.json",
  ".nuget/NuGet.Config",
  ".terraformrc",
  ".databrickscfg",
  ".snowsql/config",
  ".dbt/profiles.yml",
  ".claude/.credentials.json",
  ".claude.json",
  ".codex/auth.json",
  ".gemini/oauth_creds.json",
  ".local/share/opencode/auth.json",
  ".config/github-copilot/hosts.json",
  ".config/github-copilot/apps.json",
  ".bash_history",
  ".zsh_history",
  ".psql_history",
  ".mysql_history",
  ".python_history",
  ".node_repl_history",
  ".rediscli_history",
  ".local/share/fish/fish_history",
  ".Xauthority",
  ".ICEauthority",
  ".netlify/config.json",
  ".config/netlify/config.json",
  ".wrangler/config/default.toml",
  ".config/.wrangler/config/default.toml",
  ".config/hcloud/cli.toml",
  ".config/stripe/config.toml",
  ".config/scw/config.yaml",
  ".config/linode-cli",
  ".config/confluent/config.json",
  ".config/configstore/firebase-tools.json",
  ".config/ngrok/ngrok.yml",
  ".ngrok2/ngrok.yml",
  ".config/containers/auth.json",
  ".config/tea/config.yml",
  ".circleci/cli.yml",
  ".travis/config.yml",
  ".sentryclirc",
  ".kaggle/kaggle.json",
  ".snowflake/config.toml",
  ".snowflake/connections.toml",
  ".aiven/config",
  ".erlang.cookie",
  ".bundle/config",
  ".config/Code/User/globalStorage/state.vscdb",
  ".local/share/klipper/history2.lst",
  "Library/Messages/chat.db",
];
const systemPaths = [
  "/etc/shadow",
  "/etc/shadow-",
  "/etc/gshadow",
  "/etc/gshadow-",
  "/etc/sudoers",
  "/etc/sudoers.d",
  "/etc/master.passwd",
  "/etc/security/opasswd",
  "/etc/ssl/private",
  "/etc/pki/tls/private",
  "/etc/kubernetes/admin.conf",
  "/etc/kubernetes/pki",
  "/etc/rancher/k3s/k3s.yaml",
  "/etc/krb5.keytab",
  "/etc/letsencrypt/live",
  "/etc/letsencrypt/archive",
  "/etc/openvpn",
  "/etc/wireguard",
  "/etc/NetworkManager/system-connections",
  "/var/run/secrets",
  "/run/secrets",
  "/var/lib/sss/secrets",
  "/var/lib/jenkins/secrets",
  "/etc/mysql/debian.cnf",
  "/proc/kcore",
  "/dev/mem",
  "/dev/kmem",
  "/var/log/auth.log",
  "/var/log/secure",
];
/** Base names that are secret wherever they are. */
const names = new Set([
  ".env",
  ".envrc",
  ".flaskenv",
  ".netrc",
  ".pgpass",
  ".git-credentials",
  ".htpasswd",
  "id_rsa",
  "id_dsa",
  "id_ecdsa",
  "id_ed25519",
  "id_ecdsa_sk",
  "id_ed25519_sk",
  "identity",
  "authorized_keys",
  "credentials",
  "credentials.json",
  "credentials.yml",
  "credentials.yaml",
  "credentials.yml.enc",
  "secrets.json",
  "secrets.yml",
  "secrets.yaml",
  "secrets.toml",
  "secrets.env",
  "secret.json",
  "secret.yml",
  "secret.yaml",
  "secret.key",
  "master.key",
  "service-account.json",
  "service_account.json",
  "serviceaccount.json",
  "service-account-key.json",
  "client_secret.json",
  "wallet.dat",
  "keystore.jks",
  "login.keychain",
  "login.keychain-db",
  "Login Data",
  "key4.db",
  "logins.json",
  "cookies.sqlite",
  "Cookies",
  ".dockercfg",
  ".dockerconfigjson",
  "kubeconfig",
  "terraform.tfvars",
  "vault.key",
  ".dev.vars",
  ".vault_pass",
  ".vault-password",
  "wp-config.php",
  "NTDS.dit",
  "SAM",
]);
/** `identity` and `SAM` alone say little: only as secrets where nothing else explains them. */
const weakNames = new Set(["identity", "SAM", "credentials"]);
const endings = [
  ".pem",
  ".key",
  ".p12",
  ".pfx",
  ".jks",
  ".keystore",
  ".kdbx",
  ".kdb",
  ".ppk",
  ".ovpn",
  ".keytab",
  ".agekey",
  ".asc.key",
  ".gpg.key",
  ".p8",
];
const sampleWords =
  /(?:^|[._-])(?:example|sample|template|dist|defaults?|test|tests|spec|schema|d\.ts|md|fixture|mock|dummy|pub)(?:[._-]|$)/i;

export type SecretName = "secret" | "secret-folder" | undefined;

/** What a normalised absolute path holds by its name. `secret-folder`: reading all below it reads secrets. */
export function secretName(path: string, home: string): SecretName {
  const base = baseName(path);
  const inHome = homePart(path, home);
  if (inHome !== undefined) {
    if (inHome === "") return "secret-folder";
    for (const folder of homeFolders)
      if (isBelow(inHome, folder)) {
        if (inHome === folder) return "secret-folder";
        return harmlessInSecretFolder(inHome, base) ? undefined : "secret";
      }
    if (homeFiles.includes(inHome) || isLogin(inHome, base)) return "secret";
    if (inHome === ".config" || inHome === ".docker" || inHome === ".kube" || inHome === ".local")
      return "secret-folder";
  } else {
    for (const secret of systemPaths) if (isBelow(path, secret)) return "secret";
    if (
      path === "/etc" ||
      path === "/" ||
      path === "/home" ||
      path === "/root" ||
      path === "/Users" ||
      path === "/proc"
    )
      return "secret-folder";
    if (path.startsWith("/proc/") && (base === "environ" || base === "mem")) return "secret";
    if (path.startsWith("/etc/ssh/") && base.includes("_key") && !base.endsWith(".pub")) return "secret";
  }
  return secretBase(base) || secretTail(path, base) || keptAsSecret(path, base) ? "secret" : undefined;
}

/**
 * What a tool keeps of its login in a hidden folder of the home, named as nearly all name it: `~/.netlify/config.json` is settings, `~/.tool/auth.json`
 * and `~/.cache/tool/token` are not.
 */
const isLogin = (inHome: string, base: string): boolean =>
  inHome.startsWith(".") &&
  inHome.includes("/") &&
  /^(?:credentials?|auth|access[-_]?tokens?|tokens?|api[-_]?keys?|secrets?|cookies?|oauth[\w-]*|hosts)(?:\.(?:json|ya?ml|toml|ini|txt|conf|cfg|db|sqlite))?$/i.test(
    base,
  ) &&
  !/(?:^|\/)(?:node_modules|src|docs?|skills|plugins|projects|extensions|test|tests|site-packages|registry|pkg)\//.test(
    inHome,
  );

/** Data in a folder that says what it keeps: `secrets/prod.json`, `credentials/db.yml`. */
const keptAsSecret = (path: string, base: string): boolean =>
  /\/\.?(?:secrets?|credentials|private[_-]keys?)\/[^/]+$/.test(path) &&
  /\.(?:json|ya?ml|toml|ini|txt|env|conf|cfg|properties|enc|asc|token)$/.test(base) &&
  !sampleWords.test(base) &&
  !/(?:^|\/)(?:test|tests|spec|fixtures?|examples?|docs?|testdata|__tests__|samples?)\//.test(path) &&
  !/^(?:package|tsconfig|index|kustomization|Chart|values|README)\b/.test(base);

/** A home's secret files are secret wherever a copy of them is: `x/.aws/credentials`. */
function secretTail(path: string, base: string): boolean {
  if (!path.includes("/.")) return false;
  for (const file of homeFiles)
    if (file.includes("/") && path.endsWith(file) && path[path.length - file.length - 1] === "/") return true;
  return (
    /\/\.(?:ssh|aws|gnupg)\/[^/]+$/.test(path) &&
    !harmlessInSecretFolder("", base) &&
    base !== "config" &&
    base !== "known_hosts"
  );
}

export function secretBase(base: string): boolean {
  if (base.endsWith(".pub") || base.endsWith(".crt") || base.endsWith(".cer")) return false;
  if (names.has(base)) return !weakNames.has(base);
  if (base.startsWith(".env.")) return !sampleWords.test(base.slice(4));
  if (base.endsWith(".env") && base.length > 4) return !sampleWords.test(base);
  if (base.startsWith("id_") && /^id_(?:rsa|dsa|ecdsa|ed25519)[\w.-]*$/.test(base)) return true;
  for (const ending of endings)
    if (base.endsWith(ending))
      return !sampleWords.test(base) && !/(?:^|[._-])(?:cert|ca|chain|fullchain|public)/i.test(base);
  if (/\.tfvars(?:\.json)?$|\.tfstate(?:\.backup)?$|^krb5cc_/.test(base)) return !sampleWords.test(base);
  return /(?:^|[._-])(?:service[._-]?account|firebase-adminsdk)[\w.-]*\.json$|kubeconfig\.ya?ml$|\.kubeconfig$/.test(
    base,
  );
}

/** Shell patterns: whether a word with wildcards could become a secret's path. */
export function globReachesSecret(pattern: string, home: string): boolean {
  const base = baseName(pattern);
  if (/[*?[]/.test(base) && base !== "*" && base !== "*.*" && base !== "**") {
    // A dot file needs a literal dot: `*` does not reach `.env`.
    for (const name of names)
      if (
        !weakNames.has(name) &&
        (base[0] === "." || name[0] !== ".") &&
        specific(base, name) &&
        globMatches(base, name)
      )
        return true;
  }
  const folder = pattern.slice(0, pattern.lastIndexOf("/"));
  if (/[*?[]/.test(folder) || base.startsWith("*")) {
    const inHome = homePart(pattern, home);
    if (inHome !== undefined)
      for (const name of [...homeFolders, ...homeFiles]) {
        const depth = name.split("/").length;
        const head = inHome.split("/").slice(0, depth).join("/");
        if (/[*?[]/.test(head) && head[0] === "." && globMatches(head, name)) return true;
        if (head === name) return true;
      }
    for (const name of systemPaths) if (globMatches(pattern, name)) return true;
    if (base === "environ" && pattern.startsWith("/proc/")) return true;
  } else if (/[*?[]/.test(pattern)) for (const name of systemPaths) if (globMatches(pattern, name)) return true;
  return false;
}

/** `*.json` reaches secrets.json, but names what it means; a pattern must share more with the name than its ending. */
const specific = (pattern: string, name: string): boolean => {
  const fixed = pattern.replace(/\*|\?|\[[^\]]*\]/g, "");
  return fixed.length >= Math.min(3, name.length - 1) && !/^\*[\w.]*$/.test(pattern);
};

/** The part below the user's home, or any home. */
function homePart(path: string, home: string): string | undefined {
  if (home !== "/" && isBelow(path, home)) return path.slice(home.length + 1);
  const match = /^(?:\/home\/[^/]+|\/root|\/Users\/[^/]+)(?:\/(.*))?$/.exec(path);
  return match === null ? undefined : (match[1] ?? "");
}

const harmlessInSecretFolder = (inHome: string, base: string): boolean =>
  base.endsWith(".pub") ||
  base === "known_hosts" ||
  inHome === ".ssh/config" ||
  inHome === ".aws/config" ||
  inHome === ".config/gh/config.yml" ||
  inHome === ".gnupg/gpg.conf" ||
  base === "public.key";

/** Environment variables that hold secrets, by name. Addresses of databases have the password in them. */
export const secretVariable = (name: string): boolean =>
  /(?:^|_)(?:DATABASE|DB|REDIS|MONGO|MONGODB|POSTGRES|POSTGRESQL|PG|MYSQL|AMQP|RABBITMQ|CLOUDAMQP|BROKER)_UR[LI]$/.test(
    name.toUpperCase(),
  ) ||
  (/(?:^|_)(?:TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|PWD|API_?KEY|APIKEY|PRIVATE_?KEY|ACCESS_?KEY|SECRET_?KEY|CREDENTIALS?|AUTH_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|DSN|PAT|PGPASSWORD)(?:_|$|\d)/.test(
    name.toUpperCase(),
  ) &&
    !/^(?:PWD|OLDPWD|MAX_TOKENS?|TOKENS|.*_TOKENS|SSH_AUTH_SOCK|.*_(?:FILE|PATH|DIR|NAME|COUNT|LIMIT|LENGTH|BUDGET|ID))$/.test(
      name.toUpperCase(),
    ));
