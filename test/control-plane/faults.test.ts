import { describe, expect, test } from 'vitest';
import type { ControlPlane } from '../../src/control-plane/control-plane.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { digBlackhole } from '../support/blackhole.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startFakeCloud } from '../support/fake-cloud.ts';
import type { FakeReply } from '../support/fake-reply.ts';
import { SELF_SIGNED } from '../support/self-signed.ts';
import { allClosed, BODY, FACTS, failUnder } from './fail-under.ts';
import { collect, connect, failureOf, loopClock, never, PATIENT, QUICK, roleOf } from './support.ts';

describe('no connection', () => {
  test('nothing listens', async () => {
    await using cloud = await startFakeCloud();
    const { url, port } = cloud;
    await cloud.close();
    const controlPlane = connect(url);
    const error = await failureOf(controlPlane.policy({ signal: never }));
    expect(error.render()).toBe(
      `CONTROL_PLANE_UNREACHABLE: nothing accepts connections at 127.0.0.1:${port} (ECONNREFUSED)\nhint: check host and port in \`OSO_URL\``,
    );
    expect(error.cause).toEqual({ code: 'ECONNREFUSED' });
    await controlPlane.close();
  });

  test('every address of a name refuses', async () => {
    await using cloud = await startFakeCloud();
    const { port } = cloud;
    await cloud.close();
    const controlPlane = connect(`http://localhost:${port}`);
    const error = await failureOf(controlPlane.policy({ signal: never }));
    expect(error.message).toBe(`nothing accepts connections at localhost:${port} (ECONNREFUSED)`);
    await controlPlane.close();
  });

  test('packets are lost', async () => {
    await using hole = await digBlackhole();
    const controlPlane = connect(`http://127.0.0.1:${hole.port}`, { limits: { ...PATIENT, connectMs: 300 } });
    const error = await failureOf(controlPlane.policy({ signal: never }));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_UNREACHABLE',
      `no connection within the time limit to 127.0.0.1:${hole.port} (UND_ERR_CONNECT_TIMEOUT)`,
    ]);
    await controlPlane.close();
  });

  test('the handshake never ends', async () => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url.replace('http:', 'https:'), { limits: { ...PATIENT, connectMs: 300 } });
    const error = await failureOf(controlPlane.policy({ signal: never }));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_UNREACHABLE',
      `no connection within the time limit to 127.0.0.1:${cloud.port} (UND_ERR_CONNECT_TIMEOUT)`,
    ]);
    await controlPlane.close();
  });

  test('the certificate is not trusted, also when the environment switches verification off', async () => {
    await using cloud = await startFakeCloud({ tls: SELF_SIGNED });
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const controlPlane = connect(cloud.url);
      const error = await failureOf(controlPlane.policy({ signal: never }));
      expect([error.code, error.message]).toEqual([
        'CONTROL_PLANE_UNREACHABLE',
        `no trusted TLS connection to 127.0.0.1:${cloud.port} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
      ]);
      expect(error.hint).toContain('`NODE_EXTRA_CA_CERTS`');
      expect(cloud.requests).toEqual([]);
      await controlPlane.close();
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  test('the connection is closed instead of an answer', async () => {
    await failUnder(
      { raw: '' },
      {
        code: 'CONTROL_PLANE_UNREACHABLE',
        message: 'the connection was closed before an answer by HOST (UND_ERR_SOCKET)',
      },
    );
  });
});

describe('too slow', () => {
  const code = 'CONTROL_PLANE_UNREACHABLE';

  test('accepts and sends nothing', async () => {
    await failUnder({ isSilent: true }, { code, message: 'no answer from HOST within 400ms' }, QUICK);
  });

  test('headers letter by letter do not restart the deadline', async () => {
    await failUnder({ headerDelayMs: 10 }, { code, message: 'no answer from HOST within 400ms' }, QUICK);
  });

  const restless = { ...PATIENT, idleMs: 250 };

  test.each([1, 511, 512, 65_535, 65_536, Math.floor(BODY.length / 2), BODY.length - 1])(
    'silence after %d bytes of the body',
    async (stallAfter) => {
      const reply: FakeReply = { body: BODY, framing: 'length', stallAfter };
      await failUnder(
        reply,
        { code, message: `no data from HOST for 250ms, after ${stallAfter} bytes` },
        restless,
        loopClock,
      );
    },
  );

  test('silence before the body', async () => {
    await failUnder(
      { body: BODY, framing: 'length', stallAfter: 0 },
      { code, message: /^no data from HOST for 250ms, after 0/ },
      restless,
      loopClock,
    );
  });

  test('a drip below the minimum rate', async () => {
    const message = /^fewer than 1024 bytes a second from HOST, after \d+$/;
    await failUnder({ body: BODY, pieceBytes: 1, delayMs: 5 }, { code, message }, { ...PATIENT, rateWindowMs: 150 });
  });

  test('a body that takes too long as a whole', async () => {
    await failUnder(
      { body: BODY, pieceBytes: 1_000, delayMs: 20 },
      { code, message: 'the answer of HOST took longer than 1s' },
      { ...PATIENT, totalMs: 1_000 },
    );
  });

  test('a reader that takes its time is not the fault of the sender', async () => {
    const facts = Array.from({ length: 40_000 }, (_, at) => roleOf(`user-${at}`));
    await using cloud = await startFakeCloud({ facts });
    const clock = new FakeClock();
    const controlPlane = connect(cloud.url, { clock, limits: { ...PATIENT, totalMs: 1e9 } });
    const download = await controlPlane.facts({ signal: never, predicates: [] });
    if (download === 'not-modified') throw new Error('not modified');
    let count = 0;
    for await (const batch of download) {
      count += batch.length;
      await clock.advance(2 * PATIENT.idleMs + PATIENT.rateWindowMs);
    }
    expect(count).toBe(facts.length);
    await controlPlane.close();
  });
});

describe('cut short', () => {
  const code = 'CONTROL_PLANE_MALFORMED';

  test.each([0, 1, 511, 65_536, BODY.length - 1])('closed after %d bytes of an announced length', async (cutAfter) => {
    const message = new RegExp(`^the answer of HOST was cut short after ${cutAfter}( of ${BODY.length})? bytes`);
    await failUnder({ body: BODY, framing: 'length', cutAfter }, { code, message });
  });

  test.each([0, 1, 512, 65_536, BODY.length - 1])('closed after %d bytes without a length', async (cutAfter) => {
    const where = cutAfter === 0 ? 'holds no JSON array' : 'ends before the `]` of its array: it was cut short';
    await failUnder(
      { body: BODY, framing: 'close', cutAfter },
      { code, message: `the answer of the control plane ${where} (byte ${cutAfter})` },
    );
  });

  test.each([1, 512, 65_536])('closed after %d bytes in chunks', async (cutAfter) => {
    await failUnder({ body: BODY, framing: 'chunked', cutAfter }, { code, message: /cut short/ });
  });

  test.each([0, 1, 65_536, BODY.length - 1])('reset after %d bytes', async (resetAfter) => {
    await failUnder(
      { body: BODY, framing: 'length', resetAfter },
      { code, message: /^the answer of HOST was cut short/ },
    );
  });

  test('a chunk with a wrong size', async () => {
    const raw =
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\nzz\r\n';
    const message = 'the answer of HOST was cut short after 2 bytes (HPE_INVALID)';
    await failUnder({ raw }, { code, message });
  });

  test('more bytes than announced', async () => {
    const message = /^the answer of the control plane ends before the `]` of its array: it was cut short \(byte 100\)$/;
    await failUnder({ body: BODY, announcedLength: 100 }, { code, message });
  });
});

describe('aborts', () => {
  async function abortAt(when: FakeReply, read: (controlPlane: ControlPlane, signal: AbortSignal) => Promise<unknown>) {
    await using cloud = await startFakeCloud({ facts: FACTS });
    const controlPlane = connect(cloud.url);
    const interruption = new AbortController();
    const reason = new OsoError('INTERRUPTED', 'stop');
    cloud.script('/api/facts', { ...when, onRequest: () => setImmediate(() => interruption.abort(reason)) });
    expect(await failureOf(read(controlPlane, interruption.signal))).toBe(reason);
    await controlPlane.close();
    await allClosed(cloud);
  }

  const readAll = async (controlPlane: ControlPlane, signal: AbortSignal) =>
    collect(await controlPlane.facts({ signal, predicates: [] }));

  test('before an answer end with their reason', () => abortAt({ isSilent: true }, readAll));

  test('within an answer end with their reason', () =>
    abortAt({ body: BODY, framing: 'length', stallAfter: 5_000 }, readAll));

  test('before the request send nothing', async () => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url);
    const reason = new OsoError('INTERRUPTED', 'stop');
    expect(await failureOf(controlPlane.policy({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(cloud.requests).toEqual([]);
    await controlPlane.close();
  });

  test('close a listing that nobody reads', async () => {
    await using cloud = await startFakeCloud({
      facts: Array.from({ length: 100_000 }, (_, at) => roleOf(`user-${at}`)),
    });
    const controlPlane = connect(cloud.url);
    const interruption = new AbortController();
    await controlPlane.facts({ signal: interruption.signal, predicates: [] });
    expect(cloud.openConnections).toBe(1);
    interruption.abort();
    await allClosed(cloud);
    await controlPlane.close();
  });
});
