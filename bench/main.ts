import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { makeHome, root, TestDaemon } from "../test/support/daemon.ts";
import { benchHookBesideBoard, benchHub } from "./hub.ts";
import { benchIdle } from "./idle.ts";
import { benchJudge } from "./judge.ts";
import { benchLedger } from "./ledger.ts";
import { benchProcesses } from "./processes.ts";
import { benchRequests } from "./requests.ts";
import type { Row } from "./stats.ts";

/** `npm run bench`: every figure of one run on one machine, written between the marks of docs/PERFORMANCE.md. */
const page = join(root, "docs/PERFORMANCE.md");
const [begin, end] = ["<!-- bench: begin -->", "<!-- bench: end -->"];

const rows: Row[] = [];
rows.push(...benchJudge());
{
  using place = makeHome();
  // The first start of all compiles; what people live with is every later one.
  await (await TestDaemon.start(place)).kill("SIGTERM");
  await using daemon = await TestDaemon.start(place);
  rows.push(...(await benchIdle(daemon)));
  rows.push(...(await benchProcesses(daemon)));
  rows.push(...(await benchRequests(daemon)));
}
{
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  rows.push(...(await benchHookBesideBoard(daemon)));
  rows.push(...(await benchHub(daemon)));
}
rows.push(...(await benchLedger()));
const table = render(rows);
process.stdout.write(`${table}\n`);
const text = readFileSync(page, "utf8");
writeFileSync(page, `${text.slice(0, text.indexOf(begin) + begin.length)}\n${table}\n${text.slice(text.indexOf(end))}`);

function render(all: readonly Row[]): string {
  const cpu = cpus()[0]?.model.trim() ?? "unknown processor";
  const head = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpu}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.versions.node}, SQLite ${process.versions["sqlite"]}`;
  const lines = all.map((row) => {
    const base = all.find(({ what }) => what === row.against);
    const ratio =
      base?.p50 === undefined || row.p50 === undefined ? "" : `${(row.p50 / base.p50).toFixed(1)} x ${row.against}`;
    const figure = (value: number | undefined) => (value === undefined ? "" : show(value));
    const value = row.value === undefined ? "" : `${show(row.value)} ${row.unit}`;
    const unit = row.value === undefined ? ` ${row.unit}` : " ms";
    return `| ${row.what} | ${value} | ${row.p50 === undefined ? "" : figure(row.p50) + unit} | ${row.p99 === undefined ? "" : figure(row.p99) + unit} | ${row.budget} | ${[ratio, row.note].filter(Boolean).join("; ")} |`;
  });
  return [
    `Machine: ${head}`,
    "",
    "| what | value | p50 | p99 | budget | beside |",
    "|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

function show(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);
}
