import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Source } from '../../src/source/source.ts';

/** One policy of `test/cases`: a file, or a folder whose files are one policy together. */
export interface PolicyCase {
  readonly name: string;
  readonly sources: readonly Source[];
}

export function policyCases(folder: string): readonly PolicyCase[] {
  const directory = fileURLToPath(new URL(`../cases/${folder}`, import.meta.url));
  return readdirSync(directory, { withFileTypes: true })
    .map((entry) => {
      const path = `${directory}/${entry.name}`;
      if (!entry.isDirectory()) return { name: entry.name, sources: [readSource(directory, entry.name)] };
      return {
        name: entry.name,
        sources: readdirSync(path)
          .sort()
          .map((file) => readSource(path, file)),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readSource(directory: string, name: string): Source {
  return { name, text: readFileSync(`${directory}/${name}`, 'utf8') };
}

/** What the first line says of the first finding: `# expect: CODE line:column`. */
export function expectationOf({ name, sources }: PolicyCase): string {
  const expected = /^# expect: ([A-Z_]+ \d+:\d+)\n/.exec(sources[0]?.text ?? '')?.[1];
  if (expected === undefined) throw new Error(`${name} does not start with \`# expect: CODE line:column\``);
  return expected;
}
