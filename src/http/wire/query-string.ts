import { OsoError } from '../../errors/oso-error.ts';

/**
 * The parameters behind `?` whose names match, form encoded; others are not looked at (api reference, 12.1). An empty
 * value means the same as no parameter (api reference, 4.9). Throws REQUEST_INVALID for a value that is not UTF-8 and
 * for a name that occurs twice.
 */
export function readQueryString(query: string, names: RegExp): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of query.split('&')) {
    const [name, value] = splitOnce(part);
    if (value === '') continue;
    if (parameters.has(name)) throw new OsoError('REQUEST_INVALID', `the parameter \`${name}\` occurs twice`);
    parameters.set(name, value);
  }
  return parameters;
}

function splitOnce(part: string): readonly [string, string] {
  const equals = part.indexOf('=');
  if (equals === -1) return [decode(part), ''];
  return [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
}

function decode(text: string): string {
  if (!/[%+]/u.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new OsoError('REQUEST_INVALID', 'the query string is not percent-encoded UTF-8', { cause });
  }
}
