import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { holdPort } from '../support/hold-port.ts';
import { listen } from '../support/http-client.ts';

/** The built one; `npm test` builds it first. */
const ENTRY = fileURLToPath(new URL('../../dist/bin/healthcheck.js', import.meta.url));

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  servers.push(server);
  return await listen(server);
}

async function healthcheck(env: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const child = spawn(process.execPath, [ENTRY, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

const paths: string[] = [];
const ready: RequestListener = (request, response) => {
  paths.push(request.url ?? '');
  response.end('{"ready":true}');
};

describe('the health check of the image', () => {
  test('is good when the node on OSO_PORT is ready', async () => {
    const port = await serve(ready);
    expect(await healthcheck({ OSO_PORT: `${port}` })).toEqual({ code: 0, output: '200 {"ready":true}\n' });
    expect(paths).toEqual(['/readyz']);
  });

  test('asks the address that the node listens on', async () => {
    const port = await serve(ready);
    const env = { OSO_PORT: `${port}` };
    expect(await healthcheck({ ...env, OSO_HOST: '0.0.0.0' })).toMatchObject({ code: 0 });
    expect(await healthcheck({ ...env, OSO_HOST: '127.0.0.1' })).toMatchObject({ code: 0 });
    const elsewhere = await healthcheck({ ...env, OSO_HOST: '::1' });
    expect(elsewhere).toMatchObject({ code: 1, output: expect.stringContaining(`http://[::1]:${port}/readyz`) });
  });

  test('takes another address as argument', async () => {
    const port = await serve(ready);
    expect(await healthcheck({}, [`http://127.0.0.1:${port}/livez`])).toMatchObject({ code: 0 });
    expect(paths.at(-1)).toBe('/livez');
  });

  test('is bad, and says why, when the node is not ready', async () => {
    const body = '{"ready":false,"reason":"no_data","message":"nothing yet"}';
    const port = await serve((_, response) => response.writeHead(503).end(body));
    expect(await healthcheck({ OSO_PORT: `${port}` })).toEqual({ code: 1, output: `503 ${body}\n` });
  });

  test('is bad, and says so, when nothing listens', async () => {
    const port = await serve(ready);
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    using _held = await holdPort(port);
    const { code, output } = await healthcheck({ OSO_PORT: `${port}` });
    expect(code).toBe(1);
    expect(output).toMatch(`no answer from http://127.0.0.1:${port}/readyz: connect ECONNREFUSED`);
  });

  test('speaks TLS when the node does', async () => {
    const port = await serve(ready);
    const { code, output } = await healthcheck({ OSO_PORT: `${port}`, OSO_TLS_CERT: '/cert.pem' });
    expect(code).toBe(1);
    expect(output).toMatch(`no answer from https://127.0.0.1:${port}/readyz: `);
  });

  test('gives up on a node that says nothing, before the runtime gives up on it', async () => {
    const port = await serve(() => {});
    const { code, output } = await healthcheck({ OSO_PORT: `${port}` });
    expect(code).toBe(1);
    expect(output).toMatch(/^no answer from .*: The operation was aborted/);
  });

  test('reads no more of a long answer than it prints', async () => {
    const port = await serve((_, response) => response.writeHead(500).end('x'.repeat(100_000)));
    const { code, output } = await healthcheck({ OSO_PORT: `${port}` });
    expect({ code, length: output.length }).toEqual({ code: 1, length: '500 '.length + 500 + '\n'.length });
  });
});
