import type { Terminal } from './terminal.ts';

/** Colours for terminals; for everything else the text as it is. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}

const PLAIN: Paint = { good: (text) => text, bad: (text) => text, faint: (text) => text };

/** See https://no-color.org. A terminal called `dumb` shows escape sequences as text. */
export async function paintFor(stream: Terminal, env: Readonly<Record<string, string | undefined>>): Promise<Paint> {
  const isColourful = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  if (!isColourful) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { good: (text) => chalk.green(text), bad: (text) => chalk.red(text), faint: (text) => chalk.dim(text) };
}
