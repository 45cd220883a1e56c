import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { OsoError } from '../errors/oso-error.ts';
import type { RequestHistogram } from '../metrics/request-histogram.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import type { Authenticate } from './authenticate.ts';
import { refuseMalformed } from './client-error.ts';
import { replyToBug, replyToError } from './error-reply.ts';
import { Exchange, type ExchangeHost } from './exchange.ts';
import { Handshakes } from './handshakes.ts';
import { IncomingRequest } from './incoming-request.ts';
import type { HttpLimits } from './limits.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { parseBody } from './parse-body.ts';
import { type ByteBudget, checkBodyHeaders, readBody } from './read-body.ts';
import type { Answer, Route } from './route.ts';
import { createRouter, type FindRoute, type Routed } from './router.ts';
import { TurnTaking } from './turn-taking.ts';
import { WaitingLine } from './waiting-line.ts';

export interface ServerOptions {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  /** For routes of operators; without it nobody is one. */
  readonly authenticateAdmin?: Authenticate | undefined;
  /** With it the server speaks TLS; `setSecureContext` changes it later. */
  readonly tls?: TlsIdentity | undefined;
  readonly clock: Clock;
  readonly limits: HttpLimits;
  /** Of all servers that share the limit; by default of this one alone. */
  readonly connections?: ConnectionCount | undefined;
  readonly requests: RequestHistogram;
  /** Trouble of ours goes here. Nothing a client does wrong is logged as an error. */
  readonly log: Log;
  /** Told of every reply; for access logs. */
  readonly onAnswered?: ((event: AnsweredRequest) => void) | undefined;
}

export interface ConnectionCount {
  /** Counts one more; how many there are now. */
  opened(): number;
  closed(): void;
  /** One was closed because there are too many. */
  turnedAway(): void;
}

/** A certificate with its chain, and its key, as PEM. */
export interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  /** Path of the route, or `other`. */
  readonly path: string;
  /** 499: the client went away first. */
  readonly status: number;
  readonly durationMs: number;
  readonly userAgent: string;
}

/** Label of requests that found no route: the set of labels must not grow with what clients make up. */
const NO_ROUTE = 'other';

/** A server as a value: it listens when its owner says so, on `http`. */
export class HttpServer implements ExchangeHost {
  readonly http: Server<typeof IncomingRequest> | TlsServer<typeof IncomingRequest>;
  readonly clock: Clock;
  readonly heldReplies: ByteBudget;
  readonly #options: ServerOptions;
  readonly #findRoute: FindRoute;
  readonly #bodyBudget: ByteBudget;
  readonly #line: WaitingLine;
  readonly #turns = new TurnTaking();
  readonly #open = new OpenExchanges<Exchange>();
  #draining = false;
  readonly #connections: ConnectionCount;
  /** Connections beyond the limit, in the order in which they came. */
  readonly #surplus = new Set<Socket>();

