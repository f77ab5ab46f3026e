import assert from "node:assert/strict";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { Agent, makeHome, nextHold, Person, preToolUse, TestDaemon } from "../support/daemon.ts";
import { askWeb, enterWith, freePort, linkOf } from "../support/web.ts";

const push = (session: string) => preToolUse(session, "/tmp", "Bash", { command: "git push --force origin main" });
const code = ({ text }: { text: string }) => (JSON.parse(text) as { error: { code: string; message: string } }).error;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test("nothing listens before the first link, and a link needs a person at a terminal", async () => {
  using place = makeHome();
  const port = await freePort();
  await using daemon = await TestDaemon.start(place, [`web.port=${port}`]);
  await assert.rejects(askWeb(port, "GET", "/"), { code: "ECONNREFUSED" });
  await using client = await daemon.connect();
  await assert.rejects(client.call("web/link", {}), { code: "NOT_PERMITTED" });
  await assert.rejects(askWeb(port, "GET", "/"), { code: "ECONNREFUSED" });
  await using person = await Person.sit(place);
  await linkOf(person);
  for (const host of ["127.0.0.1", "::1"]) assert.equal((await askWeb(port, "GET", "/", { host })).status, 200, host);
});

test("without a pass there is the page and nothing else; a code enters once", async () => {
  using place = makeHome();
  const port = await freePort();
  await using _ = await TestDaemon.start(place, [`web.port=${port}`]);
  await using person = await Person.sit(place);
  const link = await linkOf(person);
  assert.ok(link.startsWith(`http://localhost:${port}/#code=`));
  for (const path of [
    "/v1/holds",
    "/v1/status",
    "/v1/openapi.json",
    "/v1/sessions",
    "/v1/holds-watch",
    "/v1/web/passes",
  ])
    assert.equal((await askWeb(port, "GET", path)).status, 401, path);
  assert.equal((await askWeb(port, "GET", "/v1/holds", { headers: bearer("A".repeat(43)) })).status, 401);
  for (const path of [
    "/../../etc/passwd",
    "/%2e%2e/package.json",
    "/assets/../../package.json",
    "/hooks/claude-code/PreToolUse",
  ])
    assert.equal((await askWeb(port, "GET", path)).status, 404, path);
  const hooked = await askWeb(port, "POST", "/hooks/claude-code/PreToolUse", { body: "{}" });
  assert.equal(hooked.status, 405);

  const { token } = await enterWith(port, link);
  assert.equal((await askWeb(port, "GET", "/v1/holds", { headers: bearer(token) })).status, 200);
  await assert.rejects(enterWith(port, link), /used already/);
  const long = await askWeb(port, "POST", "/v1/web/enter", { body: JSON.stringify({ code: "x".repeat(8_192) }) });
  assert.equal(long.status, 413);
});

