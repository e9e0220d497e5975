import { describe, expect, it } from 'vitest';
import { ApiError, type SessionStatus } from '../api/client.ts';
import { createSession, type SessionCalls } from './session.ts';

const refused = (status: number) => new ApiError(status, { code: 'x', message: 'no' });

function aSession(calls: Partial<SessionCalls> = {}, answer?: SessionStatus) {
  let ended = 0;
  const session = createSession(
    {
      ask: () => Promise.resolve(answer ?? { auth: 'password', signedIn: false }),
      signIn: () => Promise.resolve(),
      signOut: () => Promise.resolve(),
      ...calls,
    },
    () => (ended += 1),
  );
  return { session, ended: () => ended };
}

describe('a session', () => {
  it('shows nothing before the indexer has answered', () => {
    expect(aSession().session.view()).toEqual({ phase: 'asking' });
  });

  it.each<[SessionStatus, object]>([
    [
      { auth: 'none', signedIn: true },
      { phase: 'in', canSignOut: false },
    ],
    [
      { auth: 'password', signedIn: true },
      { phase: 'in', canSignOut: true },
    ],
    [
      { auth: 'password', signedIn: false },
      { phase: 'out', because: 'new' },
    ],
  ])('%j is shown as %j', async (answer, view) => {
    const { session } = aSession({}, answer);
    await session.ask();
    expect(session.view()).toEqual(view);
  });

  it('that could not be asked for opens nothing, until it can', async () => {
    const answers = [
      () => Promise.reject(refused(503)),
      () => Promise.resolve({ auth: 'none', signedIn: true }),
    ];
    const { session } = aSession({ ask: () => answers.shift()!() as Promise<SessionStatus> });
    await session.ask();
    expect(session.view()).toMatchObject({ phase: 'unreachable', error: { status: 503 } });
    await session.ask();
    expect(session.view().phase).toBe('in');
  });

  it('begins with the right password and not with a wrong one', async () => {
    let isRight = false;
    const { session } = aSession({
      signIn: () => (isRight ? Promise.resolve() : Promise.reject(refused(401))),
    });
    await session.ask();
    await expect(session.signIn('wrong')).rejects.toMatchObject({ status: 401 });
    expect(session.view().phase).toBe('out');
    isRight = true;
    await session.signIn('right');
    expect(session.view()).toEqual({ phase: 'in', canSignOut: true });
  });

  it('that ends is said so once, and what was in memory is forgotten', async () => {
    const { session, ended } = aSession({}, { auth: 'password', signedIn: true });
    await session.ask();
    session.lose();
    session.lose();
    expect(session.view()).toEqual({ phase: 'out', because: 'ended' });
    expect(ended()).toBe(1);
  });

  it('goes on when signing out failed', async () => {
    const { session, ended } = aSession(
      { signOut: () => Promise.reject(refused(500)) },
      { auth: 'password', signedIn: true },
    );
    await session.ask();
    await expect(session.signOut()).rejects.toMatchObject({ status: 500 });
    expect(session.view().phase).toBe('in');
    expect(ended()).toBe(0);
  });

  it('of another tab is taken over, and a reader at the password is not disturbed', async () => {
    const answers: (SessionStatus | Error)[] = [
      { auth: 'password', signedIn: true },
      { auth: 'password', signedIn: false },
      refused(0),
      { auth: 'password', signedIn: true },
    ];
    const { session } = aSession({
      ask: () => {
        const next = answers.shift()!;
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
    });
    await session.ask();
    await session.signOut();
    for (const phase of ['out', 'out', 'in']) {
      await session.ask();
      expect(session.view()).toMatchObject(phase === 'out' ? { phase, because: 'left' } : { phase });
    }
  });
});
