import type { HttpLimits } from '../http/limits.ts';

/**
 * What each of several threads grants, so that together they grant what one would. Connections are counted together and
 * keep their limit; a body of the longest size fits into every share, whatever that makes the sum.
 */
export function shareLimits(limits: HttpLimits, threads: number): HttpLimits {
  const { maxBodyBytes, maxBodyBytesInFlight, maxReplyBytesHeld, maxInFlight } = limits;
  return {
    ...limits,
    maxInFlight: Math.max(1, Math.floor(maxInFlight / threads)),
    maxBodyBytesInFlight: Math.max(maxBodyBytes, Math.floor(maxBodyBytesInFlight / threads)),
    maxReplyBytesHeld: Math.floor(maxReplyBytesHeld / threads),
  };
}
