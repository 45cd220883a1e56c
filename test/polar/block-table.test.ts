import { describe, expect, test } from 'vitest';
import {
  buildBlockTable,
  declaredNames,
  findDeclared,
  MAX_SUPERTYPES,
  supertypesOf,
  typesOfActors,
} from '../../src/polar/block-table.ts';
import { parsePolicy } from '../../src/polar/parser.ts';

const tableOf = (text: string) => buildBlockTable(parsePolicy([{ name: 'a.polar', text }]));

describe('the table of blocks', () => {
  test('merges the parts of a block, and an actor wins', () => {
    const table = tableOf(`
      resource Org { roles = ["a"]; }
      actor Org extends Base { roles = ["a", "b"]; permissions = ["c"]; }
      resource Base {}
    `);
    const org = table.blocks.get('Org');
    expect([...table.blocks.keys()]).toEqual(['Org', 'Base']);
    expect(org?.kind).toBe('actor');
    expect(org?.parts).toHaveLength(2);
    expect([...(org?.own ?? [])].map(([name, { kind }]) => [name, kind])).toEqual([
      ['a', 'role'],
      ['b', 'role'],
      ['c', 'permission'],
    ]);
    expect(table.blocks.get('Base')?.kind).toBe('resource');
  });

  test('collects the names of the global blocks, without relations', () => {
    const table = tableOf('global { roles = ["a"]; relations = { r: X }; } global { permissions = ["b"]; }');
    expect([...table.global.keys()]).toEqual(['a', 'b']);
    expect(table.blocks.size).toBe(0);
  });

  test('leaves malformed declarations out, and keeps the first of a name', () => {
    const table = tableOf(`resource R {
      role = ["a"]; roles = { a: R }; relations = ["b"]; permissions = [c, 1, "d"]; relations = { d: R, e, f: R };
    }`);
    expect([...declaredNames(table, 'R')].map(([name, { kind }]) => [name, kind])).toEqual([
      ['d', 'permission'],
      ['f', 'relation'],
    ]);
  });
});

describe('inheritance', () => {
  const table = tableOf(`
    resource Child extends Left, Right, Unknown { roles = ["own"]; }
    resource Left extends Top { roles = ["left"]; relations = { parent: Left }; }
    resource Right extends Top { roles = ["right"]; }
    resource Top { roles = ["own", "top"]; relations = { parent: Top }; }
    resource Loop extends Pool {}
    resource Pool extends Loop {}
  `);

  test('supertypes come nearest first, each once, without unknown ones', () => {
    expect(supertypesOf(table, 'Child')).toEqual(['Child', 'Left', 'Right', 'Top']);
    expect(supertypesOf(table, 'Top')).toEqual(['Top']);
    expect(supertypesOf(table, 'Unknown')).toEqual([]);
    expect(supertypesOf(table, 'Loop')).toEqual(['Loop', 'Pool']);
  });

  test('a name is found on the nearest type', () => {
    expect(findDeclared(table, 'Child', 'top')).toMatchObject({ kind: 'role', name: 'top' });
    expect(findDeclared(table, 'Child', 'parent')).toMatchObject({ kind: 'relation', type: { text: 'Left' } });
    expect(findDeclared(table, 'Right', 'left')).toBeUndefined();
    expect(findDeclared(table, 'Unknown', 'top')).toBeUndefined();
    expect([...declaredNames(table, 'Child').keys()]).toEqual(['own', 'left', 'parent', 'right', 'top']);
  });

  test('is followed only as far as validation allows, and one further', () => {
    const chain = Array.from({ length: 400 }, (_, i) => `resource T${i} extends T${i + 1} {}`);
    expect(supertypesOf(tableOf(chain.join('\n')), 'T0')).toHaveLength(MAX_SUPERTYPES + 2);
  });

  test('types of actors are actors and all that they extend', () => {
    const actors = tableOf(
      'actor User extends Person {} resource Person extends Thing {} resource Thing {} resource Other {}',
    );
    expect([...typesOfActors(actors)]).toEqual(['User', 'Person', 'Thing']);
  });
});
