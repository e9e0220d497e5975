/** What labels can ask for, whoever invented them: the families in this folder translate theirs into these wishes. */
import type { PARSE_MODES } from '#contract/constants.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { LabelReader } from './label-reader.ts';

/** `label`: where it came from. */
export type Wish<T> = { value: T; label: string };

export type ParseMode = (typeof PARSE_MODES)[number];

/** A line that matches (or, `negate`, that does not) goes on with the line before it, or with the one after it. */
export type Joining = { pattern: Pattern; negate: boolean; side: 'before' | 'after' };

export type Mask = { pattern: Pattern; by: string };

export type Wishes = {
  enabled?: Wish<boolean>;
  /** `off`: every line is a record, also those of a stack trace. */
  joining?: Wish<Joining | 'off'>;
  parse?: Wish<ParseMode>;
  /** How far back its log is read when it is seen for the first time; null: all of it. */
  historyAgeMs?: Wish<number | null>;
  /** Whether it may be attached to, if the engine keeps no log of it. */
  attach?: Wish<boolean>;
  serviceName?: Wish<string>;
  serviceVersion?: Wish<string>;
  /** A record goes out if, of each of these groups, one matches it. */
  include?: Wish<Pattern[][]>;
  /** A record that one of these matches is left out. */
  exclude?: Wish<Pattern[]>;
  masks?: Wish<Mask[]>;
};

export type LabelFamily = {
  /** As people know it. */
  name: string;
  /** Undefined wishes are none. What cannot be understood is complained about, and then it is no wish either. */
  read: (labels: LabelReader) => { [K in keyof Wishes]?: Wishes[K] | undefined };
};
