import { describe, expect, test } from 'vitest';
import { describeTypes } from '../../src/program/describe-types.ts';
import { intersectTypes, isEmptyTypeSet, typeSetKey, typesNamed, typesOverlap } from '../../src/program/type-set.ts';
import { programOf } from './load.ts';

const { types } = programOf(`
  actor Person {}
  actor User extends Person {}
  resource Thing {}
  resource Left extends Thing {}
  resource Right extends Thing {}
  resource Both extends Left, Right {}
  actor Robot extends Both {}
`);

describe('subtypes', () => {
  test.each([
    ['Person', ['Person', 'User']],
    ['User', ['User']],
    ['Thing', ['Thing', 'Left', 'Right', 'Both', 'Robot']],
    ['Left', ['Left', 'Both', 'Robot']],
    ['Actor', ['Person', 'User', 'Robot']],
    ['Resource', ['Person', 'User', 'Thing', 'Left', 'Right', 'Both', 'Robot']],
    ['String', ['String']],
    ['Undeclared', ['Undeclared']],
    ['constructor', ['constructor']],
  ])('of %s', (type, subtypes) => {
    expect([...types.subtypesOf(type)]).toEqual(subtypes);
  });
});

test('only Actor and Resource are abstract', () => {
  expect(['Actor', 'Resource', 'User', 'String', 'Undeclared'].filter((type) => types.isAbstract(type))).toEqual([
    'Actor',
    'Resource',
  ]);
});

test('blocks keep their kind and parents', () => {
  expect(types.blocks.get('Both')).toEqual({ kind: 'resource', parents: ['Left', 'Right'] });
  expect(types.blocks.get('Robot')?.kind).toBe('actor');
});

test.each([
  [['User'], 'User'],
  [['User', 'Person'], 'Person'],
  [['Robot', 'Person', 'User'], 'Actor'],
  [['Person'], 'Person!'],
  [['User', 'String'], 'String|User'],
  [[], 'nothing'],
])('the types %j are called %s', (names, text) => {
  expect(describeTypes(typesNamed(...names), types)).toBe(text);
});

test('sets of types meet as sets do', () => {
  const any = { kind: 'any' } as const;
  const [a, ab, c, none] = [typesNamed('a'), typesNamed('a', 'b'), typesNamed('c'), typesNamed()];
  expect(intersectTypes(any, ab)).toBe(ab);
  expect(intersectTypes(ab, any)).toBe(ab);
  expect(intersectTypes(ab, a)).toBe(a);
  expect(isEmptyTypeSet(intersectTypes(ab, c))).toBe(true);
  expect([typesOverlap(any, a), typesOverlap(a, any), typesOverlap(ab, a), typesOverlap(a, a)]).toEqual(
    Array(4).fill(true),
  );
  expect([typesOverlap(any, none), typesOverlap(none, any), typesOverlap(a, c), typesOverlap(none, none)]).toEqual(
    Array(4).fill(false),
  );
  expect(typeSetKey(typesNamed('b', 'a'))).toBe(typeSetKey(ab));
  expect(typeSetKey(typesNamed('a,b'))).not.toBe(typeSetKey(ab));
});
