import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Json } from "../../kit/canonical.ts";
import { redact, redactText, secretKinds, visible } from "./index.ts";
import { threadMs } from "../../../test/support/cpu.ts";

/** `{}` is where the secret stands; what is around it must stay to the letter. */
const hiding: readonly string[] = [
  "export DB_PASSWORD={}",
  "PGPASSWORD={} psql -h db",
  "TOKEN='{}' node x.js",
  'export API_KEY="{}" && npm test',
  'curl -H "Authorization: Bearer {}" https://api.example.com/a',
  "curl -H 'X-Api-Key: {}' https://api.example.com/a",
  "curl -u bob:{} https://example.com",
  "curl --user 'bob:{}' https://example.com",
  'curl -d \'{"password":"{}","n":1}\' https://example.com',
  'curl -d "{\\"clientSecret\\": \\"{}\\"}" https://example.com',
  "curl -d 'name=bob&password={}&x=1' https://example.com",
  'curl "https://example.com/?access_token={}&b=2"',
  "git clone https://bob:{}@example.com/a/b.git",
  "psql postgres://app:{}@db/app",
  "mysql -uroot -p{} app",
  "sudo docker exec db mysql -p'{}' -e 'select 1'",
  'ssh host "mysql -p{} app"',
  "docker login -u bob -p {} registry.example.com",
  "redis-cli -a {} ping",
  "sshpass -p {} ssh host",
  "sqlplus scott/{}@db",
  "tool --password {} --verbose",
  "tool --password={} --verbose",
  "tool --client-secret '{}'",
  "openssl enc -aes-256-cbc -pass pass:{} -in a",
  "vault kv put secret/app key={}",
  "aws configure set aws_secret_access_key {}",
  "echo {} | sudo -S ls",
  'echo "bob:{}" | sudo chpasswd',
  "cat > .env <<EOF\nPORT=1\nDB_PASSWORD={}\nEOF",
  "machine example.com login bob password {}",
  "mysql -e \"ALTER USER bob IDENTIFIED WITH x PASSWORD '{}'\"",
  "Server=db;Uid=bob;Pwd={};Database=app",
  'docker run -e "DB_PASSWORD={}" app',
  '["tool", "--password", "{}"]',
  'const password = "{}";',
  'bash -c "export SECRET_KEY={}; run"',
  "kubectl create secret generic a --from-literal=password={}",
  "- name: DB_PASSWORD\n  value: {}",
];

const shaped: readonly (readonly [kind: string, secret: string])[] = [
  ["github-token", `ghp_${"aB3".repeat(12)}`],
  ["github-token", `github_pat_${"aB3_".repeat(10)}`],
  ["gitlab-token", `glpat-${"aB3-".repeat(5)}`],
  ["aws-key-id", "AKIAIOSFODNN7EXAMPLE"],
  ["slack-token", "xoxb-123456789012-abcdefABCDEF"],
  ["anthropic-key", `sk-ant-api03-${"aB3_".repeat(8)}`],
  ["openai-key", `sk-proj-${"aB3".repeat(12)}`],
  ["google-key", `AIza${"aB3-x".repeat(7)}`],
  ["npm-token", `npm_${"aB3".repeat(12)}`],
  ["stripe-key", `sk_live_${"aB3".repeat(8)}`],
  ["jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fw"],
  ["age-key", `AGE-SECRET-KEY-1${"QPZRY9X8".repeat(7)}`],
];

