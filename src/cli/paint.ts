import type { Terminal } from './terminal.ts';

/** Colours for terminals; for everything else the text as it is. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}

const PLAIN: Paint = { good: (text) => text, bad: (text) => text, faint: (text) => text };

type Environment = Readonly<Record<string, string | undefined>>;

export async function paintFor(stream: Terminal, env: Environment): Promise<Paint> {
  if (!isColourful(stream, env)) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { good: (text) => chalk.green(text), bad: (text) => chalk.red(text), faint: (text) => chalk.dim(text) };
}

/** See https://no-color.org. */
export function isColourful(stream: Terminal, env: Environment): boolean {
  return isDrawable(stream, env) && !env['NO_COLOR'];
}

/** A terminal called `dumb` shows escape sequences as text. */
export function isDrawable(stream: Terminal, env: Environment): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
