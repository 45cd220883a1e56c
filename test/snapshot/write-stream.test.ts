import { createWriteStream, readFileSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { contentOf, FACTS, many, temporaryDirectory } from './support/sample-snapshot.ts';

describe('a stream', () => {
  test('gets the bytes that a file would have, and stays open', async () => {
    using directory = temporaryDirectory();
    const stream = new PassThrough();
    const received: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => received.push(chunk));
    const { sizeBytes } = await writeSnapshot(stream, contentOf(FACTS));
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    expect(stream.writableEnded).toBe(false);
    expect(Buffer.concat(received).equals(readFileSync(directory.file('a')))).toBe(true);
    expect(sizeBytes).toBe(Buffer.concat(received).length);
  });

  test('is never given more than it has passed on', async () => {
    let pending = 0;
    let most = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        most = Math.max(most, ++pending);
        setImmediate(() => {
          pending--;
          done();
        });
      },
    });
    await writeSnapshot(slow, contentOf(many(20_000)));
    expect(most).toBe(1);
  });

  test('that is full, closed or interrupted fails the export', async () => {
    const full = createWriteStream('/dev/full');
    await expect(writeSnapshot(full, contentOf(FACTS))).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: 'cannot write `-`: the disk is full',
    });
    const closed = new PassThrough();
    closed.destroy();
    await expect(writeSnapshot(closed, contentOf(FACTS))).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: 'cannot write `-`: the stream was closed',
    });
    const controller = new AbortController();
    const stuck = new Writable({ write: () => controller.abort(new Error('interrupted')) });
    const written = writeSnapshot(stuck, contentOf(FACTS), { signal: controller.signal });
    await expect(written).rejects.toThrow('interrupted');
  });
});
