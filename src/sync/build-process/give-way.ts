import { readdirSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lets a child process have the processor only when this one does not want it: a node shares its processors with the child,
 * and a request must not wait for it. Not the lowest priority: a node that is busy all the time wants new data too.
 */
export function giveWay(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
    const priority = Math.min(getPriority() + PRIORITY_BELOW_NORMAL, PRIORITY_LOW);
    setPriority(pid, priority);
    // On Linux that is the first thread. Those that it starts from now on have it from there, but some may have been quicker.
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), priority);
  } catch {
    // It has ended already, priorities are not ours to change, or there is no /proc: then it has what it has.
  }
}
