import { readPackageFile } from './read-package-file.ts';

/** The version in package.json. */
export function version(): string {
  const parsed: unknown = JSON.parse(readPackageFile('package.json'));
  const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  if (typeof found !== 'string') throw new Error('package.json has no version');
  return found;
}
