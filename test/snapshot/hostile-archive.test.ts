import { readdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { compress } from 'zstd-napi';
import { printFactLine } from '../../src/facts/fact-line.ts';
import type { PackedFacts } from '../../src/facts/fact-sink.ts';
import { prepareSnapshot } from '../../src/snapshot/encode-snapshot.ts';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { type Verdict, verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { compressed, goodMembers, type Member, member, sealed, sealedTar, tar } from './support/craft-snapshot.ts';
import { collect, contentOf, FACTS, POLICY, role, summaryOf, temporaryDirectory } from './support/sample-snapshot.ts';

const directory = temporaryDirectory();
const path = directory.file('hostile.snapshot');
afterAll(() => directory[Symbol.dispose]());

/** Nothing is poured out, and all of it is checked the same. */
async function leaveUnread(facts: AsyncIterable<PackedFacts>): Promise<void> {
  for await (const _ of facts);
}

async function verdictOn(bytes: Buffer): Promise<Verdict> {
  writeFileSync(path, bytes);
  const verdict = await verifySnapshot(path);
  if (!verdict.ok) {
    for (const use of [collect, leaveUnread]) {
      const read = openSnapshot(path).then(async (snapshot) => {
        await using held = snapshot;
        await use(held.facts());
      });
      await expect(read).rejects.toMatchObject({
        code: expect.stringMatching(/^SNAPSHOT_(INVALID|NEWER)$/),
        hint: expect.stringMatching(/^[^A-Z].*[^.]$/),
      });
    }
  }
  expect(readdirSync(directory.path)).toEqual(['hostile.snapshot']);
  return verdict;
}

async function faultOf(bytes: Buffer) {
  const verdict = await verdictOn(bytes);
  return verdict.ok ? undefined : verdict.faults[0];
}

const [manifest, policy, facts] = goodMembers(FACTS);
const good = [manifest, policy, facts] as const;
const patched = (of: Member, patch: (header: Buffer) => void): Member => {
  const header = Buffer.from(of.header);
  patch(header);
  // The checksum of a header counts its own field as blanks.
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return { header, body: of.body };
};

test('a crafted file that keeps to the format is accepted', async () => {
  expect(await verdictOn(sealedTar(good))).toMatchObject({ ok: true, policyText: POLICY });
});

test('a file of a newer format is told apart: another program reads it', async () => {
  const newer = member('manifest.json', manifest.body.toString().replace('"formatVersion": 1', '"formatVersion": 2'));
  const message = 'it has format version 2; this program reads up to version 1';
  expect(await faultOf(sealedTar([newer, policy, facts]))).toEqual({ kind: 'newer-format', message });
  await expect(openSnapshot(path)).rejects.toMatchObject({
    code: 'SNAPSHOT_NEWER',
    message: `\`${path}\`: ${message}`,
    hint: 'use the version of oso-fallback that wrote it, or a newer one',
  });
});

describe('an archive is refused whatever its digest says', () => {
  const wrongPolicy = 'where `policy.polar` must be it has another member, or another kind of entry';
  const wrongFirst = 'where `manifest.json` must be it has another member, or another kind of entry';
  const link = (type: 'SymbolicLink' | 'Link', target: string) =>
    member('policy.polar', '', { type, linkpath: target, size: 0 });
  const cases: [string, readonly Member[], string][] = [
    ['a symbolic link', [manifest, link('SymbolicLink', '/etc/passwd'), policy, facts], wrongPolicy],
    ['a hard link', [manifest, link('Link', '../../secret'), policy, facts], wrongPolicy],
    ['a directory', [manifest, member('policy.polar/', '', { type: 'Directory' }), policy, facts], wrongPolicy],
    ['a device', [manifest, member('policy.polar', '', { type: 'CharacterDevice' }), policy, facts], wrongPolicy],
    ['a path that climbs', [manifest, member('../policy.polar', policy.body), facts], wrongPolicy],
    ['an absolute path', [manifest, member('/policy.polar', policy.body), facts], wrongPolicy],
    ['a path with a folder', [manifest, member('./policy.polar', policy.body), facts], wrongPolicy],
    ['an extended header', [member('PaxHeader', '20 path=../x\n', { type: 'ExtendedHeader' }), ...good], wrongFirst],
    ['a global header', [member('PaxHeader', '20 path=../x\n', { type: 'GlobalExtendedHeader' }), ...good], wrongFirst],
    [
      'a long name',
      [manifest, member('././@LongLink', '../x', { type: 'NextFileHasLongPath' }), policy, facts],
      wrongPolicy,
    ],
    [
      'a member twice',
      [manifest, policy, policy, facts],
      'where `facts.jsonl` must be it has another member, or another kind of entry',
    ],
    ['another order', [policy, manifest, facts], wrongFirst],
    ['a member more', [...good, member('extra', 'x')], 'its tar does not end after its last member'],
    [
      'a member less',
      [manifest, policy],
      'where `facts.jsonl` must be it has another member, or another kind of entry',
    ],
    ['no member', [], 'its first member has no readable tar header'],
    ['a setuid mode', [manifest, member('policy.polar', policy.body, { mode: 0o4755 }), facts], wrongPolicy],
    ['an owner', [manifest, member('policy.polar', policy.body, { uid: 1000 }), facts], wrongPolicy],
    ['an owner by name', [manifest, member('policy.polar', policy.body, { uname: 'root' }), facts], wrongPolicy],
    ['another time', [manifest, member('policy.polar', policy.body, { mtime: new Date(0) }), facts], wrongPolicy],
    [
      'a size off by one',
      [manifest, member('policy.polar', policy.body, { size: policy.body.length + 1 }), facts],
      wrongPolicy,
    ],
    ['a size in base 256', [manifest, patched(policy, (h) => h.writeUIntBE(0x80, 124, 1)), facts], wrongPolicy],
    [
      'a negative size',
      [patched(manifest, (h) => h.fill(0xff, 124, 136)), policy, facts],
      'its first member has no readable tar header',
    ],
    [
      'a size beyond all numbers',
      [patched(manifest, (h) => h.fill(0x7f, 124, 136).writeUInt8(0x80, 124)), policy, facts],
      'its first member has no readable tar header',
    ],
    [
      'a manifest that claims to be huge',
      [member('manifest.json', '', { size: 2 ** 32 }), policy, facts],
      'its manifest has more than 4194304 bytes',
    ],
    [
      'a manifest too large for a plain header',
      [member('manifest.json', '', { size: 2 ** 33 }), policy, facts],
      'its first member has no readable tar header',
    ],
    [
      'a wrong header checksum',
      [manifest, { ...policy, header: Buffer.from(policy.header).fill('0', 148, 154) }, facts],
      wrongPolicy,
    ],
  ];
  test.each(cases)('when it has %s', async (_name, members, message) => {
    expect((await faultOf(sealedTar(members)))?.message).toBe(message);
  });

  test('when padding or end are not zero, or something follows', async () => {
    const bytes = tar(good);
    const patchedAt = (offset: number) => {
      const copy = Buffer.from(bytes);
      copy[offset] = 1;
      return sealed(compressed(copy));
    };
    const between = 'it has something between its members';
    expect(await faultOf(patchedAt(512 + manifest.body.length))).toEqual({ kind: 'archive', message: between });
    expect(await faultOf(patchedAt(bytes.length - 1024 - 1))).toEqual({ kind: 'archive', message: between });
    const end = 'its tar does not end after its last member';
    expect(await faultOf(patchedAt(bytes.length - 1))).toEqual({ kind: 'archive', message: end });
    const after = 'it has something after its last member';
    expect(await faultOf(sealedTar(good, Buffer.alloc(1536)))).toEqual({ kind: 'archive', message: after });
    const short = 'its tar ends too early';
    expect(await faultOf(sealedTar(good, Buffer.alloc(512)))).toEqual({ kind: 'archive', message: short });
    expect(await faultOf(sealed(compressed(bytes.subarray(0, 100))))).toEqual({ kind: 'archive', message: short });
  });

  test('when the time of the members is not that of the manifest', async () => {
    const { manifestBytes } = prepareSnapshot(contentOf(FACTS, { takenAtMs: 0 }));
    const message = 'the time of its members is not the `takenAt` of its manifest';
    expect(await faultOf(sealedTar([member('manifest.json', manifestBytes), policy, facts]))).toEqual({
      kind: 'archive',
      message,
    });
  });
});

describe('compressed data are refused', () => {
  const plain = tar(good);
  const skippable = Buffer.from('502a4d180400000000000000', 'hex');
  const withBlocks = (blocks: Buffer) => {
    const frame = compressed(plain);
    // magic 4, descriptor 1, content size 2 of a one-segment frame of this length
    return Buffer.concat([frame.subarray(0, 7), blocks, frame.subarray(7)]);
  };
  const cases: [string, Buffer, string][] = [
    [
      'with a second frame',
      Buffer.concat([compressed(plain), compressed(plain)]),
      'it has bytes after its compressed data',
    ],
    [
      'with an empty second frame',
      Buffer.concat([compressed(plain), compress(Buffer.alloc(0))]),
      'it has bytes after its compressed data',
    ],
    [
      'after a skippable frame',
      Buffer.concat([skippable, compressed(plain)]),
      'its compressed data do not start with a zstd frame',
    ],
    [
      'before a skippable frame',
      Buffer.concat([compressed(plain), skippable]),
      'it has bytes after its compressed data',
    ],
    ['without a checksum', compress(plain, { checksumFlag: false }), 'its compressed data have no checksum'],
    ['with an empty block', withBlocks(Buffer.alloc(3)), 'it has an empty block'],
    ['with a million empty blocks', withBlocks(Buffer.alloc(3_000_000)), 'it has an empty block'],
    // Of the fourth type, one byte; then one of 128 KiB and a byte.
    ['with a block of no type', withBlocks(Buffer.from('0e0000', 'hex')), 'it has a block that zstd does not allow'],
    ['with too large a block', withBlocks(Buffer.from('080010', 'hex')), 'it has a block that zstd does not allow'],
    ['when they end too early', compressed(plain).subarray(0, -1), 'its compressed data end too early'],
    ['when there are none', Buffer.from('28b52ffd', 'hex'), 'its compressed data end too early'],
    [
      'with a wrong checksum',
      Buffer.concat([compressed(plain).subarray(0, -4), Buffer.alloc(4)]),
      'its compressed data cannot be decoded',
    ],
    ['that are not compressed', plain, 'its compressed data do not start with a zstd frame'],
    ['with a dictionary', withDescriptor(0b01), 'its compressed data need a dictionary'],
    ['with a reserved bit', withDescriptor(0b1000), 'its zstd frame uses a reserved bit'],
  ];
  test.each(cases)('%s', async (_name, body, message) => {
    const fault = await faultOf(sealed(body));
    expect(fault?.message).toBe(message);
    expect(fault?.kind).toBe('compression');
  });

  function withDescriptor(bits: number): Buffer {
    const frame = Buffer.from(compressed(plain));
    frame[4] = frame.readUInt8(4) | bits;
    return frame;
  }

  test('with a window that costs more memory than 8 MiB', async () => {
    // No content size, so the window field counts; 17 << 3 stands for 2^27.
    const frame = Buffer.concat([
      Buffer.from('28b52ffd04', 'hex'),
      Buffer.from([17 << 3]),
      Buffer.from('010000', 'hex'),
      Buffer.alloc(4),
    ]);
    expect(await faultOf(sealed(frame))).toEqual({
      kind: 'compression',
      message: 'its zstd window of 134217728 bytes is above the limit of 8388608',
    });
    const oneSegment = compress(Buffer.alloc(9_000_000), { checksumFlag: true, windowLog: 27 });
    expect((await faultOf(sealed(oneSegment)))?.message).toBe(
      'its zstd window of 9000000 bytes is above the limit of 8388608',
    );
    // One segment, whose size takes eight bytes: 2^40.
    const huge = Buffer.concat([Buffer.from('28b52ffde4', 'hex'), Buffer.from('0000000000010000010000', 'hex')]);
    expect((await faultOf(sealed(huge)))?.message).toBe(
      'its zstd window of 1099511627776 bytes is above the limit of 8388608',
    );
  });

  test('of a bomb, without unpacking it', async () => {
    const zeros = compress(Buffer.alloc(300_000_000), { checksumFlag: true, windowLog: 20 });
    expect(zeros.length).toBeLessThan(40_000);
    const before = process.memoryUsage().rss;
    expect((await faultOf(sealed(zeros)))?.kind).toBe('archive');
    // A manifest that promises as many facts does not help: the ratio is capped.
    const summary = { ...summaryOf(FACTS), lineBytes: 300_000_000 };
    const { manifestBytes } = prepareSnapshot(contentOf(FACTS, { summary }));
    const lines = Buffer.alloc(300_000_000, printFactLine(role('a', 'b')));
    const bomb = compress(tar([member('manifest.json', manifestBytes), policy, member('facts.jsonl', lines)]), {
      checksumFlag: true,
      windowLog: 20,
    });
    expect(await faultOf(sealed(bomb))).toEqual({
      kind: 'facts',
      message: 'line 2 of facts.jsonl is wrong: it is not in order, or repeats the line before',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(1_000_000_000);
  });
});

describe('random damage that is sealed with a right digest', () => {
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    cut: fc.integer({ min: 0, max: 40 }),
    put: fc.uint8Array({ maxLength: 40 }),
  });
  const damaged = (bytes: Buffer, { at, cut, put }: { at: number; cut: number; put: Uint8Array }) => {
    const start = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + cut)]);
  };

  test('is always found in the archive', async () => {
    const plain = tar(good);
    await fc.assert(
      fc.asyncProperty(damage, async (where) => {
        const bytes = damaged(plain, where);
        fc.pre(!bytes.equals(plain));
        expect((await verdictOn(sealed(compressed(bytes)))).ok).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });

  test('is found in the compressed data unless they still say the same', async () => {
    const plain = compressed(tar(good));
    const before = await verdictOn(sealed(plain));
    await fc.assert(
      fc.asyncProperty(damage, async (where) => {
        const verdict = await verdictOn(sealed(damaged(plain, where)));
        if (verdict.ok && before.ok) {
          expect({ ...verdict, sha256: '', sizeBytes: 0 }).toEqual({ ...before, sha256: '', sizeBytes: 0 });
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe('members that are not what the manifest says', () => {
  test('are reported together', async () => {
    const otherPolicy = member('policy.polar', POLICY.replace('member', 'MEMBER'));
    const lines = [role('alice', 'acme'), role('bob', 'acme'), role('eve', 'initecH')].map(printFactLine).join('');
    const verdict = await verdictOn(sealedTar([manifest, otherPolicy, member('facts.jsonl', lines)]));
    expect(verdict.ok ? [] : verdict.faults.map(({ message }) => message)).toEqual([
      'policy.polar does not have the SHA-256 that the manifest says',
      expect.stringMatching(
        /^facts\.jsonl is not what the manifest says: facts with digest [0-9a-f]{64} instead of [0-9a-f]{64}$/,
      ),
    ]);
    expect(verdict.manifest?.environment).toBe('0123456789');
  });

  test('are refused when the policy is not UTF-8', async () => {
    const bytes = Buffer.from([0xff, 0xfe]);
    const { manifestBytes } = prepareSnapshot(contentOf(FACTS));
    const text = manifestBytes.toString().replace(`"sizeBytes": ${policy.body.length}`, '"sizeBytes": 2');
    const verdict = await verdictOn(sealedTar([member('manifest.json', text), member('policy.polar', bytes), facts]));
    expect(verdict.ok ? [] : verdict.faults.map(({ message }) => message)).toContain('policy.polar is not UTF-8');
  });
});

describe('a line of facts is refused', () => {
  const a = printFactLine(role('alice', 'acme'));
  const b = printFactLine(role('bob', 'acme'));
  const line = (n: number, what: string) => `line ${n} of facts.jsonl is wrong: ${what}`;
  const order = 'it is not in order, or repeats the line before';
  const form = 'it is not written in the canonical form';
  const cases: [string, string | Buffer, string | RegExp][] = [
    ['that is not in order', b + a, line(2, order)],
    ['that comes twice', a + a, line(2, order)],
    ['that comes twice behind another one', a + b + b, line(3, order)],
    ['with a needless escape behind another one', a + b + b.replace('bob', '\\u0063arol'), line(3, form)],
    ['with a blank', a.replace(',', ', '), line(1, form)],
    ['with a needless escape', a.replace('alice', '\\u0061lice'), line(1, form)],
    ['with an escaped slash', a.replace('alice', '\\/'), line(1, form)],
    ['with an escape in capitals', a.replace('alice', '\\u001F'), line(1, form)],
    ['with a carriage return', a.replace('\n', '\r\n'), line(1, form)],
    ['that is empty', `${a}\n${b}`, line(2, 'a fact line is not JSON')],
    ['without its end', a + b.slice(0, -1), line(2, 'it does not end with a line break')],
    ['that is an object', '{}\n', line(1, 'a fact line must be a JSON array of strings, found an object')],
    [
      'with a lone surrogate',
      a.replace('alice', '\\ud800'),
      /^line 1 of facts\.jsonl is wrong: .*not well-formed Unicode$/,
    ],
    ['with a byte order mark', `\ufeff${a}`, line(1, 'a fact line is not JSON')],
    [
      'that is not UTF-8',
      Buffer.concat([Buffer.from(a), Buffer.from([0x22, 0xff, 0x0a])]),
      'facts.jsonl is not UTF-8 after line 0',
    ],
    ['that is longer than any fact', `["${'x'.repeat(70_000)}`, line(1, 'it is longer than any fact')],
  ];
  test.each(cases)('%s', async (_name, text, message) => {
    const bytes = Buffer.from(text);
    const { sha256Hex } = await import('../../src/snapshot/content-digest.ts');
    const summary = { ...summaryOf(FACTS), lineBytes: bytes.length, digest: sha256Hex(bytes) };
    const { manifestBytes } = prepareSnapshot(contentOf(FACTS, { summary }));
    const fault = await faultOf(
      sealedTar([member('manifest.json', manifestBytes), policy, member('facts.jsonl', bytes)]),
    );
    expect(fault?.kind).toBe('facts');
    if (typeof message === 'string') expect(fault?.message).toBe(message);
    else expect(fault?.message).toMatch(message);
  });
});
