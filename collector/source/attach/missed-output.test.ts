import { expect, it } from 'vitest';
import { hasMissed, type Absence } from './missed-output.ts';

const at = (second: number): string => `2026-11-22T12:00:${String(second).padStart(2, '0')}.000000000Z`;
const running = (start: number) => ({ running: true, startedAt: at(start), finishedAt: null });
const exited = (start: number, finish: number) => ({
  running: false,
  startedAt: at(start),
  finishedAt: at(finish),
});
const created = { running: false, startedAt: null, finishedAt: null };
const unseen = { kind: 'new', wasRunning: false, knownEnd: undefined } as const;
const seen = (knownEnd: string | null): Absence => ({ kind: 'new', wasRunning: false, knownEnd });

type Case = [string, { absence: Absence; runs: Parameters<typeof hasMissed>[1]; isMissed: boolean }];
const missed = (absence: Absence, runs: Case[1]['runs']): Case[1] => ({ absence, runs, isMissed: true });
const whole = (absence: Absence, runs: Case[1]['runs']): Case[1] => ({ absence, runs, isMissed: false });

it.each<Case>([
  ['a container that has not started', whole(unseen, created)],
  ['one that starts behind us', whole(unseen, running(31))],
  ['one that starts at the same moment', missed(unseen, running(30))],
  ['one that ran when we came', missed(unseen, running(20))],
  ['one that ran when we came, whatever its clock', missed({ ...unseen, wasRunning: true }, running(50))],
  ['one that ran and ended before we knew it', missed(unseen, exited(10, 20))],
  ['one that ended while we were away', missed(seen(null), exited(10, 20))],
  ['one whose end was told', whole(seen(at(20)), exited(10, 20))],
  ['a run that ended', whole({ kind: 'ended', since: at(21) }, exited(10, 20))],
  ['the run after it, attached to in time', whole({ kind: 'ended', since: at(21) }, running(40))],
  ['the run after it, attached to late', missed({ kind: 'ended', since: at(21) }, running(25))],
  ['a whole run after it', missed({ kind: 'ended', since: at(21) }, exited(24, 26))],
  ['a run that goes on although its end was said', missed({ kind: 'ended', since: at(21) }, running(10))],
  ['a connection that was cut in a run', missed({ kind: 'cut', since: at(21) }, running(10))],
  ['a run that ended after the cut', missed({ kind: 'cut', since: at(21) }, exited(10, 25))],
  ['a run that had ended before the cut', whole({ kind: 'cut', since: at(21) }, exited(10, 20))],
])('attached at second 30: %s', (_, { absence, runs, isMissed }) => {
  expect(hasMissed(absence, runs, Date.parse(at(30)))).toBe(isMissed);
});
