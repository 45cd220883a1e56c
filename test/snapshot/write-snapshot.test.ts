import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printFactLine } from '../../src/facts/fact-line.ts';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import {
  collect,
  contentOf,
  deferred,
  FACTS,
  many,
  POLICY,
  role,
  streamOf,
  summaryOf,
  temporaryDirectory,
} from './support/sample-snapshot.ts';

describe('a file', () => {
  test('holds what was written, readable by nobody else', async () => {
    using directory = temporaryDirectory();
    const path = directory.file('a.snapshot');
    const { manifest, sizeBytes } = await writeSnapshot(path, contentOf(FACTS));
    expect(manifest).toMatchObject({
      formatVersion: 1,
      environment: '0123456789',
      tenant: 'acme',
      source: 'https://api.example.com',
      takenAt: '2026-01-31T08:00:00Z',
      policy: { sizeBytes: Buffer.byteLength(POLICY) },
      facts: { count: 3, countBySignature: { 'has_role(User,String,Organization)': 3 } },
      writer: 'oso-fallback 0.1.0',
    });
    expect(statSync(path).size).toBe(sizeBytes);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory.path)).toEqual(['a.snapshot']);
    await using snapshot = await openSnapshot(path);
    expect(snapshot.manifest).toEqual(manifest);
    expect(snapshot.policyText).toBe(POLICY);
    expect(await collect(snapshot.facts())).toEqual(FACTS);
  });

  test('has the same bytes for the same content, whatever the batches, and other bytes for another time', async () => {
    using directory = temporaryDirectory();
    const facts = many(5000).sort((a, b) => ((a.args[0]?.id ?? '') < (b.args[0]?.id ?? '') ? -1 : 1));
    const content = contentOf(facts);
    await writeSnapshot(directory.file('a'), content);
    await writeSnapshot(directory.file('b'), { ...content, facts: streamOf(facts, 7) });
    await writeSnapshot(directory.file('c'), {
      ...content,
      facts: streamOf(facts),
      takenAtMs: content.takenAtMs + 999,
    });
    await writeSnapshot(directory.file('d'), {
      ...content,
      facts: streamOf(facts),
      takenAtMs: content.takenAtMs + 1000,
    });
    const bytes = (name: string) => readFileSync(directory.file(name));
    expect(bytes('b').equals(bytes('a'))).toBe(true);
    expect(bytes('c').equals(bytes('a'))).toBe(true);
    expect(bytes('d').equals(bytes('a'))).toBe(false);
    const digests = await Promise.all(['a', 'd'].map((name) => verifySnapshot(directory.file(name))));
    const [a, d] = digests.map((verdict) => verdict.manifest?.contentDigest);
    expect(a).toBe(d);
  });

  test('may have no facts and an empty policy', async () => {
    using directory = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf([], { policyText: '' }));
    await using snapshot = await openSnapshot(directory.file('a'));
    expect(snapshot.policyText).toBe('');
    expect(snapshot.manifest.facts).toMatchObject({ count: 0, sizeBytes: 0, countBySignature: {} });
    expect(await collect(snapshot.facts())).toEqual([]);
  });

  test('is readable by tar', async (context) => {
    const listing = (path: string) => spawnSync('tar', ['--zstd', '-tvf', path], { encoding: 'utf8' });
    context.skip(spawnSync('zstd', ['--version']).error !== undefined, 'no zstd on this machine');
    context.skip(spawnSync('tar', ['--version']).error !== undefined, 'no tar on this machine');
    using directory = temporaryDirectory();
    await writeSnapshot(directory.file('a'), contentOf(FACTS));
    const { status, stdout, stderr } = listing(directory.file('a'));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/).at(-1)),
    ).toEqual(['manifest.json', 'policy.polar', 'facts.jsonl']);
    expect(stdout).toMatch(/^-rw-------/);
  });

  test('has the same bytes whether facts come as facts or as the bytes of their lines', async () => {
    using directory = temporaryDirectory();
    const [fromFacts, fromLines] = [directory.file('a'), directory.file('b')];
    const lines = Buffer.from(FACTS.map(printFactLine).join(''));
    await writeSnapshot(fromFacts, contentOf(FACTS));
    await writeSnapshot(fromLines, contentOf(FACTS, { facts: [lines.subarray(0, 10), lines.subarray(10)] }));
    expect(readFileSync(fromLines).equals(readFileSync(fromFacts))).toBe(true);
  });

  test('tells how far it has come', async () => {
    using directory = temporaryDirectory();
    const seen: [string, number, number][] = [];
    await writeSnapshot(directory.file('a'), contentOf(many(2000)), { progress: (...step) => seen.push(step) });
    const stages = [...new Set(seen.map(([stage]) => stage))];
    expect(stages).toEqual(['write', 'check']);
    for (const stage of stages) {
      const steps = seen.filter(([name]) => name === stage);
      expect(steps.at(-1)?.[1]).toBe(steps.at(-1)?.[2]);
      expect(steps.map(([, done]) => done)).toEqual(steps.map(([, done]) => done).sort((a, b) => a - b));
    }
  });
});