const quiet: readonly string[] = [
  "git show 3f786850e387550fdab836ed7e6dc881de23001b",
  "kubectl logs 123e4567-e89b-12d3-a456-426614174000",
  "tool --token-limit 5 --max-tokens 200",
  "docker login --password-stdin < file",
  "echo aGVsbG8gd29ybGQgdGhpcyBpcyBvcmRpbmFyeQ== | base64 -d",
  "ls ~/.ssh/id_rsa /home/u/passwords/token.txt",
  'grep -rn "password" src/',
  "git commit -m 'fix(auth): token refresh: handle expiry'",
  'curl -H "Authorization: Bearer $TOKEN" https://example.com',
  "export TOKEN=$(gh auth token)",
  'if [ -z "$API_KEY" ]; then exit 1; fi',
  "function login(user: string, password: string): Token {}",
  "const token = await login(user);",
  "mysql -u root -p app",
  "docker build --secret id=npmrc,src=.npmrc .",
  "git clone https://git@github.com/a/b",
  "npm install react@18 https://unpkg.com/react@18",
  "echo 'bob ALL=(ALL) NOPASSWD:ALL'",
  "PASS=3 FAIL=0",
  "cd app && npm run build",
];

test("a secret is hidden where its surroundings give it away, and they stay", () => {
  for (const form of hiding) {
    const [before, after] = parts(form);
    const result = redactText(`${before}hunter2${after}`);
    assert.ok(result.startsWith(before) && result.endsWith(after), `${form}\n${result}`);
    assert.match(result.slice(before.length, result.length - after.length), /^__redacted-[a-z-]+__$/, form);
  }
});

function parts(form: string): [string, string] {
  const at = form.lastIndexOf("{}");
  return [form.slice(0, at), form.slice(at + 2)];
}

test("a secret with a shape is hidden wherever it stands, by its kind", () => {
  for (const [kind, secret] of shaped)
    for (const form of [
      secret,
      `run ${secret} now`,
      `x="${secret}"`,
      `https://example.com/${secret}?a=1`,
      `{"a":"${secret}"}`,
    ]) {
      assert.ok(!redactText(form).includes(secret), form);
      assert.ok(secretKinds(form).includes(kind), `${kind}: ${form}`);
      assert.ok(secretKinds(redactText(form)).includes(kind), "the kind is still known");
    }
});

test("a private key loses its body and keeps its lines' frame", () => {
  const pem = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
  assert.equal(
    redactText(`cat > k <<E\n${pem}E`),
    "cat > k <<E\n-----BEGIN OPENSSH PRIVATE KEY-----\n__redacted-private-key__\n-----END OPENSSH PRIVATE KEY-----\nE",
  );
  assert.ok(!redactText(JSON.stringify({ a: pem })).includes("b3Blb"));
  assert.ok(!redactText("-----BEGIN RSA PRIVATE KEY-----\nMIIEcut").includes("MIIE"), "cut off");
});

test("ordinary work is not touched", () => {
  for (const text of quiet) assert.equal(redactText(text), text);
});

test("what a shell would run inside a value stays to be seen", () => {
  assert.equal(redactText("TOKEN=abc$(rm -rf ~)def x"), "TOKEN=__redacted-token__$(rm -rf ~)__redacted-token__ x");
  assert.equal(redactText('PASSWORD="`rm -rf ~`x"'), 'PASSWORD="`rm -rf ~`__redacted-password__"');
  assert.equal(redactText('bash -c "TOKEN=abc; rm -rf ~"'), 'bash -c "TOKEN=__redacted-token__; rm -rf ~"');
});

test("values under a secret's name are hidden, in objects and in lists of words", () => {
  const value = {
    command: "ls",
    password: "hunter2",
    apiKey: 12345,
    max_tokens: 5,
    headers: { Authorization: "Bearer abc", Accept: "text/html" },
    argv: ["mysql", "-phunter2", "--token", "abc"],
    env: [{ name: "DB_PASSWORD", value: "hunter2" }],
    token: null,
    privateKey: { a: ["b"], c: true },
  } satisfies Json;
  assert.deepEqual(redact<Json>(value), {
    command: "ls",
    password: "__redacted-password__",
    apiKey: "__redacted-key__",
    max_tokens: 5,
    headers: { Authorization: "Bearer __redacted-credential__", Accept: "text/html" },
    argv: ["mysql", "-p__redacted-password__", "--token", "__redacted-token__"],
    env: [{ name: "DB_PASSWORD", value: "__redacted-password__" }],
    token: null,
    privateKey: { a: ["__redacted-key__"], c: true },
  });
  const hostile = JSON.parse('{"__proto__":{"password":"x"}}') as Json;
  assert.equal(JSON.stringify(redact(hostile)), '{"__proto__":{"password":"__redacted-password__"}}');
});

