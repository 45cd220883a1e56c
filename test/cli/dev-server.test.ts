import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorkplace, POLICY } from './support/workplace.ts';

test('an empty address, as of a variable that is not set, does not open it to the network', async () => {
  await using place = await openWorkplace();
  const dev = place.start(['dev-server', '--port', '0', '--host', '', '--json']);
  expect((await dev.event('listening'))['url']).toMatch(/^http:\/\/127\.0\.0\.1:/);
});

test('it ends when its port is taken', async () => {
  await using place = await openWorkplace();
  place.write('p.polar', POLICY);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const dev = place.start(['dev-server', 'p.polar', '--directory', 'data', '--port', port]);
  expect(await dev.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^PORT_UNAVAILABLE: /) });
  other.close();
});

test('it ends when the system watches no more files', async () => {
  await using place = await openWorkplace();
  place.write('p.polar', POLICY);
  const refuses = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
    fs.watch = () => { throw new Error('ENOSPC: System limit for number of file watchers reached'); };
    syncBuiltinESMExports();`;
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(refuses)}` };
  const dev = place.start(['dev-server', 'p.polar', '--port', '0', '--watch-for-changes'], env);
  expect(await dev.ended).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'DIRECTORY_UNUSABLE: cannot watch `.`: ENOSPC: System limit for number of file watchers reached\n',
  });
});

test('Ctrl-C ends it also while it waits for a pipe', async () => {
  await using place = await openWorkplace();
  const pipe = join(place.path, 'pipe');
  spawnSync('mkfifo', [pipe]);
  const dev = place.start(['dev-server', '--facts', 'pipe', '--port', '0']);
  const writer = createWriteStream(pipe);
  await once(writer, 'open');
  const impatient = setInterval(() => dev.kill('SIGINT'), 50);
  expect(await dev.ended).toMatchObject({ stdout: '' });
  clearInterval(impatient);
  writer.destroy();
});
