/**
 * Writes the drafts of packs (pack-file.ts): all that an hour has when it is over, or the oldest blocks of one that fills fast.
 * Reads beside the writer and changes nothing but the draft.
 */
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerEvent } from '#contract/container-event.ts';
import { SEAL_AT } from '../write/block-writer.ts';
import { filesOfHour } from '../hours/folder.ts';
import { openHour, type HourReader } from '../hours/hour-reader.ts';
import type { Kind } from '../segment/kind.ts';
import { writePack, type Pack, type PackedSamples } from '../hours/pack-file.ts';
import { LIMITS, type PackDraft, type PackLimits, type PackOrder } from '../write/packing.ts';
import { atOf, concatNumbers, gatherNumbers, type RecordColumns } from '../segment/record-columns.ts';
import { allRecords, type Segment } from '../segment/segment.ts';
import { DamagedError } from '../segment/store-error.ts';
import { gatherAcross } from '../segment/text-column.ts';
import { livePath } from '../hours/hours.ts';
import type { BlockRef } from '../segment/segment-ref.ts';

/** Null when there is too little to be packed yet. Throws as reading does; the draft is synced. */
export function packHour(
  dir: string,
  { hour, isOver }: PackOrder,
  limits: PackLimits = LIMITS,
): PackDraft | null {
  const files = filesOfHour(dir, hour);
  if (!files.isLive) return null;
  const reader = openHour(dir, files);
  try {
    const chosen = isOver ? chooseAll(reader, limits) : chooseOldest(dir, reader, limits);
    if (!chosen) return null;
    const { packs, upTo, isAll } = chosen;
    const replaces = packs.map(({ name }) => name);
    const done = { hour, isOver: isAll, upTo, replaces, live: reader.liveDocuments() };
    if (chosen.isEmpty) return { ...done, draft: null };
    const draft = `${hour}.pack.new`;
    const documents = isAll ? documentsOf(reader, packs) : NO_DOCUMENTS;
    // Taken out of what was chosen: once arranged, nobody needs it, and there is much of it.
    const content = { hour, upTo, replaces, ...arrange(chosen.parts.splice(0)), ...documents };
    writeSynced(join(dir, draft), write => writePack(content, write));
    return { ...done, draft };
  } finally {
    reader.close();
  }
}

/** Records with the kinds their numbers mean. */
type Part = { records: RecordColumns; kinds: Segment['kinds'] };
type Chosen = { parts: Part[]; packs: Pack[]; upTo: number; isAll: boolean; isEmpty: boolean };

/** As much as fits, and with it the packs that are small. */
function chooseAll(reader: HourReader, limits: PackLimits): Chosen {
  const room = createRoom(limits);
  const upToNow = Math.max(0, ...reader.packs.map(({ upTo }) => upTo));
  const { events, samples } = reader.liveDocuments();
  if (reader.blocks.length + events + samples === 0)
    return { parts: [], packs: [], upTo: upToNow, isAll: true, isEmpty: true };
  const packs = reader.packs.filter(
    ({ segment }) => segment.count < limits.records / 2 && room.takes(segment),
  );
  const upTo = takeBlocks(room, reader.blocks);
  const isAll = upTo === reader.blocks.at(-1)?.last || reader.blocks.length === 0;
  return { parts: room.parts, packs, upTo: upTo ?? upToNow, isAll, isEmpty: false };
}

/** A whole pack of sealed blocks; null as long as there are not so many, which is found out without reading them. */
function chooseOldest(dir: string, reader: HourReader, limits: PackLimits): Chosen | null {
  const sealed = reader.blocks.filter(block => block.count >= SEAL_AT);
  const records = sealed.reduce((sum, { count }) => sum + count, 0);
  const { size } = statSync(livePath(dir, reader.hour));
  if (records <= limits.records && size <= limits.bytes) return null;
  const room = createRoom(limits);
  const upTo = takeBlocks(room, sealed);
  if (upTo === undefined || upTo === sealed.at(-1)?.last) return null;
  return { parts: room.parts, packs: [], upTo, isAll: false, isEmpty: false };
}

/** The last record that found room. */
function takeBlocks(room: Room, blocks: readonly BlockRef[]): number | undefined {
  let upTo: number | undefined;
  for (const block of blocks) {
    if (!room.takes(block.open())) break;
    upTo = block.last;
  }
  return upTo;
}

type Room = { parts: Part[]; takes: (segment: Segment) => boolean };

