import { describe, expect, it } from 'vitest';
import { planContainer } from './container-plan.ts';
import { parseFilter } from './filter.ts';
import { containerIdOfMounts } from './own-container.ts';
import { PLAIN_TREATMENT } from './treatment.ts';

const options = { collectSelf: false, ownContainerId: 'me' };
const container = { id: 'c1', name: 'shop-web-1', image: { name: 'shop/web' }, labels: {} };
const filters = (...texts: string[]) => texts.map(text => parseFilter(text)!);

describe('the plan of a container', () => {
  it.each<[string, Record<string, string>, boolean, string | null]>([
    ['is not attached to unless somebody says so', {}, false, null],
    [
      'is attached to where its label says so',
      { 'quaylog.attach': 'yes' },
      false,
      'its label quaylog.attach=yes',
    ],
    ['is attached to where the host says so', {}, true, 'QUAYLOG_ATTACH=true'],
    ['is not attached to where its label forbids it', { 'quaylog.attach': 'false' }, true, null],
  ])('%s', (...[, labels, attach, because]) => {
    expect(planContainer({ ...container, labels }, { ...options, attach }).attachedBecause).toBe(because);
  });

  it.each([
    ['an ordinary container', {}, options, true, 'every container'],
    ['one of Quaylog', { labels: { 'quaylog.role': 'indexer' } }, options, false, 'QUAYLOG_COLLECT_SELF'],
    ['the collector itself', { id: 'me' }, options, false, 'QUAYLOG_COLLECT_SELF'],
    [
      'one of Quaylog when told to',
      { id: 'me', labels: { 'quaylog.role': 'x' } },
      { ...options, collectSelf: true },
      true,
      'every container',
    ],
    [
      'one that is switched off',
      { labels: { 'quaylog.enabled': 'False' } },
      options,
      false,
      'quaylog.enabled=False (Quaylog)',
    ],
    [
      'one that is switched on',
      { labels: { 'quaylog.enabled': 'true' } },
      options,
      true,
      'quaylog.enabled=true',
    ],
    [
      'one that is included',
      {},
      { ...options, include: filters('name:db*', 'image:shop/*') },
      true,
      'QUAYLOG_INCLUDE has image:shop/*',
    ],
    [
      'one that is not',
      {},
      { ...options, include: filters('name:db*', 'project:x') },
      false,
      'nothing in QUAYLOG_INCLUDE fits it (name:db*, project:x)',
    ],
    [
      'one that is included and excluded',
      {},
      { ...options, include: filters('name:*'), exclude: filters('image:shop/web') },
      false,
      'QUAYLOG_EXCLUDE has image:shop/web',
    ],
    [
      'one that is included and switched off',
      { labels: { 'logspout.exclude': 'true' } },
      { ...options, include: filters('name:*') },
      false,
      'logspout.exclude=true (Logspout)',
    ],
    [
      'one that is excluded and switched on',
      { labels: { 'quaylog.enabled': 'true' } },
      { ...options, exclude: filters('name:*') },
      false,
      'QUAYLOG_EXCLUDE has name:*',
    ],
    [
      'one that others switch off and we on',
      { labels: { 'logspout.exclude': 'true', 'quaylog.enabled': 'true' } },
      options,
      true,
      'quaylog.enabled=true (Quaylog)',
    ],
    ['one with a wrong switch', { labels: { 'quaylog.enabled': 'maybe' } }, options, true, 'every container'],
  ])('%s', (...[, given, by, collected, reason]) => {
    const plan = planContainer({ ...container, ...given }, by);
    expect(plan.collected).toBe(collected);
    expect(plan.reason).toContain(reason);
  });

  it('without labels of anyone costs its lines nothing', () => {
    const plan = planContainer(
      { ...container, labels: { 'com.docker.compose.service': 'web', tier: 'x' } },
      options,
    );
    expect(plan.treatment).toEqual(PLAIN_TREATMENT);
    expect(plan.treatment.createJoiner).toBe(PLAIN_TREATMENT.createJoiner);
    expect(plan.wire).toEqual({ service: { name: 'web' } });
  });

  it('finds the own container by what the engine mounts into it', () => {
    const id = 'ab'.repeat(32);
    const mount = `620 610 254:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/vda1 rw`;
    expect(containerIdOfMounts(mount)).toBe(id);
    expect(containerIdOfMounts('22 1 0:20 / /sys rw - sysfs sysfs rw')).toBeNull();
  });
});
