/**
 * Records and events as the JSON of their documents, in one pass: the record itself, and what own-fields.ts tells of it.
 */
import type { LogRecord } from '#contract/log-record.ts';
import { toQuantity } from '../../query/quantity.ts';
import {
  FIELD_TABLE,
  forgetNames,
  nextList,
  ownNameBelow,
  type FieldNode,
  type Name,
  type OwnName,
} from './field-names.ts';
import type { JsonBytes } from './json-bytes.ts';
import { MAX_DEPTH, MAX_KEYWORD } from './mapping.ts';
import { END_STAMP, FIRST_STAMP, orderOf, type OwnFields, type Stored } from './own-fields.ts';
import { writeWords } from './words.ts';

const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = Buffer.from('{}[]') as unknown as [
  number,
  number,
  number,
  number,
];
const OWN_START = Buffer.from('"quaylog":{"order":{"stream":');
const ORDINAL = Buffer.from('"ordinal":');
const WORDS_START = Buffer.from('"words":{');
const NAMES_START = Buffer.from('"names":[');
const NUMBERS_START = Buffer.from('"numbers":[');
const CUT = Buffer.from('"cut":');
const CUT_WORDS = Buffer.from('"cut_words":');
const BEFORE_NUMBER = Buffer.from('\\u0000');
const AFTER_NUMBER = Buffer.from('",');
const NOTHING = Buffer.alloc(0);

/** Parts that the records of a container in a batch share, as the same objects: they are written once. */
const SHARED = ['container', 'host', 'compose', 'service'] as const;
const isShared: ReadonlySet<string> = new Set(SHARED);

/** What the shared parts of a record come to. `names` and `numbers`: elements of those lists. */
type Origin = {
  of: Stored;
  json: Uint8Array;
  names: Uint8Array;
  numbers: Uint8Array;
  cut: readonly string[];
  isFaithful: boolean;
};

export class DocumentWriter {
  private readonly out: JsonBytes;
  private readonly origins = new Map<object, Origin>();
  private list = 0;
  private isFaithful = true;
  private ownStart = 0;
  private names: Name[] = [];
  private numberNames: Name[] = [];
  private numbers: number[] = [];
  private textNodes: FieldNode[] = [];
  private texts: string[] = [];
  private cut: string[] = [];
  private cutWords: string[] = [];

  constructor(out: JsonBytes) {
    this.out = out;
  }

  /** Forgets the parts that records shared: the next batch has others. */
  clear(): void {
    this.origins.clear();
    forgetNames();
  }

  /**
   * The document, and a comma. False when it cannot hold the record as it is: then it is no document, but `own` is that of the
   * record all the same.
   */
  write(record: Stored): boolean {
    const origin = this.originOf(record);
    this.begin();
    this.isFaithful = origin.isFaithful;
    for (const name of origin.cut) this.addCut(name);
    this.out.byte(OPEN);
    for (const key in record) {
      if (!isShared.has(key)) this.writeMember(key, record[key as keyof Stored], FIELD_TABLE);
    }
    if (!isStampOfId(record)) this.leaveOut('@timestamp');
    this.out.raw(origin.json);
    this.ownStart = this.out.at;
    this.writeOwn(record.event.id, origin);
    this.out.close(CLOSE);
    return this.isFaithful;
  }

  /** What was written last, for our own questions. */
  own(): OwnFields {
    const members = `{${this.out.text(this.ownStart, this.out.at - 1)}`;
    return (JSON.parse(members) as { quaylog: OwnFields }).quaylog;
  }

  private begin(): void {
    this.list = nextList();
    this.isFaithful = true;
    this.names.length = this.numberNames.length = this.numbers.length = 0;
    this.textNodes.length = this.texts.length = 0;
    if (this.cut.length > 0) this.cut = [];
    if (this.cutWords.length > 0) this.cutWords = [];
  }

  private originOf(record: Stored): Origin {
    const known = this.origins.get(record.container);
    if (known !== undefined && isOfSameOrigin(known.of, record)) return known;
    const origin = this.readOrigin(record);
    this.origins.set(record.container, origin);
    return origin;
  }

