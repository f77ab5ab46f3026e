import { existsSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { codeCacheFolder, type Place } from "../protocol/place.ts";
import { agentConfigPaths } from "../wiring/index.ts";
import { processEnvironment } from "./config.ts";

/** The places of this machine that the gate must know: constant but for `agentConfigPaths`, which grows when an agent is wired. */
export function machinePlaces(place: Place) {
  const userHome = homedir();
  return {
    userHome,
    user: userInfo().username,
    tempDir: tmpdir(),
    signalboxPaths: [
      place.home,
      place.configDir,
      place.socket,
      dirname(place.socket),
      codeCacheFolder(),
      ...(isCheckout ? [] : [installFolder]),
    ],
    agentConfigPaths: agentConfigPaths({ place, environment: processEnvironment() }),
  };
}

/** Who can change this program can change every verdict. */
const installFolder = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
/** A checkout is somebody's workspace: Signalbox itself is developed there (docs/threat-model.md, R10). From elsewhere it is outside, so held. */
const isCheckout = existsSync(join(installFolder, ".git"));
