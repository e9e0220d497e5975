/**
 * How new indices are made: composable templates, of parts that people may add to. Put whenever we connect; the same again is
 * no change to the server.
 */
import type { Client } from '@elastic/elasticsearch';
import type { Capabilities } from './server/capabilities.ts';

import { deadLetterIndex, deadLetterMapping } from './write/letter.ts';
import { mappingOf, type IndexKind } from './document/mapping.ts';

type Place = { prefix: string; capabilities: Capabilities };

/** Above Elasticsearch's own templates (100 to 250), so that a prefix such as `logs-ours` is no trouble. */
const PRIORITY = 500;

/** Rejects with the client's error. */
export async function putTemplates(client: Client, { prefix, capabilities }: Place): Promise<void> {
  const put = (path: string, body: object) => client.transport.request({ method: 'PUT', path, body });
  const parts = partsOf({ prefix, capabilities });
  for (const [name, template] of Object.entries(parts))
    await put(`/_component_template/${name}`, { template });
  for (const [name, template] of Object.entries(templatesOf({ prefix, capabilities })))
    await put(`/_index_template/${name}`, template);
}

function partsOf({ prefix, capabilities }: Place): Record<string, object> {
  const mappings = (kind: IndexKind) => ({ mappings: mappingOf(kind, capabilities) });
  return {
    [`${prefix}@settings`]: { settings: settingsOf(capabilities) },
    [`${prefix}-logs@mappings`]: mappings('logs'),
    [`${prefix}-events@mappings`]: mappings('events'),
    [`${prefix}-samples@mappings`]: mappings('samples'),
    [`${prefix}-dead-letters@mappings`]: { mappings: deadLetterMapping },
  };
}

/** The part `PREFIX@custom` is people's own: shards, replicas, tiers, a lifecycle policy. It is never written here. */
function templatesOf({ prefix, capabilities }: Place): Record<string, object> {
  const custom = `${prefix}@custom`;
  const template = (name: string, pattern: string) => ({
    index_patterns: [pattern],
    priority: PRIORITY,
    composed_of: [`${prefix}@settings`, `${name}@mappings`, ...(capabilities.optionalParts ? [custom] : [])],
    ...(capabilities.optionalParts && { ignore_missing_component_templates: [custom] }),
    _meta: { description: 'Quaylog puts this whenever it starts: change PREFIX@custom instead' },
  });
  const kinds = (['logs', 'events', 'samples'] as const).map(kind => {
    const name = `${prefix}-${kind}`;
    return [name, template(name, `${name}-*`)] as const;
  });
  const letters = deadLetterIndex(prefix);
  return { ...Object.fromEntries(kinds), [letters]: template(letters, letters) };
}

/**
 * The stored source is asked for where an index mode would make one up: what was logged is given back to the byte. A search of
 * ours refreshes what it asks (elasticsearch-store.ts), so the server need not do so every second.
 */
function settingsOf({ logsdb, bestCompression }: Capabilities): object {
  const packing = logsdb
    ? { mode: 'logsdb', mapping: { source: { mode: 'stored' } } }
    : bestCompression
      ? { codec: 'best_compression' }
      : {};
  return {
    index: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '5s', ...packing },
  };
}
