import { join } from "node:path";
import { drawIcons } from "./screenshots/icons.ts";
import { takeTerminalPictures } from "./screenshots/tui.ts";
import { takeWebPictures } from "./screenshots/web.ts";

/** `npm run screenshots [name]`: pictures of every surface into docs/pictures, one module a surface. */
const folder = join(import.meta.dirname, "../docs/pictures");
const surfaces: Readonly<Record<string, (folder: string) => Promise<readonly string[]>>> = {
  icons: () => drawIcons(join(import.meta.dirname, "../src/board/web/public")),
  board: takeTerminalPictures,
  web: takeWebPictures,
};

const wanted = process.argv.slice(2);
for (const [name, take] of Object.entries(surfaces))
  if (wanted.length === 0 || wanted.includes(name))
    for (const path of await take(folder)) process.stdout.write(`${path}\n`);
