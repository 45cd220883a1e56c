import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDevServer } from '../../src/dev-server/dev-server.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLog } from '../../src/util/log.ts';
import { GITHUB_FACTS, GITHUB_POLICY } from './support/github-policy.ts';
import { fact, startDevServer } from './support/running-dev-server.ts';

async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'oso-dev-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const LINES = ['["is_friendly","User","sam"]', '["is_friendly","User","\u2028 \\"quoted\\" é"]', ''].join('\n');

test('policy and facts survive a restart', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'made', 'here');
  {
    await using running = await startDevServer({ directory: path });
    await running.post('/api/policy', { src: GITHUB_POLICY });
    await running.post('/api/batch', [{ inserts: GITHUB_FACTS }]);
    await running.post('/api/batch', [{ deletes: [GITHUB_FACTS[1]] }]);
  }
  expect((await readdir(path)).sort()).toEqual(['facts.jsonl', 'lock', 'policy.polar']);
  expect(await readFile(join(path, 'facts.jsonl'), 'utf8')).toContain(
    '["has_role","User","alice","String","member","Org","acme"]\n',
  );
  await using again = await startDevServer({ directory: path });
  expect((await again.ask({ path: '/api/facts' })).json).toHaveLength(3);
  expect((await again.ask({ path: '/api/policy' })).json).toEqual({
    policy: { filename: 'policy.polar', src: GITHUB_POLICY },
  });
});

test('a change is on disk soon after its reply', async () => {
  await using directory = await temporaryDirectory();
  await using running = await startDevServer({ directory: directory.path });
  await running.post('/api/policy', { src: GITHUB_POLICY });
  await expect.poll(() => readFile(join(directory.path, 'policy.polar'), 'utf8').catch(() => '')).toBe(GITHUB_POLICY);
});

test('what is given at the start replaces what was stored', async () => {
  await using directory = await temporaryDirectory();
  const factsFile = join(directory.path, 'given.jsonl');
  await writeFile(factsFile, LINES);
  const options = {
    directory: join(directory.path, 'data'),
    policySources: [{ name: 'p.polar', text: GITHUB_POLICY }],
  };
  {
    await using running = await startDevServer(options);
    await running.post('/api/batch', [{ inserts: GITHUB_FACTS }]);
  }
  {
    await using running = await startDevServer({ ...options, factsFile });
    expect((await running.ask({ path: '/api/facts' })).json).toHaveLength(2);
  }
  await using running = await startDevServer({ directory: options.directory });
  expect((await running.ask({ path: '/api/facts' })).json).toEqual([
    fact('is_friendly', 'User:sam'),
    fact('is_friendly', 'User:\u2028 "quoted" é'),
  ]);
});

test('a directory that is a file cannot be used', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  await writeFile(path, '');
  await expect(startDevServer({ directory: path })).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
});

test.runIf(process.platform === 'linux')('a directory where none can be made is not tried for ever', async () => {
  const path = '/proc/oso-fallback/data';
  const message = `cannot create \`${path}\`: no such file or directory`;
  await expect(startDevServer({ directory: path })).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE', message });
});

test('a directory is for one dev-server at a time', async () => {
  await using directory = await temporaryDirectory();
  {
    await using _first = await startDevServer({ directory: directory.path });
    await expect(startDevServer({ directory: directory.path })).rejects.toMatchObject({
      code: 'DIRECTORY_LOCKED',
      hint: 'stop that process, or give this one another data directory with `--directory`',
    });
  }
  await using _second = await startDevServer({ directory: directory.path });
});

test('a start that fails leaves the directory as it was, and free', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'policy.polar'), 'actor Stored {}');
  const given = { directory: directory.path, policySources: [{ name: 'p.polar', text: GITHUB_POLICY }] };
  // Nobody could have it listen.
  const dev = await createDevServer({
    ...given,
    clock: systemClock,
    log: silentLog,
    version: '1.2.3',
    nodeVersion: 'v20.0.0',
  });
  await dev.close();
  const wrong = startDevServer({ ...given, policySources: [{ name: 'p.polar', text: 'nonsense' }] });
  await expect(wrong).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  expect((await readdir(directory.path)).sort()).toEqual(['lock', 'policy.polar']);
  await using running = await startDevServer({ directory: directory.path });
  expect(running.dev.main.policy.text).toBe('actor Stored {}');
});

