import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { askNode, tellNode } from '../../src/cli/ask-node.ts';
import { localAddress } from '../../src/cli/node-address.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { EXPIRED, GOOD, INTERMEDIATE, KEY, OF_ANOTHER_HOST, SECOND_HAND } from '../support/certificates.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { SELF_SIGNED } from '../support/self-signed.ts';

const TIME = 5_000;

/** Answers with the head of a reply, and then with a blank whenever it is told to. */
async function startDripping() {
  let connected: (drip: () => void) => void = () => {};
  const connection = new Promise<() => void>((resolve) => {
    connected = resolve;
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      connected(() => socket.write(' '));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    connection,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

test('a server that sends a byte now and then is left when the time for the whole answer is over', async () => {
  await using server = await startDripping();
  const clock = new FakeClock();
  const stop = new AbortController();
  const asked = askNode({ url: server.url }, { signal: stop.signal, clock });
  const refused = expect(asked).rejects.toMatchObject({
    code: 'NODE_UNREACHABLE',
    message: expect.stringMatching(/: no answer within 5 seconds$/),
  });
  const drip = await server.connection;
  for (let passed = 0; passed < TIME; passed += 1_000) {
    drip();
    await clock.advance(1_000);
  }
  stop.abort();
  await refused;
});

test('leaves no timer behind', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  await expect(askNode({ url: 'http://127.0.0.1:1' }, { signal, clock })).rejects.toThrow('connection refused');
  expect(clock.sleeping).toBe(0);
});

describe('a node that is told to serve other data', () => {
  /** Tells a node, which answers when the test does, or never. */
  async function telling() {
    let asked: (response: ServerResponse) => void = () => {};
    const request = new Promise<ServerResponse>((resolve) => {
      asked = resolve;
    });
    const server = createHttpServer((_, response) => asked(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const told = tellNode({ url }, '/-/rollback', { signal, clock, token: 'e_env1_1_x' });
    told.catch(() => {});
    return { clock, told, response: await request, [Symbol.dispose]: () => server.close() };
  }

  test('may take a minute: millions of facts are read again before all threads answer from them', async () => {
    using node = await telling();
    await node.clock.advance(60_000);
    node.response.end('{"pinned":"x"}');
    expect(await node.told).toEqual({ pinned: 'x' });
  });

  test('and has not answered by then may do it all the same, which a hint says', async () => {
    using node = await telling();
    await node.clock.advance(65_000);
    await expect(node.told).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringMatching(/: no answer within 65 seconds$/),
      hint: 'it may do it all the same: `oso-fallback status` says what is pinned and served',
    });
  });
});

describe('a server that is asked in the wrong way', () => {
  async function refusalOf(server: Server, protocol: string) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `${protocol}://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const { signal } = new AbortController();
    const error: unknown = await askNode({ url }, { signal, clock: new FakeClock() }).catch(
      (reason: unknown) => reason,
    );
    server.close();
    if (!(error instanceof OsoError)) throw error;
    const { message, hint } = error;
    return [message.replace(url, 'URL'), ...(hint === undefined ? [] : [hint])].join('; ');
  }

  const plain = () =>
    createServer((socket) => socket.on('error', () => {}).on('data', () => socket.end('HTTP/1.1 400 \r\n\r\n')));
  const secure = () => createTlsServer(SELF_SIGNED).on('tlsClientError', () => {});

  test.each([
    [
      'without TLS by https',
      plain,
      'https',
      'it speaks no TLS that is known here; without TLS its address begins with `http://`',
    ],
    ['with TLS by http', secure, 'http', 'it closed the connection; with TLS its address begins with `https://`'],
    [
      'with a certificate of its own',
      secure,
      'https',
      'its certificate is not trusted: self-signed certificate; `NODE_EXTRA_CA_CERTS` names a file of more authorities to trust; on its own machine leave out `--url` and give `OSO_TLS_CERT`',
    ],
  ])('%s: what is wrong, and what to do', async (_what, start, protocol, why) => {
    expect(await refusalOf(start(), protocol)).toBe(`no node answers at URL: ${why}`);
  });
});

describe('a node on this machine whose OSO_TLS_CERT', () => {
  const STATUS = JSON.stringify({ state: 'serving', generations: [], size: {} });

  /** The status of a node that shows the one chain, asked by somebody whose OSO_TLS_CERT holds the other. */
  async function ask(shown: string, known: string) {
    const folder = mkdtempSync(join(tmpdir(), 'oso-ask-'));
    const tlsCert = join(folder, 'cert.pem');
    writeFileSync(tlsCert, known);
    const server = createHttpsServer({ cert: shown, key: KEY }, (_, response) => response.end(STATUS));
    server.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { signal } = new AbortController();
    try {
      const found = await localAddress({ host: '127.0.0.1', port, tlsCert });
      return await askNode(found, { signal, clock: new FakeClock() });
    } finally {
      server.close();
      await removeFolder(folder);
    }
  }

  test.each([
    ['an authority has signed', GOOD],
    ['comes with its chain', SECOND_HAND + INTERMEDIATE],
    ['comes without its chain', SECOND_HAND],
    ['is for the name that clients use', OF_ANOTHER_HOST],
  ])('%s is found', async (_, chain) => {
    expect(await ask(chain, chain)).toEqual(JSON.parse(STATUS));
  });

  test.each([
    ['is another one of the same authority', OF_ANOTHER_HOST, GOOD],
    ['has only its chain in common with what is shown', SECOND_HAND + INTERMEDIATE, GOOD + INTERMEDIATE],
    ['has expired', EXPIRED, EXPIRED],
  ])('%s is not asked, and a hint says why', async (_, shown, known) => {
    await expect(ask(shown, known)).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      hint: 'a node on this machine must show the certificate of `OSO_TLS_CERT`, and that must be valid today',
    });
  });

  test('does not hold its certificate is not asked, and the file is named', async () => {
    await expect(ask(GOOD, 'half')).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringMatching(/and `OSO_TLS_CERT` does not tell it: `.*\/cert\.pem` is no certificate as PEM$/u),
      hint: 'run this as a user who may read the file of `OSO_TLS_CERT`, or name a copy of it there',
    });
  });
});
