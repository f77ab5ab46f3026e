import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { violationsIn } from "./axe.ts";
import { ask, browser, eventually, force, skip, world } from "./world.ts";
import { Actor } from "../support/stage.ts";
import { linkOf } from "../support/web.ts";

/** How the web board stands up to what is rare: nothing there, very much there, everything stopped, the daemon away, an app's window. */

test("what needs a person is counted alike in the list, the badge, the title and the words", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const shop = w.projects.make("shop");
  const failed = await new Actor(w.agent, shop).begin("Fails");
  await failed.tell("StopFailure", { error: "server_error" });
  await page.locator(".heading-needs-you", { hasText: "1" }).waitFor();
  await page.getByText("1 session needs you.").waitFor();
  const waiting = ask(w, shop, force);
  await page.getByText("1 hold waits for you, and 1 session.").waitFor();
  assert.match(await page.locator(".badge").first().innerText(), /^2/);
  assert.equal(await page.title(), "(2) Signalbox");
  waiting.end();
  await waiting;
});

test("while everything is stopped a hold can only be denied, and the board says why", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  const waiting = ask(w, w.projects.make("shop"), { command: "npm install --global pm2@6" });
  await page.locator(".row-hold a").click();
  await page.locator(".decide").waitFor();
  assert.equal((await w.person.type("panic")).code, 0);
  await page.getByText("nothing can be approved until agents may go on").waitFor();
  for (const name of ["Approve", "Edit", "For this session", "As a rule"])
    assert.equal(await page.getByRole("button", { name }).isDisabled(), true, name);
  assert.deepEqual(await violationsIn(page), []);
  const refused = await w.person.type("hold", "approve", (await page.locator(".facts code").last().innerText()).trim());
  assert.match(refused.text, /what you approve would be denied/);
  assert.equal(refused.code, 6);
  await page.getByRole("button", { name: "Let them go on" }).click();
  await page.getByRole("button", { name: "Approve" }).click();
  assert.match((await waiting).stdout, /"permissionDecision":"allow"/);
});

test("while the daemon is away ages stand still and nothing has a colour that asks", { skip }, async () => {
  await using w = await world();
  const page = await w.open();
  await new Actor(w.agent, w.projects.make("shop")).begin("Before");
  const age = page.locator(".row-working .since");
  await age.waitFor();
  await page.clock.install();
  await w.daemon.kill("SIGKILL");
  await page.locator(".shell-away .rows").waitFor();
  const stood = await age.innerText();
  await page.clock.runFor(600_000);
  assert.equal(await age.innerText(), stood);
  assert.match(String(await page.evaluate("getComputedStyle(document.querySelector('.rows')).filter")), /grayscale/);
  assert.equal(await page.title(), "Signalbox (away)");
  assert.deepEqual(await violationsIn(page), []);
});

test("a thousand sessions: a page of them is drawn, more on request, the rest found; a change draws its line only", {
  skip,
}, async () => {
  await using w = await world();
  await using client = await w.daemon.connect();
  const tell = (index: number) =>
    client.call("gate/request", {
      agent: "generic",
      session: `s-${String(index).padStart(4, "0")}`,
      cwd: "/tmp",
      tool: "Bash",
      input: { command: `echo ${index}` },
    });
  for (let from = 0; from < 1_000; from += 50)
    await Promise.all(Array.from({ length: 50 }, (_, index) => tell(from + index)));
  const page = await w.open();
  await page.getByRole("button", { name: /^\d+ more$/ }).waitFor();
  const drawn = () => page.locator(".rows > li").count();
  const first = await drawn();
  assert.ok(first < 400, `${first} lines at first`);
  await page.evaluate(`window.drawn = 0; new MutationObserver((all) => { for (const { target } of all) window.drawn += target.nodeName === "TIME" || target.parentElement?.closest("time") ? 0 : 1; })
    .observe(document.querySelector(".rows"), { subtree: true, childList: true, attributes: true, characterData: true })`);
  await client.call("session/rename", { agent: "generic", session: "s-0001", name: "renamed among many" });
  await page.getByText("renamed among many").waitFor();
  const changes = Number(await page.evaluate("window.drawn"));
  assert.ok(changes < 20, `${changes} changes of the page for one of a session`);
  await page.getByRole("button", { name: /^\d+ more$/ }).click();
  await eventually(async () => (await drawn()) > first + 500);
  await page.getByRole("searchbox").fill("s-0999");
  await eventually(async () => (await page.locator(".row").count()) === 1);
});

