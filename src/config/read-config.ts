import { OsoError } from '../errors/oso-error.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import type { Option } from './option.ts';
import { IDENTITY, OPTIONS, type SettingName, type Settings } from './options.ts';
import type { Secret } from './secret.ts';

export interface ConfigInput {
  /** Flags as given: the text of a value, true or false for a switch. */
  readonly flags: Readonly<Partial<Record<SettingName, string | boolean>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether token, environment and tenant must be there. */
  readonly needsControlPlane: boolean;
}

/** What reaches a control plane, and whose data it is. */
export interface Identity {
  readonly token: Secret;
  readonly environment: string;
  readonly tenant: string;
}

export interface Config {
  readonly settings: Settings;
  /** Defined when all three are given; always when the input said they are needed. */
  readonly identity: Identity | undefined;
}

export type ReadConfig =
  | { readonly ok: true; readonly config: Config }
  /** Each a CONFIG_INVALID. */
  | { readonly ok: false; readonly problems: readonly OsoError[] };

/** Flags before environment before defaults, frozen; or every problem at once. Values of secrets are in no message. */
export function readConfig(input: ConfigInput): ReadConfig {
  const problems = [...unknownVariables(input.env)];
  const settings: Record<string, unknown> = {};
  for (const [name, option] of Object.entries<Option<unknown>>(OPTIONS)) {
    settings[name] = readOption(option, flagOf(input, name), input.env, problems);
  }
  const frozen = Object.freeze(settings) as unknown as Settings;
  if (input.needsControlPlane) problems.push(...missing(frozen, problems));
  problems.push(...foreignToken(frozen));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: Object.freeze({ settings: frozen, identity: identityOf(frozen) }) };
}

/** The environment that an API key of the form `e_<environment>_…` belongs to. */
export function environmentOfToken(token: string): string | undefined {
  return /^e_([^_]+)_/.exec(token)?.[1];
}

function flagOf(input: ConfigInput, name: string): string | boolean | undefined {
  return Object.entries(input.flags).find(([flag]) => flag === name)?.[1];
}

function readOption(
  option: Option<unknown>,
  flag: string | boolean | undefined,
  env: ConfigInput['env'],
  problems: OsoError[],
): unknown {
  const variable = env[option.env];
  const text = flag === undefined ? variable : String(flag);
  if (text === undefined || (text === '' && flag === undefined)) return option.defaultValue;
  const parsed = option.parse(text);
  if (parsed.ok) return parsed.value;
  const given = option.secret || parsed.mayHoldSecret ? '' : `, not \`${text}\``;
  const place = flag === undefined ? option.env : `--${option.flag}`;
  problems.push(new OsoError('CONFIG_INVALID', `\`${place}\` ${parsed.problem}${given}`, { hint: quoteHint(text) }));
  return option.defaultValue;
}

/** Env files of containers are not shell: quotes become part of the value. */
function quoteHint(text: string): string | undefined {
  if (!/^(["']).*\1$/.test(text)) return undefined;
  return 'the value includes its quotes; write it without them, env files of containers keep them';
}

function unknownVariables(env: ConfigInput['env']): OsoError[] {
  const known: string[] = Object.values(OPTIONS).map((option) => option.env);
  return Object.keys(env)
    .filter((name) => name.startsWith('OSO_') && !known.includes(name))
    .sort()
    .map((name) => {
      const guess = didYouMean(name, known);
      const hint =
        guess === undefined
          ? 'remove it; `oso-fallback serve --help` lists all settings'
          : `did you mean \`${guess}\`?`;
      return new OsoError('CONFIG_INVALID', `unknown variable \`${name}\``, { hint });
    });
}

/** A required setting that is there but wrong has been reported already. */
function missing(settings: Settings, problems: readonly OsoError[]): OsoError[] {
  return IDENTITY.filter((name) => {
    const { env, flag } = OPTIONS[name];
    const reported = problems.some(
      ({ message }) => message.startsWith(`\`${env}\``) || message.startsWith(`\`--${flag}\``),
    );
    return settings[name] === undefined && !reported;
  }).map((name) => {
    const { env, flag, help } = OPTIONS[name];
    return new OsoError('CONFIG_INVALID', `\`${env}\` is missing`, { hint: `set it, or give \`--${flag}\`: ${help}` });
  });
}

function foreignToken({ apiToken, environment }: Settings): OsoError[] {
  if (apiToken === undefined || environment === undefined) return [];
  const owner = environmentOfToken(apiToken.reveal());
  if (owner === undefined || owner === environment) return [];
  const message = `\`OSO_API_TOKEN\` is a key of environment \`${owner}\`, but \`OSO_ENVIRONMENT\` is \`${environment}\``;
  return [new OsoError('CONFIG_INVALID', message, { hint: 'take the key and the id from the same environment' })];
}

function identityOf({ apiToken, environment, tenant }: Settings): Identity | undefined {
  if (apiToken === undefined || environment === undefined || tenant === undefined) return undefined;
  return Object.freeze({ token: apiToken, environment, tenant });
}
