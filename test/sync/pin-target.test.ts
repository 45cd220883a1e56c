import { expect, test } from 'vitest';
import type { GenerationMetadata } from '../../src/generations/generation.ts';
import { pinTarget } from '../../src/sync/pin-target.ts';

const survey = {
  generations: ['c', 'b', 'a'].map((id) => ({
    id,
    takenAtMs: 0,
    metadata: undefined,
    bytes: undefined,
    problem: undefined,
  })),
  quarantined: [],
  directoryId: null,
};

test('without an id it is the generation before the current one', () => {
  expect(pinTarget(survey, { current: 'c', owner: null }, undefined)).toBe('b');
  expect(pinTarget(survey, { current: 'b', owner: null }, undefined)).toBe('a');
});

test('what belongs to others is passed over', () => {
  const of = (id: string, tenant: string) => ({
    id,
    takenAtMs: 0,
    metadata: { environment: 'env', tenant } as GenerationMetadata,
    bytes: undefined,
    problem: undefined,
  });
  const shared = {
    generations: [of('d', 'acme'), of('c', 'initech'), of('b', 'acme')],
    quarantined: [],
    directoryId: null,
  };
  const owner = { environment: 'env', tenant: 'acme' };
  expect(pinTarget(shared, { current: 'd', owner }, undefined)).toBe('b');
  expect(() => pinTarget(shared, { current: 'b', owner }, undefined)).toThrow(
    /^there is no generation before the current one$/,
  );
  const others = { generations: shared.generations.slice(0, 2), quarantined: [], directoryId: null };
  expect(() => pinTarget(others, { current: 'd', owner }, undefined)).toThrow(
    /^there is no generation of the same environment and tenant before the current one$/,
  );
});

test('an id that is there is taken, also a newer one', () => {
  expect(pinTarget(survey, { current: 'a', owner: null }, 'c')).toBe('c');
});

test.each([
  ['a', undefined, 'there is no generation before the current one'],
  [undefined, undefined, 'there is no generation before the current one'],
  ['c', 'x', 'there is no generation `x`'],
])('from %s to %s there is none', (current, wanted, message) => {
  const hint = '`oso-fallback status` lists those that are there';
  expect(() => pinTarget(survey, { current, owner: null }, wanted)).toThrow(
    expect.objectContaining({ code: 'GENERATION_NOT_FOUND', message, hint }),
  );
});
