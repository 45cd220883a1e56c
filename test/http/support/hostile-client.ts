import { expect } from 'vitest';
import { createFakeData } from './fake-serving.ts';
import { KEY, type RunningServer, startServer } from './running-server.ts';

/** An authorize question, to which the server of `start` says yes. */
export const BODY = JSON.stringify({
  actor_type: 'User',
  actor_id: 'a',
  action: 'read',
  resource_type: 'Repo',
  resource_id: 'r',
});
/** The head of a question about it, but for what says how long it is. */
export const HEAD = `POST /api/authorize HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n`;

export function start(): Promise<RunningServer> {
  return startServer({ data: createFakeData({ authorize: true }) });
}

/** It answers as before, and nothing is left of what was tried. */
export async function expectAlive(running: RunningServer): Promise<void> {
  expect(await running.ask({ path: '/api/authorize', body: BODY })).toMatchObject({ status: 200 });
  expect(running.logged).toEqual([]);
  expect(running.data.pinned).toBe(0);
  expect(running.server.inFlight).toBe(0);
}