/** The first always fits. */
function createRoom(limits: PackLimits): Room {
  const parts: Part[] = [];
  let records = 0;
  let bytes = 0;
  return {
    parts,
    takes(segment) {
      const more = allRecords(segment).map(part => ({ records: part, kinds: segment.kinds }));
      const moreBytes = more.reduce(
        (sum, part) => sum + part.records.messages.bytes.length + part.records.rests.bytes.length,
        0,
      );
      const isFull = records + segment.count > limits.records || bytes + moreBytes > limits.bytes;
      if (parts.length > 0 && isFull) return false;
      parts.push(...more);
      records += segment.count;
      bytes += moreBytes;
      return true;
    },
  };
}

/** All records, grouped by where they come from, there in the order of their ids; kinds are numbered likewise. */
function arrange(parts: readonly Part[]): { records: RecordColumns; kinds: Kind[] } {
  const used = new Set(
    parts.flatMap(({ records, kinds }) => [...new Set(records.kinds)].map(number => kindIn(kinds, number))),
  );
  const kinds = [...used].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const numbers = new Map(kinds.map((kind, number) => [kind, number]));
  // In a column wide enough for all kinds there are, however narrow that of a block was.
  const all = concatNumbers(
    parts.map(({ records, kinds: kindsOfPart }) => ({
      ...records,
      kinds: Uint32Array.from(records.kinds, number => numbers.get(kindIn(kindsOfPart, number)) ?? 0),
    })),
  );
  const groups = new Map(
    [...new Set(kinds.map(({ parts: { source } }) => source))].map((source, i) => [source, i]),
  );
  const groupOf = kinds.map(({ parts: { source } }) => groups.get(source) ?? 0);
  const order = Uint32Array.from({ length: all.count }, (_, i) => i);
  const group = all.kinds.map(kind => groupOf[kind] ?? 0);
  const at = Float64Array.from(order, i => atOf(all, i));
  const tie = (i: number): Buffer => kinds[all.kinds[i] ?? 0]?.key ?? Buffer.alloc(0);
  order.sort(
    (a, b) =>
      (group[a] ?? 0) - (group[b] ?? 0) ||
      (at[a] ?? 0) - (at[b] ?? 0) ||
      Buffer.compare(tie(a), tie(b)) ||
      (all.ordinals[a] ?? 0) - (all.ordinals[b] ?? 0),
  );
  const records = {
    ...gatherNumbers(all, order),
    messages: gatherAcross(
      parts.map(part => part.records.messages),
      order,
    ),
    rests: gatherAcross(
      parts.map(part => part.records.rests),
      order,
    ),
  };
  return { records, kinds };
}

const nameOf = ({ parts: { source, stream, level } }: Kind): string => `${source} ${stream} ${level ?? ''}`;

function kindIn(kinds: Segment['kinds'], number: number): Kind {
  const kind = kinds[number];
  if (!kind) throw new DamagedError(`there is no kind ${number}`);
  return kind;
}

type Documents = { events: ContainerEvent[]; samples: Map<string, PackedSamples> };
const NO_DOCUMENTS: Documents = { events: [], samples: new Map() };
const EVER = { low: new Uint8Array(0), high: new Uint8Array(21).fill(255), from: '', to: '~' };

/** Those of the live file and of the packs that are taken; not those of packs that stay. */
function documentsOf(reader: HourReader, taken: readonly Pack[]): Documents {
  const staying = reader.packs.filter(pack => !taken.includes(pack));
  const stayingEvents = new Set(staying.flatMap(pack => pack.events().map(({ event }) => event.id)));
  const stayingSamples = new Set(
    staying.flatMap(pack =>
      pack.samples.flatMap(({ container, read }) => read().rows.map(([at]) => `${container} ${at}`)),
    ),
  );
  const samples = [...reader.samples(EVER)].map(
    ([container, { document, rows }]): [string, PackedSamples] => [
      container,
      { document, rows: rows.filter(([at]) => !stayingSamples.has(`${container} ${at}`)) },
    ],
  );
  return {
    events: reader
      .events(EVER)
      .filter(({ event }) => !stayingEvents.has(event.id))
      .sort((a, b) => (a.event.id < b.event.id ? -1 : 1)),
    samples: new Map(samples.filter(([, { rows }]) => rows.length > 0)),
  };
}

function writeSynced(path: string, write: (sink: (bytes: Buffer) => void) => void): void {
  rmSync(path, { force: true });
  const descriptor = openSync(path, 'wx');
  try {
    write(bytes => {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    });
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
