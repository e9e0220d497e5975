/** The packs that the reading thread knows: their footers stay, their files are open only while somebody reads. */
import type { ContentCache } from '../segment/content-cache.ts';
import { openPack, type Pack } from '../hours/pack-file.ts';
import { readingFile } from '../hours/unreadable.ts';

/** What is needed of footers, 10 to 20 KB each: six weeks. */
const MAX_HELD = 1_024;

export interface HeldPacks {
  /** To be released. */
  acquire: (name: string) => Pack;
  release(pack: Pack): void;
  /** Names of packs are never used twice, so this one is not looked at again. */
  shun(name: string): void;
  isShunned: (name: string) => boolean;
}

export function createHeldPacks(dir: string, cache: ContentCache): HeldPacks {
  const held = new Map<string, Pack>();
  const users = new Map<Pack, number>();
  const shunned = new Set<string>();
  return {
    acquire(name) {
      const pack = held.get(name) ?? readingFile(name, () => openPack(dir, name, cache));
      held.delete(name);
      held.set(name, pack);
      for (const oldest of held.keys()) {
        if (held.size <= MAX_HELD) break;
        held.delete(oldest);
      }
      users.set(pack, (users.get(pack) ?? 0) + 1);
      return pack;
    },
    release(pack) {
      const others = (users.get(pack) ?? 1) - 1;
      if (others > 0) users.set(pack, others);
      else {
        users.delete(pack);
        pack.rest();
      }
    },
    shun(name) {
      held.delete(name);
      shunned.add(name);
    },
    isShunned: name => shunned.has(name),
  };
}
