import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdtempSync, openSync, realpathSync, rmSync, writeSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { TestDaemon } from "../test/support/daemon.ts";
import { connectLoad } from "../test/support/load.ts";
import { percentile, type Row, row, sample } from "./stats.ts";

/** Requests on open connections, each in one frame, answered in one frame. */
export async function benchRequests(daemon: TestDaemon): Promise<Row[]> {
  const project = realpathSync(mkdtempSync("/tmp/sbb-"));
  execFileSync("git", ["init", "--quiet", project]);
  const request = (id: number) =>
    `${JSON.stringify({ jsonrpc: "2.0", id, method: "gate/request", params: { agent: "bench", session: "bench", cwd: project, tool: "Bash", input: { command: "npm test" } } })}\n`;
  const hello = (id: number) => `${JSON.stringify({ jsonrpc: "2.0", id, method: "daemon/hello", params: {} })}\n`;
  const rows: Row[] = [
    row("one fsync of 4 KiB on this disk", "", await sample(200, 10, oneFsync(join(daemon.place.home, "fsync-probe")))),
    row("bare NDJSON echo, 1 connection", "", await withEcho((path) => oneByOne(path, 2_000, hello))),
    row("`daemon/hello`, 1 connection", "", await oneByOne(daemon.place.socket, 2_000, hello), {
      against: "bare NDJSON echo, 1 connection",
    }),
    row("`gate/request`, 1 connection, durable", "p50 <= 0.6 ms", await oneByOne(daemon.place.socket, 2_000, request), {
      against: "one fsync of 4 KiB on this disk",
    }),
  ];
  // Not durable: answered from memory, nothing is written.
  for (const connections of [1, 8, 64, 512]) {
    const { perSecond, samples } = await many(daemon.place.socket, connections, 1, 20_000, hello);
    rows.push({
      what: `\`daemon/hello\`, ${connections} connection${connections === 1 ? "" : "s"}, not durable`,
      budget: "",
      value: perSecond,
      p50: percentile(samples, 50),
      p99: percentile(samples, 99),
      unit: "1/s",
    });
  }
  for (const [connections, depth] of [
    [8, 1],
    [64, 1],
    [64, 16],
    [512, 1],
  ] as const) {
    const { perSecond, samples } = await many(daemon.place.socket, connections, depth, 40_000, request);
    rows.push({
      what: `durable verdicts, ${connections} connections${depth > 1 ? `, ${depth} in flight each` : ""}`,
      budget: connections === 64 ? ">= 20,000/s" : "",
      value: perSecond,
      p50: percentile(samples, 50),
      p99: percentile(samples, 99),
      unit: "1/s",
    });
  }
  const { opened, seconds } = await connectLoad(daemon.place.socket, { seconds: 10, perSecondMax: 1_000_000 });
  rows.push({
    what: "connections opened and closed, every fourth asks `daemon/hello`",
    budget: ">= 10,000/s for 10 s",
    value: Math.round(opened / seconds),
    unit: "1/s",
  });
  rows.push(...(await kintsugiRows(daemon.place.socket, project)));
  rmSync(project, { recursive: true });
  return rows;
}

/** As kintsugi's clients do it: a fresh connection for each request, closed by the client after its one reply. */
async function kintsugiRows(path: string, cwd: string): Promise<Row[]> {
  const frame = (kind: string) =>
    `${JSON.stringify(kind === "propose" ? { kind, id: randomUUID(), ts: new Date().toISOString(), agent: "bench", cwd, argv: ["npm", "test"], raw: "npm test" } : { kind })}\n`;
  const rows: Row[] = [];
  for (const [kind, how] of [
    ["status", "not durable"],
    ["propose", "durable"],
  ] as const)
    for (const clients of [1, 8, 64, 512]) {
      const samples: number[] = [];
      const total = 4_000;
      const from = process.hrtime.bigint();
      let begun = 0;
      const client = async () => {
        while (begun < total) {
          begun += 1;
          const began = process.hrtime.bigint();
          const socket = await open(path);
          const reply = new Promise<string>((resolve) => onLines(socket, resolve));
          socket.write(frame(kind));
          const { kind: answered } = JSON.parse(await reply) as { kind: string };
          if (answered !== (kind === "propose" ? "verdict" : "status"))
            throw new Error(`the kintsugi dialect answered ${answered} to ${kind}`);
          socket.destroy();
          samples.push(Number(process.hrtime.bigint() - began) / 1e6);
        }
      };
      await Promise.all(Array.from({ length: clients }, client));
      rows.push({
        what: `kintsugi \`${kind}\`, ${clients} at a time, a fresh connection each, ${how}`,
        budget: "",
        value: Math.round(samples.length / (Number(process.hrtime.bigint() - from) / 1e9)),
        p50: percentile(samples, 50),
        p99: percentile(samples, 99),
        unit: "1/s",
      });
    }
  return rows;
}

function oneFsync(path: string): () => void {
  const page = Buffer.alloc(4_096, 7);
  return () => {
    const fd = openSync(path, "a", 0o600);
    writeSync(fd, page);
    fsyncSync(fd);
    closeSync(fd);
  };
}

async function withEcho<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync("/tmp/sbe-");
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(join(folder, "sock"), resolve));
  try {
    return await use(join(folder, "sock"));
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of each round trip, one after the other on one connection. */
async function oneByOne(path: string, count: number, frame: (id: number) => string): Promise<number[]> {
  const socket = await open(path);
  const reader = answers(socket);
  const samples = await sample(count, 100, async () => {
    socket.write(frame(1));
    await reader.next();
  });
  socket.destroy();
  return samples;
}

async function many(path: string, connections: number, depth: number, total: number, frame: (id: number) => string) {
  const samples: number[] = [];
  const each = Math.floor(total / connections);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(path)));
  const from = process.hrtime.bigint();
  await Promise.all(
    sockets.map((socket) => {
      const began = new Map<number, bigint>();
      let sent = 0;
      const send = () => {
        sent += 1;
        began.set(sent, process.hrtime.bigint());
        socket.write(frame(sent));
      };
      const done = Promise.withResolvers<void>();
      let got = 0;
      onLines(socket, (line) => {
        const id = Number(/"id":(\d+)/.exec(line)?.[1]);
        samples.push(Number(process.hrtime.bigint() - (began.get(id) ?? 0n)) / 1e6);
        began.delete(id);
        got += 1;
        if (sent < each) send();
        else if (got === each) done.resolve();
      });
      for (let i = 0; i < depth; i += 1) send();
      return done.promise;
    }),
  );
  const seconds = Number(process.hrtime.bigint() - from) / 1e9;
  for (const socket of sockets) socket.destroy();
  return { perSecond: Math.round((each * connections) / seconds), samples };
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}

function onLines(socket: Socket, line: (text: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const each of lines) line(each);
  });
}

function answers(socket: Socket): { next(): Promise<void> } {
  let waiting: (() => void) | undefined;
  onLines(socket, () => waiting?.());
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve;
      }),
  };
}
