import { expect, test } from 'vitest';
import { messageOf } from '../../src/util/message-of.ts';

test.each([
  [new TypeError('why'), 'why'],
  ['why', 'why'],
  [undefined, 'undefined'],
  [null, 'null'],
])('of %s it tells %j', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});
