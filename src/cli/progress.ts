import type { FactProgress } from '../facts/fact-sink.ts';
import type { Clock } from '../util/clock.ts';
import { describeProgress } from './describe-progress.ts';
import type { Output } from './output.ts';

/** A line on the terminal that says how far the work has come. Disposing removes it. */
export interface Progress extends Disposable {
  readonly onFacts: FactProgress;
  /** What is being done now, before there is anything to count. */
  say(text: string): void;
}

const STAGES: Readonly<Record<Parameters<FactProgress>[0], string>> = {
  read: 'reading',
  sort: 'sorting',
  write: 'writing',
  check: 'checking',
};

/** Silent unless stderr is a terminal that someone may be watching. */
export async function startProgress(output: Output, clock: Clock, text: string): Promise<Progress> {
  if (output.stderr.isTTY !== true || output.isQuiet) return SILENT;
  const { default: ora } = await import('ora');
  const spinner = ora({ text, stream: output.stderr as NodeJS.WriteStream, discardStdin: false }).start();
  let stage = '';
  let sinceMs = 0;
  return {
    say(next) {
      spinner.text = next;
    },
    onFacts(name, done, total) {
      if (stage !== name) sinceMs = clock.monotonicMs();
      stage = name;
      spinner.text = describeProgress({ stage: STAGES[name], done, total, elapsedMs: clock.monotonicMs() - sinceMs });
    },
    [Symbol.dispose]: () => spinner.stop(),
  };
}

const SILENT: Progress = { onFacts: () => {}, say: () => {}, [Symbol.dispose]: () => {} };
