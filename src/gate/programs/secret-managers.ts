import { asks, builds, mutatesRemote, nothing, persists, reads, revealsSecret, runs, when, writes } from "./acts.ts";
import type { Act, Program } from "./program.ts";

/** Stores of secrets, and tools that lock and unlock them. Listing names is fine; showing a value, losing one or changing who may see it is not. */

const destroys = (what: string): Act => mutatesRemote(what, "no");
const shows = revealsSecret("print a secret");

/** The command gets the secrets in its environment: it is judged, and what it prints may hold them. */
const runsWithSecrets: Act = (use, args) => {
  if (args.length === 0) return shows(use, []);
  runs(use, args[0]?.text === "--" ? args.slice(1) : args);
};

export const secretManagers: readonly Program[] = [
  {
    names: ["vault", "bao"],
    summary: "HashiCorp Vault",
    flags: {
      "-address -namespace -ca-cert -client-cert -client-key -mount -version -versions -format -ttl -policy -path -role <x>":
        nothing,
      "-field <x>": nothing,
    },
    clusters: false,
    subcommands: {
      "status|version|list|kv list|kv metadata get|secrets list|auth list|policy list|policy read|token capabilities|audit list|namespace list|path-help|operator members|operator diagnose|operator raft list-peers|plugin list|lease lookup|server -dev|login -method=token -no-print|print|help|debug|monitor|read sys/health":
        asks,
      "read|kv get|unwrap|ssh|token create|token lookup|print token|operator generate-root|operator init|operator rekey|operator unseal|operator raft snapshot save|pki|transit|transform":
        shows,
      "write|kv put|kv patch|kv rollback|kv undelete|kv enable-versioning|policy write|auth enable|auth tune|secrets enable|secrets tune|audit enable|token renew|lease renew|namespace create|namespace patch|plugin register|operator step-down|operator key-status|agent|proxy":
        mutatesRemote("change what the vault keeps or who may see it"),
      "delete|kv delete|kv destroy|kv metadata delete|policy delete|auth disable|secrets disable|secrets move|audit disable|token revoke|lease revoke|namespace delete|operator seal|operator raft remove-peer|operator raft snapshot restore|plugin deregister":
        destroys("delete from the vault or lock it"),
      login: persists("store a token of the vault"),
    },
    examples: {
      "vault status": "allow",
      "vault kv list secret/": "allow",
      "vault kv get secret/app": "hold",
      "vault kv delete secret/app": "hold",
      "vault policy write dev dev.hcl": "hold",
    },
  },
  {
    names: ["op"],
    summary: "1Password",
    flags: {
      "--account --vault --format --session --config --cache --encoding --env-file -o --out-file --categories --tags --fields --favorite <x>":
        nothing,
    },
    subcommands: {
      "item list|vault list|vault get|user list|user get|group list|document list|account list|account get|whoami|events-api list|connect server list|connect token list|completion|update --directory|item template list|item template get|environment list|plugin list":
        asks,
      "read|item get|document get|inject|connect token create|service-account create|item share|environment read":
        shows,
      run: { flags: { "--env-file --no-masking <x>": nothing }, stop: true, does: runsWithSecrets },
      "item create|item edit|item move|document create|document edit|vault create|vault edit|vault user grant|vault group grant|user provision|user confirm|group create|group user grant|connect server create|connect vault grant|connect group grant":
        mutatesRemote("change what the vault keeps or who may see it"),
      "signin|signout|account add|account forget|plugin init|plugin clear|update": persists(
        "change the login of the client",
      ),
    },
    examples: {
      "op item list": "allow",
      "op read op://vault/item/password": "hold",
      "op run -- npm test": "allow",
      "op document delete x": "hold",
    },
  },
  {
    names: ["pass", "gopass", "passage"],
    summary: "the standard password store",
    flags: { "-n --no-symbols -i --in-place -f --force -c --clip <x>": nothing },
    subcommands: {
      "ls|list|find|search|git log|git status|version|help": nothing,
      "show|grep|otp|edit|generate|cat": shows,
      "insert|add|cp|copy|mv|rename|init|otp insert|git": mutatesRemote("change what the store keeps"),
      "rm|remove|delete": destroys("delete a password"),
    },
    does: (use, args) => {
      if (args.length > 0) shows(use, args);
    },
    examples: { "pass ls": "allow", "pass show mail/bob": "hold", "pass mail/bob": "hold", "pass rm mail/bob": "hold" },
  },
  {
    names: [
      "bw",
      "rbw",
      "lpass",
      "keepassxc-cli",
      "dashlane",
      "dcli",
      "nordpass",
      "keeper",
      "ksm",
      "bws",
      "chamber",
      "doppler",
      "infisical",
      "akeyless",
      "conjur",
      "berglas",
      "summon",
      "envchain",
      "teller",
      "aws-vault",
      "saml2aws",
      "aws-okta",
      "granted",
      "assume",
      "keyring",
      "gcm",
      "git-credential-manager",
      "git-credential-store",
      "git-credential-osxkeychain",
    ],
    summary: "password managers and keepers of secrets",
    flags: {
      "-p --project -c --config --format -o --output --session -t --token --env --path --scope --service -s --profile --region --duration --organizationid --folderid <x>":
        nothing,
    },
    subcommands: {
      "status|version|help|projects|projects list|projects get|environments|environments list|configs list|configs|configs get|list folders|list collections|list organizations|ls|list|list-services|project list|sync|config list|me|activity|completion|configure|settings|generate":
        asks,
      "get|list items|show|export|secrets|secrets get|secrets download|secrets list|read|clip|secret get|retrieve|fetch|unlock|code|configs tokens create|service-token|fill|print|env|erase --help|token":
        shows,
      "run|exec": {
        flags: {
          "--command <line>": (use, [line]) => (line === undefined ? undefined : use.code("shell", line)),
          "-p --project -c --config --env --path --token <x>": nothing,
        },
        stop: true,
        does: runsWithSecrets,
      },
      "secrets set|secrets upload|set|write|create|edit|add|move|share|restore|import|import-keys|insert|update|configs create|projects create|environments create|rotate|configs clone":
        mutatesRemote("change what is kept or who may see it"),
      "delete|rm|remove|secrets delete|projects delete|configs delete|environments delete|purge|erase|clear|trash":
        destroys("delete what is kept"),
      "login|logout|lock|setup|init|config server|store|approve": nothing,
    },
    otherwise: (use, args) => {
      if (/^(?:envchain|summon|aws-okta|saml2aws|assume|granted)$/.test(use.name) && args.length > 1)
        runsWithSecrets(use, args.slice(1));
      else shows(use, args);
    },
    examples: {
      "bw status": "allow",
      "bw get password mail": "hold",
      "doppler projects": "allow",
      "doppler secrets": "hold",
      "doppler run -- npm start": "allow",
      "doppler projects delete backend --yes": "hold",
      "aws-vault exec prod -- aws s3 ls": "allow",
      "lpass show bank": "hold",
    },
  },
  {
    names: ["gpg", "gpg2", "gpgsm"],
    summary: "GnuPG",
    flags: {
      "-o --output <file>": writes,
      "-r --recipient -u --local-user --homedir --keyserver --passphrase --passphrase-file --passphrase-fd --pinentry-mode --status-fd --logger-fd --cipher-algo --digest-algo --compress-algo --trust-model --default-key --batch-size <x>":
        nothing,
      "--export-secret-keys --export-secret-subkeys --export-ownertrust --export-secret-ssh-key":
        revealsSecret("export secret keys"),
      "--delete-secret-keys --delete-secret-key --delete-secret-and-public-key --delete-secret-and-public-keys --delete-keys --delete-key":
        (use, args) =>
          use.emit({
            kind: "delete",
            what: `${use.name}: delete keys (${args[0]?.text ?? use.operands[0]?.text ?? ""})`,
            target: "~/.gnupg",
            place: "home",
            undoable: "no",
          }),
      "--send-keys": mutatesRemote("publish keys on a key server", "no"),
      "--recv-keys --receive-keys --search-keys --refresh-keys --fetch-keys --locate-keys": asks,
      "--import --edit-key --quick-generate-key --quick-gen-key --full-generate-key --gen-key --generate-key --quick-add-key --quick-add-uid --sign-key --lsign-key --quick-sign-key --trust --import-ownertrust --change-passphrase --passwd --quick-revoke-uid --gen-revoke --generate-revocation":
        persists("change the key ring"),
      "-d --decrypt": (use) => use.output({ text: undefined, secret: true }),
    },
    does: when(
      (use) => use.has("-d"),
      (use, args) => {
        for (const arg of args) use.path(arg, { kind: "read" });
        use.emit({
          kind: "read",
          what: `${use.name}: decrypt ${args[0]?.text ?? "its input"}`,
          target: args[0]?.text ?? "",
          secret: use.has("-o") ? "none" : "reads",
        });
      },
      (use, args) => {
        for (const arg of args)
          if (
            !/^[0-9A-Fa-fx]{6,}$/.test(arg.text) &&
            (use.has("-e") || use.has("--encrypt") || use.has("-c") || use.has("--verify") || use.has("--sign"))
          )
            use.path(arg, { kind: "read" });
      },
    ),
    examples: {
      "gpg --list-keys": "allow",
      "gpg --verify release.sig release.tar.gz": "allow",
      "gpg --export-secret-keys > k.asc": "hold",
      "gpg -d secrets.gpg": "hold",
      "gpg --encrypt -r bob notes.txt": "allow",
      "gpg --delete-secret-keys ABCDEF12": "hold",
    },
  },
  {
    names: ["age", "rage", "age-keygen", "rage-keygen", "minisign", "signify", "cosign", "sigstore", "gitsign", "sq"],
    summary: "encrypt and sign files",
    flags: {
      "-o --output <file>": writes,
      "-r --recipient -R --recipients-file -j -s --secret-key -p --public-key -m -t -c -x --key --certificate --certificate-identity --certificate-oidc-issuer --signature --bundle <x>":
        nothing,
      "-i --identity <file>": reads,
    },
    subcommands: {
      "verify|verify-blob|verify-attestation|tree|triangulate|version|public-key|inspect|download|manifest verify|sign-blob|generate-key-pair|keygen|env":
        asks,
      "sign|attest|attach|copy|clean|upload": mutatesRemote("put a signature where others read it"),
    },
    does: (use, args) => {
      if ((use.has("-d") || use.has("--decrypt")) && !use.has("-o"))
        use.emit({
          kind: "read",
          what: `${use.name}: decrypt ${args[0]?.text ?? "its input"}`,
          target: args[0]?.text ?? "",
          secret: "reads",
        });
      else if (use.name.endsWith("keygen")) builds(use, []);
      else for (const arg of args) use.path(arg, { kind: "read" });
    },
    examples: {
      "age -r age1abc -o notes.age notes.txt": "allow",
      "age -d -i key.txt secrets.age": "hold",
      "cosign verify image": "allow",
    },
  },
  {
    names: ["sops"],
    summary: "edit encrypted files",
    flags: {
      "--age --pgp --kms --gcp-kms --azure-kv --hc-vault-transit --input-type --output-type --config --extract --indent --filename-override --encrypted-regex --unencrypted-regex <x>":
        nothing,
      "-d --decrypt": nothing,
      "--output <file>": writes,
    },
    subcommands: {
      "exec-env|exec-file": {
        stop: true,
        does: (use, args) => (args[1] === undefined ? undefined : use.code("shell", args[1])),
      },
      "decrypt|edit": shows,
      "encrypt|rotate|updatekeys|set|unset|groups|publish|filestatus|completion": builds,
    },
    does: (use, args) => {
      if (use.has("-e") || use.has("--encrypt") || use.has("-r") || use.has("--rotate")) return builds(use, []);
      if (args.length > 0) shows(use, args);
    },
    examples: {
      "sops -e -i secrets.yaml": "allow",
      "sops -d secrets.yaml": "hold",
      "sops decrypt secrets.yaml": "hold",
      "sops exec-env secrets.yaml 'npm test'": "allow",
    },
  },
  {
    names: ["security"],
    summary: "macOS' keychain",
    flags: { "-a -s -l -c -C -D -G -j -r -p -P -t -k -A -T <x>": nothing, "-w -g": nothing },
    clusters: false,
    subcommands: {
      "list-keychains|default-keychain|login-keychain|help|error|find-identity|verify-cert|show-keychain-info|dump-trust-settings|leaks":
        nothing,
      "find-generic-password|find-internet-password|find-key|dump-keychain|export|find-certificate -p": shows,
      "find-certificate": nothing,
      "delete-generic-password|delete-internet-password|delete-certificate|delete-identity|delete-keychain|delete-key":
        (use, args) =>
          use.emit({
            kind: "delete",
            what: `${use.title}: delete from the keychain`,
            target: args[0]?.text ?? "keychain",
            place: "home",
            undoable: "no",
          }),
      "unlock-keychain|lock-keychain|set-keychain-password|set-keychain-settings|add-generic-password|add-internet-password|add-certificates|add-trusted-cert|remove-trusted-cert|import|create-keychain|authorizationdb|set-key-partition-list|trust-settings-import":
        persists("change the keychain or what the system trusts"),
    },
    otherwise: shows,
    examples: {
      "security find-generic-password -s github -w": "hold",
      "security list-keychains": "allow",
      "security delete-generic-password -s x": "hold",
      "security find-identity -v -p codesigning": "allow",
    },
  },
  {
    names: [
      "gpg-connect-agent",
      "secret-tool",
      "kwallet-query",
      "kwalletcli",
      "gnome-keyring-daemon",
      "keyctl",
      "pass-otp",
    ],
    summary: "Linux' key rings",
    subcommands: {
      "lookup|search|read|print|pipe|request|show": shows,
      "store|clear|add|padd|update|revoke|unlink|lock|unlock|setperm|timeout": persists("change the key ring"),
      "list|rlist|describe|rdescribe": nothing,
    },
    otherwise: shows,
    examples: { "secret-tool lookup service github": "hold", "secret-tool clear service github": "hold" },
  },
  {
    names: ["kubeseal"],
    summary: "seals Kubernetes secrets",
    flags: {
      "-f --secret-file -w --sealed-secret-file --cert --controller-name --controller-namespace -n --namespace --scope -o --format --name --from-file --merge-into --recovery-private-key <x>":
        nothing,
      "--recovery-unseal": shows,
    },
    does: builds,
    examples: {
      "kubeseal --cert pub.pem -f secret.yaml -w sealed.yaml": "allow",
      "kubeseal --recovery-unseal --recovery-private-key k.pem -f s.yaml": "hold",
    },
  },
];
