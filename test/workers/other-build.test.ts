import { expect, test } from 'vitest';
import { createBoardMemory } from '../../src/workers/board.ts';
import { serveAsWorker } from '../../src/workers/thread/serve-as-worker.ts';
import { SETTINGS } from './support/played-crew.ts';

test('a thread of another build than the first one answers nothing: its board may mean something else', () => {
  const first = { postMessage: () => {}, on: () => {}, close: () => {} };
  const access = { clientKeys: undefined, tls: undefined };
  const start = { number: 2, board: createBoardMemory(2), listener: 0, settings: SETTINGS, access };
  expect(() => serveAsWorker(first, { ...start, build: 'another' })).toThrow(
    'the program was replaced while this node ran; restart the node',
  );
});
