import { Agent, request } from 'node:http';

/** One question over a kept connection. */
export interface Reply {
  readonly status: number;
  readonly snapshot: string | undefined;
  readonly body: string;
  readonly elapsedMs: number;
}

export interface Load {
  readonly replies: number;
  /** What went wrong below HTTP, one line each. */
  readonly broken: readonly string[];
  stop(): Promise<void>;
}

/** Asks the questions in turn from several kept connections until it is stopped, and shows each reply to `judge`. */
export function startLoad(options: {
  readonly url: string;
  readonly token: string;
  readonly questions: readonly { readonly path: string; readonly body: string }[];
  readonly connections: number;
  /** Of all connections together; undefined: as fast as it goes. */
  readonly perSecond?: number | undefined;
  readonly judge: (reply: Reply, question: number) => void;
}): Load {
  const { url, token, questions, connections, perSecond, judge } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const broken: string[] = [];
  let replies = 0;
  let isStopped = false;
  let turn = 0;
  const started = performance.now();

  async function askNext(): Promise<void> {
    const number = turn++;
    const waitMs = perSecond === undefined ? 0 : started + (number * 1_000) / perSecond - performance.now();
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const place = number % questions.length;
    const question = questions[place];
    if (question === undefined) throw new Error('no questions');
    const reply = await ask(url, { ...question, token, agent });
    replies += 1;
    judge(reply, place);
  }

  async function lane(): Promise<void> {
    while (!isStopped) {
      await askNext().catch((error: unknown) => {
        broken.push(error instanceof Error ? error.message : String(error));
      });
    }
  }

  const lanes = Promise.all(Array.from({ length: connections }, lane));
  return {
    get replies() {
      return replies;
    },
    broken,
    async stop() {
      isStopped = true;
      await lanes;
      agent.destroy();
    },
  };
}

export function ask(
  url: string,
  {
    path,
    body,
    token,
    agent,
  }: { readonly path: string; readonly body: string; readonly token: string; readonly agent?: Agent },
): Promise<Reply> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = request(url + path, { method: 'POST', headers, agent: agent ?? false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (chunk: string) => {
        text += chunk;
      });
      reply.on('error', reject);
      reply.on('end', () => {
        const snapshot = reply.headers['oso-fallback-snapshot'];
        resolve({
          status: reply.statusCode ?? 0,
          snapshot: typeof snapshot === 'string' ? snapshot : undefined,
          body: text,
          elapsedMs: performance.now() - started,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