  constructor(options: ServerOptions) {
    this.clock = options.clock;
    this.#options = options;
    this.#connections = options.connections ?? countConnections();
    this.#findRoute = createRouter(options.routes);
    this.#bodyBudget = { maxBytes: options.limits.maxBodyBytesInFlight, usedBytes: 0 };
    this.heldReplies = { maxBytes: options.limits.maxReplyBytesHeld, usedBytes: 0 };
    this.#line = new WaitingLine(options.clock);
    const listener = (request: IncomingRequest, response: ServerResponse) => this.#serve(request, response, false);
    this.http = options.tls
      ? createTlsServer({ ...SERVER_OPTIONS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...options.tls }, listener)
      : createServer(SERVER_OPTIONS, listener);
    this.http.on('checkContinue', (request, response) => this.#serve(request, response, true));
    this.http.on('checkExpectation', (request, response) => this.#refuseExpectation(request, response));
    this.http.on('clientError', (error, socket) => refuseMalformed(error, socket, this.#open));
    this.http.on('connection', () => this.#line.arrived());
    this.http.on('drop', () => this.#connections.turnedAway());
    // What goes wrong before is for who has it listen. After that it is a connection that the system does not give, for
    // want of files or memory: told to nobody it would end the process.
    this.http.once('listening', () => this.http.on('error', (error) => this.#missedConnection(error)));
    // With room for those that are being closed, or shake hands.
    this.http.maxConnections = options.limits.maxConnections + 2 * options.limits.reservedConnections;
    this.http.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => this.#countConnection(socket));
    if (options.tls) this.#boundHandshakes();
    this.http.maxRequestsPerSocket = 10_000;
    // No more than fit into `maxHeaderSize`. Node.js would drop those behind a thousand, and what they say with them.
    this.http.maxHeadersCount = 0;
  }

  /** Requests admitted and not yet answered. */
  get inFlight(): number {
    return this.#open.size;
  }

  /** Of replies that clients have not taken yet, with what each costs besides. */
  get heldReplyBytes(): number {
    return this.heldReplies.usedBytes;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on every reply closes its connection; requests are still answered. */
  startDraining(): void {
    this.#draining = true;
  }

  finished(exchange: Exchange, status: number): void {
    this.#open.delete(exchange);
    if (!exchange.bodyUnread) this.#turns.answered(exchange.request.socket);
    const { requests, onAnswered } = this.#options;
    const { route } = exchange;
    const path = route?.path ?? NO_ROUTE;
    const durationMs = this.clock.monotonicMs() - exchange.startedMs;
    if (isCounted(route)) requests.observe({ path, status, seconds: durationMs / 1_000 });
    if (onAnswered === undefined) return;
    const { requestId, userAgent, request } = exchange;
    onAnswered({ requestId, method: request.method, path, status, durationMs, userAgent });
  }

  broke({ requestId }: Exchange, error: unknown): void {
    const trouble = error instanceof Error ? error.stack : String(error);
    this.#options.log.error('a request failed', { requestId, error: trouble });
  }

  #missedConnection({ message }: Error): void {
    this.#options.log.error('a connection could not be taken', { error: message });
  }

  #countConnection(socket: Socket): void {
    const { maxConnections, reservedConnections } = this.#options.limits;
    const open = this.#connections.opened();
    socket.once('close', () => {
      this.#connections.closed();
      this.#surplus.delete(socket);
    });
    if (open > maxConnections + reservedConnections) this.#makeRoom(socket);
    if (open > maxConnections) this.#surplus.add(socket);
  }

  /** Closes the oldest unfinished TLS handshake before Node.js would drop a newcomer, so that a probe can finish its own. */
  #boundHandshakes(): void {
    const handshakes = new Handshakes();
    this.http.on('connection', (socket: Socket) => {
      // With this one; the next would be too many.
      const isFull = handshakes.open + 1 >= this.http.maxConnections;
      const oldest = isFull ? handshakes.takeOldest() : undefined;
      handshakes.began(socket);
      if (oldest === undefined) return;
      this.#connections.turnedAway();
      oldest.destroy();
    });
    this.http.on('secureConnection', (socket: Socket) => handshakes.ended(socket));
  }

  /** Closes the oldest surplus connection that asks nothing, so that a probe is answered however many connections stay. */
  #makeRoom(newest: Socket): void {
    if (this.#surplus.size === 0) return;
    const busy = new Set([...this.#open].map(({ request }) => request.socket));
    const [idle = newest] = [...this.#surplus].filter((socket) => !busy.has(socket));
    this.#surplus.delete(idle);
    this.#connections.turnedAway();
    idle.destroy();
  }

  #serve(request: IncomingRequest, response: ServerResponse, expectsContinue: boolean): void {
    const exchange = new Exchange(this, request, response);
    this.#open.add(exchange);
    try {
      const fault = faultOfHead(request);
      exchange.isLast = fault !== undefined;
      if (fault !== undefined) throw fault;
      const routed = this.#findRoute(request.method, request.url);
      if (routed.kind === 'found') {
        exchange.route = routed.route;
        exchange.query = routed.query;
        this.#serveRoute(exchange, routed.route, () => expectsContinue && response.writeContinue());
      } else {
        this.#refuseUnrouted(exchange, routed);
      }
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  #refuseExpectation(request: IncomingRequest, response: ServerResponse): void {
    const exchange = new Exchange(this, request, response);
    this.#open.add(exchange);
    exchange.bodyUnread = true;
    exchange.send(UNMET);
  }

  #serveRoute(exchange: Exchange, route: Route, askForBody: () => void): void {
    if (route.access === 'api' && this.#line.turnsAway(route.path)) {
      exchange.bodyUnread = isUnreadLong(exchange.request);
      exchange.send(BUSY);
      return;
    }
    this.#admit(exchange, route);
    if (route.body === 'none') {
      this.#answerInTurn(exchange, route, undefined);
      return;
    }
    checkBodyHeaders(exchange.request, this.#maxBodyBytes(route));
    askForBody();
    this.#readAndAnswer(exchange, route);
  }

  #admit(exchange: Exchange, route: Route): void {
    const { authorization } = exchange.request.headers;
    if (route.access === 'admin') this.#admitAdmin(authorization);
    if (route.access !== 'api') return;
    exchange.apiKey = this.#options.authenticate(authorization);
    if (this.#open.size > this.#options.limits.maxInFlight) {
      throw new OsoError('SERVER_OVERLOADED', 'too many requests at once: try again');
    }
    if (this.#surplus.has(exchange.request.socket)) {
      exchange.bodyUnread = true;
      throw new OsoError('SERVER_OVERLOADED', 'too many connections: try again');
    }
  }

  #admitAdmin(authorization: string | undefined): void {
    const { authenticateAdmin } = this.#options;
    if (authenticateAdmin === undefined) throw new OsoError('REQUEST_FORBIDDEN', 'this server has no operators');
    authenticateAdmin(authorization);
  }

  #readAndAnswer(exchange: Exchange, route: Route): void {
    readBody(exchange.request, {
      maxBytes: this.#maxBodyBytes(route),
      budget: this.#bodyBudget,
      onBody: (bytes) => this.#answerInTurn(exchange, route, bytes),
      onRefused: (error) => this.#fail(exchange, error),
    });
  }

  /** At once, or when the line has come to it; meanwhile its body counts as being in flight. */
  #answerInTurn(exchange: Exchange, route: Route, body: Buffer | undefined): void {
    if (route.access !== 'api') {
      this.#answer(exchange, route, body);
      return;
    }
    const heldBytes = body?.length ?? 0;
    this.#bodyBudget.usedBytes += heldBytes;
    this.#line.enter(route.path, () => {
      this.#bodyBudget.usedBytes -= heldBytes;
      // A client that has gone waits for nothing.
      if (this.#open.has(exchange)) this.#answer(exchange, route, body);
    });
  }

  #answer(exchange: Exchange, route: Route, body: Buffer | undefined): void {
    try {
      if (body !== undefined && route.body === 'bytes') exchange.bytes = body;
      else if (body !== undefined) exchange.body = parseBody(body);
      this.#sendAnswer(exchange, route);
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  #sendAnswer(exchange: Exchange, route: Route): void {
    const answer = route.answer(exchange);
    if (answer instanceof Promise) {
      answer.then(
        (settled) => exchange.send(settled),
        (error) => this.#fail(exchange, error),
      );
    } else {
      exchange.send(answer);
    }
  }

  #refuseUnrouted(exchange: Exchange, routed: Exclude<Routed, { kind: 'found' }>): void {
    if (routed.kind === 'unknown') throw new OsoError('REQUEST_NOT_FOUND', 'there is no such route');
    const { path, allow } = routed;
    const error = new OsoError('REQUEST_METHOD', `\`${path}\` takes ${allow}, not ${exchange.request.method}`);
    this.#fail(exchange, error, ['Allow', allow]);
  }

  #fail(exchange: Exchange, error: unknown, headers: readonly string[] = []): void {
    const told = replyToError(error, exchange.route);
    if (told === undefined) this.broke(exchange, error);
    const reply = told ?? replyToBug();
    exchange.bodyUnread = exchange.bodyUnread || isUnreadLong(exchange.request);
    exchange.send({ ...reply, headers: [...(reply.headers ?? []), ...headers] });
  }

  #maxBodyBytes(route: Route): number {
    return route.maxBodyBytes ?? this.#options.limits.maxBodyBytes;
  }
}

/** What somebody between client and server may understand in another way. */
function faultOfHead({ headers, httpVersion }: IncomingRequest): OsoError | undefined {
  // The parser of Node.js also takes 0.9 and 2.0, which have no such text.
  if (!httpVersion.startsWith('1.')) {
    return new OsoError('REQUEST_INVALID', 'only HTTP/1.0 and HTTP/1.1 are understood');
  }
  if (headers.host === undefined && httpVersion !== '1.0') {
    return new OsoError('REQUEST_INVALID', 'the Host header is missing');
  }
  const { repeated } = headers;
  if (repeated !== undefined) return new OsoError('REQUEST_INVALID', `the header \`${repeated}\` is there twice`);
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  // Whoever keeps to the older text does not see where such a body ends (RFC 9112, 6.1).
  if (httpVersion === '1.0') return new OsoError('REQUEST_INVALID', 'HTTP/1.0 has no transfer codings');
  // Node.js looks whether the last one is `chunked`; what else was done to the body is not undone.
  if (coding.toLowerCase() === 'chunked') return undefined;
  return new OsoError('REQUEST_ENCODING', 'the body has a transfer coding other than `chunked`');
}

function countConnections(): ConnectionCount {
  let count = 0;
  return {
    opened() {
      count += 1;
      return count;
    },
    closed() {
      count -= 1;
    },
    turnedAway: () => undefined,
  };
}

/** For a question that would wait too long. A constant, because turning away must cost next to nothing. */
const BUSY: Answer = {
  status: 503,
  body: '{"message":"the server is busy: try again"}',
  headers: ['Retry-After', '1', 'Oso-Fallback-Reason', 'busy'],
};

/** For an unknown `Expect` (RFC 9110, 10.1.1). The connection is closed: the client may or may not send its body. */
const UNMET: Answer = {
  status: 417,
  body: '{"message":"the only `Expect` that is met is `100-continue`"}',
};

/** Options of the servers of Node.js; times in milliseconds. */
const SERVER_OPTIONS = {
  // Longer than the idle timeout of common balancers, so that they close first.
  keepAliveTimeout: 72_000,
  // A stalled client must not hold memory for longer.
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  // Node looks for late clients this often; its default of 30 s would make the two above act late.
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
  IncomingMessage: IncomingRequest,
  // Checked here, so that the refusal is JSON.
  requireHostHeader: false,
} as const;

/** Node.js would wait two minutes for a TLS handshake, and count the connection only after it. */
const HANDSHAKE_TIMEOUT_MS = SERVER_OPTIONS.headersTimeout;

/** Up to here the rest of a refused body is cheaper to throw away than a new connection. */
const MAX_DISCARDED_BYTES = 64 * 1024;

/** A count means that clients are here. */
function isCounted(route: Route | undefined): boolean {
  return route?.access !== 'operations' && route?.access !== 'admin';
}

function isUnreadLong({ unreadBytes }: IncomingRequest): boolean {
  return unreadBytes > MAX_DISCARDED_BYTES;
}
