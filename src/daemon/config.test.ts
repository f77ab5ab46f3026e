import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { placeIn } from "../protocol/place.ts";
import { activation, ConfigFault, cleanEnvironment, hostileVariables, loadConfig } from "./config.ts";
import { ensureHome } from "./home.ts";

const home = mkdtempSync(join(tmpdir(), "sb-config-"));
const place = placeIn(home);
after(() => rmSync(home, { recursive: true }));
const write = (text: string) => writeFileSync(join(home, "config.toml"), text);

test("defaults say that they are defaults", () => {
  write("");
  const { config, values } = loadConfig(place, {}, {});
  assert.equal(config.log.level, "info");
  assert.ok(values.every(({ source }) => source === "default"));
});

test("a flag beats the file, the file beats the default, and each value names its source", () => {
  write("[log]\nlevel = 'warn'\nfilesMax = 2\n");
  const { config, values } = loadConfig(place, { "log.level": "debug" }, {});
  assert.equal(config.log.level, "debug");
  assert.equal(config.log.filesMax, 2);
  assert.equal(values.find(({ key }) => key === "log.level")?.source, "--set log.level");
  assert.equal(values.find(({ key }) => key === "log.filesMax")?.source, join(home, "config.toml"));
});

test("an unknown setting is refused with the nearest name", () => {
  write("[log]\nlevle = 'warn'\n");
  assert.throws(
    () => loadConfig(place, {}, {}),
    (error) => error instanceof ConfigFault && /log\.levle.*log\.level/.test(error.message),
  );
});

test("text that is not TOML is refused with its line", () => {
  write("a = 1\nb = = 2\n");
  assert.throws(() => loadConfig(place, {}, {}), /line 2/);
});

test("the environment can't loosen: only the log level is read", () => {
  write("");
  const { values } = loadConfig(
    place,
    {},
    { SIGNALBOX_LOG_LEVEL: "debug", SIGNALBOX_MODE: "observe", SIGNALBOX_DRAINMS: "1" },
  );
  assert.deepEqual(
    values.filter(({ source }) => source !== "default").map(({ key }) => key),
    ["log.level"],
  );
});

test("a hold can't be made to wait longer than a host does", () => {
  write("[holds]\nwaitMs = 400000\n");
  assert.throws(() => loadConfig(place, {}, {}), /holds\.waitMs/);
});

test("the daemon's environment carries nothing that loads code", () => {
  const hostile = { NODE_OPTIONS: "--require /evil.js", LD_PRELOAD: "/evil.so", PATH: "/evil", HOME: "/root" };
  assert.deepEqual(hostileVariables(hostile), ["NODE_OPTIONS", "LD_PRELOAD"]);
  assert.deepEqual(Object.keys(cleanEnvironment(hostile)).sort(), ["HOME", "PATH"]);
  assert.doesNotMatch(cleanEnvironment(hostile)["PATH"] ?? "", /evil/);
});

test("a descriptor is adopted only when it was meant for this process, and nobody else is told of it", () => {
  const environment = { LISTEN_FDS: "1", LISTEN_PID: "7", LISTEN_FDNAMES: "signalbox.socket", HOME: "/h" };
  assert.equal(activation(7, environment), 3);
  assert.deepEqual(environment, { HOME: "/h" });
  for (const [LISTEN_FDS, LISTEN_PID] of [
    ["1", "8"],
    ["0", "7"],
    ["-1", "7"],
    ["1x", "7"],
    ["", "7"],
    ["1", "7 "],
    ["1", "0x7"],
    ["1", ""],
  ])
    assert.equal(activation(7, { LISTEN_FDS, LISTEN_PID }), undefined, `${LISTEN_FDS} ${LISTEN_PID}`);
  assert.equal(activation(7, {}), undefined);
});

test("a value of the wrong kind or size is refused in words, with where it was said", () => {
  write("");
  for (const [flags, words] of [
    [{ drainMs: "x" }, /"drainMs" \(--set drainMs\) is wrong: it must be a (whole )?number\./],
    [{ drainMs: "1" }, /it must be at least 100\./],
    [{ drainMs: "1e9" }, /it must be a (whole )?number\./],
    [{ "log.level": "loud" }, /it must be one of: error, warn, info, debug\./],
  ] as const)
    assert.throws(() => loadConfig(place, flags, {}), words);
});

test("a home that can't be one is refused in words", () => {
  const file = join(place.home, "file");
  writeFileSync(file, "");
  assert.throws(() => ensureHome(file), /is a file, or a link to nowhere, not a folder\. Choose another/);
  assert.throws(() => ensureHome(join(file, "below")), /lies below a file/);
});