/** Longer than any piece of the forms, of characters that no quote or shell takes for its own. */
const secretText = fc
  .array(fc.constantFrom(..."abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789_%+^*".split("")), {
    minLength: 8,
    maxLength: 40,
  })
  .map((chars) => `Zq7${chars.join("")}`);

test("property: no secret leaks from any form, around any text", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...hiding),
      secretText,
      fc.constantFrom("", "cd app && ", "set -e\n", "x='a b'; "),
      fc.constantFrom("", "\n", " ; ls"),
      (form, secret, before, after) => {
        const [head, tail] = parts(form);
        const text = before + head + secret + tail + (form.includes("<<EOF") || form.startsWith("-") ? "" : after);
        assert.ok(!redactText(text).includes(secret), text);
      },
    ),
    { numRuns: 3_000 },
  );
});

test("property: redacting twice changes nothing, and quotes and lines keep their number", () => {
  const piece = fc.oneof(
    fc.constantFrom(...hiding, ...quiet),
    fc.constantFrom(
      '"',
      "'",
      "\\",
      "$(",
      ")",
      "`",
      " ",
      "\n",
      "=",
      ":",
      "--password",
      "TOKEN=",
      "Authorization: ",
      "mysql -p",
      "https://a:b@c",
      "{",
      "}",
      ",",
      "| sudo -S",
      "echo ",
    ),
    fc.string({ maxLength: 6 }),
    secretText,
    fc.constantFrom(...shaped.map(([, secret]) => secret)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join("");
      const once = redactText(text);
      assert.equal(redactText(once), once);
    }),
    { numRuns: 3_000 },
  );
});

test("property: JSON stays JSON of the same shape", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const before = value as Json;
      const after = redact(before);
      assert.deepEqual(redact(after), after);
      assert.equal(Array.isArray(after), Array.isArray(before));
    }),
  );
});

test("64 KiB of anything take less than a moment", () => {
  const seeds = [
    "password=",
    "a",
    "mysql -p",
    "--password ",
    '"',
    'TOKEN="',
    "-----BEGIN PRIVATE KEY-----",
    "://",
    "https://u:",
    "a:b@",
    "TOKEN=$(",
    "TOKEN=${",
    "| sudo -S ",
    "pass:",
    "eyJ",
    "sk-",
    "x|echo  ",
    "TOKEN='a",
    '\\"',
    "Cookie: a ",
    "name: a value: ",
    "a.",
    "'Cookie: ",
    "|a b c d e f ",
  ];
  for (const seed of seeds) {
    const text = seed.repeat(Math.ceil(65_536 / seed.length));
    redactText(text);
    const took = threadMs(() => void redactText(text));
    // 20 ms; a slower machine must not fail this test, a quadratic finder (seconds) must.
    assert.ok(took < 250, `${JSON.stringify(seed)} took ${took.toFixed(0)} ms`);
  }
});

test("visible shows what hides", () => {
  assert.equal(
    visible("a\u202eb\u200bc\u001b[0m\u00a0\ufeff\u{e0041}"),
    "a⟨U+202E⟩b⟨U+200B⟩c⟨U+001B⟩[0m⟨U+00A0⟩⟨U+FEFF⟩⟨U+E0041⟩",
  );
  assert.equal(visible("one\n\ttwo é 漢字 👍🏽"), "one\n\ttwo é 漢字 👍🏽");
  assert.equal(visible("\ud800"), "⟨U+D800⟩");
});
