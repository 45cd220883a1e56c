import type { SettingName } from '../config/options.ts';
import type { Config } from '../config/read-config.ts';
import type { Clock } from '../util/clock.ts';
import type { ExitCode } from './exit-code.ts';
import type { Output } from './output.ts';

/** One subcommand: what it declares, and what it does. Its file is loaded only when it is called. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands, lower-case start, no period. */
  readonly summary: string;
  /** In commander's notation: `<file>`, `[policy...]`. */
  readonly arguments: readonly Described[];
  /** Flags of this command alone, in commander's notation: `--import <file>`. */
  readonly flags: readonly Described[];
  /** Settings that it offers as flags. The environment is read for all of them, so that a wrong one is found early. */
  readonly settings: readonly SettingName[];
  /** What help says below the options: promises, exit codes, examples. */
  readonly notes: string;
  /** Throws OsoError, or an AggregateError of several, for what the user can act on. */
  run(invocation: Invocation, context: CommandContext): Promise<ExitCode>;
}

interface Described {
  readonly notation: string;
  readonly help: string;
}

/** The command line as it was given. */
export interface Invocation {
  readonly arguments: readonly string[];
  /** The value of a flag of the command. Undefined when it was not given, or is a switch. */
  text(flag: string): string | undefined;
  /** Whether a switch of the command was given. */
  isSet(flag: string): boolean;
  /** Settings from flags and environment. Throws an AggregateError of CONFIG_INVALID. */
  config(needs: { readonly controlPlane: boolean }): Config;
}

/** The world as a command sees it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
  readonly clock: Clock;
  /** Aborted by the first SIGINT or SIGTERM, with an INTERRUPTED error as its reason. */
  readonly signal: AbortSignal;
  /** Calls at every SIGHUP. Until somebody listens it ends the process, as everywhere. */
  onHangup(listener: () => void): void;
}
