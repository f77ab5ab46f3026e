import assert from "node:assert/strict";
import { test } from "node:test";
import { violationsIn } from "./axe.ts";
import { ask, browser, eventually, force, skip, world } from "./world.ts";
import { TestDaemon } from "../support/daemon.ts";
import { Actor, setStage } from "../support/stage.ts";
import { linkOf } from "../support/web.ts";

test("a link opens the board once; a second use and an old code are told why", { skip }, async () => {
  await using w = await world();
  const link = await linkOf(w.person);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await page.getByText("No agent is at work.").waitFor();
  assert.doesNotMatch(page.url(), /code=/);
  assert.deepEqual(await context.cookies(), []);
  await page.reload();
  await page.getByText("No agent is at work.").waitFor();

  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await other.getByRole("alert").getByText("was used already").waitFor();
  await other.getByText("signalbox web").waitFor();
  assert.equal(await other.evaluate("sessionStorage.length"), 0);
  const bare = await (await browser.newContext()).newPage();
  await bare.goto(`http://localhost:${w.port}/`);
  await bare.getByText("This board opens with a link from your terminal").waitFor();
});

test("what a hook tells is on the board within a second", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const shop = w.projects.make("shop");
  const actor = await new Actor(w.agent, shop).begin("Make the checkout faster");
  await page.getByText("Make the checkout faster").first().waitFor();
  const tookMs: number[] = [];
  for (const part of ["basket", "address", "payment", "voucher", "receipt", "refund", "stock"]) {
    const before = performance.now();
    const told = actor.runs("Bash", { command: `npm run bench -- --only ${part}` });
    await page.getByText(`npm run bench -- --only ${part}`).first().waitFor();
    tookMs.push(Math.round(performance.now() - before));
    await told;
  }
  // The middle one: a machine that is busy for a moment is not the board.
  const [middleMs = Infinity] = tookMs.toSorted((a, b) => a - b).slice(3);
  assert.ok(middleMs < 1_000, `${tookMs.join(", ")} ms from the hook's start to the page`);
});

test("a hold that a hook waits for is approved with one key and a look", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const waiting = ask(w, w.projects.make("shop"), force);
  await page.locator(".row-hold a", { hasText: "git push --force origin main" }).click();
  await page.getByText("It can't be undone.").waitFor();
  assert.match(await page.title(), /^\(1\)/);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  const { code, stdout } = await waiting;
  assert.equal(code, 0);
  assert.match(stdout, /"permissionDecision":"allow"/);
  await page.getByText("Approved once. The agent goes on.").waitFor();
  await page.getByText("Nothing is held.").waitFor();
});

test("a denial's words reach the agent, by keyboard alone", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const waiting = ask(w, w.projects.make("shop"), force);
  await page.locator(".row-hold").waitFor();
  await page.keyboard.press("j");
  await page.locator(".decide").waitFor();
  await page.getByText("git push --force origin main").first().waitFor();
  // A key for a card that has just come up is not taken; the page says so, and then it is.
  await eventually(async () => {
    await page.keyboard.press("d");
    return page.getByRole("dialog", { name: "Deny" }).isVisible();
  });
  await page.keyboard.type("Rebase first; never force main.");
  await page.keyboard.press("Enter");
  const { stdout } = await waiting;
  assert.match(stdout, /"permissionDecision":"deny"/);
  assert.match(stdout, /Rebase first; never force main\./);
});

test("what was edited is what runs", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const waiting = ask(w, w.projects.make("shop"), force);
  await page.locator(".row-hold a").click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Command", { exact: true }).fill("git push --force-with-lease origin feature");
  await page.getByRole("button", { name: "Approve this" }).click();
  const { code, stdout } = await waiting;
  assert.equal(code, 0);
  assert.match(stdout, /"updatedInput":\{[^}]*--force-with-lease origin feature/);
});

test("a rule is shown before it is saved, and several are decided at once after one look", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const shop = w.projects.make("shop");
  const both = [ask(w, shop, force), ask(w, shop, { command: "npm install --global pm2@6" })];
  await page.locator(".row-hold").nth(1).waitFor();
  await page.locator(".row-hold a", { hasText: "force" }).click();
  await page.locator(".decide").waitFor();
  assert.equal(
    await page.getByRole("button", { name: "As a rule" }).count(),
    0,
    "what can't be undone is approved once",
  );
  await page.locator(".row-hold a", { hasText: "npm" }).click();
  await page.getByRole("button", { name: "As a rule" }).click();
  await page.locator(".rule", { hasText: "[[rule" }).waitFor();
  await page.getByRole("button", { name: "Go back" }).click();
  for (const box of await page.locator(".row-hold input").all()) await box.check();
  await page.getByRole("button", { name: "Deny all" }).click();
  await page.getByRole("dialog").getByLabel("Why?").fill("Not on a Friday.");
  await page.getByRole("dialog").getByRole("button", { name: "Deny all" }).click();
  for (const { stdout } of await Promise.all(both)) assert.match(stdout, /Not on a Friday\./);
  await page.getByText("Denied 2 holds.").waitFor();
});

