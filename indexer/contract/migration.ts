/** What `quaylog migrate` asks for and says: the terminal loads the work by URL, the compiler keeps both to these types. */

/** Documents of an hour or a day, by kind. */
export type KindCounts = { records: number; events: number; samples: number };

export type MigratedDay = {
  /** `2026-11-22`, of UTC. */
  day: string;
  /** What the embedded store has of it, as it was read. */
  read: KindCounts;
  /** What became of these documents: their sum is the sum of `read`. */
  stored: number;
  there: number;
  deadLetters: number;
  /** Records of that day that the target finds now; others may have stored some there too. */
  found: number;
  /** Why not all of it is in the target for sure; null when it is. */
  trouble: string | null;
};

/** Documents so far and in all, of the hours that are to be migrated. */
export type MigrationProgress = { hour: string; done: number; total: number };

export type MigrationReport = {
  /** Where to: addresses and prefix. */
  target: string;
  /** Oldest first; empty in a trial, and `planned` is not. */
  days: MigratedDay[];
  /** In a trial: what would be migrated. */
  planned: { day: string; counts: KindCounts }[];
  /** Files that cannot be read, with the reason. */
  unreadable: { file: string; reason: string }[];
  /** Files that were set aside as damaged before: nothing of them is migrated. */
  setAside: string[];
};

/** Settings that cannot be used. */
export type MigrationRefusal = { problems: string[] };

export type MigrationRequest = {
  /** Only hours that end after this moment, in ms since the epoch; absent: all. */
  sinceMs?: number;
  /** Only count what there is. */
  isTrial?: boolean;
  onProgress: (progress: MigrationProgress) => void;
  /** What people should know meanwhile: the target is away, a file is damaged. */
  onRemark: (text: string) => void;
};

export type MigrateStore = (
  flags: Partial<Record<string, string>>,
  request: MigrationRequest,
) => Promise<MigrationReport | MigrationRefusal>;
