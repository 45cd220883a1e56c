import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Oso, typedVar } from 'oso-cloud';
import { Oso as OsoV1 } from 'oso-cloud-v1';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { holdPort } from '../support/hold-port.ts';
import { SELF_SIGNED } from '../support/self-signed.ts';
import { openSqlite, type SqliteDatabase } from '../support/sqlite-database.ts';
import { type PrimaryAndNode, startPrimaryAndNode, TOKEN } from './support/primary-and-node.ts';

/*
 * Ways in which Oso Cloud can fail, and what an application gets then: the answer of the node wherever the client turns
 * to it (api reference, 7.1), and else an error. Never another answer.
 */

const POLICY = `
actor User {}
resource Folder { roles = ["viewer"]; }
resource Document {
  permissions = ["read", "write"];
  relations = { folder: Folder, owner: User };
  "read" if "viewer" on "folder" or "owner";
  "write" if "owner";
}
has_permission(_: User, "read", document: Document) if is_public(document);
declare is_public(Document);
`;
const BINDINGS = 'facts:\n  has_relation(Document:_, folder, Folder:_): { query: "SELECT id, folder FROM document" }\n';

const user = (id: string) => ({ type: 'User', id });
const document = (id: string) => ({ type: 'Document', id });
const relation = (from: string, name: string, to: { type: string; id: string }) => ({
  predicate: 'has_relation',
  args: [document(from), { type: 'String', id: name }, to],
});
const FACTS = [
  relation('plan', 'owner', user('ann')),
  relation('plan', 'folder', { type: 'Folder', id: 'top' }),
  relation('memo', 'folder', { type: 'Folder', id: 'top' }),
  { predicate: 'has_role', args: [user('bob'), { type: 'String', id: 'viewer' }, { type: 'Folder', id: 'top' }] },
  { predicate: 'is_public', args: [document('home')] },
];

type Calls<Client> = Readonly<Record<string, (oso: Client) => Promise<unknown>>>;
const PUBLIC: ['is_public', { type: string; id: string }] = ['is_public', document('memo')];

/** Every method of version 2 that is sent to a fallback, but `get`: see below. */
const CALLS: Calls<Oso> = {
  authorize: (oso) => oso.authorize(user('bob'), 'read', document('plan')),
  'authorize, denied': (oso) => oso.authorize(user('bob'), 'write', document('plan')),
  'authorize with context facts': (oso) => oso.authorize(user('zoe'), 'read', document('memo'), [PUBLIC]),
  list: (oso) => oso.list(user('bob'), 'read', 'Document'),
  'list with context facts': (oso) => oso.list(user('zoe'), 'read', 'Document', [PUBLIC]),
  listPaginated: (oso) => oso.listPaginated(user('bob'), 'read', 'Document', 10_000),
  actions: (oso) => oso.actions(user('ann'), document('plan')),
  'actions with context facts': (oso) => oso.actions(user('zoe'), document('memo'), [PUBLIC]),
  getPolicyMetadata: (oso) => oso.getPolicyMetadata(),
  evaluate: (oso) => oso.buildQuery(['allow', user('bob'), 'read', document('memo')]).evaluate(),
  'evaluate variables': async (oso) => {
    const [action, asked] = [typedVar('String'), typedVar('Document')];
    const query = oso.buildQuery(['allow', user('ann'), action, asked]).in(asked, ['plan', 'memo', 'none']);
    return [...(await query.withContextFacts([PUBLIC]).evaluate(new Map([[asked, action]])))];
  },
  authorizeLocal: async (oso) => rowsOf(await oso.authorizeLocal(user('bob'), 'read', document('plan'))),
  listLocal: async (oso) => keptBy(await oso.listLocal(user('bob'), 'read', 'Document', 'document.id')),
  'listLocal with context facts': async (oso) =>
    keptBy(await oso.listLocal(user('zoe'), 'read', 'Document', 'document.id', [PUBLIC])),
  actionsLocal: async (oso) => rowsOf(await oso.actionsLocal(user('ann'), document('plan'))),
  evaluateLocalSelect: async (oso) => {
    const asked = typedVar('Document');
    return rowsOf(await oso.buildQuery(['allow', user('bob'), 'read', asked]).evaluateLocalSelect({ id: asked }));
  },
  evaluateLocalFilter: async (oso) => {
    const asked = typedVar('Document');
    return keptBy(await oso.buildQuery(['allow', user('bob'), 'read', asked]).evaluateLocalFilter('id', asked));
  },
};

