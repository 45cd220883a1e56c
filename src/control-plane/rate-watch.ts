import type { TransferLimits } from './transfer-limits.ts';

/**
 * Tells when a transfer drips: over each window of waiting it must bring the minimum rate. Only time spent waiting for
 * the other side counts, so that a slow reader never makes a fast sender look slow.
 */
export function createRateWatch({ minimumBytesPerSecond, rateWindowMs }: TransferLimits): RateWatch {
  let waitedMs = 0;
  let bytes = 0;
  return {
    isTooSlow(newBytes, newWaitMs) {
      bytes += newBytes;
      waitedMs += newWaitMs;
      if (waitedMs < rateWindowMs) return false;
      const tooSlow = bytes < (minimumBytesPerSecond * waitedMs) / 1_000;
      waitedMs = 0;
      bytes = 0;
      return tooSlow;
    },
  };
}

export interface RateWatch {
  /** Counts bytes and the time waited for them. */
  isTooSlow(newBytes: number, newWaitMs: number): boolean;
}