test.each(['policy.polar', 'facts.jsonl'])('a pipe in place of %s is not waited for', async (name) => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, name);
  execFileSync('mkfifo', [path]);
  const message = `cannot read \`${path}\`: it is a pipe or device, not a file`;
  await expect(startDevServer({ directory: directory.path })).rejects.toMatchObject({ message });
});

test.each(['policy.polar', 'facts.jsonl'])('a directory in place of %s is named', async (name) => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, name);
  await mkdir(path);
  await expect(startDevServer({ directory: directory.path })).rejects.toMatchObject({
    code: 'DIRECTORY_UNUSABLE',
    message: expect.stringMatching(/: it is a directory$/u),
  });
});

test.each([
  ['["is_friendly","User","a"]\nnot json\n', /given\.jsonl:2: a fact line is not JSON$/u],
  ['\n\n["likes","User","a"]', /given\.jsonl:3: likes\(User\) is not used in policy\. Help: /u],
  [Buffer.from([0x5b, 0xff]), /given\.jsonl` is not UTF-8$/u],
  [
    `["is_friendly","User","a"]\n${'x'.repeat(600_000)}`,
    /given\.jsonl:2: a fact line has [2-5][0-9]{5} characters, more than any/u,
  ],
])('a line that is no fact of the policy stops the start and is named', async (content, message) => {
  await using directory = await temporaryDirectory();
  const factsFile = join(directory.path, 'given.jsonl');
  await writeFile(factsFile, content);
  const started = startDevServer({ policySources: [{ name: 'p.polar', text: GITHUB_POLICY }], factsFile });
  await expect(started).rejects.toMatchObject({ code: 'FACT_INVALID', message: expect.stringMatching(message) });
});

test('a facts file that is not there is named', async () => {
  await using directory = await temporaryDirectory();
  const factsFile = join(directory.path, 'nowhere', 'facts.jsonl');
  await expect(startDevServer({ factsFile })).rejects.toMatchObject({
    code: 'DIRECTORY_UNUSABLE',
    message: `cannot read \`${factsFile}\`: no such file or directory`,
  });
});

test('a large file of facts is loaded', async () => {
  await using directory = await temporaryDirectory();
  const factsFile = join(directory.path, 'facts.jsonl');
  const line = (index: number) =>
    `["has_role","User","user-${index % 50_000}","String","member","Repo","repo-${index}"]\n`;
  await writeFile(factsFile, Array.from({ length: 100_000 }, (_, index) => line(index)).join(''));
  await using running = await startDevServer({ policySources: [{ name: 'p.polar', text: GITHUB_POLICY }], factsFile });
  expect(running.dev.main.factCount).toBe(100_000);
  const question = { actor_type: 'User', actor_id: 'user-7', action: 'read', resource_type: 'Repo' };
  const reply = await running.ask({ path: '/api/list', body: question });
  expect((reply.json as { results: string[] }).results).toHaveLength(2);
});

test('a changed policy is saved as POST does it, and a bad one leaves the old one', async () => {
  await using running = await startDevServer({ policySources: [{ name: 'p.polar', text: GITHUB_POLICY }] });
  expect(running.dev.savePolicy([{ name: 'p.polar', text: 'nonsense' }])).toMatchObject({ kind: 'invalid' });
  expect(running.dev.main.policy.text).toBe(GITHUB_POLICY);
  expect(running.dev.savePolicy([{ name: 'p.polar', text: 'actor User {}' }])).toEqual({ kind: 'saved' });
  expect(running.dev.savePolicy([{ name: 'p.polar', text: 'actor User {}' }])).toEqual({ kind: 'unchanged' });
});
