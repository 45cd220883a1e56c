import { OsoError } from '../errors/oso-error.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { COMMANDS } from './command-list.ts';
import { EXIT_MEANINGS } from './exit-code.ts';

/** Help of the program as a whole. */
export function printHelp(): string {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  const exits = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);
  return `${[
    'A read-only fallback node for Oso Cloud.',
    '',
    'Usage: oso-fallback [command] [options]',
    '',
    'Commands:',
    ...commands,
    '',
    'As in the container image: `--export FILE` is `export FILE`, `--import FILE` is `serve --import FILE`,',
    'and no arguments is `serve`. `oso-fallback COMMAND --help` lists the options of a command; all have',
    '`--json`, `--quiet` and `--help`. `oso-fallback --version` prints the version.',
    '',
    'Exit codes:',
    ...exits,
  ].join('\n')}\n`;
}

export function unknownCommand(name: string): OsoError {
  const guess = didYouMean(name, Object.keys(COMMANDS));
  const hint = guess === undefined ? '`oso-fallback --help` lists all commands' : `did you mean \`${guess}\`?`;
  return new OsoError('CONFIG_INVALID', `unknown command \`${name}\``, { hint });
}