  private readOrigin(record: Stored): Origin {
    const { out } = this;
    const start = out.at;
    const written = (write: () => void): Uint8Array => {
      write();
      const bytes = out.copy(start);
      out.at = start;
      return bytes;
    };
    this.begin();
    return {
      of: record,
      json: written(() => {
        for (const part of SHARED) this.writeMember(part, partOf(record, part), FIELD_TABLE);
      }),
      names: written(() => this.writeNames()),
      numbers: written(() => this.writeNumbers()),
      cut: this.cut,
      isFaithful: this.isFaithful,
    };
  }

  private writeMember(key: string, value: unknown, within: FieldNode): void {
    if (value === undefined) return;
    const node = within.below.get(key);
    if (node === undefined) {
      this.out.key(key);
      this.writeKnown(value, UNKNOWN);
    } else if (!node.isLeftOut) {
      this.out.raw(node.key);
      this.writeKnown(value, node);
    }
  }

  /** A value of our own format. */
  private writeKnown(value: unknown, node: FieldNode): void {
    const { out } = this;
    if (node.own !== undefined) this.writeOwnValue(value, node.own, 1);
    else if (typeof value === 'string') this.writeText(value, node);
    else if (typeof value === 'number') this.writeNumber(value, node);
    else if (Array.isArray(value)) {
      out.byte(OPEN_LIST);
      for (const element of value) this.writeKnown(element, node);
      out.close(CLOSE_LIST);
    } else if (typeof value === 'object' && value !== null) {
      out.byte(OPEN);
      for (const key in value) this.writeMember(key, (value as Record<string, unknown>)[key], node);
      out.close(CLOSE);
    } else out.literal(value);
  }

  private writeText(text: string, node: FieldNode): void {
    const { field, name, wordsKey } = node;
    const isPlain = this.out.string(text);
    if (!isPlain && !text.isWellFormed()) this.leaveOut(field?.name);
    if (field === undefined || name === undefined) return;
    if (field.type !== 'text') this.readKeyword(text, name);
    else if (wordsKey !== undefined) {
      this.textNodes.push(node);
      this.texts.push(text);
      if (name.text !== 'message') this.addName(name);
    }
  }

  private readKeyword(text: string, name: Name): void {
    if (text.length > MAX_KEYWORD) {
      this.addCut(name.text);
      return;
    }
    // A digit or a minus sign: perhaps a quantity.
    const first = text.charCodeAt(0);
    if (first !== 45 && !(first >= 48 && first <= 57)) return;
    const number = toQuantity(text, name.text);
    if (number !== undefined) this.addNumber(name, number);
  }

  private writeNumber(number: number, { field, name }: FieldNode): void {
    this.out.number(number);
    if (field === undefined || name === undefined) return;
    if (field.type !== 'number') this.addNumber(name, number);
    else if (!Number.isSafeInteger(number)) this.addCut(field.name);
  }

  /** Answers whether there is a value in it: a string, a number, true or false. */
  private writeOwnValue(value: unknown, name: OwnName, depth: number): boolean {
    if (typeof value === 'string') {
      if (!this.out.string(value) && !value.isWellFormed()) this.leaveOut(name.text);
      this.readKeyword(value, name);
    } else if (typeof value === 'number') {
      this.out.number(value);
      this.addNumber(name, value);
    } else if (typeof value === 'object' && value !== null) {
      if (!this.writeOwnObject(value, name, depth)) return false;
    } else {
      this.out.literal(value);
      if (typeof value !== 'boolean') return false;
    }
    // The names of objects exist, too.
    this.addName(name);
    return true;
  }

