import { readFileSync } from 'node:fs';

/** The version in package.json, from the sources as well as from `dist/`. */
export function version(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    const found = readVersion(new URL(place, import.meta.url));
    if (found !== undefined) return found;
  }
  throw new Error('package.json is missing');
}

function readVersion(place: URL): string | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(place, 'utf8'));
    const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}
