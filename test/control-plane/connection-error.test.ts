import { describe, expect, test } from 'vitest';
import { codeOf, connectionError } from '../../src/control-plane/connection-error.ts';

function failed(code: string): Error {
  return Object.assign(new Error('canary'), { code });
}

describe('connectionError', () => {
  test.each([
    ['ECONNREFUSED', 'nothing accepts connections at'],
    ['ENOTFOUND', 'cannot find the address of'],
    ['EAI_AGAIN', 'cannot find the address of'],
    ['ETIMEDOUT', 'no connection within the time limit to'],
    ['UND_ERR_CONNECT_TIMEOUT', 'no connection within the time limit to'],
    ['EHOSTUNREACH', 'no route to'],
    ['ENETUNREACH', 'no route to'],
    ['ECONNRESET', 'the connection was closed before an answer by'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'no trusted TLS connection to'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'no trusted TLS connection to'],
    ['CERT_HAS_EXPIRED', 'no trusted TLS connection to'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'no trusted TLS connection to'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'no trusted TLS connection to'],
    ['EPROTO', 'no trusted TLS connection to'],
    ['EINVAL', 'cannot connect to'],
  ])('%s is unreachable, named with host and port', (code, what) => {
    const error = connectionError(failed(code), new URL('https://api.osohq.com/api/policy'));
    expect(error.code).toBe('CONTROL_PLANE_UNREACHABLE');
    expect(error.message).toBe(`${what} api.osohq.com:443 (${code})`);
    expect(error.hint).toMatch(/^[^A-Z].*[^.]$/);
    expect(error.cause).toEqual({ code });
  });

  test.each([
    ['EMFILE', 'too many open files', /ulimit -n/u],
    ['ENFILE', 'too many open files in the system', /fs\.file-max/u],
    ['ENOMEM', 'the system has no memory left', /more memory/u],
  ])('%s is no failure of the control plane: this machine has too little', (code, reason, hint) => {
    const error = connectionError(new TypeError('canary', { cause: failed(code) }), new URL('https://h/x'));
    expect(error).toMatchObject({
      code: 'COPY_FAILED',
      message: `cannot connect to h:443: ${reason}`,
      cause: { code },
    });
    expect(error.hint).toMatch(hint);
  });

  test('the default port of plain HTTP is named, and so is an IPv6 address', () => {
    expect(connectionError(failed('EINVAL'), new URL('http://h/x')).message).toBe('cannot connect to h:80 (EINVAL)');
    const error = connectionError(failed('EINVAL'), new URL('http://[::1]:8081/x'));
    expect(error.message).toBe('cannot connect to [::1]:8081 (EINVAL)');
  });

  test('what is not HTTP is malformed', () => {
    const parser = Object.assign(new Error('canary'), { name: 'HTTPParserError', code: undefined });
    const error = connectionError(parser, new URL('http://h:1/'));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_MALFORMED',
      'h:1 did not answer in HTTP (HPE_INVALID)',
    ]);
  });
});

describe('codeOf', () => {
  test('looks below errors that say nothing', () => {
    expect(codeOf(new AggregateError([failed('ECONNREFUSED'), failed('EHOSTUNREACH')]))).toBe('ECONNREFUSED');
    expect(codeOf(Object.assign(failed('UND_ERR_SOCKET'), { cause: failed('ECONNRESET') }))).toBe('ECONNRESET');
    expect(codeOf(new Error('x', { cause: failed('EPIPE') }))).toBe('EPIPE');
    expect(codeOf(failed('UND_ERR_SOCKET'))).toBe('UND_ERR_SOCKET');
  });

  test.each([undefined, null, 'text', 7, new Error('x')])('is unknown where there is none', (thrown) => {
    expect(codeOf(thrown)).toBe('unknown');
  });
});
