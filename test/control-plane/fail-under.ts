import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { ErrorCode } from '../../src/errors/codes.ts';
import type { OsoError } from '../../src/errors/oso-error.ts';
import { systemClock } from '../../src/util/clock.ts';
import { type FakeCloud, startFakeCloud } from '../support/fake-cloud.ts';
import type { FakeReply } from '../support/fake-reply.ts';
import { connect, failureOf, listAll, PATIENT, roleOf, TOKEN } from './support.ts';

export const FACTS = Array.from({ length: 1_000 }, (_, at) => roleOf(`user-${at}`));
export const BODY = JSON.stringify(FACTS);

interface Expected {
  readonly code: ErrorCode;
  readonly message: RegExp | string;
}

/** Lists facts under a fault, with a fresh client, and again without it. */
export async function failUnder(
  reply: FakeReply,
  expected: Expected,
  limits = PATIENT,
  clock = systemClock,
): Promise<OsoError> {
  await using cloud = await startFakeCloud({ facts: FACTS, token: TOKEN });
  const controlPlane = connect(cloud.url, { limits, clock });
  cloud.script('/api/facts', reply);
  const error = await failureOf(listAll(controlPlane));
  expect([error.code, error.message.replaceAll(`127.0.0.1:${cloud.port}`, 'HOST')]).toEqual([
    expected.code,
    typeof expected.message === 'string' ? expected.message : expect.stringMatching(expected.message),
  ]);
  expect(error.hint).toMatch(/^[^A-Z].*[^.]$/);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  await controlPlane.close();
  const next = connect(cloud.url);
  expect(await listAll(next)).toEqual(FACTS);
  await next.close();
  await allClosed(cloud);
  return error;
}

export async function allClosed(cloud: FakeCloud): Promise<void> {
  await expect.poll(() => cloud.openConnections, { interval: 5 }).toBe(0);
}
