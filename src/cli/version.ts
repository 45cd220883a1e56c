import { readPackageFile } from './read-package-file.ts';

let known: string | undefined;

/** The version in package.json when it was first asked for: the package may be replaced under a running node. */
export function version(): string {
  known ??= readVersion();
  return known;
}

function readVersion(): string {
  const parsed: unknown = JSON.parse(readPackageFile('package.json'));
  const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  if (typeof found !== 'string') throw new Error('package.json has no version');
  return found;
}
