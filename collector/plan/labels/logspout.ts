/** Logspout's usual label. `LOGSPOUT=ignore` is a variable of the environment, which is never read. */
import type { LabelFamily } from './label-family.ts';

export const logspout: LabelFamily = {
  name: 'Logspout',
  read(labels) {
    const excluded = labels.flag('logspout.exclude');
    return { enabled: excluded?.value === true ? { value: false, label: excluded.label } : undefined };
  },
};
