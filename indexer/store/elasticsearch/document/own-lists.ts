/** What own-fields.ts tells of a record, gathered while its document is written, and then written itself. */
import { toQuantity } from '../../../query/quantity.ts';
import { nextList, type FieldNode, type Name } from './field-names.ts';
import type { JsonBytes } from './json-bytes.ts';
import { MAX_KEYWORD } from './mapping.ts';
import { orderOf } from './own-fields.ts';
import { writeWords } from './words.ts';

const [OPEN_LIST, CLOSE_LIST, CLOSE] = [0x5b, 0x5d, 0x7d];
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

/** A list that is filled again and again: V8 gives the memory of an array back as soon as its length is 0. */
class Pile<T> {
  count = 0;
  private readonly items: T[] = [];

  push(item: T): void {
    this.items[this.count++] = item;
  }

  at(place: number): T {
    return this.items[place] as T;
  }
}

/** What was gathered of a part that several records share. `names` and `numbers`: elements of those lists. */
export type OwnPart = {
  names: Uint8Array;
  numbers: Uint8Array;
  cut: readonly string[];
  isFaithful: boolean;
};

export class OwnLists {
  /** The document can hold the record as it is. */
  isFaithful = true;
  private readonly out: JsonBytes;
  private list = 0;
  private readonly names = new Pile<Name>();
  private readonly numberNames = new Pile<Name>();
  private readonly numbers = new Pile<number>();
  private readonly textNodes = new Pile<FieldNode>();
  private readonly texts = new Pile<string>();
  private cut: string[] = [];
  private cutWords: string[] = [];

  constructor(out: JsonBytes) {
    this.out = out;
  }

  begin(): void {
    this.list = nextList();
    this.isFaithful = true;
    this.names.count = this.numberNames.count = this.numbers.count = 0;
    this.textNodes.count = this.texts.count = 0;
    if (this.cut.length > 0) this.cut = [];
    if (this.cutWords.length > 0) this.cutWords = [];
  }

  /** What was gathered since the beginning, of a part without texts. Writes nothing. */
  part(): OwnPart {
    const { out, cut, isFaithful } = this;
    const start = out.at;
    this.writeNames();
    const names = out.copy(start);
    out.at = start;
    this.writeNumbers();
    const numbers = out.copy(start);
    out.at = start;
    return { names, numbers, cut, isFaithful };
  }

  addText(text: string, node: FieldNode): void {
    const { name } = node;
    if (node.wordsKey === undefined || name === undefined) return;
    this.textNodes.push(node);
    this.texts.push(text);
    if (name.text !== 'message') this.addName(name);
  }

  addKeyword(text: string, name: Name): void {
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

  addName(name: Name): void {
    if (name.seen === this.list) return;
    name.seen = this.list;
    this.names.push(name);
  }

  addNumber(name: Name, number: number): void {
    this.numberNames.push(name);
    this.numbers.push(number);
  }

  addCut(name: string): void {
    if (!this.cut.includes(name)) this.cut.push(name);
  }

  /** The document cannot hold a value of the field, so the record is kept verbatim too. */
  leaveOut(field: string | undefined): void {
    if (field !== undefined) this.addCut(field);
    this.isFaithful = false;
  }

  /** As a member of the document; `part`: of its shared parts. */
  write(id: string, part: OwnPart): void {
    const { out } = this;
    for (const name of part.cut) this.addCut(name);
    this.isFaithful &&= part.isFaithful;
    out.raw(OWN_START);
    const { stream, ordinal } = orderOf(id);
    out.string(stream);
    out.raw(ORDINAL);
    out.number(ordinal);
    out.close(CLOSE);
    this.writeAllWords();
    if (this.names.count + part.names.length > 0) {
      out.raw(NAMES_START);
      this.writeNames();
      out.raw(part.names);
      out.close(CLOSE_LIST);
    }
    if (this.numbers.count + part.numbers.length > 0) {
      out.raw(NUMBERS_START);
      this.writeNumbers();
      out.raw(part.numbers);
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
    for (let i = 0; i < this.texts.count; i++) {
      const { name, wordsKey = NOTHING } = this.textNodes.at(i);
      const before = out.at;
      out.raw(wordsKey);
      const hasCut = writeWords(out, this.texts.at(i));
      if (hasCut === null) out.at = before;
      else if (hasCut && name) this.cutWords.push(name.text);
    }
    if (out.at === first) out.at = start;
    else out.close(CLOSE);
  }

  private writeNames(): void {
    for (let i = 0; i < this.names.count; i++) this.out.raw(this.names.at(i).json);
  }

  /** Each as one term: its name, NUL, and what sorts like it. */
  private writeNumbers(): void {
    const { out } = this;
    for (let i = 0; i < this.numbers.count; i++) {
      const { json } = this.numberNames.at(i);
      out.raw(json, json.length - AFTER_NUMBER.length);
      out.raw(BEFORE_NUMBER);
      out.sortable(this.numbers.at(i));
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
}
