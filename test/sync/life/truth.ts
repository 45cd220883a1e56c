import { type FakeCloud, startFakeCloud } from '../../support/fake-cloud.ts';
import type { FakeReply } from '../../support/fake-reply.ts';
import { type Content, factsOf, policyOf } from './content.ts';
import type { Answers } from './events.ts';
import type { LifeClock } from './life-clock.ts';

/** What somebody who is asked for data has, and how old that is for them. */
export interface Source {
  readonly content: Content;
  readonly ageMs: number;
  readonly answers: Answers;
}

const FIRST: Content = { policy: 0, users: 20 };

/** The cloud, what it had at which time, and a mirror: another node that copies from it. */
export class Truth implements AsyncDisposable {
  readonly #clock: LifeClock;
  readonly #cloud: FakeCloud;
  readonly #mirror: FakeCloud;
  readonly #history: { readonly fromMs: number; readonly content: Content }[] = [];
  #answers: Answers = 'well';
  #at: '/api/policy' | '/api/facts' = '/api/facts';
  #mirrored: { readonly content: Content; readonly atMs: number };

  private constructor(clock: LifeClock, cloud: FakeCloud, mirror: FakeCloud) {
    this.#clock = clock;
    this.#cloud = cloud;
    this.#mirror = mirror;
    this.#mirrored = { content: FIRST, atMs: clock.trueMs };
    this.change(FIRST);
    this.mirrorCopies();
    this.#mirrorAnswers();
  }

  static async begin(clock: LifeClock): Promise<Truth> {
    return new Truth(clock, await startFakeCloud(), await startFakeCloud());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cloud[Symbol.asyncDispose]();
    await this.#mirror[Symbol.asyncDispose]();
  }

  change(content: Content): void {
    this.#history.push({ fromMs: this.#clock.trueMs, content });
    fill(this.#cloud, content);
  }

  mirrorCopies(): void {
    const { trueMs } = this.#clock;
    const content = this.contentAt(trueMs);
    this.#mirrored = { content, atMs: trueMs };
    fill(this.#mirror, content);
  }

  answer(answers: Answers, path: '/api/policy' | '/api/facts'): void {
    this.#answers = answers;
    this.#at = path;
    for (const each of ['/api/policy', '/api/facts']) this.#cloud.always(each, undefined);
    const at = answers === 'bad policy' ? '/api/policy' : answers === 'unchanged' ? '/api/facts' : path;
    this.#cloud.always(at, REPLIES[answers]);
  }

  /** Where a node asks, and what it finds there now. Undefined: it asks nobody. */
  from(source: 'cloud' | 'mirror' | 'none'): (Source & { readonly url: string }) | undefined {
    if (source === 'none') return undefined;
    if (source === 'cloud') {
      return { url: this.#cloud.url, content: this.contentAt(this.#clock.trueMs), ageMs: 0, answers: this.#answers };
    }
    // Seconds are cut off: it may be as old as the next one.
    const ageMs = (this.#mirrorSeconds + 1) * 1_000;
    return { url: this.#mirror.url, content: this.#mirrored.content, ageMs, answers: 'well' };
  }

  get #mirrorSeconds(): number {
    return Math.floor((this.#clock.trueMs - this.#mirrored.atMs) / 1_000);
  }

  /** Its age is told when it is asked. */
  #mirrorAnswers(): void {
    const seconds = () => String(this.#mirrorSeconds);
    const reply = {
      get headers() {
        return { 'oso-fallback-age': seconds() };
      },
    };
    for (const path of ['/api/policy', '/api/facts']) this.#mirror.always(path, reply);
  }

  /** Listings of facts never come until the end of the scope; `asked` resolves when one was asked for. */
  stall(): Disposable & { readonly asked: Promise<void> } {
    let resolve = () => {};
    const asked = new Promise<void>((resolved) => {
      resolve = resolved;
    });
    for (const each of [this.#cloud, this.#mirror]) each.always('/api/facts', { isSilent: true, onRequest: resolve });
    return {
      asked,
      [Symbol.dispose]: () => {
        this.#mirrorAnswers();
        this.answer(this.#answers, this.#at);
      },
    };
  }

  /** What the cloud had then. */
  contentAt(atMs: number): Content {
    return this.#history.findLast(({ fromMs }) => fromMs <= atMs)?.content ?? FIRST;
  }

  /** When the cloud last had this content, now included; undefined: never. */
  lastHadMs(isIt: (content: Content) => boolean): number | undefined {
    const at = this.#history.findLastIndex(({ content }) => isIt(content));
    return at === -1 ? undefined : (this.#history[at + 1]?.fromMs ?? this.#clock.trueMs);
  }
}

function fill(cloud: FakeCloud, content: Content): void {
  cloud.policy = policyOf(content);
  cloud.facts = factsOf(content);
}

const status = (code: number): FakeReply => ({ status: code });

const REPLIES: Readonly<Record<Answers, FakeReply | undefined>> = {
  well: undefined,
  unchanged: { status: 304, headers: { etag: '"facts-of-somebody"' }, body: '' },
  html: { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Log in</h1>', framing: 'length' },
  cut: { cutAfter: 30 },
  garbage: { status: 200, body: '[{"predicate":"has_role","args":[{"type":"User"', framing: 'length' },
  'hangs up': { raw: '' },
  'bad policy': {
    status: 200,
    headers: { 'content-type': 'application/json', etag: '"bad"' },
    body: JSON.stringify({ policy: { filename: 'policy.polar', src: 'actor User {' } }),
    framing: 'length',
  },
  401: status(401),
  403: status(403),
  429: { status: 429, headers: { 'retry-after': '120' } },
  503: status(503),
};
