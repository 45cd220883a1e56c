import { OsoError } from '../../errors/oso-error.ts';
import { receiveError } from '../../sync/build-process/job.ts';
import type { Clock } from '../../util/clock.ts';
import type { FromWorker, Question, Reply } from '../protocol.ts';

/** A client waits: longer than the first thread needs on its worst day, shorter than most clients bear. */
const DEADLINE_MS = 5_000;
/** To open a generation of millions of facts and get all threads ready for it. */
const PIN_DEADLINE_MS = 60_000;
/** Whoever pinned once more without need would go back further. */
const MAYBE_PINNED = 'the node is busy, and may do it all the same: ask `oso-fallback status` before you try again';

type ReplyTo<Kind extends Question['kind']> = Extract<Reply, { readonly kind: Kind }>;

/** What a worker asks the first thread because a client has asked it. */
export class Questions {
  readonly #post: (message: FromWorker) => void;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #asked = 0;

  constructor(post: (message: FromWorker) => void, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
  }

  /** Throws what the first thread threw, or SERVER_OVERLOADED when it does not answer in time. */
  async ask<Kind extends Question['kind']>(question: Question & { readonly kind: Kind }): Promise<ReplyTo<Kind>> {
    const reply = await this.#replyTo(question);
    if (reply.kind === 'failed') throw receiveError(reply.error);
    if (!isReplyTo(question.kind, reply)) throw new Error(`${question.kind} was answered with ${reply.kind}`);
    return reply;
  }

  /** Of late replies nothing is heard. */
  answered(id: number, reply: Reply): void {
    this.#waiting.get(id)?.(reply);
  }

  async #replyTo(question: Question): Promise<Reply> {
    this.#asked += 1;
    const id = this.#asked;
    const settled = new AbortController();
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#post({ kind: 'ask', id, question });
    const isPin = question.kind === 'pin' || question.kind === 'unpin';
    const late = this.#clock.sleep(isPin ? PIN_DEADLINE_MS : DEADLINE_MS, settled.signal).then(() => {
      throw new OsoError('SERVER_OVERLOADED', isPin ? MAYBE_PINNED : 'the node is too busy to say: try again');
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      settled.abort();
      late.catch(() => {});
      this.#waiting.delete(id);
    }
  }
}

function isReplyTo<Kind extends Question['kind']>(kind: Kind, reply: Reply): reply is ReplyTo<Kind> {
  return reply.kind === kind;
}
