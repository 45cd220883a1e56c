/* This project: the compiled policy over a resident index. */
import { indexFacts } from '../support/index-facts.mjs';

export async function createPeer({ facts, policy, load }) {
  const { createEngine } = await load('engine/create-engine.js');
  const { loadPolicy } = await load('program/load-policy.js');
  const { program } = loadPolicy([{ name: 'github.polar', text: policy }]);
  const engine = createEngine(program, await indexFacts(facts, load));
  const request = {
    contextFacts: [],
    unixTime: 1_700_000_000n,
    budget: { maxSteps: 10_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => performance.now() },
  };
  return { decide: (question) => engine.authorize(question, request) };
}
