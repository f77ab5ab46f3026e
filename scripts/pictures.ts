import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hook, makeHome, nextHold, Person, preToolUse, root, run, TestDaemon } from "../test/support/daemon.ts";

/** `npm run pictures`: the pictures of the README, drawn from what the real program prints. */
const lineHeight = 19;
const charWidth = 8.4;
const colours: Readonly<Record<string, string>> = {
  "31": "#ff7b72",
  "32": "#7ee787",
  "33": "#f2cc60",
  "36": "#79c0ff",
};

/** SGR text as SVG: one text element a line, a tspan for each run of one style. */
function draw(title: string, text: string): string {
  const lines = text.trimEnd().split("\n");
  const width = Math.ceil(Math.max(...lines.map((line) => line.replace(sgr, "").length), 60) * charWidth + 48);
  const height = lines.length * lineHeight + 72;
  const rows = lines.map(
    (line, index) => `<text x="24" y="${62 + index * lineHeight}" xml:space="preserve">${spans(line)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
<g fill="#484f58"><circle cx="24" cy="24" r="6"/><circle cx="44" cy="24" r="6"/><circle cx="64" cy="24" r="6"/></g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
${rows.join("\n")}
</g>
</svg>
`;
}

// biome-ignore format: the escape reads best in one piece
const sgr = /\u001b\[(\d+)m/g;

function spans(line: string): string {
  let out = "";
  let fill: string | undefined;
  let bold = false;
  let faint = false;
  const parts = line.split(sgr);
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) {
      if (part === "1") bold = true;
      else if (part === "2") faint = true;
      else if (part === "22") bold = faint = false;
      else if (part === "39") fill = undefined;
      else if (part === "0") [fill, bold, faint] = [undefined, false, false];
      else fill = colours[part] ?? fill;
    } else if (part !== "")
      out += `<tspan${fill === undefined ? (faint ? ' fill="#8b949e"' : "") : ` fill="${fill}"`}${bold ? ' font-weight="bold"' : ""}>${escape(part)}</tspan>`;
  }
  return out;
}

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

using place = makeHome();
const parent = mkdtempSync("/tmp/sb-");
const project = join(parent, "shop");
mkdirSync(project);
execFileSync("git", ["init", "--quiet", project]);
await using daemon = await TestDaemon.start(place);
await using person = await Person.sit(place);
const session = randomUUID();
const waiting = hook(
  place,
  "claude-code",
  "PreToolUse",
  preToolUse(session, project, "Bash", { command: "git push --force origin main" }),
);
await using client = await daemon.connect();
const id = await nextHold(client, session);
const shown = await run(process.execPath, [join(root, "bin/signalbox.js"), "--home", place.home, "hold", "show", id], {
  env: { FORCE_COLOR: "1" },
});
await person.type("hold", "deny", id, "push to a branch");
await waiting;
const prompt = "\u001b[2m$\u001b[22m \u001b[1msignalbox hold watch\u001b[22m\n";
const keys =
  "\n\u001b[2m[a] approve once  [s] for the session  [r] as a rule  [d] deny with words  [e] edit  [n] next  [q] quit\u001b[22m";
mkdirSync(join(root, "docs/pictures"), { recursive: true });
const target = join(root, "docs/pictures/hold.svg");
writeFileSync(
  `${target}.new`,
  draw(
    "signalbox hold watch shows a held force push",
    `${prompt}${shown.stdout.replaceAll(parent, "~").trimEnd()}\n${keys}`,
  ),
);
renameSync(`${target}.new`, target);
rmSync(parent, { recursive: true });
