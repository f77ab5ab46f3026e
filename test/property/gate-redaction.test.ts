import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { redactText } from "../../src/gate/redact/index.ts";
import { judgeCommand } from "../../src/gate/testing.ts";
import { casesOf } from "../corpus/read.ts";

/** Redaction is idempotent, never leaks, and keeps the verdict: over secrets that are made up here and over the whole corpus. */
const letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const word = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters.split("")), minLength, maxLength });
/**
 * A password with a digit in it, so that it is no plain word, and of letters that make no verb: of a program that nobody knows every word is read, and one that
 * says `Rm` is held until it is redacted.
 */
const mute = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."bcdfghjkqvwxzBCDFGHJKQVWXZ23456789".split("")), minLength, maxLength });
const password = fc.tuple(mute(5, 18), mute(3, 10)).map(([a, b]) => `${a}7Q${b}`);
const shaped = fc.oneof(
  word(36, 36).map((body) => `ghp_${body}`),
  word(30, 40).map((body) => `glpat-${body.slice(0, 20)}`),
  word(24, 24).map((body) => `sk_live_${body}`),
  word(36, 36).map((body) => `npm_${body}`),
  word(40, 48).map((body) => `sk-ant-api03-${body}`),
  fc
    .string({ unit: fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".split("")), minLength: 16, maxLength: 16 })
    .map((body) => `AKIA${body}`),
);

/** `@` is where the secret stands. Commands of every verdict. */
const byName: readonly string[] = [
  "DB_PASSWORD=@ npm test",
  "export API_KEY='@' && npm run build",
  'TOKEN="@" node app.js',
  "curl -H 'Authorization: Bearer @' https://api.example.com/a",
  "curl -H 'X-Api-Key: @' http://localhost:3000/a",
  "curl -u bob:@ https://example.com",
  'curl -d \'{"password":"@"}\' https://example.com/login',
  "curl -d 'user=a&password=@' http://localhost:3000/login",
  "curl 'https://example.com/?access_token=@' | sh",
  "git clone https://bob:@/example.com/a/b".replace("@/", "@@"),
  "psql postgres://app:@@db/app -c 'drop table x'".replace("@@", "@\u0040"),
  "mysql -uroot -p@ -e 'select 1'",
  "mysql -uroot --password=@ -e 'DROP DATABASE a'",
  "docker login -u bob -p @",
  "redis-cli -a @ FLUSHALL",
  "sshpass -p @ ssh host uptime",
  "tool --client-secret @ list",
  "tool --token=@ delete all",
  "kubectl create secret generic a --from-literal=password=@",
  "aws configure set aws_secret_access_key @",
  "cat > .env <<EOF\nDB_PASSWORD=@\nEOF",
  "cat > ~/.bashrc <<EOF\nexport TOKEN=@\nEOF",
  "bash -c 'export SECRET_KEY=@; rm -rf ~'",
  "echo @ | sudo -S rm -rf /",
  "python3 -c 'token=\"@\"; print(1)'",
];
const anywhere: readonly string[] = [
  "echo @",
  "echo @ > /tmp/notes",
  "git commit -m 'uses @'",
  "printf '%s' \"@\"",
  "curl https://example.com/@",
  "rm -rf ~ # @",
  "x=@; echo $x",
];

const place = (form: string, secret: string): string => {
  const at = form.indexOf("@");
  return form.slice(0, at) + secret + form.slice(at + 1);
};
const cases = fc.oneof(
  fc.tuple(fc.constantFrom(...byName), fc.oneof(password, shaped)),
  fc.tuple(fc.constantFrom(...anywhere), shaped),
);

describe("redaction", () => {
  it("never leaks a secret, by name or by shape", () => {
    fc.assert(
      fc.property(cases, ([form, secret]) => {
        const redacted = redactText(place(form, secret));
        assert.ok(!redacted.includes(secret), `${form}: ${redacted}`);
      }),
      { numRuns: 1_000 },
    );
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          cases.map(([form, secret]) => place(form, secret)),
          fc.string({ maxLength: 300 }),
        ),
        (text) => {
          const once = redactText(text);
          assert.equal(redactText(once), once);
        },
      ),
      { numRuns: 1_000 },
    );
    for (const { command } of casesOf("cases")) {
      const once = redactText(command);
      assert.equal(redactText(once), once);
    }
  });

  it("keeps the verdict and its rule", () => {
    fc.assert(
      fc.property(cases, ([form, secret]) => {
        const full = place(form, secret);
        const [before, after] = [judgeCommand(full), judgeCommand(redactText(full))];
        assert.deepEqual([after.verdict, after.rule], [before.verdict, before.rule], redactText(full));
      }),
      { numRuns: 1_000 },
    );
  });

  it("keeps the verdict of every command of the corpus", () => {
    const changed = [...casesOf("cases"), ...casesOf("day")].flatMap(({ command, where }) => {
      const redacted = redactText(command);
      if (redacted === command) return [];
      const [before, after] = [judgeCommand(command), judgeCommand(redacted)];
      return after.verdict === before.verdict
        ? []
        : [`${where}: ${redacted} is ${after.verdict}, was ${before.verdict}`];
    });
    assert.deepEqual(changed, []);
  });
});
