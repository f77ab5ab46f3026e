import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

export interface EpochKey {
  readonly epoch: number;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const fileForm = /^epoch-(\d{1,9})\.key$/;

/**
 * The private keys on disk: one PKCS#8 PEM file per epoch, 0600, in a folder 0700. Normally there is exactly one, two while a
 * hand-over is under way. All steps are fsynced, so that a crash leaves the old key, or both, and never none.
 */
export class KeyFiles {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  path(epoch: number): string {
    return join(this.dir, `epoch-${epoch}.key`);
  }

  /** Ascending; empty when the folder is missing. */
  epochs(): number[] {
    let names: string[];
    try {
      names = readdirSync(this.dir);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    return names
      .flatMap((name) => fileForm.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** @throws Error ENOENT, EACCES, or a decoder's error when the file is not a key */
  load(epoch: number): EpochKey {
    const privateKey = createPrivateKey(readFileSync(this.path(epoch)));
    return { epoch, privateKey, publicKey: createPublicKey(privateKey) };
  }

  /** Makes the key of an epoch; a left-over of a hand-over that never happened is erased first. */
  create(epoch: number): EpochKey {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    chmodSync(this.dir, 0o700);
    this.erase(epoch);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const path = this.path(epoch);
    const fresh = `${path}.new`;
    const file = openSync(fresh, "w", 0o600);
    try {
      writeSync(file, privateKey.export({ type: "pkcs8", format: "pem" }) as string);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, path);
    this.#syncDir();
    return { epoch, privateKey, publicKey };
  }

  /** Overwrites and unlinks. What a file system or an SSD keeps of old blocks is beyond us (ADR 0005). */
  erase(epoch: number): void {
    const path = this.path(epoch);
    let file: number;
    try {
      file = openSync(path, "r+");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    try {
      writeSync(file, randomBytes(fstatSync(file).size), undefined, undefined, 0);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    unlinkSync(path);
    this.#syncDir();
  }

  #syncDir(): void {
    const dir = openSync(this.dir, "r");
    try {
      fsyncSync(dir);
    } finally {
      closeSync(dir);
    }
  }
}
