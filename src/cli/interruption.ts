import { OsoError } from '../errors/oso-error.ts';
import { EXIT } from './exit-code.ts';

/** The part of `process` that delivers signals. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR1', listener: () => void): unknown;
  removeAllListeners(signal: 'SIGINT'): unknown;
  exit(code: number): void;
}

/**
 * The first SIGINT or SIGTERM aborts the work, which then cleans up behind itself; a second SIGINT leaves at once, and a
 * third one ends what cannot even do that: an exit waits for every read that is under way, be it of a pipe nobody writes to.
 * SIGUSR1 would make Node open its inspector, a door into the process: it is taken and ignored.
 */
export function listenForInterruption(source: SignalSource): AbortSignal {
  const controller = new AbortController();
  const interrupt = (name: 'SIGINT' | 'SIGTERM') => () => {
    if (controller.signal.aborted && name === 'SIGINT') {
      source.removeAllListeners('SIGINT');
      source.exit(EXIT.interrupted);
    }
    controller.abort(new OsoError('INTERRUPTED', `stopped by ${name}`, { cause: name }));
  };
  source.on('SIGINT', interrupt('SIGINT'));
  source.on('SIGTERM', interrupt('SIGTERM'));
  source.on('SIGUSR1', () => {});
  return controller.signal;
}

/** The signal that caused an abort. */
export function interruptedBy(signal: AbortSignal): 'SIGINT' | 'SIGTERM' | undefined {
  const cause = signal.reason instanceof OsoError ? signal.reason.cause : undefined;
  return cause === 'SIGINT' || cause === 'SIGTERM' ? cause : undefined;
}

/** Resolves when the process is asked to stop. */
export function untilInterrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
