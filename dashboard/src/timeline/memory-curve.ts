/** The memory curve of an event's story: a path in pixels, broken where nothing was sampled or a run ended. */

export type MemoryPoint = { atMs: number; bytes: number };
export type Frame = { fromMs: number; toMs: number; width: number; height: number; topBytes: number };
export type ByteTick = { bytes: number; y: number };

/** Three missed samples (the collector's pace is 10 s) are a hole, not a slope. */
const HOLE_MS = 35_000;

/** Stamps to points, oldest first; what cannot be read is left out. */
export function toMemoryPoints(
  samples: readonly { '@timestamp': string; memoryBytes: number }[],
): MemoryPoint[] {
  return samples
    .map(sample => ({ atMs: Date.parse(sample['@timestamp']), bytes: sample.memoryBytes }))
    .filter(point => Number.isFinite(point.atMs) && Number.isFinite(point.bytes))
    .sort((left, right) => left.atMs - right.atMs);
}

/** Head-room above the limit, or above the highest sample when there is none or it is far away. */
export function topOf(points: readonly MemoryPoint[], limitBytes: number | null): number {
  const highest = points.reduce((most, point) => Math.max(most, point.bytes), 0);
  // A limit twenty times the use would press the curve flat on the axis: it is then said in words, not drawn.
  const isNear = limitBytes !== null && (highest === 0 || limitBytes <= highest * 20);
  const shown = isNear ? Math.max(limitBytes, highest) : highest;
  return Math.max(1, shown * 1.12);
}

export function yOf(bytes: number, frame: Frame): number {
  return frame.height - (bytes / frame.topBytes) * frame.height;
}

export function xOf(atMs: number, frame: Frame): number {
  return ((atMs - frame.fromMs) / Math.max(1, frame.toMs - frame.fromMs)) * frame.width;
}

/** Unbroken pieces: a new one after a hole and after each end of a run. */
export function splitRuns(points: readonly MemoryPoint[], runEndsMs: readonly number[]): MemoryPoint[][] {
  const pieces: MemoryPoint[][] = [];
  let last: MemoryPoint | undefined;
  for (const point of points) {
    const from = last?.atMs ?? point.atMs;
    const isBroken = point.atMs - from > HOLE_MS || runEndsMs.some(end => end > from && end <= point.atMs);
    if (last === undefined || isBroken) pieces.push([point]);
    else pieces.at(-1)?.push(point);
    last = point;
  }
  return pieces;
}

/** An SVG path through one piece; a lone point becomes a short dash so that it is seen. */
export function linePath(piece: readonly MemoryPoint[], frame: Frame): string {
  const only = piece[0];
  if (piece.length === 1 && only !== undefined) {
    const x = xOf(only.atMs, frame);
    const y = yOf(only.bytes, frame);
    return `M${px(x - 2)} ${px(y)}H${px(x + 2)}`;
  }
  return piece
    .map(
      (point, index) =>
        `${index === 0 ? 'M' : 'L'}${px(xOf(point.atMs, frame))} ${px(yOf(point.bytes, frame))}`,
    )
    .join('');
}

/** The same closed down to the axis, for the faint fill. */
export function areaPath(piece: readonly MemoryPoint[], frame: Frame): string {
  const first = piece[0];
  const last = piece.at(-1);
  if (first === undefined || last === undefined || piece.length < 2) return '';
  return `${linePath(piece, frame)}L${px(xOf(last.atMs, frame))} ${frame.height}L${px(xOf(first.atMs, frame))} ${frame.height}Z`;
}

/** Two to four round binary values, zero included. */
export function byteTicks(frame: Frame): ByteTick[] {
  const rough = frame.topBytes / 3;
  const power = 2 ** Math.floor(Math.log2(Math.max(1, rough)));
  const step = rough / power > 1.5 ? power * 2 : power;
  const ticks: ByteTick[] = [];
  for (let bytes = 0; bytes <= frame.topBytes && ticks.length < 6; bytes += step)
    ticks.push({ bytes, y: yOf(bytes, frame) });
  return ticks;
}

function px(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}
