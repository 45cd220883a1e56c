import type { AdminActions } from '../http/routes/admin-routes.ts';
import { assertNever } from '../util/assert-never.ts';
import type { Question, Reply } from './protocol.ts';

export interface ReplierOptions {
  status(): unknown;
  metrics(): Promise<string>;
  readonly actions: AdminActions;
}

/** Answers what workers ask because a client asked them. */
export function replier({ status, metrics, actions }: ReplierOptions): (question: Question) => Promise<Reply> {
  return async (question) => {
    switch (question.kind) {
      case 'status':
        return { kind: 'status', status: status() };
      case 'metrics':
        return { kind: 'metrics', text: await metrics() };
      case 'sync':
        return { kind: 'sync', outcome: await actions.syncNow() };
      case 'pin':
        return { kind: 'pin', generation: await actions.pin(question.generation) };
      case 'unpin':
        return { kind: 'unpin', generation: await actions.unpin() };
      default:
        return assertNever(question);
    }
  };
}
