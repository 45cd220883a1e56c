import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { MAX_ID_BYTES } from '../../src/facts/fact.ts';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import type { DiskCall } from '../soak/support/fault-disk.mjs';
import { onFailingDisk } from '../support/failing-disk.ts';
import { collect, contentOf, FACTS, POLICY, role, temporaryDirectory } from './support/sample-snapshot.ts';

describe('an open snapshot', () => {
  test('gives its facts as often as they are asked for', async () => {
    using directory = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    await using snapshot = await openSnapshot(directory.file('a'));
    expect(snapshot.name).toBe(directory.file('a'));
    expect(await collect(snapshot.facts())).toEqual(FACTS);
    expect(await collect(snapshot.facts())).toEqual(FACTS);
  });

  test('may be left in the middle of its facts', async () => {
    using directory = temporaryDirectory();
    const facts = Array.from({ length: 20_000 }, (_, i) => role(`user-${i}`, 'acme'));
    await writeSnapshot(directory.file('a'), contentOf(facts));
    await using snapshot = await openSnapshot(directory.file('a'));
    for await (const _ of snapshot.facts()) break;
    expect(await collect(snapshot.facts())).toHaveLength(20_000);
  });

  test('may be reached through a symbolic link', async () => {
    using directory = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    symlinkSync('a', directory.file('link'));
    expect((await verifySnapshot(directory.file('link'))).ok).toBe(true);
  });

  test('stops with the reason of its signal', async () => {
    using directory = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(openSnapshot(directory.file('a'), { signal })).rejects.toThrow('interrupted');
    await expect(verifySnapshot(directory.file('a'), { signal })).rejects.toThrow('interrupted');
    const controller = new AbortController();
    await using snapshot = await openSnapshot(directory.file('a'), { signal: controller.signal });
    controller.abort(new Error('interrupted'));
    await expect(collect(snapshot.facts())).rejects.toThrow('interrupted');
    const between = new AbortController();
    const progress = () => between.abort(new Error('interrupted'));
    const verified = verifySnapshot(directory.file('a'), { signal: between.signal, progress });
    await expect(verified).rejects.toThrow('interrupted');
  });

  test('is no worse for a disk that fails under it', async () => {
    using directory = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    const verify = () => verifySnapshot(directory.file('a'));
    const isRead = ({ kind }: { readonly kind: string }) => kind === 'read';
    await expect(onFailingDisk(directory.path, isRead, verify)).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `cannot read \`${directory.file('a')}\`: the disk reported an error`,
    });
    expect((await verify()).ok).toBe(true);
  });

  test.each(['x', 'é', '"'])(
    'may have lines of any length across the ends of what is unpacked at once: %s',
    async (unit) => {
      using directory = temporaryDirectory();
      const id = unit.repeat(MAX_ID_BYTES / Buffer.byteLength(unit) - 4);
      const facts = Array.from({ length: 300 }, (_, number) => ({
        predicate: 'a',
        args: Array.from({ length: 5 }, (_, column) => ({ type: 'T', id: `${id}${1000 + number + column}` })),
      }));
      await writeSnapshot(directory.file('a'), contentOf(facts));
      await using snapshot = await openSnapshot(directory.file('a'));
      expect(await collect(snapshot.facts())).toEqual(facts);
      expect((await verifySnapshot(directory.file('a'))).ok).toBe(true);
    },
  );

  test('tells how far its passes have come', async () => {
    using directory = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    const seen: [string, number, number][] = [];
    const progress = (...step: [string, number, number]) => seen.push(step);
    await verifySnapshot(directory.file('a'), { progress });
    const size = readFileSync(directory.file('a')).length - 40;
    const steps = [
      ['digest', size, size],
      ['content', size, size],
    ];
    expect(seen).toEqual(steps);
    seen.length = 0;
    await using snapshot = await openSnapshot(directory.file('a'), { progress });
    expect(await collect(snapshot.facts())).toEqual(FACTS);
    expect(seen).toEqual(steps);
  });
});

