import type {
  ActionsQuestion,
  AuthorizeQuestion,
  AuthorizeResourcesQuestion,
  FactPattern,
  ListQuestion,
} from '../../engine/engine.ts';
import type { Fact, Value } from '../../facts/fact.ts';
import { readContextFacts, readFactPattern } from './fact.ts';
import { type JsonRecord, readArray, readBodyRecord, readRecord, readText } from './field.ts';
import { readConcreteType, readSentValue, readTypedId, type SentValue } from './value.ts';

/** A question and the facts that came along with it. */
export interface Asked<Question> {
  readonly question: Question;
  readonly contextFacts: readonly Fact[];
}

/** Body of POST /authorize (api reference, 4.1). Throws REQUEST_INVALID. */
export function readAuthorize(body: unknown): Asked<AuthorizeQuestion> {
  const record = readBodyRecord(body);
  return {
    question: {
      actor: readActor(record, ''),
      action: readText(record['action'], 'action'),
      resource: readResource(record, ''),
    },
    contextFacts: readContextFacts(record['context_facts']),
  };
}

/** Body of POST /list without its paging keys (api reference, 4.2). Throws REQUEST_INVALID. */
export function readList(body: unknown): Asked<ListQuestion> {
  const record = readBodyRecord(body);
  return {
    question: {
      actor: readActor(record, ''),
      action: readText(record['action'], 'action'),
      resourceType: readConcreteType(record['resource_type'], 'resource_type'),
    },
    contextFacts: readContextFacts(record['context_facts']),
  };
}

/** Body of POST /actions (api reference, 4.3). Throws REQUEST_INVALID. */
export function readActions(body: unknown): Asked<ActionsQuestion> {
  return readActionsAt(readBodyRecord(body), '');
}

/** Body of POST /bulk_actions (api reference, 4.5). Throws REQUEST_INVALID. */
export function readBulkActions(body: unknown): readonly Asked<ActionsQuestion>[] {
  return readArray(body, 'body').map((item, index) => {
    const path = `body[${index}]`;
    return readActionsAt(readRecord(item, path), `${path}.`);
  });
}

/** Body of POST /authorize_resources (api reference, 4.4). Throws REQUEST_INVALID. */
export function readAuthorizeResources(body: unknown): Asked<AuthorizeResourcesQuestion<SentValue>> {
  const record = readBodyRecord(body);
  return {
    question: {
      actor: readActor(record, ''),
      action: readText(record['action'], 'action'),
      resources: readArray(record['resources'], 'resources').map((value, index) =>
        readSentValue(value, `resources[${index}]`),
      ),
    },
    contextFacts: readContextFacts(record['context_facts']),
  };
}

/** Body of POST /query (api reference, 4.6). Throws REQUEST_INVALID. */
export function readQuery(body: unknown): Asked<FactPattern> {
  const record = readBodyRecord(body);
  return {
    question: readFactPattern(record['fact'], 'fact'),
    contextFacts: readContextFacts(record['context_facts']),
  };
}

/** `prefix` is empty, or a path that ends in a dot. */
function readActionsAt(record: JsonRecord, prefix: string): Asked<ActionsQuestion> {
  return {
    question: { actor: readActor(record, prefix), resource: readResource(record, prefix) },
    contextFacts: readContextFacts(record['context_facts'], `${prefix}context_facts`),
  };
}

function readActor(record: JsonRecord, prefix: string): Value {
  return readTypedId({
    type: record['actor_type'],
    id: record['actor_id'],
    typePath: `${prefix}actor_type`,
    idPath: `${prefix}actor_id`,
  });
}

function readResource(record: JsonRecord, prefix: string): Value {
  return readTypedId({
    type: record['resource_type'],
    id: record['resource_id'],
    typePath: `${prefix}resource_type`,
    idPath: `${prefix}resource_id`,
  });
}