test("the board says that the daemon is away, sends nothing meanwhile, and goes on by itself", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const shop = w.projects.make("shop");
  await new Actor(w.agent, shop).begin("Before the restart");
  await page.getByText("Before the restart").first().waitFor();
  const asked: string[] = [];
  assert.equal(await w.daemon.kill("SIGTERM"), 0);
  await page.getByText(/The daemon is away since \d\d:\d\d/).waitFor();
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.getByText("Before the restart").first().waitFor();
  w.daemon = await TestDaemon.start(w.place, w.settings);
  await page.locator(".link-live").waitFor();
  const beforeProof = asked.slice(0, asked.indexOf("/v1/web/watch"));
  assert.ok(beforeProof.length > 0 && beforeProof.every((path) => path === "/v1/web/prove"), beforeProof.join(" "));
  await new Actor(w.agent, shop).begin("After the restart");
  await page.getByText("After the restart").first().waitFor();
  assert.equal(await page.locator(".notice").count(), 0);
});

test("a hidden tab still tells in its title, and the machine is not looked at for its sake", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const watched: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname === "/v1/web/watch") watched.push(`${url.searchParams.get("hidden") ?? "seen"}`);
  });
  // The page's own half minute passes at once, and it is told that it is hidden as a browser tells it.
  await page.clock.install();
  const show = (hidden: boolean) =>
    page.evaluate(
      `Object.defineProperty(document, "hidden", { configurable: true, get: () => ${hidden} }); document.dispatchEvent(new Event("visibilitychange"))`,
    );
  await show(true);
  const again = page.waitForRequest((request) => request.url().includes("hidden=true"));
  await page.clock.fastForward(31_000);
  await again;
  const waiting = ask(w, w.projects.make("shop"), force);
  await eventually(async () => (await page.title()).startsWith("(1)"));
  const back = page.waitForRequest((request) => request.url().includes("/v1/web/watch"));
  await show(false);
  await back;
  assert.deepEqual(watched, ["true", "seen"]);
  assert.equal(await page.locator(".notice").count(), 0);
  waiting.end();
  await waiting;
});

test("another program on the port gets neither token nor trust", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  await w.daemon.kill("SIGTERM");
  const { createServer } = await import("node:http");
  const heard: string[] = [];
  const thief = createServer((request, response) => {
    heard.push(request.headers.authorization ?? "");
    response.writeHead(200, { "content-type": "application/json" }).end('{"proof":"00"}');
  });
  await new Promise<void>((resolve) => thief.listen(w.port, "127.0.0.1", resolve));
  try {
    await page.getByText("another program answers on this port").waitFor();
    assert.ok(heard.length > 0 && heard.every((token) => token === ""), heard.join(" "));
    assert.equal(await page.evaluate("sessionStorage.length"), 0);
  } finally {
    thief.closeAllConnections();
    thief.close();
    w.daemon = await TestDaemon.start(w.place, w.settings);
  }
});

