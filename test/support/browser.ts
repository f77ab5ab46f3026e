import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Debian's Chromium; elsewhere the usual places. */
export const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

/** A real browser without a window. Only loopback is ever asked, so nothing else needs to be reachable. */
export function openBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("no Chromium here; Debian: apt install chromium");
  return chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-proxy-server"],
  });
}
