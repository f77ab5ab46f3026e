import { join } from "node:path";
import { systemClock } from "../kit/clock.ts";
import { createLog } from "../kit/log-file.ts";
import type { Log } from "../kit/log.ts";
import { homeFiles, type Place } from "../protocol/place.ts";
import { ownVersion } from "../protocol/version.ts";
import { StoreFault, takeInstance } from "../store/index.ts";
import type { Config, ConfigValue } from "./config.ts";
import { openDoor, type Serving } from "./door.ts";
import { ensureHome } from "./home.ts";
import { freshenHome } from "./launch.ts";
import { refusing } from "./refusing.ts";
import { buildRooms } from "./rooms.ts";

export interface Daemon extends AsyncDisposable {
  readonly log: Log;
  /** Resolves when the operator stopped it; the owner then disposes it. */
  readonly stopped: Promise<void>;
}

export interface ComposeOptions {
  readonly place: Place;
  readonly config: Config;
  readonly values: readonly ConfigValue[];
  /** A listening socket that systemd or launchd handed over. */
  readonly adoptFd?: number | undefined;
  /** Marks a new home as made for tests. */
  readonly test?: boolean;
}

/**
 * Builds the daemon bottom-up and opens the door last. Closing goes the other way: stop accepting, refuse new calls, finish what is in
 * flight (open holds stay open in the store), flush, close.
 *
 * A store or ledger that can't be used does not stop it: the daemon then serves to deny every tool call with the sentence that says
 * what to do (promise 2), because a daemon that is away would be started again by every hook.
 * @throws ConfigFault, StoreFault (busy: another daemon serves this home), Error from the door: all in sentences for the person
 */
export async function compose({ place, config, values, adoptFd, test = false }: ComposeOptions): Promise<Daemon> {
  await using building = new AsyncDisposableStack();
  ensureHome(place.home);
  const { level, fileBytesMax: bytesMax, filesMax } = config.log;
  const log = building.use(
    createLog({ path: join(place.home, homeFiles.log, "daemon.log"), level, bytesMax, filesMax }),
  );
  const version = ownVersion();
  const stop = Promise.withResolvers<void>();
  const common = { place, version, values, log, clock: systemClock, stop: stop.resolve };

  let serving: Serving;
  try {
    building.use(takeInstance(join(place.home, homeFiles.instance)));
    serving = buildRooms({ ...common, config, building, test });
  } catch (error) {
    if (!(error instanceof StoreFault) || error.kind === "busy") throw error;
    log.error({ err: error }, "the store can't be used: the daemon serves only to deny");
    serving = refusing({ ...common, fault: error });
  }
  const where = { path: place.socket, adoptFd };
  building.use(await openDoor(serving, { ...common, where, drainMs: config.drainMs }));
  freshenHome(place, process.argv[1] ?? "", log);
  log.info({ pid: process.pid, version, home: place.home, socket: place.socket }, "the daemon serves");
  const owned = building.move();
  return { log, stopped: stop.promise, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
