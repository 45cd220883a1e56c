import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise';
import { removeFolder } from './remove-folder.ts';

/** The user to be when we are root: a MariaDB server refuses root. */
const NOBODY = 65_534;
/** Debian keeps servers where only root looks. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin`;

export interface MariadbServer {
  connect(options?: ConnectionOptions): Promise<Connection>;
  stop(): Promise<void>;
}

/** Whether Debian's `mariadb-server`, or another one, is installed. */
export function hasMariadb(): boolean {
  return spawnSync('mariadbd', ['--version'], { env: { PATH } }).error === undefined;
}

/** A real MariaDB server of its own directory, on a Unix socket. Text has the collation that the server comes with. */
export async function startMariadb(): Promise<MariadbServer> {
  const directory = mkdtempSync(join(tmpdir(), 'oso-maria-'));
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (process.getuid?.() === 0) chownSync(directory, NOBODY, NOBODY);
  chmodSync(directory, 0o700);
  const [data, socketPath] = [join(directory, 'data'), join(directory, 'socket')];
  const options = { ...asNobody, cwd: directory, env: { PATH } };
  const { status, stdout, stderr } = spawnSync(
    'mariadb-install-db',
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { ...options, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`mariadb-install-db: ${stdout} ${stderr}`);
  const settings = ['--no-defaults', `--datadir=${data}`, `--socket=${socketPath}`, '--skip-networking'];
  const quick = [
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=128M',
    '--character-set-server=utf8mb4',
  ];
  const server = spawn('mariadbd', [...settings, `--pid-file=${join(directory, 'pid')}`, ...quick], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  await untilReady(server);
  const root = await createConnection({ socketPath, user: 'root' });
  await root.query('CREATE DATABASE app');
  await root.end();
  return {
    connect: (more = {}) =>
      createConnection({ socketPath, user: 'root', database: 'app', charset: 'utf8mb4', ...more }),
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      kill();
      await gone;
      process.off('exit', kill);
      removeFolder(directory);
    },
  };
}

async function untilReady({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new Error('the log of mariadbd is not piped');
  const seen: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    if (line.includes('ready for connections')) {
      stderr.resume();
      return;
    }
    seen.push(line);
  }
  throw new Error(`mariadbd did not start:\n${seen.join('\n')}`);
}
