import { expect, test } from 'vitest';
import { serve } from '../../src/cli/commands/serve.ts';
import { createOutput } from '../../src/cli/output.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a node takes SIGHUP before it does anything else, because that ends a process that does not', async () => {
  const order: string[] = [];
  const { stdout, stderr } = process;
  const run = serve.run(
    {
      arguments: [],
      text: () => undefined,
      isSet: () => false,
      config() {
        order.push('settings');
        throw new Error('far enough');
      },
    },
    {
      env: {},
      output: createOutput({ stdout, stderr, isJson: false, isQuiet: true, env: {} }),
      clock: new FakeClock(),
      signal: new AbortController().signal,
      onHangup: () => order.push('SIGHUP'),
    },
  );
  await expect(run).rejects.toThrow('far enough');
  expect(order).toEqual(['SIGHUP', 'settings']);
});