const CALLS_V1: Calls<OsoV1> = {
  authorize: (oso) => oso.authorize(user('bob'), 'read', document('plan')),
  'authorize with context facts': (oso) => oso.authorize(user('zoe'), 'read', document('memo'), [PUBLIC]),
  authorizeResources: (oso) => oso.authorizeResources(user('bob'), 'read', ['memo', 'none', 'memo'].map(document)),
  list: (oso) => oso.list(user('bob'), 'read', 'Document'),
  actions: (oso) => oso.actions(user('ann'), document('plan')),
  query: (oso) => oso.query('has_relation', { type: 'Document' }, 'folder', { type: 'Folder', id: 'top' }),
};

/** Methods that only Oso Cloud itself may answer. */
const WRITES: Calls<Oso> = {
  policy: (oso) => oso.policy('actor Nobody {}'),
  insert: (oso) => oso.insert(['is_public', document('plan')]),
  delete: (oso) => oso.delete(['is_public', document('home')]),
  batch: (oso) => oso.batch((change) => change.insert(['is_public', document('plan')])),
};
const WRITES_V1: Calls<OsoV1> = {
  policy: (oso) => oso.policy('actor Nobody {}'),
  tell: (oso) => oso.tell('is_public', document('plan')),
  delete: (oso) => oso.delete('is_public', document('home')),
  bulk: (oso) => oso.bulk([], [['is_public', document('plan')]]),
  bulkTell: (oso) => oso.bulkTell([['is_public', document('plan')]]),
  bulkDelete: (oso) => oso.bulkDelete([['is_public', document('home')]]),
  bulkActions: (oso) => oso.bulkActions(user('ann'), [document('plan')]),
};

let database: SqliteDatabase;
let running: PrimaryAndNode;
const listening: { close(): void }[] = [];

beforeAll(async () => {
  const env = { OSO_SQL_DIALECT: 'sqlite' };
  running = await startPrimaryAndNode({ policy: POLICY, facts: FACTS, primaryEnv: env, nodeEnv: env });
  writeFileSync(join(running.folder, 'bindings.yaml'), BINDINGS);
  database = await openSqlite();
  database.run(
    "CREATE TABLE document (id, folder); INSERT INTO document VALUES ('plan', 'none'), ('row', 'top'), ('other', 'none')",
  );
}, 60_000);

afterAll(async () => {
  for (const each of listening) each.close();
  await running?.[Symbol.asyncDispose]();
});

async function urlOf(server: Server, scheme = 'http'): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  listening.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A primary that reads each request and then does this. */
function primaryThat(fails: (response: ServerResponse) => void): () => Promise<string> {
  const listener: RequestListener = (request, response) => void request.resume().on('end', () => fails(response));
  return () => urlOf(createServer(listener));
}

const answers = (status: number, body: string, type = 'application/json') =>
  primaryThat((response) => response.writeHead(status, { 'content-type': type }).end(body));
const PAGE = '<!doctype html><title>Sign in</title>';
const MESSAGE = '{"message":"not now"}';

async function refusing(): Promise<string> {
  const server = createServer();
  const url = await urlOf(server);
  await new Promise((resolve) => server.close(resolve));
  const held = await holdPort(Number(new URL(url).port));
  listening.push({ close: () => held[Symbol.dispose]() });
  return url;
}

interface Failure {
  readonly way: string;
  open(): Promise<string>;
  readonly fetchTimeoutMillis?: number;
}

/** Failures after which the client of version 2 asks the node; with a timeout of 0 it gives up at once. */
const TURNING: readonly Failure[] = [
  { way: 'refuses connections', open: refusing },
  { way: 'says nothing until the timeout of the client', open: primaryThat(() => {}), fetchTimeoutMillis: 0 },
  { way: 'answers 400', open: answers(400, MESSAGE) },
  { way: 'answers 500', open: answers(500, MESSAGE) },
  { way: 'answers 500 with nothing', open: answers(500, '') },
  { way: 'answers 502 with a page', open: answers(502, PAGE, 'text/html') },
  { way: 'answers 503', open: answers(503, MESSAGE) },
  { way: 'answers 504', open: answers(504, MESSAGE) },
];