test("everything is stopped with two presses and goes on with one", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  await page.getByRole("button", { name: "Stop all" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop all" }).click();
  await page.getByText("Everything is stopped.").waitFor();
  const { stdout } = await ask(w, w.projects.make("shop"), { command: "ls" });
  assert.match(stdout, /"permissionDecision":"deny"/);
});

test("a page of another origin can't read, act or frame", { skip }, async () => {
  await using w = await world();
  await w.open();
  const { createServer } = await import("node:http");
  const evil = createServer((_, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>evil</h1>"),
  );
  await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
  const address = evil.address();
  const own = `http://localhost:${typeof address === "object" && address !== null ? address.port : 0}/`;
  try {
    const page = await (await browser.newContext()).newPage();
    await page.goto(own);
    const target = `http://localhost:${w.port}`;
    const outcome = (script: string) => page.evaluate(script) as Promise<string>;
    assert.equal(await outcome(`fetch("${target}/v1/holds").then(() => "read", () => "refused")`), "refused");
    assert.equal(
      await outcome(
        `fetch("${target}/v1/policy/mode", { method: "POST", mode: "no-cors", body: '{"mode":"panic"}' }).then((r) => r.type, () => "refused")`,
      ),
      "refused", // it may have been sent, as any form can be; below it shows that it did nothing
    );
    assert.equal(
      await outcome(
        `fetch("${target}/v1/web/enter", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"code":"${"x".repeat(32)}"}' }).then(() => "read", () => "refused")`,
      ),
      "refused",
    );
    await using client = await w.daemon.connect();
    assert.equal((await client.call("daemon/status", {})).mode, "attended");
    const framed = await outcome(
      `new Promise((done) => { const f = document.createElement("iframe"); f.src = "${target}/"; f.onload = () => { try { done(f.contentDocument === null ? "closed" : "open"); } catch { done("closed"); } }; document.body.append(f); })`,
    );
    assert.equal(framed, "closed");
    const boards = page.frames().filter((frame) => frame.url().startsWith(target));
    for (const frame of boards)
      assert.equal(
        await frame
          .locator("#board")
          .count()
          .catch(() => 0),
        0,
      );
  } finally {
    evil.closeAllConnections();
    evil.close();
  }
});

test("characters that hide or reorder are shown for what they are", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const waiting = ask(w, w.projects.make("shop"), { command: "git push --force origin \u202Eniam\u200B" });
  await page.locator(".row-hold a").click();
  await page.locator(".call-text mark", { hasText: "U+202E" }).waitFor();
  await page.locator(".call-text mark", { hasText: "U+200B" }).waitFor();
  waiting.end();
  await waiting;
});

for (const colorScheme of ["light", "dark"] as const)
  test(`axe finds nothing in any page (${colorScheme})`, { skip }, async () => {
    await using w = await world();
    await using _ = await setStage(w.place, w.projects);
    const page = await w.open({ colorScheme });
    const look = async (what: string) => {
      const violations = await violationsIn(page);
      assert.deepEqual(violations, [], what);
    };
    await page.locator(".row-hold").first().waitFor();
    await look("board");
    await page.locator(".row-hold a", { hasText: "nginx" }).click();
    await page.locator(".diff").waitFor();
    await look("hold");
    await page.getByRole("button", { name: "Deny" }).first().click();
    await look("deny");
    await page.keyboard.press("Escape");
    await page.locator(".row-working a").first().click();
    await page.locator(".card .register li").first().waitFor();
    await look("session");
    for (const [path, wait] of [
      ["ledger", ".entry"],
      ["figures", ".spans"],
      ["policy", ".rules li"],
      ["settings", "tbody tr"],
    ] as const) {
      await page.goto(`${new URL(page.url()).origin}/#/${path}`);
      await page.locator(wait).first().waitFor();
      if (path === "ledger") await page.locator(".entry-button").first().click();
      await look(path);
    }
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await look("help");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").waitFor();
    await look("palette");
  });

test("on a phone nothing is cut off, and a hold is decided by touch", { skip }, async () => {
  await using w = await world();
  await using _ = await setStage(w.place, w.projects);
  const page = await w.open({ viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true });
  const fits = async (what: string) =>
    assert.deepEqual(await page.evaluate("[document.documentElement.scrollWidth, innerWidth]"), [375, 375], what);
  await page.locator(".row-hold").first().waitFor();
  await fits("board");
  for (const path of ["ledger", "figures", "policy", "settings"]) {
    await page.goto(`${new URL(page.url()).origin}/#/${path}`);
    await page.locator("h1").first().waitFor();
    await fits(path);
  }
  await page.goto(`${new URL(page.url()).origin}/#/`);
  await page.locator(".row-hold a", { hasText: "nginx" }).tap();
  await page.locator(".decide").waitFor();
  await fits("hold");
  await page.getByRole("button", { name: "Deny" }).tap();
  await page.getByRole("dialog").getByRole("button", { name: "Deny" }).tap();
  await page.getByText("Denied. The agent was told.").waitFor();
  await page.locator(".rows").waitFor();
});

test("it works when the network is slow", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const session = await page.context().newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 300,
    downloadThroughput: 50_000,
    uploadThroughput: 20_000,
  });
  await page.reload();
  await page.locator(".link-live").waitFor();
  const waiting = ask(w, w.projects.make("shop"), force);
  await page.locator(".row-hold a").click();
  await page.getByRole("button", { name: "Deny" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Deny" }).click();
  assert.match((await waiting).stdout, /"permissionDecision":"deny"/);
});
