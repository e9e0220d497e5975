/**
 * Which container events belong beside the lines a query finds: those of the containers it does not rule out. Only its
 * top-level conjuncts about containers and actions are heeded (`container:web*`, `action:log-gap`); what it says of lines
 * (`level:error`) does not hide that their container died.
 */
import type { ContainerEvent } from '#contract/container-event.ts';
import { conjuncts } from './query-text.ts';

type Read = (event: ContainerEvent) => string | undefined;

const FIELDS = new Map<string, Read>(
  (
    [
      [['container', 'container.name'], event => event.container.name],
      [['id', 'container.id'], event => event.container.id],
      [['image', 'container.image.name'], event => event.container.image.name],
      [['host', 'host.name'], event => event.host.name],
      [['project', 'compose.project'], event => event.compose?.project],
      [['service', 'compose.service'], event => event.compose?.service],
      [['action', 'event.action'], event => event.event.action],
    ] satisfies [string[], Read][]
  ).flatMap(([names, read]) => names.map((name): [string, Read] => [name, read])),
);

/** `not field:value`, `field:"value"`, `field:(a or b)`. */
const CLAUSE = /^(not\s+)?([\w.]+)\s*:\s*(?:\(([^()]*)\)|("(?:\\.|[^"\\])*"|[^\s"()]+))$/is;

export function createEventFilter(query: string): (event: ContainerEvent) => boolean {
  const tests = conjuncts(query).flatMap(part => testOf(part) ?? []);
  return event => tests.every(test => test(event));
}

function testOf(part: string): ((event: ContainerEvent) => boolean) | undefined {
  const [, not, field = '', list, single] = CLAUSE.exec(part) ?? [];
  const read = FIELDS.get(field.toLowerCase());
  if (!read) return undefined;
  const values = list === undefined ? [single ?? ''] : list.split(/\s+or\s+/i);
  // A list with anything but `or` in it is beyond this reading: then it rules nothing out.
  if (values.some(value => /^(?:and|not)\s|\s(?:and|not)\s/i.test(value))) return undefined;
  const patterns = values.map(value => patternOf(value.trim()));
  return event => {
    const value = read(event);
    return (value !== undefined && patterns.some(pattern => pattern.test(value))) === (not === undefined);
  };
}

/** A quoted value is the whole of it; in an unquoted one `*` stands for anything. Without regard to case. */
function patternOf(value: string): RegExp {
  const quoted = /^"(.*)"$/s.exec(value)?.[1]?.replace(/\\(.)/gs, '$1');
  const source = quoted === undefined ? value.split('*').map(escapeRegExp).join('.*') : escapeRegExp(quoted);
  return new RegExp(`^${source}$`, 'is');
}

const escapeRegExp = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** The action the query asks for by name: the indexer can look for it alone. */
export function actionOf(query: string): string | undefined {
  for (const part of conjuncts(query)) {
    const [, not, field = '', , single] = CLAUSE.exec(part) ?? [];
    const isAction = not === undefined && ['action', 'event.action'].includes(field.toLowerCase());
    if (isAction && single !== undefined && /^[\w-]+$/.test(single)) return single;
  }
  return undefined;
}
