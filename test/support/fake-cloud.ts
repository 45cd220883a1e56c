import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Fact } from '../../src/facts/fact.ts';
import { type Bytes, type FakeReply, sendReply } from './fake-reply.ts';
import { holdPort } from './hold-port.ts';

/*
 * A control plane that does as it is told. It holds one environment and answers GET /api/policy and GET /api/facts from
 * it, with entity tags and the `predicate` filter; a script says which requests it answers otherwise, down to broken
 * HTTP. It speaks HTTP by itself, because servers of the library refuse to be wrong.
 *
 *     await using cloud = await startFakeCloud({ policy: 'actor User {}', facts });
 *     cloud.script('/api/facts', { status: 503, headers: { 'retry-after': '7' } }, { cutAfter: 100 });
 *     createOsoCloud({ url: cloud.url, … });
 */
export interface FakeCloudOptions {
  readonly policy?: string | null | undefined;
  /** May be endless or of any size: it is listed piece by piece. Iterated once for each listing. */
  readonly facts?: Iterable<Fact> | undefined;
  /** When given, other bearers are answered with 401. */
  readonly token?: string | undefined;
  /** Listings without `predicate` are answered with 400, as for accounts with a limit on results. */
  readonly refusesWholeListing?: boolean | undefined;
  /** Speaks TLS with this certificate. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'minVersion' | 'maxVersion' | 'ciphers'> | undefined;
}

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

export async function startFakeCloud(options: FakeCloudOptions = {}): Promise<FakeCloud> {
  const cloud = new FakeCloud(options);
  await cloud.listen();
  return cloud;
}

export class FakeCloud implements AsyncDisposable {
  readonly requests: RecordedRequest[] = [];
  readonly #options: FakeCloudOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scripts = new Map<string, FakeReply[]>();
  readonly #always = new Map<string, FakeReply>();
  #policy: string | null;
  #facts: Iterable<Fact>;
  #factsRevision = 1;
  #held: Disposable | undefined;

  constructor(options: FakeCloudOptions) {
    this.#options = options;
    this.#policy = options.policy === undefined ? 'actor User {}' : options.policy;
    this.#facts = options.facts ?? [];
    const onSocket = (socket: Socket) => this.#serve(socket);
    this.#server = options.tls === undefined ? createServer(onSocket) : createTlsServer(options.tls, onSocket);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the fake cloud does not listen');
    return address.port;
  }

  get url(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  set policy(text: string | null) {
    this.#policy = text;
  }

  set facts(facts: Iterable<Fact>) {
    this.#facts = facts;
    this.#factsRevision += 1;
  }

  /** The next requests for this path are answered so, one each; then as usual. */
  script(path: string, ...replies: readonly FakeReply[]): void {
    this.#scripts.set(path, [...(this.#scripts.get(path) ?? []), ...replies]);
  }

  /** All requests for this path are answered so, after what `script` says; undefined: as usual again. */
  always(path: string, reply: FakeReply | undefined): void {
    if (reply === undefined) this.#always.delete(path);
    else this.#always.set(path, reply);
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** From now on connections are refused; what is under way is cut. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const { port } = this;
    await this.#end();
    this.#held = await holdPort(port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held?.[Symbol.dispose]();
    if (this.#server.listening) await this.#end();
  }

  async #end(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let received = '';
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
        const request = parseRequest(received.slice(0, end));
        received = received.slice(end + 4);
        this.requests.push(request);
        sendReply(socket, this.#replyTo(request)).catch(() => socket.destroy());
      }
    });
  }

  #replyTo(request: RecordedRequest): FakeReply {
    const scripted = this.#scripts.get(request.path)?.shift() ?? this.#always.get(request.path);
    // What a script does not say, such as the body that it cuts, is that of the usual answer.
    const usual = scripted?.status === undefined || scripted.status === 200 ? this.#usualReply(request) : ERROR_REPLY;
    return { ...usual, ...scripted, headers: { ...usual.headers, ...scripted?.headers } };
  }

  #usualReply(request: RecordedRequest): FakeReply {
    const { token, refusesWholeListing } = this.#options;
    if (token !== undefined && request.headers.get('authorization') !== `Bearer ${token}`) {
      return jsonReply(401, { message: 'unauthorized' });
    }
    if (request.path === '/api/policy') return this.#policyReply(request);
    if (request.path !== '/api/facts') return jsonReply(404, { message: 'no such route' });
    const predicate = request.query.get('predicate');
    if (refusesWholeListing && predicate === null) return jsonReply(400, { message: 'more than 1000 results' });
    const etag = `"facts-${this.#factsRevision}${predicate === null ? '' : `-${predicate}`}"`;
    if (request.headers.get('if-none-match') === etag) return { status: 304, headers: { etag }, body: '' };
    return { headers: { ...JSON_HEADERS, etag }, body: listFacts(this.#facts, predicate), framing: 'chunked' };
  }

  #policyReply(request: RecordedRequest): FakeReply {
    const src = this.#policy;
    if (src === null) return jsonReply(200, { policy: null });
    const etag = `"${createHash('sha256').update(src).digest('hex').slice(0, 16)}"`;
    if (request.headers.get('if-none-match') === etag) return { status: 304, headers: { etag }, body: '' };
    return jsonReply(200, { policy: { filename: 'policy.polar', src } }, { etag });
  }
}

const JSON_HEADERS = { 'content-type': 'application/json', 'x-request-id': 'fake-request' };
const ERROR_REPLY = jsonReply(500, { message: 'scripted' });
const PIECE_UNITS = 32 * 1_024;

function jsonReply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): FakeReply {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(body) };
}

/** One JSON array, in pieces. */
function* listFacts(facts: Iterable<Fact>, predicate: string | null): Generator<Bytes> {
  let piece = '[';
  let separator = '';
  for (const fact of facts) {
    if (predicate !== null && predicate !== '' && fact.predicate !== predicate) continue;
    piece += separator + JSON.stringify(fact);
    separator = ',';
    if (piece.length < PIECE_UNITS) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]`;
}

function parseRequest(head: string): RecordedRequest {
  const [first = '', ...lines] = head.split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const [path = '', query = ''] = target.split('?');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { method, path, query: new URLSearchParams(query), headers };
}
