import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { EXIT_MEANINGS } from '../../src/cli/exit-code.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { ERROR_CODES } from '../../src/errors/codes.ts';
import { adminRoutes } from '../../src/http/routes/admin-routes.ts';
import { operationsRoutes } from '../../src/http/routes/operations-routes.ts';
import { METRICS } from '../../src/metrics/catalogue.ts';
import { ALARM_KINDS } from '../../src/sync/alarm-book.ts';
import { filesBelow, read } from './support/deploy-files.ts';

const OPERATIONS = read('docs/operations.md');
const README = read('README.md');
const ALERTS: readonly { readonly alert: string; readonly annotations: { readonly runbook: string } }[] = parse(
  read('deploy/prometheus/alerts.yml'),
).groups[0].rules;

/** As headings are linked to. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

const HEADINGS = [...OPERATIONS.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);

function missing(names: readonly string[], text = OPERATIONS): readonly string[] {
  return names.filter((name) => !new RegExp(`${name.replaceAll('/', '\\/')}(?![\\w-])`).test(text));
}

describe('docs/operations.md', () => {
  test('has every metric', () => {
    expect(missing(Object.values(METRICS).map(({ name }) => name))).toEqual([]);
  });

  test('has every kind of alarm, and says what to do', () => {
    const section = OPERATIONS.split('### OsoFallbackAlarm\n')[1]?.split('\n### ')[0] ?? '';
    expect(missing(ALARM_KINDS, section)).toEqual([]);
  });

  test('or the README has every setting', () => {
    const names = Object.values(OPTIONS).map(({ env }) => env);
    expect(missing(names, README + OPERATIONS)).toEqual([]);
  });

  test('has every exit code', () => {
    const section = OPERATIONS.split('## Exit codes\n')[1]?.split('\n## ')[0] ?? '';
    expect(Object.keys(EXIT_MEANINGS).filter((code) => !section.includes(`\`${code}\``))).toEqual([]);
  });

  test('has every path that is not for clients', () => {
    const readiness = () => ({ ready: true }) as const;
    const metrics = { contentType: '', render: async () => '' };
    const actions = { syncNow: () => 'offline' as const, pin: async () => '', unpin: async () => null };
    const routes = [...operationsRoutes({ readiness, status: () => undefined, metrics }), ...adminRoutes(actions)];
    expect(routes.length).toBeGreaterThan(5);
    expect(missing(routes.map(({ path }) => path))).toEqual([]);
  });

  test('has every header of ours', () => {
    const sources = filesBelow('src/http').map(read).join('\n');
    const headers = new Set(sources.match(/(?<=')Oso-Fallback-\w+(?=')/g));
    expect(headers.size).toBeGreaterThan(2);
    expect(missing([...headers])).toEqual([]);
  });

  test('has every reason of /readyz', () => {
    const section = OPERATIONS.split('## Health\n')[1]?.split('\n## ')[0] ?? '';
    const sources = [...filesBelow('src/http'), ...filesBelow('src/sync'), ...filesBelow('src/cli')]
      .map(read)
      .join('\n');
    const reasons = ['starting', 'no_snapshot', 'snapshot_invalid', 'stale', 'draining'];
    for (const reason of reasons) expect(sources).toMatch(`'${reason}'`);
    expect(reasons.filter((reason) => !section.includes(`| \`${reason}\``))).toEqual([]);
  });

  test('has a section for each alert, and each alert names it', () => {
    for (const { alert, annotations } of ALERTS) {
      expect(HEADINGS).toContain(alert);
      expect(annotations.runbook).toBe(`docs/operations.md#${anchorOf(alert)}`);
    }
    const named = HEADINGS.filter((heading) => /^OsoFallback/.test(heading));
    expect(named).toEqual(ALERTS.map(({ alert }) => alert));
  });

  test('links only to its own headings', () => {
    const anchors = HEADINGS.map(anchorOf);
    const linked = [...OPERATIONS.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor = '']) => anchor);
    expect(linked.length).toBeGreaterThan(5);
    expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });
});

describe.each(['README.md', 'docs/operations.md'])('%s', (file) => {
  const text = read(file);

  test('names only error codes that exist', () => {
    const families = /`((?:POLAR|POLICY|CONTROL_PLANE|GUARD|SNAPSHOT|DIRECTORY|INDEX)_[A-Z_]*[A-Z])`/g;
    const named = [...text.matchAll(families)].map(([, code = '']) => code);
    expect(named.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
  });

  test('calls only commands and flags that exist', async () => {
    const settings = Object.values(OPTIONS).map(({ flag }) => `--${flag}`);
    const calls = [...text.matchAll(/(?<=^|`|\$ )oso-fallback ([a-z][a-z-]*)\b([^`\n|]*)/gm)];
    expect(calls.length).toBeGreaterThan(3);
    for (const [call, name = '', rest = ''] of calls) {
      const command = await COMMANDS[name]?.load();
      expect(command, call).toBeDefined();
      const own = command?.flags.map(({ notation }) => notation.split(' ')[0]) ?? [];
      const flags = rest.replace(/#.*/, '').match(/--[a-z-]+/g) ?? [];
      const known = [...own, ...settings, '--json', '--quiet', '--help'];
      expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
    }
  });

  test('names only files that are there', () => {
    const paths = [...text.matchAll(/`((?:deploy|docs|examples|scripts|test)\/[\w./-]+\.\w+)`/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(2);
    for (const path of paths) expect(() => read(path), path).not.toThrow();
  });
});
