import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { plan, ServiceRefused, type ServiceWorld } from "./index.ts";

const launch = {
  exec: process.execPath,
  args: ["--disable-sigusr1", '/opt/100% $HOME "it"/bin/signalbox.js', "daemon", "--home", "/tmp/h h"],
  environment: { PATH: "/usr/bin:/bin", HOME: "/home/o'neil <&>" },
  suffix: null,
  socket: "/tmp/h%h/sock",
  home: "/tmp/h h",
};

function machine(platform: string, answers: (line: string) => number | null = () => 0) {
  const folder = mkdtempSync(join(tmpdir(), "service-"));
  const ran: string[] = [];
  const world: ServiceWorld = {
    platform,
    userHome: folder,
    configHome: join(folder, "config"),
    uid: 1_000,
    run: async (file, args) => {
      const line = [file, ...args].join(" ");
      ran.push(line);
      return { code: answers(line), output: "said so" };
    },
  };
  return { folder, ran, world, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(folder, name)).isFile());

test("systemd: two units are written, enabled once, and removed to the last byte", async () => {
  let active = false;
  using here = machine("linux", (line) => {
    if (line.includes("enable --now")) active = true;
    if (line.includes("disable --now")) active = false;
    return line.includes("is-active") && !active ? 3 : 0;
  });
  const service = plan(launch, here.world);
  assert.deepEqual((await service.status()).installed, "none");
  assert.deepEqual(
    (await service.install()).map((path) => basename(path)),
    ["signalbox.socket", "signalbox.service"],
  );
  assert.deepEqual(filesBelow(here.folder).sort(), [
    "config/systemd/user/signalbox.service",
    "config/systemd/user/signalbox.socket",
  ]);
  assert.ok(
    here.ran.indexOf("systemctl --user daemon-reload") <
      here.ran.indexOf("systemctl --user enable --now signalbox.socket"),
  );
  assert.deepEqual(await service.status(), { installed: "all", active: true, away: null });
  const ranBefore = here.ran.length;
  assert.deepEqual(await service.install(), []);
  assert.doesNotMatch(here.ran.slice(ranBefore).join("\n"), /enable|reload/);
  assert.equal((await plan({ ...launch, exec: "/other/node" }, here.world).status()).installed, "other");

  assert.equal((await service.uninstall()).length, 2);
  assert.deepEqual(filesBelow(here.folder), []);
  assert.deepEqual(await service.uninstall(), []);
});

const analyze = "/usr/bin/systemd-analyze";

test("systemd itself takes the units, odd characters included", {
  skip: existsSync(analyze) ? false : `${analyze} is not installed`,
}, async () => {
  using here = machine("linux", (line) => (line.includes("is-active") ? 3 : 0));
  // It looks for the program that is started; what follows it may be anything.
  const paths = await plan(launch, here.world).install();
  const { status, stdout, stderr } = spawnSync(analyze, ["--user", "--man=no", "verify", ...paths], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", HOME: here.folder, XDG_RUNTIME_DIR: here.folder },
  });
  const about = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("signalbox"));
  assert.deepEqual([status, about], [0, []]);
});

test("what is started is quoted as systemd and launchd read it, and a line break is refused", () => {
  using here = machine("linux");
  const text = (platform: string, changed: object = {}) =>
    plan({ ...launch, ...changed }, { ...here.world, platform })
      .units.map((unit) => unit.text)
      .join("");
  const systemd = text("linux");
  assert.match(systemd, /^ListenStream=\/tmp\/h%%h\/sock$/m);
  assert.ok(systemd.includes(`"/opt/100%% $$HOME \\"it\\"/bin/signalbox.js" "daemon" "--home" "/tmp/h h"`), systemd);
  assert.ok(systemd.includes(`Environment="HOME=/home/o'neil <&>"`));
  const launchd = text("darwin");
  assert.ok(launchd.includes("<string>/home/o'neil &lt;&amp;&gt;</string>"));
  assert.ok(launchd.includes(`<string>/opt/100% $HOME &quot;it&quot;/bin/signalbox.js</string>`));
  assert.doesNotMatch(launchd, /Sockets/);
  assert.throws(() => text("linux", { environment: { A: "b\nExecStartPre=/evil" } }), ServiceRefused);
  assert.throws(() => text("win32"), /no service manager of win32/);
});

test("launchd: the job is bootstrapped, and booted out before its file goes", async () => {
  let loaded = false;
  using here = machine("darwin", (line) => {
    if (line.includes("bootstrap")) loaded = true;
    else if (line.includes("bootout")) {
      if (!loaded) return 3;
      loaded = false;
    } else if (line.endsWith("dev.signalbox.daemon") && !loaded) return 113;
    return 0;
  });
  const service = plan(launch, here.world);
  const [path] = await service.install();
  assert.equal(path, join(here.folder, "Library/LaunchAgents/dev.signalbox.daemon.plist"));
  assert.deepEqual(await service.status(), { installed: "all", active: true, away: null });
  await service.uninstall();
  assert.equal(loaded, false);
  assert.deepEqual(filesBelow(here.folder), []);
});

test("an edited or foreign file is never overwritten nor removed", async () => {
  using here = machine("linux", (line) => (line.includes("is-active") ? 3 : 0));
  const service = plan(launch, here.world);
  const [, path = ""] = await service.install();
  const edited = readFileSync(path, "utf8").replace("RestartSec=1", "RestartSec=9");
  writeFileSync(path, edited);
  assert.equal((await service.status()).installed, "edited");
  await assert.rejects(service.install(), /was edited since/);
  await assert.rejects(service.uninstall(), /was edited since/);
  assert.equal(readFileSync(path, "utf8"), edited);
});

test("without a service manager nothing is written, and it says so; a failing command says which", async () => {
  for (const code of [1, null]) {
    using here = machine("linux", () => code);
    await assert.rejects(plan(launch, here.world).install(), /Nothing was changed: system/);
    assert.deepEqual(filesBelow(here.folder), []);
    assert.equal((await plan(launch, here.world).status()).active, false);
  }
  using here = machine("linux", (line) => (line.includes("enable") || line.includes("is-active") ? 1 : 0));
  await assert.rejects(
    plan(launch, here.world).install(),
    /"systemctl --user enable --now signalbox.socket" failed: said so/,
  );
  assert.ok(existsSync(join(here.folder, "config/systemd/user/signalbox.socket")));
});
