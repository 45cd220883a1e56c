import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/facts/fact.ts';
import type { FactStream } from '../../src/facts/fact-sink.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { contentOf, FACTS, many, role, streamOf, temporaryDirectory } from './support/sample-snapshot.ts';

/** Roles of half a kilobyte, in order, that hardly compress. */
function hashed(count: number): readonly Fact[] {
  const hash = (text: string) => createHash('sha512').update(text).digest('hex');
  const ids = Array.from({ length: count }, (_, i) => [0, 1, 2].map((part) => hash(`${i} ${part}`)).join(''));
  return ids.sort().map((id) => role(id, 'acme'));
}

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

  test('that fails while the next bytes are made fails the export with that', async () => {
    let writes = 0;
    let made = 0;
    const failing = new Writable({
      write(_chunk, _encoding, done) {
        writes++;
        setImmediate(() => done(Object.assign(new Error('no room'), { code: 'ENOSPC' })));
      },
    });
    // Far more than the threads of the compressor take before they hand anything on, however late they get a processor.
    const facts = hashed(50_000);
    async function* slowly(): FactStream {
      for await (const batch of streamOf(facts)) {
        yield batch;
        made += batch.length;
        await nextTurn();
        await nextTurn();
      }
    }
    const written = writeSnapshot(failing, contentOf(facts, { facts: slowly() }));
    await expect(written).rejects.toMatchObject({ code: 'NO_SPACE', message: 'cannot write `-`: the disk is full' });
    expect(writes).toBe(1);
    expect(made).toBeLessThan(facts.length);
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
