import { printContent } from './content.ts';
import type { Served, Sight } from './sight.ts';
import type { Step } from './world.ts';

/** Ends the life, with what is wrong. */
export type Fail = (why: string) => never;

export function failAt(step: Step): Fail {
  return (why) => {
    throw new Error(`after ${JSON.stringify(step.event)}: ${why}\n${printStep(step)}`);
  };
}

function printStep({ before, after, attempts, ...rest }: Step): string {
  const told = attempts.map((attempt) => (attempt.ok ? attempt.result : attempt.error.message));
  return JSON.stringify({ before: brief(before), after: brief(after), attempts: told, ...rest }, null, 1);
}

function brief({ served, disk, ...rest }: Sight): unknown {
  const entries = disk.map(({ id, content, tenant, isWhole, isAside }) =>
    [id, content && printContent(content), tenant, isWhole ? 'whole' : 'damaged', isAside ? 'aside' : ''].join(' '),
  );
  return { ...rest, served: served && printServed(served), disk: entries };
}

function printServed({ id, ageMs, origin, content }: Served): string {
  return `${id} ${origin}, ${ageMs} ms old, ${content ? printContent(content) : 'no answer'}`;
}
