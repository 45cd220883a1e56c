/*
 * Sends requests to a local server from a process of its own, so that nobody else waits behind its event loop. It does
 * one job at a time, as it is told, and answers with what came of it; see overload-rig.ts.
 *
 * `closed`: each connection asks again as soon as it has its answer: what fits. `open`: requests come when they come,
 * whether or not those before were answered. One that meets no free connection is not sent, and is counted: the server
 * never hears of it. Time counts from the moment at which a request was due.
 */
import { openLine, stayingAwake } from '../../bench/support/http-load.mjs';

/** What recovery may not be. */
const SLOW_MS = 100;

process.on('message', async ({ port, request, connections, seconds, perSecond }) => {
  const lines = await openLines(port, connections, request);
  const tally = new Tally();
  const cpuBefore = process.cpuUsage();
  await (perSecond === undefined
    ? runClosed(lines, { request, seconds, tally })
    : runOpen(lines, { request, seconds, perSecond, tally }));
  for (const line of lines) line.close();
  process.send(tally.summary(process.cpuUsage(cpuBefore)));
});

/**
 * Connections that the server has accepted: it takes one each turn of its event loop (libuv), which under load is so slow
 * that this would be all that is measured.
 */
async function openLines(port, count, request) {
  const lines = [];
  while (lines.length < count) {
    const line = await openLine(port);
    await new Promise((answered) => line.ask(request, answered));
    lines.push(line);
  }
  return lines;
}

function runClosed(lines, { request, seconds, tally }) {
  const endMs = tally.startMs + seconds * 1_000;
  const askOn = (line, done) => {
    const dueMs = performance.now();
    line.ask(request, (status) => {
      tally.count(dueMs, status);
      if (status === undefined || performance.now() > endMs) done();
      else askOn(line, done);
    });
  };
  return stayingAwake(Promise.all(lines.map((line) => new Promise((done) => askOn(line, done)))));
}

async function runOpen(lines, { request, seconds, perSecond, tally }) {
  const free = [...lines];
  const total = Math.round(perSecond * seconds);
  let due = 0;
  const turn = (done) => {
    const nowMs = performance.now();
    for (; due < total; due += 1) {
      const dueMs = tally.startMs + (due * 1_000) / perSecond;
      if (dueMs > nowMs) break;
      const line = free.pop();
      if (line === undefined) {
        tally.unsent += 1;
        continue;
      }
      line.ask(request, (status) => {
        tally.count(dueMs, status);
        if (status !== undefined) free.push(line);
      });
    }
    if (due < total || tally.settled + tally.unsent < total) setImmediate(turn, done);
    else done();
  };
  await new Promise((done) => turn(done));
}

class Tally {
  startMs = performance.now();
  unsent = 0;
  settled = 0;
  #broken = 0;
  #lastTroubleMs = 0;
  /** By status, milliseconds each. */
  #latenciesMs = new Map();

  count(dueMs, status) {
    this.settled += 1;
    if (status === undefined) {
      this.#broken += 1;
      return;
    }
    const nowMs = performance.now();
    const latencyMs = nowMs - dueMs;
    const same = this.#latenciesMs.get(status);
    if (same) same.push(latencyMs);
    else this.#latenciesMs.set(status, [latencyMs]);
    if (status !== 200 || latencyMs > SLOW_MS) this.#lastTroubleMs = nowMs - this.startMs;
  }

  summary(cpu) {
    const seconds = (performance.now() - this.startMs) / 1_000;
    const answers = {};
    for (const [status, latencies] of this.#latenciesMs) {
      latencies.sort((a, b) => a - b);
      answers[status] = { count: latencies.length, p99Ms: latencies[Math.floor(latencies.length * 0.99)] };
    }
    const { unsent } = this;
    const cpuSeconds = (cpu.user + cpu.system) / 1e6;
    return { answers, unsent, broken: this.#broken, seconds, lastTroubleMs: this.#lastTroubleMs, cpuSeconds };
  }
}
