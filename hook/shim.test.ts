import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { answer, buildHook, type Handler, makeHome, playBytes, playDaemon, programs } from "./test/stage.ts";

buildHook();

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of shims in a home of its own, with a program `tool` behind it that says what it was started with. */
function stage(t: TestContext, program: string, { owner = true } = {}) {
  const home = makeHome(t);
  const [shims, bin] = [join(home, "shims"), join(home, "bin")];
  for (const folder of [shims, bin]) mkdirSync(folder);
  symlinkSync(program, join(shims, "tool"));
  if (owner) writeFileSync(join(shims, ".signalbox"), `signalbox-shims 1\nhome ${home}\n`, { mode: 0o600 });
  writeFileSync(join(bin, "tool"), '#!/bin/sh\nprintf "%s|" "$0" "$@" "$A" "$(pwd)"; cat; exit 5\n', { mode: 0o755 });
  const start = async (
    args: readonly string[],
    { path = `${shims}:${bin}:/usr/bin:/bin`, file = join(shims, "tool"), argv0 = "tool", stdin = "" } = {},
  ): Promise<Ran> => {
    const env = { PATH: path, A: "a b", ASAN_OPTIONS: "detect_leaks=0" };
    const child = spawn(file, [...args], { argv0, env, cwd: bin, stdio: ["pipe", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => {}); // one that was refused reads nothing
    child.stdin.end(stdin);
    const [code] = (await once(child, "close")) as [number | null];
    return { code, stdout, stderr };
  };
  return { home, shims, bin, start, play: (handler: Handler) => playDaemon(t, join(home, "sock"), handler) };
}

for (const program of [programs.hook, programs.checked]) {
  const skip = existsSync(program) ? false : "the compiler has no sanitizers";
  describe(program === programs.hook ? "shim" : "shim under the sanitizers", { skip }, () => {
    test("sends folder, program, what stdin is and argv to the letter, and becomes the program", async (t) => {
      const { bin, start, play } = stage(t, program);
      const asked: string[] = [];
      await play((request, body, response) => {
        asked.push(`${request.method} ${request.url} ${body.toString("latin1")}`);
        answer(response, 0, "exec");
      });
      const ran = await start(["-r", "", "two words", "ä\n'"], { argv0: "other name", stdin: "to it" });
      const path = join(bin, "tool");
      const [first] = asked;
      assert.equal(
        Buffer.from(first ?? "", "latin1").toString(),
        `POST /hooks/shim/exec ${[bin, path, "pipe", "other name", "-r", "", "two words", "ä\n'", ""].join("\0")}`,
      );
      assert.deepEqual([ran.code, ran.stdout], [5, `${path}|-r||two words|ä\n'|a b|${bin}|to it`], ran.stderr);
    });

    test("refused: the exit code and the words are the daemon's, and nothing runs", async (t) => {
      const { start, play } = stage(t, program);
      await play((_, __, response) => answer(response, 126, "", "not this\n"));
      assert.deepEqual(await start(["x"]), { code: 126, stdout: "", stderr: "not this\n" });
    });

    test("held: the card once, then it asks again with what it was told, until it may run", async (t) => {
      const { start, play } = stage(t, program);
      const asked: string[] = [];
      await play((request, body, response) => {
        asked.push(`${request.url} ${body.toString("latin1").split("\0")[0]}`);
        if (asked.length < 3) answer(response, 0, "wait hold_x", asked.length === 1 ? "card\n" : "");
        else answer(response, 0, "exec");
      });
      const ran = await start([]);
      assert.equal(ran.code, 5);
      assert.match(ran.stderr, /^(card\n)?$/); // on the terminal, where the test has one
      assert.deepEqual(asked.slice(1), ["/hooks/shim/wait hold_x", "/hooks/shim/wait hold_x"]);
    });

    test("fails closed with the way round: no daemon, no answer, an answer that is none, nothing that says whose it is", async (t) => {
      const away = stage(t, program);
      const ran = await away.start([]);
      assert.equal(ran.code, 126);
      assert.match(ran.stderr, /tool was not run\. .*daemon is away/);
      assert.match(ran.stderr, new RegExp(`a person can run it by its own path: ${away.bin}/tool\n$`));

      const odd = stage(t, program);
      await odd.play((_, __, response) => answer(response, 0, "execute please".slice(3)));
      assert.deepEqual([(await odd.start([])).code, (await odd.start([])).stdout], [126, ""]);

      const broken = stage(t, program);
      await playBytes(t, join(broken.home, "sock"), "HTTP/1.1 200 OK\r\n\r\n");
      assert.equal((await broken.start([])).code, 126);

      const unowned = stage(t, program, { owner: false });
      assert.match((await unowned.start([])).stderr, /does not know which Signalbox/);
      const writable = stage(t, program);
      await writable.play((_, __, response) => answer(response, 0, "exec"));
      chmodSync(join(writable.shims, ".signalbox"), 0o666);
      assert.equal((await writable.start([])).code, 126);
    });

    test("finds the program past folders of shims, its own links and what can't be run; 127 when there is none", async (t) => {
      const { shims, bin, start, play } = stage(t, program);
      const other = stage(t, program);
      await play((_, __, response) => answer(response, 0, "exec"));
      const bare = join(bin, "bare");
      mkdirSync(join(bare, "tool"), { recursive: true });
      const path = [shims, other.shims, "/nonexistent", bare, "", "x".repeat(5_000), "/usr/bin", "/bin"].join(":");
      assert.equal((await start([], { path })).code, 5, "the empty folder is the one where it runs");
      const link = join(bare, "link");
      mkdirSync(link);
      symlinkSync(program, join(link, "tool"));
      const none = await start([], { path: `${shims}:${other.shims}:${link}:${bare}` });
      assert.deepEqual([none.code, none.stdout], [127, ""]);
      assert.match(none.stderr, /^signalbox: tool: no such program on PATH behind the shims\n$/);
    });

    test("a script without a first line is run by sh; what can't be run is said", async (t) => {
      const { bin, start, play } = stage(t, program);
      await play((_, __, response) => answer(response, 0, "exec"));
      writeFileSync(join(bin, "tool"), 'echo "$0 $1"\n');
      assert.equal((await start(["x"])).stdout, `${join(bin, "tool")} x\n`);
      writeFileSync(join(bin, "tool"), "#!/nonexistent/interpreter\n");
      const ran = await start([]);
      assert.deepEqual([ran.code, ran.stdout], [127, ""]);
      assert.match(ran.stderr, /can't be run: No such file/);
    });
  });
}
