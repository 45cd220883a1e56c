import { OsoError } from './oso-error.ts';

/** What this machine has no more of, and how to have more. */
export interface Shortage {
  readonly reason: string;
  readonly hint: string;
}

const SHORTAGES: Readonly<Record<string, Shortage>> = {
  EMFILE: { reason: 'too many open files', hint: 'raise the limit of open files (`ulimit -n`)' },
  ENFILE: {
    reason: 'too many open files in the system',
    hint: 'end programs that have many files open, or raise `fs.file-max`',
  },
  ENOMEM: { reason: 'the system has no memory left', hint: 'give the machine or the container more memory' },
};

const NO_PROCESS: Shortage = {
  reason: 'the system lets no more processes or threads begin',
  hint: 'raise the limit of processes of the user (`ulimit -u`), or of the container or service (`--pids-limit`, `TasksMax`)',
};

/** What the code of a system error says is missing. */
export function shortageOf(code: string): Shortage | undefined {
  return SHORTAGES[code];
}

/** The same of an error. EAGAIN says it of a process, or a thread, that could not begin, and of nothing else. */
function shortageIn(message: string, code: string): Shortage | undefined {
  return /^(EAGAIN: spawn .*|ERR_WORKER_INIT_FAILED: )EAGAIN$/u.test(`${code}: ${message}`)
    ? NO_PROCESS
    : shortageOf(code);
}

/** COPY_FAILED for what the system threw because something is missing; undefined for anything else. */
export function shortageError(error: unknown): OsoError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const shortage = shortageIn(error.message, String(error.code));
  if (shortage === undefined) return undefined;
  return new OsoError('COPY_FAILED', `${shortage.reason} (${error.message})`, { hint: shortage.hint, cause: error });
}
