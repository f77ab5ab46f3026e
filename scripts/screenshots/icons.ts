import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser } from "../../test/support/browser.ts";

/** The board's icon in the sizes that an installed app needs, drawn from the one that is a drawing. */
export async function drawIcons(folder: string): Promise<readonly string[]> {
  const svg = readFileSync(join(folder, "icon.svg"), "utf8");
  const browser = await openBrowser();
  try {
    const made: string[] = [];
    for (const size of [192, 512]) {
      const page = await browser.newPage({ viewport: { width: size, height: size } });
      await page.setContent(
        `<body style="margin:0">${svg.replace("<svg", `<svg width="${size}" height="${size}"`)}</body>`,
      );
      const path = join(folder, `icon-${size}.png`);
      writeFileSync(path, await page.screenshot());
      made.push(path);
      await page.close();
    }
    return made;
  } finally {
    await browser.close();
  }
}
