import { Command as Commander, CommanderError, Option as CommanderOption } from 'commander';
import type { Option } from '../config/option.ts';
import { OPTIONS, type SettingName } from '../config/options.ts';
import { readConfig } from '../config/read-config.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { Command, Invocation } from './command.ts';

/** The arguments were asked for help, and this is it. */
export interface HelpAsked {
  readonly kind: 'help';
  readonly text: string;
}

/** Parses the arguments of one command. Throws CONFIG_INVALID for what it does not know. */
export function parseInvocation(
  command: Command,
  rest: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Invocation | HelpAsked {
  let help = '';
  const parser = describe(command).configureOutput({
    writeOut: (text) => {
      help += text;
    },
    writeErr: () => {},
  });
  requireText(rest, env);
  try {
    parser.parse([...rest], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help };
    throw usageError(error, command);
  }
  requireValues(parser, rest);
  return invocation(command, parser, env);
}

export function isHelp(parsed: Invocation | HelpAsked): parsed is HelpAsked {
  return 'kind' in parsed;
}

/**
 * Node.js puts this for bytes that are no UTF-8, which names of files may have. What has it would name another file, which
 * a command would read, or write, in place of the one that was meant.
 */
const NO_TEXT = '\ufffd';

function requireText(rest: readonly string[], env: Readonly<Record<string, string | undefined>>): void {
  const at = rest.findIndex((argument) => argument.includes(NO_TEXT));
  const variable = Object.keys(env).find((name) => name.startsWith('OSO_') && env[name]?.includes(NO_TEXT));
  const what = at === -1 ? variable : `argument ${at + 1} of the command`;
  if (what === undefined) return;
  // Not what it holds: that may be a key.
  throw new OsoError('CONFIG_INVALID', `${what} has bytes that are no UTF-8`, {
    hint: 'a file of such a name needs another one',
  });
}

/** The parser takes whatever comes next for the value of an option, another option too. */
function requireValues(parser: Commander, rest: readonly string[]): void {
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  const known = (text: string | undefined) => parser.options.find(({ long }) => long === text?.split('=')[0]);
  for (const [at, text] of options.entries()) {
    const value = options[at + 1];
    if (known(text)?.long !== text || known(text)?.required !== true || known(value) === undefined) continue;
    throw new OsoError('CONFIG_INVALID', `\`${text}\` has no value: \`${known(value)?.long}\` follows`, {
      hint: `\`${text}=…\` takes any value`,
    });
  }
}

function describe(command: Command): Commander {
  const parser = new Commander(`oso-fallback ${command.name}`)
    .description(`${command.summary}\n`)
    .exitOverride()
    .allowExcessArguments(false)
    .helpOption('-h, --help', 'show this help');
  for (const { notation, help } of command.arguments) parser.argument(notation, help);
  for (const { notation, help } of command.flags) parser.option(notation, help);
  for (const name of command.settings) addSetting(parser, OPTIONS[name]);
  parser.option('--json', 'print the result, and errors, as JSON on stdout');
  parser.option('--quiet', 'print nothing but errors');
  return command.notes === '' ? parser : parser.addHelpText('after', `\n${command.notes}`);
}

function addSetting(parser: Commander, option: Option<unknown>): void {
  const ending = option.defaultText === '' ? '' : `; ${option.defaultText}`;
  const help = `${option.help} [${option.env}${ending}]`;
  if (option.valueName !== undefined) {
    parser.addOption(new CommanderOption(`--${option.flag} <${option.valueName}>`, help));
    return;
  }
  parser.addOption(new CommanderOption(`--${option.flag}`, help));
  parser.addOption(new CommanderOption(`--no-${option.flag}`, '').hideHelp());
}

/** Commander writes `error: unknown option '--prot'\n(Did you mean --port?)`, or `'--tls-kye=…'` with all of its value. */
function usageError(error: CommanderError, command: Command): OsoError {
  const [first = '', guess] = error.message.replace(/^(error: unknown option '[^'=]*)=.*$/s, "$1'").split('\n');
  const message = first
    .replace(/^error: /, '')
    .replace(/'([^']*)'/g, '`$1`')
    .replace(/\.$/, '');
  const hint =
    guess?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean `$1`?') ??
    `\`oso-fallback ${command.name} --help\` lists what it takes`;
  return new OsoError('CONFIG_INVALID', message.replace(/\. Expected/, ': expected'), { hint, cause: error });
}

function invocation(
  command: Command,
  parser: Commander,
  env: Readonly<Record<string, string | undefined>>,
): Invocation {
  const values: Readonly<Record<string, unknown>> = parser.opts();
  const given = (flag: string): unknown => values[attributeOf(flag)];
  return {
    arguments: parser.args,
    text(flag) {
      const value = given(flag);
      return typeof value === 'string' ? value : undefined;
    },
    isSet: (flag) => given(flag) === true,
    config({ controlPlane }) {
      const flags: Partial<Record<SettingName, string | boolean>> = {};
      for (const name of command.settings) {
        const value = given(OPTIONS[name].flag);
        if (typeof value === 'string' || typeof value === 'boolean') flags[name] = value;
      }
      const read = readConfig({ flags, env, needsControlPlane: controlPlane });
      if (read.ok) return read.config;
      throw new AggregateError(read.problems, 'settings are missing, unknown or wrong');
    },
  };
}

/** Commander keeps `--sync-interval` under `syncInterval`. */
function attributeOf(flag: string): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
