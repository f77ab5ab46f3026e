import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromiumPath, openBrowser } from "../support/browser.ts";
import { Agent, type Hooked, makeHome, Person, preToolUse, TestDaemon } from "../support/daemon.ts";
import { Projects } from "../support/stage.ts";
import { freePort, linkOf } from "../support/web.ts";

/** The web board in a real browser against the real daemon; a person at a terminal made its link, agents are the real hooks. */
export const skip = chromiumPath === undefined ? "no Chromium here (Debian: apt install chromium)" : false;
export let browser: Browser;
before(async () => {
  if (skip === false) browser = await openBrowser();
});
after(async () => {
  if (skip === false) await browser.close();
});

export interface World extends AsyncDisposable {
  readonly place: ReturnType<typeof makeHome>;
  readonly projects: Projects;
  readonly port: number;
  readonly person: Person;
  readonly agent: Agent;
  readonly settings: readonly string[];
  daemon: TestDaemon;
  open(options?: BrowserContextOptions): Promise<Page>;
}

export async function world(): Promise<World> {
  await using building = new AsyncDisposableStack();
  const place = building.use(makeHome());
  const projects = building.use(new Projects());
  const port = await freePort();
  const settings = [`web.port=${port}`];
  const daemon = await TestDaemon.start(place, settings);
  const person = building.use(await Person.sit(place));
  const agent = building.use(new Agent(place));
  const built: Omit<World, typeof Symbol.asyncDispose> = {
    place,
    projects,
    port,
    person,
    agent,
    settings,
    daemon,
    async open(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      page.on("pageerror", (error) => assert.fail(`the page threw: ${error.stack}`));
      await page.goto(await linkOf(person));
      await page.locator(".link-live").waitFor();
      return page;
    },
  };
  building.defer(() => built.daemon[Symbol.asyncDispose]());
  const owned = building.move();
  return Object.assign(built, { [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

export const force = { command: "git push --force origin main" };
/** A tool call that asks over the real hook. */
export const ask = (
  { agent }: World,
  cwd: string,
  input: object,
  tool = "Bash",
  session: string = randomUUID(),
): Hooked => agent.hook("claude-code", "PreToolUse", preToolUse(session, cwd, tool, input));

/** Tries until it is so; each try waits for the page's own next frame. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 60_000;
  while (!(await holds())) assert.ok(performance.now() < until, "it did not come true within a minute");
}
