const TURN_MS = 10;

/** Turns of the event loop since this module was loaded, in milliseconds. */
let turnsMs = 0;
setInterval(() => {
  turnsMs += TURN_MS;
}, TURN_MS).unref();

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * Starts a watch that stands still while the machine does not run this process. It tells milliseconds: of turns of the
 * event loop, so that waiting counts, or of processor time when that is more, so that a turn without an end counts too.
 */
export function startWatch(): () => number {
  const started = { turnsMs, usedMs: usedMs() };
  return () => Math.max(turnsMs - started.turnsMs, usedMs() - started.usedMs);
}