describe('an export that fails', () => {
  const failures: { name: string; run: (path: string) => Promise<unknown>; error: unknown }[] = [
    {
      name: 'because a fact is missing',
      run: (path) => writeSnapshot(path, contentOf(FACTS, { facts: streamOf(FACTS.slice(1)) })),
      error: expect.objectContaining({
        code: 'INDEX_INVALID',
        message: expect.stringMatching(
          /^the facts read are not those that were counted: 2 facts instead of 3, 2 facts of `has_role\(User,String,Organization\)` instead of 3, facts with digest [0-9a-f]{64} instead of [0-9a-f]{64}$/,
        ),
      }),
    },
    {
      name: 'because the lines are not those of the facts that were counted',
      run: (path) =>
        writeSnapshot(path, contentOf(FACTS, { facts: [Buffer.from(printFactLine(role('zoe', 'acme')))] })),
      error: expect.objectContaining({
        code: 'INDEX_INVALID',
        message: expect.stringMatching(
          /^the facts read are not those that were counted: facts with digest [0-9a-f]{64} instead of [0-9a-f]{64}$/,
        ),
      }),
    },
    {
      name: 'because there are more lines than facts were counted',
      run: (path) => writeSnapshot(path, contentOf(FACTS, { facts: [Buffer.alloc(1000)] })),
      error: expect.objectContaining({
        code: 'INDEX_INVALID',
        message: 'the facts read are not those that were counted: more facts than were counted',
      }),
    },
    {
      name: 'because there is a fact too many',
      run: (path) => writeSnapshot(path, contentOf(FACTS, { facts: streamOf([...FACTS, role('zoe', 'acme')]) })),
      error: expect.objectContaining({
        code: 'INDEX_INVALID',
        message: 'the facts read are not those that were counted: more facts than were counted',
      }),
    },
    {
      name: 'because the facts are not in order',
      run: (path) => {
        const facts = [...FACTS].reverse();
        const text = summaryOf(FACTS);
        return writeSnapshot(path, contentOf(FACTS, { facts: streamOf(facts), summary: text }));
      },
      error: expect.objectContaining({ code: 'INDEX_INVALID' }),
    },
    {
      name: 'because the source breaks',
      run: (path) =>
        writeSnapshot(
          path,
          contentOf(FACTS, {
            facts: (async function* () {
              yield FACTS.slice(0, 1);
              throw new Error('cut short');
            })(),
          }),
        ),
      error: expect.objectContaining({ message: 'cut short' }),
    },
    {
      name: 'because it was interrupted',
      run: (path) => {
        const controller = new AbortController();
        const facts = (async function* () {
          yield FACTS.slice(0, 1);
          controller.abort(new Error('interrupted'));
          yield FACTS.slice(1);
        })();
        return writeSnapshot(path, contentOf(FACTS, { facts }), { signal: controller.signal });
      },
      error: expect.objectContaining({ message: 'interrupted' }),
    },
    {
      name: 'because it was interrupted while it was read back',
      run: (path) => {
        const controller = new AbortController();
        return writeSnapshot(path, contentOf(FACTS), {
          signal: controller.signal,
          progress: (stage) => stage === 'check' && controller.abort(new Error('interrupted')),
        });
      },
      error: expect.objectContaining({ message: 'interrupted' }),
    },
  ];

  for (const { name, run, error } of failures) {
    test(`${name} leaves the old file, and nothing else`, async () => {
      using directory = temporaryDirectory();
      const path = directory.file('a.snapshot');
      writeFileSync(path, 'old');
      await expect(run(path)).rejects.toEqual(error);
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(directory.path)).toEqual(['a.snapshot']);
    });
  }

  test('does so before it starts when it is interrupted already', async () => {
    using directory = temporaryDirectory();
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(writeSnapshot(directory.file('a'), contentOf(FACTS), { signal })).rejects.toThrow('interrupted');
    expect(readdirSync(directory.path)).toEqual([]);
  });

  test('names the disk when it is full', async (context) => {
    using directory = temporaryDirectory();
    const mount = directory.file('small');
    mkdirSync(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', mount]).status === 0;
    context.skip(!mounted, 'no right to mount a small disk');
    try {
      const path = `${mount}/a.snapshot`;
      writeFileSync(path, 'old');
      const noise = Array.from({ length: 2000 }, (_, i) => role(`${Math.sin(i)}`, `${Math.cos(i)}`));
      await expect(writeSnapshot(path, contentOf(noise))).rejects.toMatchObject({
        code: 'NO_SPACE',
        message: `cannot write \`${path}\`: the disk is full`,
      });
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(mount)).toEqual(['a.snapshot']);
    } finally {
      spawnSync('umount', [mount]);
    }
  });
});

