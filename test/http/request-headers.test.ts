import { createServer, type IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRequestHeaders } from '../../src/http/request-headers.ts';
import { close, listen, sendRaw } from '../support/http-client.ts';

test('the headers that the server reads, in any spelling, and no other', () => {
  const raw = [
    'HOST',
    'a',
    'user-agent',
    'b',
    'X-Request-Id',
    'c',
    'Expect',
    '100-continue',
    'X-Other',
    'd',
    'Hose',
    'e',
  ];
  expect(readRequestHeaders(raw)).toEqual({
    host: 'a',
    expect: '100-continue',
    'user-agent': 'b',
    'x-request-id': 'c',
    authorization: undefined,
    'content-length': undefined,
    'accept-encoding': undefined,
    'content-encoding': undefined,
    'transfer-encoding': undefined,
    repeated: undefined,
  });
});

test('of several headers with one name the first one counts, or all, as the name demands', () => {
  const twice = (name: string) => readRequestHeaders([name, 'a', name, 'b', name.toUpperCase(), 'c']);
  expect(twice('authorization').authorization).toBe('a');
  expect(twice('content-length')['content-length']).toBe('a');
  expect(twice('content-encoding')['content-encoding']).toBe('a, b, c');
  expect(twice('transfer-encoding')['transfer-encoding']).toBe('a, b, c');
});

test.each([
  ['authorization', 'authorization'],
  ['Host', 'host'],
  ['user-agent', undefined],
  ['transfer-encoding', undefined],
])('that %s came twice is %j to tell', (name, repeated) => {
  expect(readRequestHeaders([name, 'a', name, 'a']).repeated).toBe(repeated);
});

const name = fc
  .tuple(
    fc.constantFrom(
      'host',
      'user-agent',
      'x-request-id',
      'authorization',
      'accept-encoding',
      'content-encoding',
      'hosts',
    ),
    fc.array(fc.boolean(), { maxLength: 17 }),
  )
  .map(([text, upper]) => [...text].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join(''));
const value = fc.stringMatching(/^[!-~]([ -~]{0,8}[!-~])?$/u);

test('property: every header is what Node.js itself makes of it', async () => {
  let seen: IncomingHttpHeaders = {};
  let raw: string[] = [];
  const server = createServer((request, response) => {
    [seen, raw] = [request.headers, request.rawHeaders];
    response.end();
  });
  const port = await listen(server);
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 12 }), async (headers) => {
        const lines = headers.map((pair) => `${pair.join(': ')}\r\n`).join('');
        await sendRaw(port, `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`);
        const { repeated: _, ...ours } = readRequestHeaders(raw);
        for (const [key, value] of Object.entries(ours)) expect(value).toBe(seen[key]);
      }),
      { numRuns: 200 },
    );
  } finally {
    await close(server);
  }
});
