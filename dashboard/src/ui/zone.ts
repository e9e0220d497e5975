import { createStoredChoice } from './stored-choice.ts';

/** Which clock times are shown in: the browser's or UTC. */
export type Zone = 'local' | 'utc';

const choice = createStoredChoice<Zone>('quaylog.zone', ['local', 'utc'], () => 'local');

export const useZone = choice.use;
export const toggleZone = (): void => choice.set(choice.get() === 'utc' ? 'local' : 'utc');