test("it can be installed, keeps no stale copy of itself, and an app's window comes in by a pasted link", {
  skip,
}, async () => {
  await using w = await world();
  const page = await w.open();
  const chromium = await page.context().newCDPSession(page);
  const { installabilityErrors } = await chromium.send("Page.getInstallabilityErrors");
  const real = installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito");
  assert.deepEqual(real, []);
  const { errors } = await chromium.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  assert.equal(await page.evaluate("navigator.serviceWorker.controller"), null);
  assert.deepEqual(await page.evaluate("caches.keys()"), []);

  const app = await (await browser.newContext()).newPage();
  await app.goto(`http://localhost:${w.port}/`);
  const field = app.getByLabel(/put its link in/);
  assert.equal(await app.getByRole("button", { name: "Come in" }).isDisabled(), true);
  assert.deepEqual(await violationsIn(app), []);
  await field.fill(await linkOf(w.person));
  await app.getByRole("button", { name: "Come in" }).click();
  await app.locator(".link-live").waitFor();
});

test("long paths, and a dialog longer than the page: nothing is wider than a phone, a dialog begins at its title", {
  skip,
}, async () => {
  await using w = await world();
  const long = join(w.projects.root, "a-folder-whose-name-nobody-would-type-but-a-program-has-made-up".repeat(2));
  mkdirSync(long);
  await new Actor(w.agent, long).begin("x".repeat(300));
  const page = await w.open({ viewport: { width: 375, height: 560 }, hasTouch: true, isMobile: true });
  await page.locator(".row-working a").tap();
  await page.locator(".card").waitFor();
  const widths = () => page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
  assert.deepEqual(await widths(), [375, 375]);
  await page.goto(`http://localhost:${w.port}/#/policy`);
  await page.locator(".rules li").first().waitFor();
  const wide = await page.evaluate(
    `[...document.querySelectorAll("main *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 120))`,
  );
  assert.deepEqual(wide, []);
  await page.keyboard.press("?");
  const title = page.getByRole("dialog").getByRole("heading", { name: "Keys" });
  await title.waitFor();
  assert.deepEqual(
    await page.evaluate(
      "[document.activeElement.textContent.trim(), document.activeElement.getBoundingClientRect().top >= 0]",
    ),
    ["Keys", true],
  );
});

test("with less motion wished for, nothing moves", { skip }, async () => {
  await using w = await world();
  const page = await w.open({ reducedMotion: "reduce" });
  await new Actor(w.agent, w.projects.make("shop")).begin("Runs");
  await page.locator(".row-working").waitFor();
  const moving = await page.evaluate(
    `[...document.querySelectorAll("*")].filter((each) => { const { transitionDuration, animationName } = getComputedStyle(each); return animationName !== "none" || transitionDuration.split(", ").some((time) => parseFloat(time) > 0); }).length`,
  );
  assert.equal(moving, 0);
  assert.deepEqual(await page.evaluate("document.getAnimations().length"), 0);
});

test("a rule is tried on what was judged, from the policy page and before it is saved from a hold", {
  skip,
}, async () => {
  await using w = await world();
  const page = await w.open();
  const shop = w.projects.make("shop");
  const actor = await new Actor(w.agent, shop).begin("Looks around");
  for (const command of ["ls -la", "ls src"]) await actor.runs("Bash", { command });
  await page.goto(`http://localhost:${w.port}/#/policy`);
  const rule = page.getByLabel("Rule, as TOML");
  await rule.fill(
    '[[rule]]\nid = "no-ls"\nverdict = "hold"\nreason = "why"\ncommand = ["ls **"]\nexamples = [{ command = "ls x", verdict = "hold" }]\n',
  );
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByText("2 of the last 2 verdicts would have been others: 2 hold instead of allow.").waitFor();
  await page.locator(".simulate .entry-about", { hasText: "ls -la" }).waitFor();
  assert.deepEqual(await violationsIn(page), []);
  await rule.fill("[[rule");
  await page.getByRole("button", { name: "Try it" }).click();
  await page.locator(".simulate .callout", { hasText: "Not done" }).waitFor();

  const waiting = ask(w, shop, { command: "npm install --global pm2@6" });
  await page.goto(`http://localhost:${w.port}/#/`);
  await page.locator(".row-hold a").click();
  await page.getByRole("button", { name: "As a rule" }).click();
  await page
    .getByRole("dialog")
    .getByText(/1 of the last 3 verdicts would have been another: 1 allow instead of hold\./)
    .waitFor();
  await page.getByRole("button", { name: "Go back" }).click();
  waiting.end();
  await waiting;
});
