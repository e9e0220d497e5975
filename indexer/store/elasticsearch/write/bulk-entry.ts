/** What a bulk request says of one document: the line of the action, and the document. */
import { JsonBytes } from '../document/json-bytes.ts';

/** What is to be written: `create`, so that what is there under its id stays as it is. `source`: the document as JSON. */
export type Document = { readonly index: string; readonly id: string; readonly source: string };

/** Bytes that many documents are in. */
type Page = { bytes: Buffer };

const CLOSE = 0x7d;
const NEWLINE = 0x0a;
const NO_BYTES = Buffer.alloc(0);

/** A document that is bytes of a request already: it takes the place of an object or two, and a string only where one is asked for. */
class WrittenDocument implements Document {
  readonly index: string;
  readonly id: string;
  readonly page: Page;
  readonly from: number;
  readonly to: number;

  constructor(
    { index, id }: { index: string; id: string },
    page: Page,
    { from, to }: { from: number; to: number },
  ) {
    this.index = index;
    this.id = id;
    this.page = page;
    this.from = from;
    this.to = to;
  }

  get source(): string {
    const { bytes } = this.page;
    return bytes.toString('utf8', bytes.indexOf(NEWLINE, this.from) + 1, this.to - 1);
  }
}

/** Bytes that it takes in a request, at most. */
export const lengthOf = (document: Document): number =>
  document instanceof WrittenDocument ? document.to - document.from : document.source.length;

/** The body of a bulk request that creates these documents. */
export function bodyOf(documents: readonly Document[]): Buffer {
  const parts: Buffer[] = [];
  let page: Page | null = null;
  let [from, to] = [0, 0];
  const flush = () => {
    if (page !== null) parts.push(page.bytes.subarray(from, to));
    page = null;
  };
  for (const document of documents) {
    if (!(document instanceof WrittenDocument)) {
      flush();
      parts.push(Buffer.from(`${actionOf(document)}\n${document.source}\n`));
    } else if (document.page === page && document.from === to) {
      to = document.to;
    } else {
      flush();
      ({ page, from, to } = document);
    }
  }
  flush();
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

const actionOf = ({ index, id }: { index: string; id: string }): string =>
  `{"create":{"_index":"${index}","_id":${JSON.stringify(id)}}}`;

/** Makes documents of a batch. Whoever begins a document writes it to `out`, with a comma, and ends or drops it. */
export class EntryWriter {
  readonly out = new JsonBytes();
  private documents: Document[] = [];
  private page: Page = { bytes: NO_BYTES };
  private index = '';
  private id = '';
  private from = 0;
  private action = NO_BYTES;

  /** Forgets what was not taken. */
  clear(): void {
    this.out.clear();
    this.page = { bytes: NO_BYTES };
    this.documents = [];
  }

  begin(index: string, id: string): void {
    const { out } = this;
    if (index !== this.index) this.action = Buffer.from(`{"create":{"_index":"${index}","_id":`);
    this.index = index;
    this.id = id;
    this.from = out.at;
    out.raw(this.action);
    out.string(id);
    out.close(CLOSE);
    out.close(CLOSE);
    out.last(NEWLINE);
  }

  end(): void {
    const { out, index, id, page, from } = this;
    out.last(NEWLINE);
    this.documents.push(new WrittenDocument({ index, id }, page, { from, to: out.at }));
  }

  drop(): void {
    this.out.at = this.from;
  }

  add({ index, id, source }: Document): void {
    this.begin(index, id);
    this.out.json(source);
    this.out.byte(NEWLINE);
    this.end();
  }

  /** All documents since it began. */
  take(): Document[] {
    const { documents, page, out } = this;
    page.bytes = out.copy();
    this.clear();
    return documents;
  }
}
