/**
 * Records and events as the JSON of their documents, in one pass: the record itself, and what own-fields.ts tells of it.
 */
import type { LogRecord } from '#contract/log-record.ts';
import {
  FIELD_TABLE,
  forgetNames,
  ownNameBelow,
  SHARED,
  type FieldNode,
  type OwnName,
} from './field-names.ts';
import type { JsonBytes } from './json-bytes.ts';
import { MAX_DEPTH } from './mapping.ts';
import { END_STAMP, FIRST_STAMP, type OwnFields, type Stored } from './own-fields.ts';
import { OwnLists, type OwnPart } from './own-lists.ts';

const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** What the shared parts of a record, `of` that one and others, come to. */
type Origin = { of: Stored; json: Uint8Array; own: OwnPart };

export class DocumentWriter {
  private readonly out: JsonBytes;
  private origins = new Map<object, Origin>();
  private readonly lists: OwnLists;
  private ownStart = 0;

  constructor(out: JsonBytes) {
    this.out = out;
    this.lists = new OwnLists(out);
  }

  /** Forgets the parts that records shared: the next batch has others. */
  clear(): void {
    this.origins = new Map();
    forgetNames();
  }

  /**
   * The document, and a comma. False when it cannot hold the record as it is: then it is no document, but `own` is that of the
   * record all the same.
   */
  write(record: Stored): boolean {
    const { out, lists } = this;
    const origin = this.originOf(record);
    lists.begin();
    out.byte(OPEN);
    for (const key in record) {
      const node = FIELD_TABLE.below.get(key);
      if (node?.isShared !== true) this.writeMember(key, record[key as keyof Stored], node);
    }
    if (!isStampOfId(record)) lists.leaveOut('@timestamp');
    out.raw(origin.json);
    this.ownStart = out.at;
    lists.write(record.event.id, origin.own);
    out.close(CLOSE);
    return lists.isFaithful;
  }

  /** What was written last, for our own questions. */
  own(): OwnFields {
    const members = `{${this.out.text(this.ownStart, this.out.at - 1)}`;
    return (JSON.parse(members) as { quaylog: OwnFields }).quaylog;
  }

  private originOf(record: Stored): Origin {
    const known = this.origins.get(record.container);
    if (known !== undefined && isOfSameOrigin(known.of, record)) return known;
    const origin = this.readOrigin(record);
    this.origins.set(record.container, origin);
    return origin;
  }

  private readOrigin(record: Stored): Origin {
    const { out, lists } = this;
    const start = out.at;
    lists.begin();
    for (const part of SHARED) this.writeMember(part, partOf(record, part), FIELD_TABLE.below.get(part));
    const json = out.copy(start);
    out.at = start;
    return { of: record, json, own: lists.part() };
  }

  private writeMember(key: string, value: unknown, node: FieldNode | undefined): void {
    if (value === undefined) return;
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
      for (const key in value)
        this.writeMember(key, (value as Record<string, unknown>)[key], node.below.get(key));
      out.close(CLOSE);
    } else out.literal(value);
  }

  private writeText(text: string, node: FieldNode): void {
    const { field, name } = node;
    const isPlain = this.out.string(text);
    if (!isPlain && !text.isWellFormed()) this.lists.leaveOut(field?.name);
    if (field === undefined || name === undefined) return;
    if (field.type === 'text') this.lists.addText(text, node);
    else this.lists.addKeyword(text, name);
  }

  private writeNumber(number: number, { field, name }: FieldNode): void {
    this.out.number(number);
    if (field === undefined || name === undefined) return;
    if (field.type !== 'number') this.lists.addNumber(name, number);
    else if (!Number.isSafeInteger(number)) this.lists.addCut(field.name);
  }

  /** Answers whether there is a value in it: a string, a number, true or false. */
  private writeOwnValue(value: unknown, name: OwnName, depth: number): boolean {
    if (typeof value === 'string') {
      if (!this.out.string(value) && !value.isWellFormed()) this.lists.leaveOut(name.text);
      this.lists.addKeyword(value, name);
    } else if (typeof value === 'number') {
      this.out.number(value);
      this.lists.addNumber(name, value);
    } else if (typeof value === 'object' && value !== null) {
      if (!this.writeOwnObject(value, name, depth)) return false;
    } else {
      this.out.literal(value);
      if (typeof value !== 'boolean') return false;
    }
    // The names of objects exist, too.
    this.lists.addName(name);
    return true;
  }

  private writeOwnObject(value: object, name: OwnName, depth: number): boolean {
    const { out } = this;
    let hasValue = false;
    if (depth >= MAX_DEPTH) {
      this.lists.leaveOut(name.root);
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
        if (nameBelow === null) this.lists.leaveOut(name.root);
        else if (below !== undefined) {
          out.raw(nameBelow.key);
          hasValue = this.writeOwnValue(below, nameBelow, depth + 1) || hasValue;
        }
      }
      out.close(CLOSE);
    }
    return hasValue;
  }
}

const UNKNOWN: FieldNode = { key: new Uint8Array(), below: new Map(), isLeftOut: false, isShared: false };

const partOf = (record: Stored, part: (typeof SHARED)[number]): unknown =>
  (record as Partial<Record<string, unknown>>)[part];

const isOfSameOrigin = (one: Stored, other: Stored): boolean =>
  one.host === other.host &&
  one.compose === other.compose &&
  (one as LogRecord).service === (other as LogRecord).service;

/** Ids are made from stamps (parse/record-id.ts): of years that they can carry, theirs is the record's own. */
const isStampOfId = ({ '@timestamp': stamp }: Stored): boolean => stamp >= FIRST_STAMP && stamp < END_STAMP;