  private writeOwnObject(value: object, name: OwnName, depth: number): boolean {
    const { out } = this;
    let hasValue = false;
    if (depth >= MAX_DEPTH) {
      this.leaveOut(name.root);
      out.literal(null);
    } else if (Array.isArray(value)) {
      out.byte(OPEN_LIST);
      for (const element of value) hasValue = this.writeOwnValue(element, name, depth + 1) || hasValue;
      out.close(CLOSE_LIST);
    } else {
      out.byte(OPEN);
      for (const key in value) {
        const below = (value as Record<string, unknown>)[key];
        const nameBelow = ownNameBelow(name, key);
        if (nameBelow === null) this.leaveOut(name.root);
        else if (below !== undefined) {
          out.raw(nameBelow.key);
          hasValue = this.writeOwnValue(below, nameBelow, depth + 1) || hasValue;
        }
      }
      out.close(CLOSE);
    }
    return hasValue;
  }

  private writeOwn(id: string, origin: Origin): void {
    const { out } = this;
    const { stream, ordinal } = orderOf(id);
    out.raw(OWN_START);
    out.string(stream);
    out.raw(ORDINAL);
    out.number(ordinal);
    out.close(CLOSE);
    this.writeAllWords();
    if (this.names.length + origin.names.length > 0) {
      out.raw(NAMES_START);
      this.writeNames();
      out.raw(origin.names);
      out.close(CLOSE_LIST);
    }
    if (this.numbers.length + origin.numbers.length > 0) {
      out.raw(NUMBERS_START);
      this.writeNumbers();
      out.raw(origin.numbers);
      out.close(CLOSE_LIST);
    }
    this.writeList(CUT, this.cut);
    this.writeList(CUT_WORDS, this.cutWords);
    out.close(CLOSE);
  }

  private writeAllWords(): void {
    const { out } = this;
    const start = out.at;
    out.raw(WORDS_START);
    const first = out.at;
    for (const [i, { name, wordsKey = NOTHING }] of this.textNodes.entries()) {
      const before = out.at;
      out.raw(wordsKey);
      const hasCut = writeWords(out, this.texts[i] ?? '');
      if (hasCut === null) out.at = before;
      else if (hasCut && name) this.cutWords.push(name.text);
    }
    if (out.at === first) out.at = start;
    else out.close(CLOSE);
  }

  private writeNames(): void {
    for (const { json } of this.names) this.out.raw(json);
  }

  /** Each as one term: its name, NUL, and what sorts like it. */
  private writeNumbers(): void {
    const { out } = this;
    for (const [i, { json }] of this.numberNames.entries()) {
      out.raw(json, json.length - AFTER_NUMBER.length);
      out.raw(BEFORE_NUMBER);
      out.sortable(this.numbers[i] ?? 0);
      out.raw(AFTER_NUMBER);
    }
  }

  private writeList(key: Uint8Array, texts: readonly string[]): void {
    if (texts.length === 0) return;
    this.out.raw(key);
    this.out.byte(OPEN_LIST);
    for (const text of texts) this.out.string(text);
    this.out.close(CLOSE_LIST);
  }

  private addName(name: Name): void {
    if (name.seen === this.list) return;
    name.seen = this.list;
    this.names.push(name);
  }

  private addNumber(name: Name, number: number): void {
    this.numberNames.push(name);
    this.numbers.push(number);
  }

  private addCut(name: string): void {
    if (!this.cut.includes(name)) this.cut.push(name);
  }

  /** The document cannot hold a value of the field, so the record is kept verbatim too. */
  private leaveOut(field: string | undefined): void {
    if (field !== undefined) this.addCut(field);
    this.isFaithful = false;
  }
}

const UNKNOWN: FieldNode = { key: NOTHING, below: new Map(), isLeftOut: false };

const partOf = (record: Stored, part: (typeof SHARED)[number]): unknown =>
  (record as Partial<Record<string, unknown>>)[part];

const isOfSameOrigin = (one: Stored, other: Stored): boolean =>
  one.host === other.host &&
  one.compose === other.compose &&
  (one as LogRecord).service === (other as LogRecord).service;

/** Ids are made from stamps (parse/record-id.ts): of years that they can carry, theirs is the record's own. */
const isStampOfId = ({ '@timestamp': stamp }: Stored): boolean => stamp >= FIRST_STAMP && stamp < END_STAMP;
