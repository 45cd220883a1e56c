import { OsoError } from './oso-error.ts';

/** What libuv has no word for (`UV_ERRNO_MAP` in https://github.com/libuv/libuv), by the numbers of each system. */
const NAMES: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  linux: { 37: 'ENOLCK', 74: 'EBADMSG', 116: 'ESTALE', 117: 'EUCLEAN', 122: 'EDQUOT' },
  darwin: { 69: 'EDQUOT', 70: 'ESTALE', 77: 'ENOLCK', 94: 'EBADMSG' },
};

/** How Node.js writes the code of an error that it knows by number alone. */
const UNKNOWN = /^(UNKNOWN|Unknown system error -(?<number>\d+))$/;

/**
 * The code of a system error, such as `ENOENT`, or undefined for anything else; Node's own codes start with `ERR_`. An error
 * that has no word, not even here, is `errno 512`.
 */
export function errnoOf(error: unknown, platform: string = process.platform): string | undefined {
  if (!(error instanceof Error) || error instanceof OsoError || !('code' in error)) return undefined;
  const { code } = error;
  if (typeof code !== 'string') return undefined;
  if (/^E[A-Z0-9]+$/.test(code)) return code;
  const unknown = UNKNOWN.exec(code);
  if (unknown === null) return undefined;
  const number = Math.abs(Number(unknown.groups?.['number'] ?? ('errno' in error ? error.errno : 0)));
  return NAMES[platform]?.[number] ?? `errno ${number}`;
}
