import assert from "node:assert/strict";
import { type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bind } from "./bind.ts";

function folder() {
  const path = mkdtempSync(join(tmpdir(), "bind-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const close = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));

test("folder and socket are this user's alone", async () => {
  using dir = folder();
  const path = join(dir.path, "a", "b", "sock");
  const before = process.umask(0o022);
  const server = createServer();
  try {
    await bind(server, { path });
  } finally {
    assert.equal(process.umask(before), 0o022);
  }
  assert.equal(lstatSync(path).mode & 0o777, 0o600);
  assert.equal(lstatSync(join(dir.path, "a", "b")).mode & 0o777, 0o700);
  await close(server);
  assert.equal(existsSync(path), false);
});

test("a folder that is open to others, a link or a file is refused", async () => {
  using dir = folder();
  const open = join(dir.path, "open");
  mkdirSync(open);
  chmodSync(open, 0o750);
  await assert.rejects(
    bind(createServer(), { path: join(open, "sock") }),
    /open to others \(mode 750\); close it: chmod 700/,
  );
  const link = join(dir.path, "link");
  mkdirSync(join(dir.path, "real"), { mode: 0o700 });
  symlinkSync(join(dir.path, "real"), link);
  await assert.rejects(bind(createServer(), { path: join(link, "sock") }), /not a folder of its own/);
});

test("only a socket that refuses connections is removed", async () => {
  using dir = folder();
  const path = join(dir.path, "sock");
  writeFileSync(path, "precious");
  await assert.rejects(bind(createServer(), { path }), /is not a socket/);
  assert.equal(existsSync(path), true);
  rmSync(path);
  const first = createServer();
  await bind(first, { path });
  await assert.rejects(bind(createServer(), { path }), /Another daemon answers/);
  assert.equal(lstatSync(path).isSocket(), true);
  await close(first);
});

test("what a killed daemon left is taken over", async () => {
  using dir = folder();
  const path = join(dir.path, "sock");
  const listen = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.stdout.write("up"))`;
  const dying = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
  await once(dying.stdout, "data");
  dying.kill("SIGKILL");
  await once(dying, "exit");
  assert.equal(lstatSync(path).isSocket(), true);
  const server = createServer();
  await bind(server, { path });
  await close(server);
});

test("an adopted socket serves and is never unlinked; what is no socket is refused", async () => {
  using dir = folder();
  const path = join(dir.path, "sock");
  const parent = createServer();
  await bind(parent, { path });
  const { fd } = (parent as unknown as { _handle: { fd: number } })._handle;
  // The child adopts descriptor 3, answers one connection and ends, as an activated daemon would.
  const child = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `
      import { createServer } from "node:net";
      import { bind } from ${JSON.stringify(join(import.meta.dirname, "bind.ts"))};
      const server = createServer((socket) => socket.end("hello", () => server.close()));
      await bind(server, { path: ${JSON.stringify(path)}, adoptFd: 3 });
      process.stdout.write("up");`,
    ],
    { stdio: ["ignore", "pipe", "inherit", fd] as StdioOptions },
  );
  assert.ok(child.stdout);
  await once(child.stdout, "data");
  // The parent stops accepting without closing its descriptor, as systemd does once the service runs.
  const accepted = new Promise<string>((resolve, reject) => {
    const attempt = () => {
      const socket = createConnection({ path });
      socket.once("error", reject);
      socket.once("data", (data) => resolve(data.toString()));
    };
    parent.on("connection", (socket) => {
      socket.destroy();
      attempt(); // the parent's own listener won this race; the next one may be the child's
    });
    attempt();
  });
  assert.equal(await accepted, "hello");
  await once(child, "exit");
  assert.equal(lstatSync(path).isSocket(), true);
  await close(parent);
});

test("a descriptor that is not the socket which clients look for is refused", async () => {
  using dir = folder();
  const path = join(dir.path, "sock");
  const other = createServer();
  const port = createServer();
  await bind(other, { path: join(dir.path, "other") });
  await new Promise<void>((resolve) => port.listen(0, "127.0.0.1", resolve));
  const descriptor = (server: Server) => (server as unknown as { _handle: { fd: number } })._handle.fd;
  using file = { fd: openSync(join(dir.path, "file"), "w"), [Symbol.dispose]: () => closeSync(file.fd) };
  for (const [fd, why] of [
    [987, /is closed/],
    [file.fd, /is no socket/],
    [descriptor(port), /is no Unix socket/],
    [descriptor(other), /listens on .*other/],
  ] as const)
    await assert.rejects(bind(createServer(), { path, adoptFd: fd }), why);
  chmodSync(dir.path, 0o755);
  await assert.rejects(
    bind(createServer(), { path: join(dir.path, "other"), adoptFd: descriptor(other) }),
    /open to others/,
  );
  await Promise.all([close(other), close(port)]);
});
