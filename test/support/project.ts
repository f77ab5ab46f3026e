import { execFileSync } from "node:child_process";
import { after, before } from "node:test";
import type { Place } from "../../src/protocol/place.ts";
import { makeHome, TestDaemon } from "./daemon.ts";
import { remove, temporary } from "./temporary.ts";

/** For the tests of one `describe`: a daemon in a home of its own, and an empty repository for its agents to work in. */
export function daemonWithProject(): { readonly place: Place; readonly project: string; readonly daemon: TestDaemon } {
  const place = makeHome();
  const project = temporary("sbp-");
  let daemon: TestDaemon;
  before(async () => {
    execFileSync("git", ["init", "--quiet", project]);
    daemon = await TestDaemon.start(place);
  });
  after(async () => {
    await daemon[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    remove(project);
  });
  return {
    place,
    project,
    get daemon() {
      return daemon;
    },
  };
}
