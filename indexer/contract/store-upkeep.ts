/** What `quaylog store` says: the terminal loads the work by URL, the compiler keeps both to these types. */

/** One file of the embedded store. `newer`: written by a newer Quaylog; it is left alone. */
export type CheckedFile = {
  file: string;
  bytes: number;
  records: number;
  verdict: 'whole' | 'damaged' | 'newer';
  /** What is wrong. */
  reason?: string;
  /** Where a damaged file lies now. */
  setAside?: string;
};

export type StoreCheck = {
  /** The folder of the files. */
  dir: string;
  /** An indexer has the store: files were only looked at. */
  isInUse: boolean;
  files: CheckedFile[];
  /** Files that were set aside before. */
  damagedBefore: string[];
};

/** `copied` and `kept` (as they were, from an earlier backup): numbers of files. */
export type StoreBackup = { dir: string; copied: number; kept: number; bytes: number };

export type StoreUpkeep = {
  /** Reads everything. Rejects when the folder cannot be read. */
  checkStore: (data: string) => Promise<StoreCheck>;
  /** Copies the data folder, whether or not an indexer writes to it. Rejects when the target cannot be used. */
  backUpStore: (data: string, target: string) => Promise<StoreBackup>;
};