describe('a verdict', () => {
  test('on a good file says all about it', async () => {
    using directory = temporaryDirectory();
    const { manifest, sizeBytes } = await writeSnapshot(directory.file('a'), contentOf(FACTS));
    const sha256 = readFileSync(directory.file('a')).subarray(-32).toString('hex');
    expect(await verifySnapshot(directory.file('a'))).toEqual({
      ok: true,
      manifest,
      policyText: POLICY,
      sizeBytes,
      sha256,
    });
  });
});

describe('a snapshot from a stream', () => {
  test('is read like a file and leaves none behind', async () => {
    using directory = temporaryDirectory();
    using spool = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    const bytes = readFileSync(directory.file('a'));
    const input = () => ({
      stream: Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]),
      spoolDirectory: spool.path,
    });
    await using snapshot = await openSnapshot(input());
    expect(readdirSync(spool.path)).toEqual([]);
    expect(snapshot.name).toBe('-');
    expect(await collect(snapshot.facts())).toEqual(FACTS);
    expect((await verifySnapshot(input())).ok).toBe(true);
  });

  test('is refused when it is empty, damaged or no snapshot, and leaves nothing behind', async () => {
    using spool = temporaryDirectory();
    const opened = (chunks: readonly Buffer[]) =>
      openSnapshot({ stream: Readable.from(chunks), spoolDirectory: spool.path });
    await expect(opened([])).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID', message: '`-`: it is empty' });
    await expect(opened([Buffer.from('hello')])).rejects.toMatchObject({
      code: 'SNAPSHOT_INVALID',
      message: '`-`: it is not a snapshot',
    });
    expect(readdirSync(spool.path)).toEqual([]);
  });

  test('is refused at its start when it is no snapshot, for it may be without end', async () => {
    using spool = temporaryDirectory();
    let chunks = 0;
    const endless = function* () {
      while (chunks < 1_000) {
        chunks += 1;
        yield Buffer.from([0x28, 0xb5, chunks]);
      }
    };
    const stream = Readable.from(endless(), { highWaterMark: 1 });
    const verdict = await verifySnapshot({ stream, spoolDirectory: spool.path });
    expect(verdict).toMatchObject({ ok: false, faults: [{ kind: 'not-a-snapshot', message: 'it is not a snapshot' }] });
    expect(chunks).toBeLessThan(10);
    expect(stream.destroyed).toBe(true);
  });

  test('that fills the disk ends with that, and gives the room back', async () => {
    using directory = temporaryDirectory();
    using spool = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    const stream = Readable.from([readFileSync(directory.file('a'))]);
    const full = ({ kind }: DiskCall) => {
      if (kind === 'write') throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      return false;
    };
    const opened = onFailingDisk(spool.path, full, () => openSnapshot({ stream, spoolDirectory: spool.path }));
    const message = expect.stringMatching(/^cannot write `.*`: the disk is full$/);
    await expect(opened).rejects.toMatchObject({ code: 'NO_SPACE', message });
    expect(readdirSync(spool.path)).toEqual([]);
    expect(stream.destroyed).toBe(true);
  });

  test('that breaks is not taken for trouble with the disk', async () => {
    using spool = temporaryDirectory();
    const broken = async function* () {
      yield Buffer.from([0x28, 0xb5]);
      throw Object.assign(new Error('EISDIR: illegal operation'), { code: 'EISDIR' });
    };
    const opened = openSnapshot({ stream: Readable.from(broken()), spoolDirectory: spool.path });
    const message = 'cannot read `-`: it is a directory';
    await expect(opened).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE', message });
    expect(readdirSync(spool.path)).toEqual([]);
  });

  test('fails with the reason of the signal while it waits, and when the spool directory is no directory', async () => {
    using spool = temporaryDirectory();
    const controller = new AbortController();
    const opened = openSnapshot(
      { stream: new PassThrough(), spoolDirectory: spool.path },
      { signal: controller.signal },
    );
    setImmediate(() => controller.abort(new Error('interrupted')));
    await expect(opened).rejects.toThrow('interrupted');
    expect(readdirSync(spool.path)).toEqual([]);
    writeFileSync(spool.file('file'), '');
    const wrong = openSnapshot({ stream: Readable.from([]), spoolDirectory: spool.file('file') });
    await expect(wrong).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: expect.stringMatching(/^cannot write `.*`: a part of the path is not a directory$/),
    });
  });
});
