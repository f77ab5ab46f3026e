/** What there is around it; everything that touches the machine comes in here. */
export interface ServiceWorld {
  readonly platform: string;
  readonly userHome: string;
  /** Absolute folder of the user's settings ($XDG_CONFIG_HOME, else ~/.config). */
  readonly configHome: string;
  readonly uid: number;
  /** Runs a program to its end. `code` null: it could not be started. Output is bounded by the one who runs it. */
  run(file: string, args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }>;
}

/** What is to be run, as in the launch record. */
export interface ServiceLaunch {
  /** Absolute path of Node. */
  readonly exec: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Names the units; null for the user's own, default home. */
  readonly suffix: string | null;
  /** Absolute; two daemons never share one. */
  readonly socket: string;
  readonly home: string;
}

/** One file that a service manager reads. */
export interface Unit {
  readonly path: string;
  readonly text: string;
}

/** A service manager's way of doing things. */
export interface ServiceManager {
  readonly name: string;
  readonly units: readonly Unit[];
  /** What is missing here, in a sentence; undefined when it answers. */
  away(): Promise<string | undefined>;
  /** Commands, each an argument list; run in order after the files are written. */
  readonly start: readonly Command[];
  /** Run before the files are removed, and after. */
  readonly stop: readonly Command[];
  readonly afterRemoval: readonly Command[];
  /** Whether it holds the socket, or keeps the daemon running, right now. */
  active(): Promise<boolean>;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Its failure is no fault: what it ends may not run. */
  readonly mayFail?: boolean;
}

/** Why nothing was done: `message` is a sentence for the person, `hint` the next command. */
export class ServiceRefused extends Error {
  override readonly name = "ServiceRefused";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
