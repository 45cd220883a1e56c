import { describe, expect, test, vi } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine, PlannedGoal } from '../../src/engine/engine.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { warmUp } from '../../src/generations/warm-up.ts';
import { readFact, readValue } from '../support/engine-cases.ts';
import { programOf, requestWith } from '../support/engine-world.ts';
import { FakeClock } from '../support/fake-clock.ts';

const POLICY = `
actor User {}
resource Folder { roles = ["reader"]; permissions = ["read"]; relations = { parent: Folder }; role if role on "parent"; }
has_permission(user: User, "read", folder: Folder) if has_role(user, "reader", folder) and not is_locked(folder);
`;
const FACTS = [
  ['has_relation', 'Folder:inner', 'parent', 'Folder:outer'],
  ['has_role', 'User:ann', 'reader', 'Folder:outer'],
];

function engineOf(policy: string, facts: readonly (readonly string[])[] = FACTS): Engine {
  return createEngine(programOf(policy), createMemoryFacts(facts.map(readFact)));
}

function ask(engine: Engine, actor: string, action: string, resource: string): boolean {
  return engine.authorize({ actor: readValue(actor), action, resource: readValue(resource) }, requestWith());
}

/** Goals as texts, such as `has_role(User, String:reader, Folder)`. */
function plannedBy(engine: Engine): readonly string[] {
  return engine.planned().map(({ predicate, args, isNegated }) => {
    const list = args.map(({ type, id }) => (id === null ? type : `${type}:${id}`)).join(', ');
    return `${isNegated ? 'not ' : ''}${predicate}(${list})`;
  });
}

describe('an engine', () => {
  test('has planned nothing until it is asked, and then tells what a plan needs before the plan', () => {
    const engine = engineOf(POLICY);
    expect(engine.planned()).toEqual([]);
    expect(ask(engine, 'User:ann', 'read', 'Folder:inner')).toBe(true);
    expect(plannedBy(engine)).toEqual([
      'has_role(User, String:reader, Folder)',
      'not not(Folder)',
      'has_permission(User, String:read, Folder)',
      'allow(User, String:read, Folder)',
    ]);
    ask(engine, 'User:ann', 'unheard-of', 'Folder:inner');
    expect(plannedBy(engine).at(-1)).toBe('allow(User, String, Folder)');
  });
});

describe('warming up', () => {
  const clock = new FakeClock();

  test('makes the plans that the engine before had, so that a question needs none', async () => {
    const before = engineOf(POLICY);
    ask(before, 'User:ann', 'read', 'Folder:inner');
    ask(before, 'User:ann', 'unheard-of', 'Folder:inner');
    const facts = [['has_role', 'User:new', 'reader', 'Folder:inner'], ...FACTS];
    const engine = engineOf(POLICY, facts);
    await warmUp(engine, before, clock);
    const planned = plannedBy(engine);
    expect([...planned].sort()).toEqual([...plannedBy(before)].sort());
    expect(ask(engine, 'User:new', 'read', 'Folder:inner')).toBe(true);
    expect(ask(engine, 'User:new', 'read', 'Folder:outer')).toBe(false);
    expect(ask(engine, 'User:ann', 'unheard-of', 'Folder:inner')).toBe(false);
    expect(plannedBy(engine)).toEqual(planned);
  });

  test('does one plan in a turn of the event loop', async () => {
    const before = engineOf(POLICY);
    ask(before, 'User:ann', 'read', 'Folder:inner');
    const engine = engineOf(POLICY);
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await warmUp(engine, before, clock);
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(before.planned().length);
  });

  test('leaves out what another policy does not know', async () => {
    const before = engineOf(POLICY);
    ask(before, 'User:ann', 'read', 'Folder:inner');
    ask(before, 'User:ann', 'read', 'User:ann');
    const other = engineOf(
      'actor User {} resource Page { permissions = ["read"]; "read" if "reader"; roles = ["reader"]; }',
      [['has_role', 'User:ann', 'reader', 'Page:p']],
    );
    await warmUp(other, before, clock);
    expect(plannedBy(other)).toEqual(['has_permission(User, String:read, User)', 'allow(User, String:read, User)']);
    expect(ask(other, 'User:ann', 'read', 'Page:p')).toBe(true);
    const empty = engineOf('', []);
    await warmUp(empty, before, clock);
    expect(empty.planned()).toEqual([]);
    expect(ask(empty, 'User:ann', 'read', 'Page:p')).toBe(false);
  });

  const GOAL: PlannedGoal = { predicate: 'allow', args: [], isNegated: false };
  const engineWith = (engine: Partial<Engine>): Engine => ({ ...engineOf(''), ...engine });

  test('does nothing without an engine before', async () => {
    const plan = vi.fn();
    await warmUp(engineWith({ plan }), undefined, clock);
    expect(plan).not.toHaveBeenCalled();
  });

  test('ends with a plan that fails, and with an engine before that is closed', async () => {
    const plan = vi.fn(() => {
      throw new Error('closed');
    });
    await warmUp(engineWith({ plan }), engineWith({ planned: () => [GOAL, GOAL] }), clock);
    expect(plan).toHaveBeenCalledTimes(1);
    const planned = () => {
      throw new Error('closed');
    };
    await warmUp(engineWith({ plan }), engineWith({ planned }), clock);
    expect(plan).toHaveBeenCalledTimes(1);
  });

  test('makes a thousand plans at most, and none after two seconds', async () => {
    const before = engineWith({ planned: () => Array.from({ length: 1_500 }, () => GOAL) });
    const plan = vi.fn();
    await warmUp(engineWith({ plan }), before, clock);
    expect(plan).toHaveBeenCalledTimes(1_000);
    const slow = vi.fn(() => clock.spend(500));
    await warmUp(engineWith({ plan: slow }), before, clock);
    expect(slow).toHaveBeenCalledTimes(4);
  });
});
