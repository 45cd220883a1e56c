import type { FactProgress } from '../facts/fact-sink.ts';
import type { Clock } from '../util/clock.ts';
import { describeProgress, type StageProgress } from './describe-progress.ts';
import type { Output } from './output.ts';

/** A line on the terminal that says how far the work has come. Disposing removes it. */
export interface Progress extends Disposable {
  readonly onFacts: FactProgress;
  /** For work that counts bytes. */
  readonly onBytes: (stage: string, doneBytes: number, totalBytes: number) => void;
  /** What is being done now, before there is anything to count. */
  say(text: string): void;
}

const STAGES: Readonly<Record<Parameters<FactProgress>[0], string>> = {
  read: 'reading',
  sort: 'sorting',
  write: 'writing',
  check: 'checking',
};

const BYTE_STAGES: Readonly<Record<string, string>> = {
  write: 'writing',
  check: 'reading back',
  digest: 'checking bytes of',
  content: 'reading',
};

/** Silent unless stderr is a terminal that somebody may be watching. */
export async function startProgress(output: Output, clock: Clock, text: string): Promise<Progress> {
  if (output.drawing === 'none') return SILENT;
  const { default: ora } = await import('ora');
  const stream = output.stderr as NodeJS.WriteStream;
  const color = output.drawing === 'coloured' ? 'cyan' : false;
  // It is decided already whether somebody watches; the library would ask the process's own environment again.
  const spinner = ora({ text, stream, color, isEnabled: true, discardStdin: false }).start();
  let stage = '';
  let sinceMs = 0;
  const show = (amount: Omit<StageProgress, 'elapsedMs'>) => {
    if (stage !== amount.stage) sinceMs = clock.monotonicMs();
    stage = amount.stage;
    spinner.text = describeProgress({ ...amount, elapsedMs: clock.monotonicMs() - sinceMs });
  };
  return {
    say(next) {
      spinner.text = next;
    },
    onFacts: (name, done, total) => show({ stage: STAGES[name], unit: 'facts', done, total }),
    onBytes: (name, done, total) => show({ stage: BYTE_STAGES[name] ?? name, unit: 'bytes', done, total }),
    [Symbol.dispose]() {
      if (spinner.isSpinning) spinner.stop();
    },
  };
}

const SILENT: Progress = { onFacts: () => {}, onBytes: () => {}, say: () => {}, [Symbol.dispose]: () => {} };
