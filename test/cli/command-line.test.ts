import { describe, expect, test } from 'vitest';
import { readRequest } from '../../src/cli/command-line.ts';

const COMMANDS = ['serve', 'export', 'import', 'status', 'verify', 'test', 'dev-server'];

function request(...argv: string[]) {
  return readRequest(argv, COMMANDS);
}

function command(name: string, ...rest: string[]) {
  return { kind: 'command', name, rest };
}

describe('commands', () => {
  test('are found by name, and keep their arguments', () => {
    expect(request('export', 'a.snapshot', '--json')).toEqual(command('export', 'a.snapshot', '--json'));
    expect(request('dev-server')).toEqual(command('dev-server'));
  });

  test('may follow `--json` and `--quiet`', () => {
    expect(request('--json', '--quiet', 'status')).toEqual(command('status', '--json', '--quiet'));
  });

  test('that do not exist are named', () => {
    expect(request('exprt', 'a')).toEqual({ kind: 'unknown', name: 'exprt' });
    expect(request('help', 'exprt')).toEqual({ kind: 'unknown', name: 'exprt' });
  });
});

describe('the spelling of the container image', () => {
  test('no arguments is `serve`', () => {
    expect(request()).toEqual(command('serve'));
    expect(request('--json')).toEqual(command('serve', '--json'));
  });

  test('`--import FILE` is `serve --import FILE`', () => {
    expect(request('--import', '/export/a.snapshot')).toEqual(command('serve', '--import', '/export/a.snapshot'));
  });

  test('`--export FILE` is `export FILE`, in every spelling', () => {
    expect(request('--export', 'a')).toEqual(command('export', 'a'));
    expect(request('--export=a')).toEqual(command('export', 'a'));
    expect(request('--export', '-')).toEqual(command('export', '-'));
    expect(request('--url', 'http://x', '--export', 'a', '--json')).toEqual(
      command('export', '--url', 'http://x', 'a', '--json'),
    );
  });

  test('`--export` without a file is an export without a file, which is then refused', () => {
    expect(request('--export')).toEqual(command('export'));
  });

  test('other flags belong to `serve`', () => {
    expect(request('--port', '9000')).toEqual(command('serve', '--port', '9000'));
  });
});

describe('help and version', () => {
  test.each(['--version', '-V'])('%s', (flag) => expect(request(flag)).toEqual({ kind: 'version' }));
  test.each(['--help', '-h', 'help'])('%s', (flag) => expect(request(flag)).toEqual({ kind: 'help' }));

  test('`help COMMAND` is `COMMAND --help`', () => {
    expect(request('help', 'export')).toEqual(command('export', '--help'));
  });
});
