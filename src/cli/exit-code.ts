import type { ErrorCode } from '../errors/codes.ts';
import { OsoError } from '../errors/oso-error.ts';

/** Promised to scripts: never renumbered. README's table is tested against it both ways. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  noSource: 4,
  guard: 5,
  locked: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each number means, in the words of the README. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage or configuration',
  3: 'the snapshot (or policy, for `test`) is not valid',
  4: 'nothing to start from, or the control plane gave no data',
  5: 'refused by a guard: other environment, older data, too much missing',
  6: 'the data directory is in use',
  130: 'interrupted',
};

const BY_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  POLAR_SYNTAX: EXIT.invalid,
  POLAR_DECLARATION: EXIT.invalid,
  POLAR_UNDECLARED: EXIT.invalid,
  POLAR_UNKNOWN_TYPE: EXIT.invalid,
  POLAR_EXTENDS: EXIT.invalid,
  POLAR_ABSTRACT: EXIT.invalid,
  POLAR_LITERAL: EXIT.invalid,
  POLAR_TYPE: EXIT.invalid,
  POLAR_VARIABLE: EXIT.invalid,
  POLAR_FACT: EXIT.invalid,
  POLAR_TEST: EXIT.invalid,
  POLAR_NEGATION: EXIT.invalid,
  POLAR_COMPLEX: EXIT.invalid,
  POLAR_STYLE: EXIT.invalid,
  POLICY_INVALID: EXIT.invalid,
  POLICY_TESTS_FAILED: EXIT.invalid,
  FACT_INVALID: EXIT.invalid,
  EVAL_LIMIT: EXIT.failed,
  EVAL_DEADLINE: EXIT.failed,
  EVAL_UNBOUNDED: EXIT.failed,
  SQL_UNSUPPORTED: EXIT.failed,
  REQUEST_INVALID: EXIT.failed,
  REQUEST_UNAUTHORIZED: EXIT.failed,
  REQUEST_FORBIDDEN: EXIT.failed,
  REQUEST_NOT_FOUND: EXIT.failed,
  REQUEST_METHOD: EXIT.failed,
  REQUEST_TOO_LARGE: EXIT.failed,
  REQUEST_ENCODING: EXIT.failed,
  REQUEST_UNSUPPORTED: EXIT.failed,
  SERVER_OVERLOADED: EXIT.failed,
  NOT_READY: EXIT.noSource,
  CONFIG_INVALID: EXIT.usage,
  CONTROL_PLANE_UNREACHABLE: EXIT.noSource,
  CONTROL_PLANE_UNAUTHORIZED: EXIT.noSource,
  CONTROL_PLANE_NOT_FOUND: EXIT.noSource,
  CONTROL_PLANE_THROTTLED: EXIT.noSource,
  CONTROL_PLANE_FAILED: EXIT.noSource,
  CONTROL_PLANE_REFUSED: EXIT.noSource,
  CONTROL_PLANE_MALFORMED: EXIT.noSource,
  CONTROL_PLANE_UNSTABLE: EXIT.noSource,
  COPY_FAILED: EXIT.failed,
  SNAPSHOT_INVALID: EXIT.invalid,
  // Whoever throws away what is not valid must not lose an intact file.
  SNAPSHOT_NEWER: EXIT.failed,
  SNAPSHOT_POLICY: EXIT.invalid,
  INDEX_INVALID: EXIT.failed,
  GUARD_ENVIRONMENT: EXIT.guard,
  GUARD_OLDER: EXIT.guard,
  GUARD_SHRINK: EXIT.guard,
  GENERATION_NOT_FOUND: EXIT.failed,
  DIRECTORY_LOCKED: EXIT.locked,
  DIRECTORY_UNUSABLE: EXIT.failed,
  NO_SPACE: EXIT.failed,
  NOTHING_TO_START_FROM: EXIT.noSource,
  PORT_UNAVAILABLE: EXIT.failed,
  NODE_UNREACHABLE: EXIT.failed,
  INTERRUPTED: EXIT.interrupted,
};

/** The only place that turns errors into exit codes. Anything but an OsoError is a bug of ours: 1. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof OsoError ? BY_ERROR[error.code] : EXIT.failed;
}
