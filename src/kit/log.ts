/**
 * Where rooms write their log lines: fields first, then one sentence. Pino's logger fits as it is.
 * Nothing secret and no payload goes into a field.
 */
export interface Log {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

/** For tests and for parts that run without a log. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
