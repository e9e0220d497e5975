import { useEffect, useRef } from 'react';
import { useTheme } from './theme.ts';

type SparklineProps = {
  /** Evenly spaced, oldest first; null leaves a gap. */
  values: readonly (number | null)[];
  /** Read out: what it is and its newest value. */
  label: string;
  width?: number;
  height?: number;
  /** Top of the scale; the greatest value if left out. */
  max?: number;
  /** A dashed line, for a limit. */
  limit?: number;
  /** Name of a colour token, such as `--info`. */
  color?: string;
};

/** A small line on a canvas: hundreds of them fit a table. */
export function Sparkline({ label, width = 80, height = 20, ...drawing }: SparklineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  useEffect(() => {
    if (canvas.current) paintSparkline(canvas.current, { width, height, ...drawing });
  }, [theme, width, height, drawing]);
  return <canvas ref={canvas} role="img" aria-label={label} style={{ width, height }} />;
}

type Drawing = Omit<SparklineProps, 'label'> & { width: number; height: number };

function paintSparkline(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const { values, width, height, limit, color = '--info' } = drawing;
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const top = drawing.max ?? Math.max(...values.map(value => value ?? 0), limit ?? 0);
  const y = (value: number) => height - 1.5 - (top > 0 ? Math.min(1, value / top) : 0) * (height - 3);
  if (limit !== undefined) {
    context.strokeStyle = style.getPropertyValue('--fatal');
    context.setLineDash([3, 2]);
    line(context, [
      [0, y(limit)],
      [width, y(limit)],
    ]);
    context.setLineDash([]);
  }
  context.strokeStyle = style.getPropertyValue(color);
  context.lineWidth = 1.25;
  const step = width / Math.max(1, values.length - 1);
  for (const run of runsOf(values))
    line(
      context,
      run.map(([index, value]) => [index * step, y(value)]),
    );
}

function line(context: CanvasRenderingContext2D, points: [number, number][]): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

/** Unbroken runs of values, as `[index, value]`. */
function runsOf(values: readonly (number | null)[]): [number, number][][] {
  const runs: [number, number][][] = [[]];
  values.forEach((value, index) => {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push([index, value]);
  });
  return runs.filter(run => run.length > 0);
}