describe('a target', () => {
  test('that is a directory, a pipe, or in no directory is refused', async () => {
    using directory = temporaryDirectory();
    const pipe = directory.file('pipe');
    spawnSync('mkfifo', [pipe]);
    writeFileSync(directory.file('file'), '');
    const refusals: [string, string][] = [
      [directory.path, `cannot write \`${directory.path}\`: it is a directory`],
      [pipe, `cannot write \`${pipe}\`: it is a pipe or device, not a file`],
      [directory.file('no/a'), `cannot write \`${directory.file('no/a')}\`: no such file or directory`],
      [directory.file('file/a'), `cannot write \`${directory.file('file/a')}\`: a part of the path is not a directory`],
    ];
    for (const [path, message] of refusals) {
      await expect(writeSnapshot(path, contentOf(FACTS))).rejects.toMatchObject({
        code: 'DIRECTORY_UNUSABLE',
        message,
      });
    }
  });

  test('that is a symbolic link stays one', async () => {
    using directory = temporaryDirectory();
    mkdirSync(directory.file('real'));
    writeFileSync(directory.file('real/a'), 'old');
    symlinkSync(directory.file('real/a'), directory.file('link'));
    await writeSnapshot(directory.file('link'), contentOf(FACTS));
    expect(statSync(directory.file('real/a')).size).toBeGreaterThan(100);
    expect(readdirSync(directory.file('real'))).toEqual(['a']);
  });

  test('loses what a killed export left, and keeps what a living one is writing', async () => {
    using directory = temporaryDirectory();
    const path = directory.file('a.snapshot');
    writeFileSync(directory.file('.oso-fallback.tmp-1-dead'), 'half');
    writeFileSync(directory.file('.b.snapshot.tmp-1-other'), 'half');
    const gate = deferred();
    const started = deferred();
    const slow = (async function* () {
      started.resolve();
      await gate.promise;
      yield FACTS;
    })();
    const first = writeSnapshot(path, contentOf(FACTS, { facts: slow }));
    await started.promise;
    await writeSnapshot(path, contentOf(FACTS.slice(0, 2)));
    expect((await verifySnapshot(path)).manifest?.facts.count).toBe(2);
    gate.resolve();
    await first;
    expect((await verifySnapshot(path)).manifest?.facts.count).toBe(3);
    expect(readdirSync(directory.path).sort()).toEqual(['.b.snapshot.tmp-1-other', 'a.snapshot']);
  });
});

describe('content', () => {
  const refusals: [string, Parameters<typeof contentOf>[1], string][] = [
    [
      'an environment with a line break',
      { environment: 'a\nb' },
      'the environment of a snapshot must be one line of printable text',
    ],
    ['an empty tenant', { tenant: '' }, 'the tenant of a snapshot must be one line of printable text'],
    [
      'a source with an escape character',
      { source: '\u001b[0m' },
      'the source of a snapshot must be one line of printable text',
    ],
    ['a lone surrogate in the policy', { policyText: '# \ud800' }, 'the policy is not well-formed Unicode'],
    ['a time before 1970', { takenAtMs: -1 }, 'the time -1 ms cannot be written into a snapshot'],
    [
      'a huge policy',
      { policyText: ' '.repeat(2 ** 24 + 1) },
      'policy.polar would have 16777217 bytes; a snapshot holds at most 16777216',
    ],
    [
      'facts beyond eight GiB',
      { summary: { ...summaryOf(FACTS), lineBytes: 2 ** 33 } },
      'facts.jsonl would have 8589934592 bytes; a snapshot holds at most 8589934591',
    ],
  ];
  test.each(refusals)('with %s is refused', async (_name, changes, message) => {
    using directory = temporaryDirectory();
    const written = writeSnapshot(directory.file('a'), contentOf(FACTS, changes));
    await expect(written).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID', message });
    expect(existsSync(directory.file('a'))).toBe(false);
  });
});

test('the directory of a file that is gone meanwhile is reported', async () => {
  using directory = temporaryDirectory();
  const path = directory.file('gone/a');
  mkdirSync(dirname(path));
  const facts = (async function* () {
    rmSync(dirname(path), { recursive: true });
    yield FACTS;
  })();
  await expect(writeSnapshot(path, contentOf(FACTS, { facts }))).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
});
