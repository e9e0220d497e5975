/** What one setting is. */
export type SettingKind = 'string' | 'secret' | 'integer' | 'bytes' | 'duration' | 'list' | 'boolean';
export type Setting = {
  env: string;
  kind: SettingKind;
  default: string;
  programs: readonly ('collector' | 'indexer')[];
  description: string;
  /** The only values there are, where they can be listed. */
  choices?: readonly string[];
};