/** Failures after which it does not. */
const STAYING: readonly Failure[] = [
  { way: 'answers 401', open: answers(401, MESSAGE) },
  { way: 'answers 403', open: answers(403, MESSAGE) },
  { way: 'answers 404', open: answers(404, MESSAGE) },
  { way: 'answers 429', open: answers(429, MESSAGE) },
  { way: 'answers 200 with a page', open: answers(200, PAGE, 'text/html') },
  { way: 'answers 200 with nothing', open: answers(200, '') },
  { way: 'closes the connection', open: primaryThat((response) => void response.socket?.destroy()) },
  {
    way: 'resets the connection within its answer',
    open: primaryThat((response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"allowed":tr');
      response.socket?.resetAndDestroy();
    }),
  },
  // No label of a name is longer than 63 letters, so nobody is asked for it.
  { way: 'has a name that does not resolve', open: async () => `http://${'x'.repeat(64)}` },
  { way: 'has a certificate that nobody has signed', open: () => urlOf(createTlsServer(SELF_SIGNED), 'https') },
  { way: 'speaks no TLS', open: async () => (await answers(200, '{}')()).replace('http:', 'https:') },
];

function clients(url: string, fetchTimeoutMillis?: number) {
  const options = { fallbackUrl: running.nodeUrl, dataBindings: join(running.folder, 'bindings.yaml') };
  const timeout = fetchTimeoutMillis === undefined ? {} : { fetchTimeoutMillis };
  return { two: new Oso(url, TOKEN, { ...options, ...timeout }), one: new OsoV1(url, TOKEN, options) };
}

function rowsOf(sql: string): readonly unknown[] {
  return database.rowsOf(sql).flat().sort();
}

function keptBy(fragment: string): readonly unknown[] {
  return rowsOf(`SELECT id FROM document WHERE ${fragment}`);
}

/** All at once, as the requests of an application come. */
async function askAll<Client>(oso: Client, calls: Calls<Client>): Promise<Record<string, unknown>> {
  const asked = Object.entries(calls).map(async ([name, call]) => [name, await call(oso)] as const);
  return Object.fromEntries(await Promise.all(asked));
}

async function expectErrors<Client>(oso: Client, calls: Calls<Client>): Promise<void> {
  const outcomes = await Promise.allSettled(Object.values(calls).map((call) => call(oso)));
  for (const [position, { status }] of outcomes.entries()) {
    expect([Object.keys(calls)[position], status]).toEqual([Object.keys(calls)[position], 'rejected']);
  }
}

beforeAll(() => {
  // The client prints the failures that it does not turn to the fallback for.
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterAll(() => void vi.restoreAllMocks());

describe.each(TURNING)('when the primary $way', ({ open, fetchTimeoutMillis }) => {
  test('the client of version 2 has the answers of before from the node, and its writes fail', async () => {
    const { two } = clients(await open(), fetchTimeoutMillis);
    const before = await askAll(clients(running.primaryUrl).two, CALLS);
    expect(before).toMatchObject({
      authorize: true,
      'authorize, denied': false,
      list: ['home', 'memo', 'plan'],
      listLocal: ['plan', 'row'],
    });
    expect(await askAll(two, CALLS)).toEqual(before);
    await expectErrors(two, WRITES);
    await expect(two.get(['has_relation', document('plan'), null, null])).rejects.toThrow(/drops the query string/);
    expect(await askAll(clients(running.primaryUrl).two, CALLS)).toEqual(before);
  });
});

describe.each(STAYING)('when the primary $way', ({ open }) => {
  test('the client of version 2 asks nobody else, and says so', async () => {
    const { two } = clients(await open());
    await expectErrors(two, { ...CALLS, ...WRITES, get: (oso) => oso.get(['has_relation']) });
  });
});

/** Version 1 knows no timeout, and takes 400 for an answer. */
test.each(TURNING.filter(({ way }) => !/400|timeout/u.test(way)))(
  'when the primary $way the client of version 1 has the answers of before from the node, and its writes fail',
  async ({ open }) => {
    const { one } = clients(await open());
    const before = await askAll(clients(running.primaryUrl).one, CALLS_V1);
    expect(before).toMatchObject({ authorize: true, authorizeResources: ['memo', 'memo'].map(document) });
    expect(await askAll(one, CALLS_V1)).toEqual(before);
    await expectErrors(one, WRITES_V1);
  },
);

test.each(STAYING)('when the primary $way the client of version 1 asks nobody else, and says so', async ({ open }) => {
  const { one } = clients(await open());
  await expectErrors(one, { ...CALLS_V1, ...WRITES_V1 });
});

test('a list whose pages are cut off by the failure is an error, never half a list', async () => {
  let asked = 0;
  const url = await primaryThat((response) => {
    asked += 1;
    if (asked > 1) return void response.writeHead(503).end(MESSAGE);
    response.writeHead(200).end('{"results":["home"],"next_page_token":"of the cloud"}');
  })();
  await expect(clients(url).two.list(user('bob'), 'read', 'Document')).rejects.toThrow(/page_token/);
});
