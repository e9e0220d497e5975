/** Settings of the store, a part of setting-list.ts. */
import type { Setting } from './setting.ts';

const programs = ['indexer'] as const;

export const STORE_SETTINGS = {
  store: {
    env: 'QUAYLOG_STORE',
    kind: 'string',
    default: 'embedded',
    choices: ['embedded', 'elasticsearch'],
    programs,
    description:
      'Where records, events and samples are kept. embedded: in the data folder; elasticsearch: there, or in OpenSearch.',
  },
  elasticsearchUrl: {
    env: 'QUAYLOG_ELASTICSEARCH_URL',
    kind: 'list',
    default: 'http://127.0.0.1:9200',
    programs,
    description: 'Its nodes, comma-separated: https://es-1:9200,https://es-2:9200.',
  },
  elasticsearchUser: {
    env: 'QUAYLOG_ELASTICSEARCH_USER',
    kind: 'string',
    default: '',
    programs,
    description: 'User there, with QUAYLOG_ELASTICSEARCH_PASSWORD.',
  },
  elasticsearchPassword: {
    env: 'QUAYLOG_ELASTICSEARCH_PASSWORD',
    kind: 'secret',
    default: '',
    programs,
    description: 'The password of that user.',
  },
  elasticsearchApiKey: {
    env: 'QUAYLOG_ELASTICSEARCH_API_KEY',
    kind: 'secret',
    default: '',
    programs,
    description: 'Instead of user and password: an API key, in the encoded form in which it was given out.',
  },
  elasticsearchCa: {
    env: 'QUAYLOG_ELASTICSEARCH_CA',
    kind: 'string',
    default: '',
    programs,
    description:
      "PEM file of the authority that signed Elasticsearch's certificate. Default: those Node knows.",
  },
  elasticsearchPrefix: {
    env: 'QUAYLOG_ELASTICSEARCH_PREFIX',
    kind: 'string',
    default: 'quaylog',
    programs,
    description: 'What the names of indices and templates begin with: PREFIX-logs-2026.11.22.',
  },
  redisUrl: {
    env: 'QUAYLOG_REDIS_URL',
    kind: 'secret',
    default: '',
    programs,
    description:
      'Where several indexers share one Elasticsearch: the Redis through which live tails see what the others store. redis://:password@redis:6379, or rediss:// for TLS.',
  },
  redisCa: {
    env: 'QUAYLOG_REDIS_CA',
    kind: 'string',
    default: '',
    programs,
    description:
      "With rediss://: PEM file of the authority that signed Redis's certificate. Default: those Node knows.",
  },
} as const satisfies Record<string, Setting>;