test("a page of another origin can do nothing", async () => {
  using place = makeHome();
  const port = await freePort();
  await using _ = await TestDaemon.start(place, [`web.port=${port}`]);
  await using person = await Person.sit(place);
  const { token } = await enterWith(port, await linkOf(person));
  const own = bearer(token);
  const foreign: readonly [string, Record<string, string>][] = [
    ["DNS rebinding", { host: `evil.example:${port}` }],
    ["DNS rebinding without port", { host: "evil.example" }],
    ["another site's fetch", { origin: "https://evil.example" }],
    ["another local port", { origin: "http://localhost:3000" }],
    ["a sandboxed frame", { origin: "null" }],
    ["a cross-site fetch without Origin", { "sec-fetch-site": "cross-site" }],
    ["a subresource", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" }],
  ];
  for (const [what, headers] of foreign)
    for (const path of ["/v1/holds", "/"]) {
      const reply = await askWeb(port, "GET", path, { headers: { ...own, ...headers } });
      assert.equal(reply.status, 403, `${what} ${path}`);
      assert.equal(reply.headers["access-control-allow-origin"], undefined, what);
    }
  const preflight = await askWeb(port, "OPTIONS", "/v1/policy/mode", { headers: { origin: "https://evil.example" } });
  assert.equal(preflight.status, 403);
  const form = await askWeb(port, "POST", "/v1/policy/mode", {
    headers: { ...own, "content-type": "text/plain" },
    body: '{"mode":"observe"}',
  });
  assert.equal(form.status, 403);
  const page = await askWeb(port, "GET", "/", {
    headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
  });
  assert.equal(page.status, 200, "a link from anywhere may open the page");
  assert.match(String(page.headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(page.headers["set-cookie"], undefined);
});

test("a browser decides what its terminal may: not older sessions, and only while the terminal is open", async () => {
  using place = makeHome();
  const port = await freePort();
  await using daemon = await TestDaemon.start(place, [`web.port=${port}`]);
  await using client = await daemon.connect();
  using early = new Agent(place);
  const [older, newer, last] = [randomUUID(), randomUUID(), randomUUID()];
  const first = early.hook("claude-code", "PreToolUse", push(older));
  const oldHold = await nextHold(client, older);
  const person = await Person.sit(place);
  const { token } = await enterWith(port, await linkOf(person));
  const decide = (id: string, decision: object) =>
    askWeb(port, "POST", `/v1/holds/${id}/decide`, { headers: bearer(token), body: JSON.stringify(decision) });

  const refused = await decide(oldHold, { decision: "approve" });
  assert.equal(refused.status, 403);
  assert.match(code(refused).message, /opened after the agent's session began/);

  using late = new Agent(place);
  const second = late.hook("claude-code", "PreToolUse", push(newer));
  const approved = await decide(await nextHold(client, newer), { decision: "approve" });
  assert.equal(approved.status, 200, approved.text);
  assert.match((await second).stdout, /"permissionDecision":"allow"/);
  const { entries } = await client.call("ledger/list", { kind: "hold/decided" });
  assert.match(JSON.stringify(entries[0]?.payload), /"through":"web"/);

  const third = late.hook("claude-code", "PreToolUse", push(last));
  const lastHold = await nextHold(client, last);
  await person[Symbol.asyncDispose]();
  // The shell hears of its terminal's end a moment after the terminal has gone.
  while ((await client.call("web/list", {})).passes.some(({ decides }) => decides));
  const closed = await decide(lastHold, { decision: "approve" });
  assert.equal(closed.status, 403);
  assert.match(code(closed).message, /terminal that opened this board was closed/);
  assert.equal((await askWeb(port, "GET", "/v1/holds", { headers: bearer(token) })).status, 200, "it still looks");
  first.end();
  third.end();
  await Promise.all([first, third]);
});

test("a pass outlives the daemon, proves the daemon to its browser, and ends when it is revoked", async () => {
  using place = makeHome();
  const port = await freePort();
  await using person = await Person.sit(place);
  const before = await TestDaemon.start(place, [`web.port=${port}`]);
  const { token, pass } = await enterWith(port, await linkOf(person));
  assert.equal(await before.kill("SIGTERM"), 0);
  await using _ = await TestDaemon.start(place, [`web.port=${port}`]);

  const nonce = "0123456789abcdef0123456789abcdef";
  const proved = await askWeb(port, "POST", "/v1/web/prove", { body: JSON.stringify({ pass, nonce }) });
  const key = createHash("sha256").update(`signalbox proof ${token}`).digest();
  assert.equal(
    (JSON.parse(proved.text) as { proof: string }).proof,
    createHmac("sha256", key).update(nonce).digest("hex"),
  );

  const stream = await fetch(`http://localhost:${port}/v1/holds-watch`, { headers: bearer(token) });
  const reader = stream.body?.getReader();
  assert.match(new TextDecoder().decode((await reader?.read())?.value), /^event: open/);
  const { text } = await person.type("web", "--revoke");
  assert.match(text, /1 browser shut out/);
  await assert.rejects(async () => {
    while ((await reader?.read())?.done === false);
    throw new Error("the stream ended without its connection being cut");
  }, /terminated|aborted|socket/);
  assert.equal((await askWeb(port, "GET", "/v1/holds", { headers: bearer(token) })).status, 401);
});

test("a port that is taken is said, and agents are served all the same", async () => {
  using place = makeHome();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await using _ = await TestDaemon.start(place, [`web.port=${port}`, "web.enabled=true"]);
  await using person = await Person.sit(place);
  const { code, text } = await person.type("web", "--no-open");
  assert.equal(code, 6);
  assert.match(text, /taken by another program/);
  taken.close();
});
