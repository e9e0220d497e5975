/** Every setting of every program: one entry is its variable, its flag, its line of help and its row of documentation. */
import { SPOOL_POLICIES } from './constants.ts';
import type { Setting, SettingKind } from './setting.ts';
import { STORE_SETTINGS } from './store-settings.ts';

export type { Setting, SettingKind };

const indexer = ['indexer'] as const;
const collector = ['collector'] as const;
const both = ['indexer', 'collector'] as const;

export const SETTINGS = {
  listen: {
    env: 'QUAYLOG_LISTEN',
    kind: 'string',
    default: '127.0.0.1:8600',
    programs: indexer,
    description: 'Address and port of dashboard and API.',
  },
  data: {
    env: 'QUAYLOG_DATA',
    kind: 'string',
    default: '.quaylog/data',
    programs: both,
    description: 'Folder that holds the embedded store, the state and the cursors.',
  },
  auth: {
    env: 'QUAYLOG_AUTH',
    kind: 'string',
    default: 'password',
    choices: ['password', 'none'],
    programs: indexer,
    description:
      'Who may come in. password: beyond this machine people need the password and collectors a token; none: anyone who reaches the address.',
  },
  password: {
    env: 'QUAYLOG_PASSWORD',
    kind: 'secret',
    default: '',
    programs: indexer,
    description:
      'What people sign in with: the password itself, or its argon2id hash as quaylog password prints it.',
  },
  collectorTokens: {
    env: 'QUAYLOG_COLLECTOR_TOKENS',
    kind: 'secret',
    default: '',
    programs: indexer,
    description:
      'Tokens of collectors beside those made by quaylog token create: host=token, comma-separated. The host * is whichever shows it first.',
  },
  tlsCert: {
    env: 'QUAYLOG_TLS_CERT',
    kind: 'string',
    default: '',
    programs: indexer,
    description: 'PEM file with the certificate chain: serve https.',
  },
  tlsKey: {
    env: 'QUAYLOG_TLS_KEY',
    kind: 'string',
    default: '',
    programs: indexer,
    description: 'PEM file of the key to it.',
  },
  tlsClientCa: {
    env: 'QUAYLOG_TLS_CLIENT_CA',
    kind: 'string',
    default: '',
    programs: indexer,
    description:
      "PEM file of the authority of collectors' certificates: batches are then taken only with one.",
  },
  publicUrl: {
    env: 'QUAYLOG_PUBLIC_URL',
    kind: 'string',
    default: '',
    programs: indexer,
    description:
      'How people reach the dashboard: for links in notifications, and behind a proxy with https for cookies. Default: the listen address.',
  },
  ...STORE_SETTINGS,
  retentionAge: {
    env: 'QUAYLOG_RETENTION_AGE',
    kind: 'duration',
    default: '30d',
    programs: indexer,
    description:
      'Records, events and samples older than this are dropped: whole hours, in Elasticsearch whole days at a time.',
  },
  retentionSize: {
    env: 'QUAYLOG_RETENTION_SIZE',
    kind: 'bytes',
    default: '20GiB',
    programs: indexer,
    description: 'Oldest hours are dropped when the embedded store grows beyond this.',
  },
  rulesFile: {
    env: 'QUAYLOG_RULES_FILE',
    kind: 'string',
    default: '',
    programs: indexer,
    description: 'YAML or JSON file with alert rules, read at start.',
  },
  webhookUrl: {
    env: 'QUAYLOG_WEBHOOK_URL',
    kind: 'secret',
    default: '',
    programs: indexer,
    description: 'Where the default rules (OOM and crash) are sent. Slack URLs are recognised.',
  },
  webhookSecret: {
    env: 'QUAYLOG_WEBHOOK_SECRET',
    kind: 'secret',
    default: '',
    programs: indexer,
    description: 'Signs webhooks (Standard Webhooks): whsec_ and base64 of 24 to 64 bytes.',
  },
  webhookAllow: {
    env: 'QUAYLOG_WEBHOOK_ALLOW',
    kind: 'list',
    default: '',
    programs: indexer,
    description:
      'CIDRs that webhooks may reach although they are private, comma-separated: 127.0.0.1/32,10.0.0.0/8.',
  },
  indexerUrl: {
    env: 'QUAYLOG_INDEXER_URL',
    kind: 'string',
    default: 'http://127.0.0.1:8600',
    programs: collector,
    description:
      'Where the collector sends batches. Several, comma-separated, are tried in turn when one does not answer.',
  },
  token: {
    env: 'QUAYLOG_TOKEN',
    kind: 'secret',
    default: '',
    programs: collector,
    description:
      'What the collector shows to the indexer: made by quaylog token create --host NAME. Also what quaylog logs and events show, of --read.',
  },
  indexerCa: {
    env: 'QUAYLOG_INDEXER_CA',
    kind: 'string',
    default: '',
    programs: collector,
    description:
      "PEM file of the authority that signed the indexer's certificate. Default: those Node knows.",
  },
  clientCert: {
    env: 'QUAYLOG_CLIENT_CERT',
    kind: 'string',
    default: '',
    programs: collector,
    description: "PEM file of the collector's own certificate, for an indexer that asks for one.",
  },
  clientKey: {
    env: 'QUAYLOG_CLIENT_KEY',
    kind: 'string',
    default: '',
    programs: collector,
    description: 'PEM file of the key to it.',
  },
  compression: {
    env: 'QUAYLOG_COMPRESSION',
    kind: 'string',
    default: 'auto',
    choices: ['auto', 'zstd', 'none'],
    programs: collector,
    description: 'How batches travel. auto: zstd, but plain to an indexer on the same machine.',
  },
  spoolSize: {
    env: 'QUAYLOG_SPOOL_SIZE',
    kind: 'bytes',
    default: '1GiB',
    programs: collector,
    description: 'What the collector keeps on disk while the indexer is away.',
  },
  spoolPolicy: {
    env: 'QUAYLOG_SPOOL_POLICY',
    kind: 'string',
    default: 'block',
    choices: SPOOL_POLICIES,
    programs: collector,
    description:
      "When that is full: block (stop reading, the engine's log is the buffer), drop-oldest, or drop-debug-first. Every drop is told as a gap.",
  },
  source: {
    env: 'QUAYLOG_SOURCE',
    kind: 'string',
    default: 'auto',
    choices: ['auto', 'api', 'file'],
    programs: collector,
    description:
      "Where lines are read. auto: the engine's own log file where it is readable and the driver is json-file, else the API.",
  },
  containersDir: {
    env: 'QUAYLOG_CONTAINERS_DIR',
    kind: 'string',
    default: '',
    programs: collector,
    description:
      "Where the engine's folder of containers is mounted. Default: where the engine says, usually /var/lib/docker/containers.",
  },
  attach: {
    env: 'QUAYLOG_ATTACH',
    kind: 'boolean',
    default: 'false',
    programs: collector,
    description:
      'Attach to containers whose log the engine does not keep (driver none), to read what they print as it comes. The label quaylog.attach says so for one.',
  },
  include: {
    env: 'QUAYLOG_INCLUDE',
    kind: 'list',
    default: '',
    programs: collector,
    description:
      'Collect only containers that one of these fits: name:web*, image:shop/*, project:shop, label:tier=front.',
  },
  exclude: {
    env: 'QUAYLOG_EXCLUDE',
    kind: 'list',
    default: '',
    programs: collector,
    description: 'Do not collect containers that one of these fits. Written as for include; exclude wins.',
  },
  dockerHost: {
    env: 'DOCKER_HOST',
    kind: 'string',
    default: 'unix:///var/run/docker.sock',
    programs: collector,
    description: 'The engine: unix:///path or tcp://host:port.',
  },
  dockerTlsVerify: {
    env: 'DOCKER_TLS_VERIFY',
    kind: 'string',
    default: '',
    programs: collector,
    description: 'Anything but empty or 0: speak TLS to an engine at tcp://.',
  },
  dockerCertPath: {
    env: 'DOCKER_CERT_PATH',
    kind: 'string',
    default: '',
    programs: collector,
    description: 'Folder with ca.pem, cert.pem and key.pem for that. Default: ~/.docker.',
  },
  hostName: {
    env: 'QUAYLOG_HOST_NAME',
    kind: 'string',
    default: '',
    programs: collector,
    description: 'Name of this host in records. Default: what the engine says.',
  },
  historyAge: {
    env: 'QUAYLOG_HISTORY_AGE',
    kind: 'duration',
    default: 'all',
    programs: collector,
    description:
      'How far back the logs of a container not seen before are read: all, or a duration such as 24h.',
  },
  collectSelf: {
    env: 'QUAYLOG_COLLECT_SELF',
    kind: 'boolean',
    default: 'false',
    programs: collector,
    description: 'Also collect the containers of Quaylog itself.',
  },
  statsInterval: {
    env: 'QUAYLOG_STATS_INTERVAL',
    kind: 'duration',
    default: '10s',
    programs: collector,
    description:
      'How often every running container is sampled. Containers being watched are sampled each second.',
  },
  maxLineBytes: {
    env: 'QUAYLOG_MAX_LINE',
    kind: 'bytes',
    default: '1MiB',
    programs: collector,
    description: 'Longer lines are cut at this many bytes and marked.',
  },
  logLevel: {
    env: 'QUAYLOG_LOG_LEVEL',
    kind: 'string',
    default: 'info',
    programs: both,
    description: 'Level of the own log: debug, info, warn, error.',
  },
} as const satisfies Record<string, Setting>;
