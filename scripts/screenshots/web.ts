import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openBrowser } from "../../test/support/browser.ts";
import { makeHome, Person, TestDaemon } from "../../test/support/daemon.ts";
import { Projects, setStage } from "../../test/support/stage.ts";
import { freePort, linkOf } from "../../test/support/web.ts";

/** Pictures of the web board as a person sees it: the real daemon, real hooks, a real browser. */
export async function takeWebPictures(folder: string): Promise<readonly string[]> {
  using place = makeHome();
  using projects = new Projects();
  const port = await freePort();
  await using _ = await TestDaemon.start(place, [`web.port=${port}`]);
  await using person = await Person.sit(place);
  await using _stage = await setStage(place, projects);
  const browser = await openBrowser();
  const made: string[] = [];
  mkdirSync(folder, { recursive: true });
  try {
    for (const look of looks) {
      const context = await browser.newContext({
        viewport: look.size,
        colorScheme: look.scheme,
        deviceScaleFactor: look.scale,
        locale: "en-GB",
      });
      const page = await context.newPage();
      await page.goto(await linkOf(person));
      await page.getByText("Needs you", { exact: false }).first().waitFor();
      for (const [name, show] of Object.entries(look.pages)) {
        await show(page);
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
        const path = join(folder, `web-${look.name}${name === "" ? "" : `-${name}`}.png`);
        await page.screenshot({ path });
        made.push(path);
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return made;
}

type Show = (page: Page) => Promise<unknown>;

const firstHold: Show = async (page) => {
  await page.locator(".row-hold a").first().click();
  await page.locator(".decide").waitFor();
};
const holdWith =
  (text: string): Show =>
  async (page) => {
    await page.goto(`${new URL(page.url()).origin}/#/`);
    await page.locator(".row-hold a", { hasText: text }).click();
    await page.locator(".decide").waitFor();
  };
const session: Show = async (page) => {
  await page.goto(`${new URL(page.url()).origin}/#/`);
  await page.locator(".row-working a", { hasText: "invoices" }).click();
  await page.locator(".register li").first().waitFor();
};
const at =
  (path: string, wait: string): Show =>
  async (page) => {
    await page.goto(`${new URL(page.url()).origin}/#/${path}`);
    await page.locator(wait).first().waitFor();
  };

const wide = { width: 1280, height: 800 };
const pages: Readonly<Record<string, Show>> = {
  "": firstHold,
  diff: holdWith("nginx"),
  session,
  ledger: async (page) => {
    await at("ledger", ".entry")(page);
    await page.getByRole("button", { name: "Verify" }).click();
    await page.locator(".verify-ok").waitFor();
  },
};

const looks: readonly {
  name: string;
  size: { width: number; height: number };
  scheme: "light" | "dark";
  scale: number;
  pages: Readonly<Record<string, Show>>;
}[] = [
  { name: "light", size: wide, scheme: "light", scale: 1, pages },
  { name: "dark", size: wide, scheme: "dark", scale: 1, pages: { "": firstHold, figures: at("figures", ".spans") } },
  {
    name: "phone",
    size: { width: 375, height: 760 },
    scheme: "light",
    scale: 2,
    pages: { "": at("", ".rows"), hold: firstHold },
  },
];
