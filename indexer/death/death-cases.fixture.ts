/** Deaths and what they are, for the table tests of the classifier. */
import type { ContainerEvent, DeathClass, Evidence } from '#contract/container-event.ts';
import type { MemoryReading } from './death-facts.ts';
import { events, type EventParts } from './event-script.fixture.ts';

const MIB = 1024 ** 2;
const LIMIT: Evidence = { memoryLimitBytes: 24 * MIB };
const OOM: Evidence = { ...LIMIT, oomKilled: true };
const COMPOSE = { project: 'shop', service: 'web' };
const OTHER = 'e'.repeat(64);
const full: MemoryReading = { memoryBytes: 23.5 * MIB, memoryLimitBytes: 24 * MIB };
const half: MemoryReading = { memoryBytes: 12 * MIB, memoryLimitBytes: 24 * MIB };

export type DeathCase = {
  name: string;
  script: string;
  parts?: EventParts;
  /** Events of other containers. */
  others?: ContainerEvent[];
  sample?: MemoryReading;
  is: DeathClass;
  cause?: RegExp;
};

/** The death that is judged lies at 0. Orders are those measured on real engines. */
export const DEATH_CASES: DeathCase[] = [
  // By itself
  { name: 'ends by itself', script: 'start@-60 die0@0', is: 'clean', cause: /by itself\. Exit 0/ },
  { name: 'ends at once', script: 'start@-0.01 die0@0 destroy@0.1', is: 'clean' },
  {
    name: 'ends with 0 long after a child was OOM-killed',
    script: 'start@-600 die0@0',
    parts: { evidence: OOM },
    is: 'clean',
    cause: /Earlier in this run the kernel/,
  },
  {
    name: 'exit code only in the evidence',
    script: 'start@-60 die@0',
    parts: { evidence: { exitCode: 0 } },
    is: 'clean',
  },
  // docker stop, restart, kill, rm
  {
    name: 'docker stop',
    script: 'start@-60 kill15@-0.2 die0@0 stop@0.1',
    is: 'operator_stop',
    cause: /with SIGTERM\. Exit 0/,
  },
  {
    name: 'docker stop of what ends with 143',
    script: 'start@-60 kill15@-0.2 die143@0 stop@0.1',
    is: 'operator_stop',
  },
  {
    name: 'docker stop of what ends with an error',
    script: 'start@-60 kill15@-3 die1@0 stop@0.1',
    is: 'operator_stop',
  },
  {
    name: 'docker stop, stop first (29.x)',
    script: 'start@-60 kill15@-0.2 stop@-0.1 die0@0',
    is: 'operator_stop',
  },
  {
    name: 'docker stop that times out',
    script: 'start@-60 kill15@-10.1 kill9@-0.1 die137@0 stop@0.1',
    is: 'operator_stop',
    cause: /did not end in time/,
  },
  {
    name: 'docker stop that times out (29.x)',
    script: 'start@-60 kill15@-10.2 kill9@-0.2 stop@-0.1 die137@0',
    is: 'operator_stop',
  },
  {
    name: 'docker stop without its stop event',
    script: 'start@-60 kill15@-10.1 kill9@-0.1 die137@0',
    is: 'operator_stop',
  },
  {
    name: 'stop event alone',
    script: 'start@-60 die143@0 stop@0.1',
    is: 'operator_stop',
    cause: /Stopped by someone\. Exit 143/,
  },
  {
    name: 'long stop timeout',
    script: 'kill15@-60 kill9@-0.1 die137@0',
    parts: { evidence: { stopTimeoutSeconds: 60 } },
    is: 'operator_stop',
  },
  {
    name: 'stop signal of its own',
    script: 'start@-60 kill10@-1 die0@0 stop@0.2',
    parts: { evidence: { stopSignal: 10 } },
    is: 'operator_stop',
    cause: /SIGUSR1/,
  },
  {
    name: 'docker kill with its stop signal',
    script: 'kill28@-1 die1@0',
    parts: { evidence: { stopSignal: 28 } },
    is: 'operator_stop',
  },
  { name: 'Ctrl-C', script: 'start@-60 kill2@-0.5 die130@0', is: 'operator_stop', cause: /SIGINT/ },
  { name: 'docker kill -s QUIT', script: 'start@-60 kill3@-0.5 die131@0', is: 'operator_stop' },
  {
    name: 'docker kill',
    script: 'start@-60 kill9@-0.05 die137@0',
    is: 'operator_kill',
    cause: /docker kill/,
  },
  {
    name: 'docker rm -f',
    script: 'start@-60 kill9@-0.05 die137@0 destroy@0.2',
    is: 'operator_kill',
    cause: /docker rm -f/,
  },
  {
    name: 'docker kill at the memory limit',
    script: 'start@-60 kill9@-0.05 die137@0',
    parts: { evidence: LIMIT },
    sample: full,
    is: 'operator_kill',
  },
  {
    name: 'docker restart',
    script: 'start@-60 kill15@-10.1 kill9@-0.1 die137@0 stop@0.1 start@0.4 restart@0.5',
    is: 'operator_stop',
  },
  {
    name: 'docker compose up of a new image',
    script: 'start@-60 kill15@-0.3 die0@0 stop@0.1 destroy@0.3',
    parts: { compose: COMPOSE },
    others: events('create@-1', { containerId: OTHER, compose: COMPOSE }),
    is: 'redeploy',
  },
  {
    name: 'replaced, created after it was gone',
    script: 'kill15@-10.2 kill9@-0.1 die137@0 stop@0.1 destroy@5',
    parts: { compose: COMPOSE },
    others: events('create@40', { containerId: OTHER, compose: COMPOSE }),
    is: 'redeploy',
  },
  {
    name: 'another service created meanwhile',
    script: 'kill15@-0.3 die0@0 stop@0.1 destroy@0.3',
    parts: { compose: COMPOSE },
    others: events('create@-1', { containerId: OTHER, compose: { project: 'shop', service: 'db' } }),
    is: 'operator_stop',
  },
  {
    name: 'a crash is no redeploy, replaced or not',
    script: 'start@-60 die1@0 destroy@0.2',
    parts: { compose: COMPOSE },
    others: events('create@5', { containerId: OTHER, compose: COMPOSE }),
    is: 'crash',
  },
  // OOM
  {
    name: 'OOM of the main process',
    script: 'start@-60 oom@-0.045 die137@0',
    parts: { evidence: OOM },
    is: 'oom',
    cause: /^Killed by the kernel: memory reached its 24 MiB limit\. Exit 137\.$/,
  },
  {
    name: 'OOM, told after the death',
    script: 'start@-60 die137@0 oom@0.5',
    parts: { evidence: LIMIT },
    is: 'oom',
  },
  {
    name: 'OOM that only inspection shows',
    script: 'start@-60 die137@0',
    parts: { evidence: OOM },
    is: 'oom',
  },
  {
    name: 'OOM with a restart policy',
    script: 'start@-60 oom@-0.05 die137@0 start@0.3 oom@2 die137@2.05',
    parts: { evidence: LIMIT },
    is: 'oom',
  },
  {
    name: 'OOM of a child, then it gives up',
    script: 'start@-60 oom@-1 die3@0',
    parts: { evidence: OOM },
    is: 'oom',
    cause: /one of its processes: memory reached its 24 MiB limit; then .* Exit 3/,
  },
  {
    name: 'OOM of a child that only inspection shows',
    script: 'start@-60 die3@0',
    parts: { evidence: OOM },
    is: 'oom',
    cause: /one of its processes/,
  },
  {
    name: 'OOM of a child, then it ends well',
    script: 'start@-60 oom@-1 die0@0',
    parts: { evidence: OOM },
    is: 'oom',
  },
  {
    name: 'OOM without a limit',
    script: 'start@-60 oom@-0.05 die137@0',
    is: 'oom',
    cause: /host ran out of memory/,
  },
  {
    name: 'OOM while it is being stopped',
    script: 'start@-60 kill15@-3 oom@-0.05 die137@0 stop@0.1',
    parts: { evidence: OOM },
    is: 'oom',
  },
  {
    name: 'stopped long after a child was OOM-killed',
    script: 'start@-900 kill15@-0.3 die143@0 stop@0.1',
    parts: { evidence: OOM },
    is: 'operator_stop',
  },
  {
    name: 'killed long after a child was OOM-killed',
    script: 'start@-900 kill9@-0.05 die137@0',
    parts: { evidence: OOM },
    is: 'operator_kill',
  },
  {
    name: 'stop that times out, after an OOM of a child',
    script: 'oom@-12 kill15@-10.1 kill9@-0.1 die137@0 stop@0.1',
    parts: { evidence: OOM },
    is: 'operator_stop',
  },
  {
    name: 'OOM, then docker stop while it waits to restart',
    script: 'start@-60 oom@-0.05 die137@0 stop@1',
    parts: { evidence: OOM },
    is: 'oom',
  },
  { name: 'OOM of the run before', script: 'oom@-5 die137@-4.9 start@-4 die1@0', is: 'crash' },
  { name: 'OOM of the run after', script: 'start@-60 die1@0 start@0.1 oom@1 die137@1.1', is: 'crash' },
  {
    name: 'suspected OOM',
    script: 'start@-60 die137@0',
    parts: { evidence: LIMIT },
    sample: full,
    is: 'oom_suspected',
    cause: /23\.5 MiB of its 24 MiB/,
  },
  {
    name: 'SIGKILL far from the limit',
    script: 'start@-60 die137@0',
    parts: { evidence: LIMIT },
    sample: half,
    is: 'crash',
    cause: /SIGKILL, not sent through the engine/,
  },
  {
    name: 'SIGKILL without a limit',
    script: 'start@-60 die137@0',
    sample: { memoryBytes: 9e9, memoryLimitBytes: null },
    is: 'crash',
  },
  // Crashes
  {
    name: 'ends with an error',
    script: 'start@-60 die1@0',
    is: 'crash',
    cause: /ended with an error\. Exit 1/,
  },
  { name: 'segmentation fault', script: 'start@-60 die139@0', is: 'crash', cause: /SIGSEGV/ },
  { name: 'abort', script: 'start@-60 die134@0', is: 'crash', cause: /SIGABRT/ },
  { name: 'illegal instruction', script: 'start@-60 die132@0', is: 'crash', cause: /SIGILL/ },
  { name: 'crash loop', script: 'start@-2 die1@-1 start@-0.5 die1@0 start@0.4', is: 'crash' },
  {
    name: 'crash long after a reload',
    script: 'start@-60 kill1@-15 die1@0',
    is: 'crash',
    cause: /with an error/,
  },
  {
    name: 'reload that it does not handle',
    script: 'start@-60 kill1@-0.1 die129@0',
    is: 'crash',
    cause: /SIGHUP was sent/,
  },
  {
    name: 'rotation signal that it does not handle',
    script: 'start@-60 kill10@-0.1 die138@0',
    is: 'crash',
    cause: /SIGUSR1 was sent/,
  },
  {
    name: 'crash of the run after a stop',
    script: 'kill15@-5.2 die0@-5 stop@-4.9 start@-4 die1@0',
    is: 'crash',
  },
  {
    name: 'crash before a stop of the next run',
    script: 'start@-9 die1@0 start@0.2 kill15@1 die0@1.2 stop@1.3',
    is: 'crash',
  },
  { name: 'stop signal too long ago', script: 'start@-90 kill15@-25 die1@0', is: 'crash' },
  { name: 'no exit code', script: 'start@-60 die@0', is: 'crash', cause: /no exit code/ },
  // Start
  {
    name: 'command not found',
    script: 'create@-0.5 die127@0',
    parts: { evidence: { error: 'exec: "nope": not found in $PATH\n' } },
    is: 'start_failed',
    cause: /^It could not start\. Exec: "nope": not found in \$PATH\. Exit 127\.$/,
  },
  { name: 'not executable, nothing inspected', script: 'create@-0.5 die126@0', is: 'start_failed' },
  { name: 'engine could not run it', script: 'create@-0.5 die125@0', is: 'start_failed' },
  {
    name: 'a shell that did not find a command',
    script: 'start@-60 die127@0',
    parts: { evidence: { error: '' } },
    is: 'crash',
  },
  { name: 'stopped while exit code is 126', script: 'start@-60 kill15@-1 die126@0', is: 'operator_stop' },
  // Seen after a gap
  { name: 'crash seen after a gap', script: 'die1@0', parts: { reconciled: true }, is: 'crash' },
  { name: 'OOM seen after a gap', script: 'die137@0', parts: { reconciled: true, evidence: OOM }, is: 'oom' },
  {
    name: 'OOM with the events that inspection makes',
    script: 'oom@0 die137@0',
    parts: { reconciled: true, evidence: OOM },
    is: 'oom',
  },
  {
    name: 'a child killed once, ended well, all seen after a gap',
    script: 'oom@0 die0@0',
    parts: { reconciled: true, evidence: OOM },
    is: 'clean',
    cause: /Earlier/,
  },
  {
    name: 'a child killed once, stopped, all seen after a gap',
    script: 'oom@0 die143@0',
    parts: { reconciled: true, evidence: OOM },
    is: 'operator_stop',
  },
  {
    name: 'restarted while nobody watched',
    script: 'die@0 start@0.5',
    parts: { reconciled: true, evidence: { restartCount: 2 } },
    is: 'clean',
    cause: /not known any more/,
  },
  {
    name: 'SIGTERM seen after a gap',
    script: 'die143@0',
    parts: { reconciled: true },
    is: 'operator_stop',
    cause: /events were not read/,
  },
  { name: 'SIGKILL seen after a gap', script: 'die137@0', parts: { reconciled: true }, is: 'operator_kill' },
  {
    name: 'SIGKILL at the limit seen after a gap',
    script: 'die137@0',
    parts: { reconciled: true, evidence: LIMIT },
    sample: full,
    is: 'oom_suspected',
  },
  { name: 'engine killed', script: 'die255@0', parts: { reconciled: true }, is: 'daemon_restart' },
  {
    name: 'engine stopped',
    script: 'die137@0',
    parts: { reconciled: true },
    others: events('die0@4', { containerId: OTHER, reconciled: true }),
    is: 'daemon_restart',
  },
  {
    name: 'crash while the engine stopped',
    script: 'die1@0',
    parts: { reconciled: true },
    others: events('die0@4', { containerId: OTHER, reconciled: true }),
    is: 'crash',
  },
];
