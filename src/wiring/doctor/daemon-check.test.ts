import assert from "node:assert/strict";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { placeIn } from "../../protocol/place.ts";
import { checkDaemon } from "./daemon-check.ts";
import { temporary } from "../../../test/support/temporary.ts";

async function homeWith(t: TestContext, answer: RequestListener | undefined): Promise<string> {
  const home = temporary("sbdoc-");
  t.after(() => rmSync(home, { recursive: true, force: true }));
  if (answer === undefined) return home;
  const server = createServer(answer).listen(join(home, "sock"));
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return home;
}

const cases: readonly [string, RequestListener | undefined, "up" | "away", RegExp][] = [
  ["a daemon that says hello", (_, answer) => answer.end('{"version":"0.1.0","pid":7}'), "up", /0\.1\.0 \(pid 7\)/],
  ["no socket", undefined, "away", /No daemon answers/],
  ["something else", (_, answer) => answer.writeHead(404).end("?"), "away", /Something else.*404/],
  ["an answer without end", (_, answer) => answer.end("x".repeat(100_000)), "away", /no end/],
  ["a connection that breaks", (_, answer) => answer.destroy(), "away", /does not answer/],
];

for (const [name, answer, state, why] of cases)
  test(`daemon check: ${name}`, async (t) => {
    const report = await checkDaemon(placeIn(await homeWith(t, answer)), { signal: t.signal });
    assert.equal(report.state, state);
    assert.match(report.why, why);
  });

test("daemon check: a file where the socket should be is no daemon", async (t) => {
  const home = await homeWith(t, undefined);
  writeFileSync(join(home, "sock"), "");
  assert.equal((await checkDaemon(placeIn(home), { signal: t.signal })).state, "away");
});
