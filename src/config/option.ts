/**
 * What a text became: a value, or what it must be instead, as the end of a sentence (`must be …`). Messages repeat the
 * text unless it may hold a secret.
 */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string; readonly mayHoldSecret?: true };

/** One setting. Parsing, `--help` and the table in the README all come from this description. */
export interface Option<T> {
  /** Long flag without dashes. A switch has its opposite as well: `--no-<flag>`. */
  readonly flag: string;
  /** Name in the environment. An empty variable counts as absent. */
  readonly env: string;
  /** What stands for the value in help, such as `PORT`; undefined: a switch. */
  readonly valueName: string | undefined;
  readonly parse: (text: string) => Parsed<T>;
  /** The value when neither flag nor variable is given. */
  readonly defaultValue: T;
  /** The default as a user would write it, or a few words about it; empty when there is none. */
  readonly defaultText: string;
  /** One line, lower-case start, no final period. */
  readonly help: string;
  /** Never shown, in no message. */
  readonly secret: boolean;
}

type Description<T> = Pick<Option<T>, 'flag' | 'env' | 'valueName' | 'parse' | 'help'>;

/** A setting whose default is a text like any other. A default that does not parse is a bug of ours. */
export function withDefault<T>(description: Description<T> & { readonly defaultText: string }): Option<T> {
  const parsed = description.parse(description.defaultText);
  if (!parsed.ok) throw new Error(`default of --${description.flag}: ${parsed.problem}`);
  return { ...description, defaultValue: parsed.value, secret: false };
}

/** A setting that may be absent. */
export function optional<T>(
  description: Description<T> & { readonly absentText?: string; readonly secret?: boolean },
): Option<T | undefined> {
  const { absentText = '', secret = false, ...rest } = description;
  return { ...rest, defaultValue: undefined, defaultText: absentText, secret };
}
