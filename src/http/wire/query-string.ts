import { OsoError } from '../../errors/oso-error.ts';

/**
 * The parameters behind `?` whose names match, form encoded; others are not looked at (api reference, 12.1). An empty
 * value means the same as no parameter (api reference, 4.9). Throws REQUEST_INVALID for bytes that are not UTF-8 and
 * for a name that occurs twice.
 */
export function readQueryString(query: string, names: RegExp): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    if (equals === -1 || equals === part.length - 1) continue;
    const name = decode(part.slice(0, equals));
    if (!names.test(name)) continue;
    if (parameters.has(name)) throw new OsoError('REQUEST_INVALID', `the parameter \`${name}\` occurs twice`);
    parameters.set(name, decode(part.slice(equals + 1)));
  }
  return parameters;
}

function decode(text: string): string {
  if (!/[%+]/u.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new OsoError('REQUEST_INVALID', 'the query string is not percent-encoded UTF-8', { cause });
  }
}
