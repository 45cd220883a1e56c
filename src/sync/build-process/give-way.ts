import { readdirSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lets a child process have the processor only when this one does not want it: a node shares its processors with the child,
 * and a request must not wait for it. Not the lowest priority: a node that is busy all the time wants new data too.
 */
export function giveWay(pid: number | undefined): void {
  if (pid === undefined) return;
  const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
  const priority = Math.min(getPriority() + PRIORITY_BELOW_NORMAL, PRIORITY_LOW);
  // On Linux a pid is the first thread. Those that it starts from now on have it from there, but some may have been quicker.
  attempt(() => setPriority(pid, priority));
  attempt(() => {
    for (const thread of readdirSync(`/proc/${pid}/task`)) attempt(() => setPriority(Number(thread), priority));
  });
}

/** Who has ended already, may not be changed, or is not in a /proc has what it has. */
function attempt(change: () => void): void {
  try {
    change();
  } catch {}
}
