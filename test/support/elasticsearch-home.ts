/** Where a server comes from, Elasticsearch or OpenSearch: jars of Maven Central, kept below node_modules/.cache, and a JDK of this machine. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { arch } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ELASTICSEARCH_PACKAGES, ensureDebianPackages } from '../../deploy/debian-packages.ts';
import { ROOT } from './program.ts';

/** The newest of each line of which Maven Central has every jar that is needed. */
const SERVERS = {
  '8.19': { release: '8.19.21', jdk: 17 },
  '9.5': { release: '9.5.3', jdk: 21 },
  opensearch: { release: '3.8.0', jdk: 21 },
} as const;
export type ElasticsearchVersion = keyof typeof SERVERS;
/** Of Elasticsearch itself. */
export const ELASTICSEARCH_VERSIONS = ['8.19', '9.5'] as const;

const SOURCES = join(import.meta.dirname, 'elasticsearch');
const CACHE = join(ROOT, 'node_modules/.cache/quaylog-elasticsearch');
const run = promisify(execFile);

/** As people call it. */
export const serverName = (version: ElasticsearchVersion): string =>
  version === 'opensearch' ? `OpenSearch ${SERVERS.opensearch.release}` : `Elasticsearch ${version}`;

/** Why this server cannot run here; null when it can. */
export function whyNoElasticsearch(version: ElasticsearchVersion): string | null {
  if (findJdk(version) !== null) return null;
  // Debian has this one: it is installed when it is needed.
  if (SERVERS[version].jdk === 17) return null;
  return `${serverName(version)} needs a JDK of ${SERVERS[version].jdk} or later below /usr/lib/jvm`;
}

/** The folder with the server's jars, modules and our classes, and the JVM to run them; fetched and compiled the first time. */
export async function elasticsearchHome(
  version: ElasticsearchVersion,
): Promise<{ home: string; java: string }> {
  ensureDebianPackages(ELASTICSEARCH_PACKAGES, 'Elasticsearch for the tests');
  const jdk = findJdk(version);
  if (jdk === null) throw new Error(whyNoElasticsearch(version) ?? 'no JDK below /usr/lib/jvm');
  const home = join(CACHE, SERVERS[version].release);
  if (!existsSync(home)) await makeHome(home, draft => fillHome(draft, version, jdk));
  return { home, java: join(jdk, 'bin/java') };
}

/** The oldest JDK that is new enough: servers are tested least with JVMs that came after them. */
function findJdk(version: ElasticsearchVersion): string | null {
  const found = globSync('/usr/lib/jvm/*/bin/javac').map(javac => {
    const folder = dirname(dirname(javac));
    const release = join(folder, 'release');
    const text = existsSync(release) ? readFileSync(release, 'utf8') : '';
    return { folder, major: Number(/^JAVA_VERSION="(\d+)/m.exec(text)?.[1] ?? 0) };
  });
  const usable = found.filter(({ major }) => major >= SERVERS[version].jdk);
  return usable.toSorted((a, b) => a.major - b.major)[0]?.folder ?? null;
}

/** Beside its place first, so that a half-made one is never taken for whole. */
async function makeHome(home: string, fill: (draft: string) => Promise<void>): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, 'draft-'));
  await fill(draft);
  try {
    renameSync(draft, home);
  } catch (error) {
    // Another test file made it meanwhile.
    rmSync(draft, { recursive: true });
    if (!existsSync(home)) throw error;
  }
}

const fillHome = (draft: string, version: ElasticsearchVersion, jdk: string): Promise<void> =>
  version === 'opensearch' ? fillOpenSearch(draft, jdk) : fillElasticsearch(draft, version, jdk);

/** The jars that this project names, into `lib`. */
async function fetchJars(draft: string, pom: string, release: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
  const to = [`-Dserver=${release}`, `-DoutputDirectory=${draft}/lib`];
  await run('mvn', ['-q', '-B', '-f', join(SOURCES, pom), ...goal, ...to]);
}

/** Java sources, compiled against `lib`. */
const compile = (draft: string, jdk: string, { sources, to }: { sources: string[]; to: string }) =>
  run(join(jdk, 'bin/javac'), [
    '-nowarn',
    '-cp',
    `${draft}/lib/*`,
    '-d',
    join(draft, to),
    ...sources.map(source => join(SOURCES, source)),
  ]);

async function fillElasticsearch(
  draft: string,
  version: Exclude<ElasticsearchVersion, 'opensearch'>,
  jdk: string,
): Promise<void> {
  await fetchJars(draft, 'pom.xml', SERVERS[version].release);
  addModule(draft, {
    name: 'transport-netty4',
    className: 'org.elasticsearch.transport.netty4.Netty4Plugin',
    version,
  });
  for (const jar of globSync(`${draft}/lib/{netty,transport-netty4}-*.jar`))
    renameSync(jar, join(draft, 'modules/transport-netty4', basename(jar)));
  await compile(draft, jdk, { sources: ['EsNode.java'], to: 'classes' });
  await compile(draft, jdk, {
    sources: ['RestRoot.java', `${version}/RestRootPlugin.java`],
    to: 'rest-root',
  });
  addModule(draft, { name: 'rest-root', className: 'quaylog.RestRootPlugin', version });
  await run(join(jdk, 'bin/jar'), [
    'cf',
    `${draft}/modules/rest-root/rest-root.jar`,
    '-C',
    `${draft}/rest-root`,
    '.',
  ]);
  linkZstd(draft);
}

/** Its modules are loaded from the class path: there is nothing to lay out. */
async function fillOpenSearch(draft: string, jdk: string): Promise<void> {
  await fetchJars(draft, 'opensearch/pom.xml', SERVERS.opensearch.release);
  await compile(draft, jdk, { sources: ['opensearch/OsNode.java'], to: 'classes' });
  for (const folder of ['modules', 'plugins']) mkdirSync(join(draft, folder));
}

type Module = { name: string; className: string; version: ElasticsearchVersion };

function addModule(home: string, { name, className, version }: Module): void {
  const dir = join(home, 'modules', name);
  mkdirSync(dir, { recursive: true });
  const { release, jdk } = SERVERS[version];
  const lines = [
    `name=${name}`,
    `description=${name}`,
    `version=${release}`,
    `elasticsearch.version=${release}`,
    `java.version=${jdk}`,
    `classname=${className}`,
  ];
  writeFileSync(join(dir, 'plugin-descriptor.properties'), `${lines.join('\n')}\n`);
}

/** LogsDB and best_compression pack with a native zstd; Debian's will do. Without it every refresh of such an index fails. */
function linkZstd(home: string): void {
  const library = globSync('/usr/lib/*/libzstd.so.1')[0];
  if (library === undefined) throw new Error('libzstd.so.1 is not below /usr/lib: install libzstd1');
  const dir = join(home, 'lib/platform', `linux-${arch() === 'arm64' ? 'aarch64' : arch()}`);
  mkdirSync(dir, { recursive: true });
  symlinkSync(library, join(dir, 'libzstd.so'));
}
