import type { Bar, Box } from './histogram-layout.ts';

/** Trouble is painted in full, the rest lighter: a calm chart until something happens. */
const OPACITY: Record<string, number> = { fatal: 1, error: 1, warn: 0.95, none: 0.55 };
const CALM = 0.5;

export function paintHistogram(
  canvas: HTMLCanvasElement,
  bars: readonly Bar[],
  { width, height }: Box,
): void {
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  for (const bar of bars) {
    for (const { level, y, height: tall } of bar.segments) {
      context.fillStyle = style.getPropertyValue(`--${level}`);
      context.globalAlpha = OPACITY[level] ?? CALM;
      context.fillRect(bar.x, y, bar.width, tall);
    }
  }
}
