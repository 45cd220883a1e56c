import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { EXIT, EXIT_MEANINGS } from '../../src/cli/exit-code.ts';
import type { Option } from '../../src/config/option.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { ERROR_CODES } from '../../src/errors/codes.ts';

const README = read('README.md');
const PACKAGE = JSON.parse(read('package.json'));

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** Rows of the table below a heading of the README. */
function tableUnder(heading: string): string[][] {
  return tableIn(README.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '');
}

/** Rows of a table, head and rule left out; cells without padding. */
function tableIn(text: string): string[][] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

describe('the tables of README and docs/errors.md are those of the code', () => {
  test('settings', () => {
    const described = Object.values<Option<unknown>>(OPTIONS).map((option) => [
      `\`${option.env}\``,
      `\`--${option.flag}${option.valueName === undefined ? '' : ` ${option.valueName}`}\``,
      option.defaultValue === undefined ? option.defaultText : `\`${option.defaultText}\``,
      option.help,
    ]);
    expect(tableUnder('Settings')).toEqual(described);
  });

  test('exit codes', () => {
    expect(tableUnder('Exit codes')).toEqual(
      Object.entries(EXIT_MEANINGS).map(([code, text]) => [`\`${code}\``, text]),
    );
  });

  test('error codes', () => {
    expect(tableIn(read('docs/errors.md'))).toEqual(
      Object.entries(ERROR_CODES).map(([code, text]) => [`\`${code}\``, text]),
    );
  });

  test('commands', () => {
    const rows = tableUnder('Commands').map(([usage = '', does]) => [usage.split(/[ `]/)[2], does]);
    expect(rows).toEqual(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]));
  });

  test('dependencies', () => {
    expect(tableUnder('Dependencies').map(([name]) => name)).toEqual(
      Object.keys(PACKAGE.dependencies)
        .sort()
        .map((name) => `\`${name}\``),
    );
  });
});

test('no package runs a script when it is installed but those that are known to, and allowed', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
  };
  expect(Object.keys(packages).length).toBeGreaterThan(50);
  const running = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript);
  const allowed = Object.keys(PACKAGE.allowScripts).map((name) => `node_modules/${name}`);
  expect(running.sort()).toEqual(allowed.sort());
});

test('exit codes are never renumbered', () => {
  expect(EXIT).toEqual({
    done: 0,
    failed: 1,
    usage: 2,
    invalid: 3,
    noSource: 4,
    guard: 5,
    locked: 6,
    interrupted: 130,
  });
});

test('every command is loaded under its own name and summary', async () => {
  for (const [name, entry] of Object.entries(COMMANDS)) {
    expect(await entry.load()).toMatchObject({ name, summary: entry.summary });
  }
});
