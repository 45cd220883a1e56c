import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../src/metrics/catalogue.ts';
import { ROOT, read } from './support/deploy-files.ts';
import { check, LONGEST_MS, needs } from './support/installed.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly refId: string; readonly expr: string }[];
}

const RULES: Rule[] = parse(read('deploy/prometheus/alerts.yml')).groups[0].rules;
const PANELS: Panel[] = JSON.parse(read('deploy/grafana/oso-fallback.json')).panels;

const OURS: readonly string[] = Object.values(METRICS).map(({ name }) => name);

/** Metrics of ours in an expression that no node has. */
function unknownMetrics(expression: string): string[] {
  const named = expression.match(/\boso_fallback_\w+/g) ?? [];
  return named.filter((name) => !OURS.includes(name.replace(/_(?:bucket|count|sum)$/, '')));
}

describe('the alerts', () => {
  test.each(RULES)('$alert asks for metrics that exist, and says what is wrong', ({ expr, labels, annotations }) => {
    expect(unknownMetrics(expr)).toEqual([]);
    expect(expr).toMatch('job="oso-fallback"');
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations.summary).not.toBe('');
  });

  test('each has a test in which it fires', () => {
    const tests = read('deploy/prometheus/alerts.test.yml');
    const fired = (alert: string) =>
      new RegExp(`alertname(="${alert}", alertstate="firing"|: ${alert}\\n)`).test(tests);
    expect(RULES.map(({ alert }) => alert).filter((alert) => !fired(alert))).toEqual([]);
  });

  test('promtool accepts them and the scrape configuration', (context) => {
    needs('promtool', context);
    const cwd = `${ROOT}deploy/prometheus`;
    expect(check('promtool', ['check', 'rules', 'alerts.yml'], cwd)).toMatchObject({ code: 0 });
    expect(check('promtool', ['check', 'config', 'scrape.yml'], cwd)).toMatchObject({ code: 0 });
  });

  test(
    'they fire where they should, and nowhere else',
    (context) => {
      needs('promtool', context);
      const cwd = `${ROOT}deploy/prometheus`;
      expect(check('promtool', ['test', 'rules', 'alerts.test.yml'], cwd)).toMatchObject({ code: 0 });
    },
    LONGEST_MS,
  );
});

describe('the dashboard', () => {
  test('shows every metric of ours', () => {
    const shown = PANELS.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    expect(OURS.filter((name) => !shown.includes(name))).toEqual([]);
  });

  test.each(PANELS)('$title asks for metrics that exist', ({ targets }) => {
    expect(targets.length).toBeGreaterThan(0);
    for (const { expr } of targets) expect(unknownMetrics(expr)).toEqual([]);
  });

  test('has one id for each panel, and no panel over another', () => {
    expect(new Set(PANELS.map(({ id }) => id)).size).toBe(PANELS.length);
    const cells = PANELS.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...PANELS.map(({ gridPos }) => gridPos.x + gridPos.w))).toBeLessThanOrEqual(24);
  });
});
