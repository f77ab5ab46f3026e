import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import { join } from "node:path";
import { homeFiles } from "../protocol/place.ts";
import { ConfigFault } from "./config.ts";

/**
 * Makes the home when it is missing, and refuses one that is not this user's alone.
 * @throws ConfigFault
 */
export function ensureHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigFault(`The home ${home} ${whyNotMade(code, message)}. Choose another: signalbox --home DIR up`, {
      cause: error,
    });
  }
  const stat = lstatSync(home);
  const uid = process.getuid?.();
  if (!stat.isDirectory())
    throw new ConfigFault(
      `The home ${home} is not a folder of its own (a link or a file). Choose another: signalbox --home DIR up`,
    );
  if (uid !== undefined && stat.uid !== uid)
    throw new ConfigFault(`The home ${home} belongs to user ${stat.uid}, not to you (${uid}).`);
  if ((stat.mode & 0o077) !== 0)
    throw new ConfigFault(
      `The home ${home} is open to others (mode ${(stat.mode & 0o777).toString(8)}). ${mayBeClosed(home) ? `Close it: chmod 700 '${home}'` : "It holds other things too, so choose a folder of its own: signalbox --home DIR up"}`,
    );
  try {
    mkdirSync(join(home, homeFiles.log), { recursive: true, mode: 0o700 });
  } catch {
    // A home that can't be written has no log; the store says why nothing can be recorded, which is what matters.
  }
}

/** Nobody is told to close a folder that others may need: only one that is empty or a home already. */
function mayBeClosed(home: string): boolean {
  const names = readdirSync(home);
  return names.length === 0 || [homeFiles.database, "config.toml", "policy.toml"].some((name) => names.includes(name));
}

function whyNotMade(code: string | undefined, message: string): string {
  if (code === "EEXIST") return "is a file, or a link to nowhere, not a folder";
  if (code === "ENOTDIR") return "lies below a file";
  if (code === "EROFS") return "can't be made: its file system is read-only";
  if (code === "EACCES" || code === "EPERM") return "can't be made: the folder above it is not yours to write in";
  return `can't be made: ${message}`;
}

/**
 * A keyed hash, so that nobody who reads the ledger can test guesses of a secret input against it. The key is made once per home.
 * @throws ConfigFault when the key's file is there and is not a key
 */
export function openFingerprint(home: string): (text: string) => string {
  const path = join(home, "fingerprint.key");
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    key = randomBytes(keyBytes);
    writeFileSync(path, key, { mode: 0o600, flag: "wx" });
  }
  if (key.length !== keyBytes)
    throw new ConfigFault(
      `${path} is damaged. Move it away: open holds and unused approvals are then forgotten, nothing else.`,
    );
  const secret = createSecretKey(key);
  return (text) => createHmac("sha256", secret).update(text).digest("base64url");
}

const keyBytes = 32;
