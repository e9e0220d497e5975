import { describe, expect, it } from 'vitest';
import { planContainer } from './container-plan.ts';
import { containerIdOfMounts } from './own-container.ts';

describe('the plan of a container', () => {
  const options = { collectSelf: false, ownContainerId: 'me' };
  it.each([
    ['an ordinary container', {}, options, true],
    ['one of Quaylog', { labels: { 'quaylog.role': 'indexer' } }, options, false],
    ['the collector itself', { id: 'me' }, options, false],
    [
      'one of Quaylog when told to',
      { id: 'me', labels: { 'quaylog.role': 'x' } },
      { ...options, collectSelf: true },
      true,
    ],
    ['one that is switched off', { labels: { 'quaylog.enabled': 'False' } }, options, false],
    ['one that is switched on', { labels: { 'quaylog.enabled': 'true' } }, options, true],
  ])('%s', (...[, container, given, collected]) => {
    const plan = planContainer({ id: 'c1', labels: {}, ...container }, given);
    expect(plan.collected).toBe(collected);
    expect(plan.reason).not.toBe('');
  });

  it('finds the own container by what the engine mounts into it', () => {
    const id = 'ab'.repeat(32);
    const mount = `620 610 254:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/vda1 rw`;
    expect(containerIdOfMounts(mount)).toBe(id);
    expect(containerIdOfMounts('22 1 0:20 / /sys rw - sysfs sysfs rw')).toBeNull();
  });
});
