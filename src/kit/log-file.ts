import { closeSync, fchmodSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import { type Logger, pino } from "pino";
import type { Log } from "./log.ts";

type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogFileOptions {
  /** Absolute; older files are `path.1`, `path.2` ... */
  readonly path: string;
  readonly level: LogLevel;
  /** The file is rotated before a line would take it over this. */
  readonly bytesMax: number;
  /** The current file included; at least 1. */
  readonly filesMax: number;
}

export interface LogFile extends Log, Disposable {
  /** The same file, with these fields on every line. */
  child(fields: object): Log;
}

/** A longer line is replaced by one that says so: nothing that long belongs in a log. */
export const logLineBytesMax = 32 * 1024;

/**
 * A log of JSON lines (pino), written synchronously, so that the last words before a crash are on disk. It never throws: when
 * the disk refuses, lines are lost, counted, and the count is the first line that can be written again.
 */
export function createLog({ path, level, bytesMax, filesMax }: LogFileOptions): LogFile {
  const file = new RotatingFile(path, bytesMax, filesMax);
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    file,
  );
  return Object.assign(plainLog(logger), {
    child: (fields: object) => plainLog(logger.child(fields)),
    [Symbol.dispose]: () => file.close(),
  });
}

/** Pino throws on fields that have no JSON form (a getter that throws); a log line is never worth an exception. */
function plainLog(logger: Logger): Log {
  const say = (level: LogLevel) => (fields: object, sentence: string) => {
    try {
      logger[level](fields, sentence);
    } catch (error) {
      logger.error({ why: String(error) }, `${sentence} (its fields could not be written)`);
    }
  };
  return { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
}

class RotatingFile {
  readonly #path: string;
  readonly #bytesMax: number;
  readonly #filesMax: number;
  #fd: number | undefined;
  #bytes = 0;
  #lost = 0;
  #closed = false;

  constructor(path: string, bytesMax: number, filesMax: number) {
    this.#path = path;
    this.#bytesMax = bytesMax;
    this.#filesMax = Math.max(1, filesMax);
  }

  /** Pino's destination: one whole line. */
  write(line: string): void {
    if (this.#closed) return;
    const bytes = Buffer.from(line);
    this.#put(
      bytes.length <= logLineBytesMax ? bytes : note("warn", `a log line of ${bytes.length} bytes was left out`),
    );
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  #put(line: Buffer): void {
    try {
      if (this.#lost > 0) {
        const lost = this.#lost;
        this.#append(note("error", `${lost} log lines were lost: the disk refused them`));
        this.#lost = 0;
      }
      this.#append(line);
    } catch {
      // The log is the last place that could be told; the line is counted, and the file is opened anew at the next one.
      this.#lost += 1;
      this.#release();
    }
  }

  #append(line: Buffer): void {
    if (this.#fd !== undefined && this.#bytes > 0 && this.#bytes + line.length > this.#bytesMax) this.#rotate();
    const fd = this.#fd ?? this.#open();
    if (this.#bytes > 0 && this.#bytes + line.length > this.#bytesMax) {
      this.#rotate(); // the file was full already when it was found
      return this.#append(line);
    }
    let written = 0;
    while (written < line.length) written += writeSync(fd, line, written);
    this.#bytes += line.length;
  }

  #open(): number {
    const fd = openSync(this.#path, "a", 0o600);
    this.#fd = fd;
    fchmodSync(fd, 0o600);
    this.#bytes = fstatSync(fd).size;
    return fd;
  }

  #rotate(): void {
    this.#release();
    for (let index = this.#filesMax - 1; index >= 1; index -= 1) {
      const from = index === 1 ? this.#path : `${this.#path}.${index - 1}`;
      try {
        renameSync(from, `${this.#path}.${index}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    }
    if (this.#filesMax === 1) closeSync(openSync(this.#path, "w", 0o600));
  }

  #release(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    this.#bytes = 0;
    if (fd === undefined) return;
    try {
      closeSync(fd);
    } catch {
      // A failed close (full network disk) has nothing to add: the lines before it are written or counted.
    }
  }
}

function note(level: LogLevel, msg: string): Buffer {
  return Buffer.from(`${JSON.stringify({ level, time: new Date().toISOString(), pid: process.pid, msg })}\n`);
}
