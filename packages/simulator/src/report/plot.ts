/**
 * A plot as inline SVG: measured points as a line over the model as a dashed one, with axes, a grid and a legend. Colors come from the page,
 * so that it follows the reader's dark or light; what the lines show is said in words, too.
 */
import { escaped } from './markup.ts';

/** A point of a line. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

/** What is drawn. */
export interface Plot {
  readonly title: string;
  /** What the plot shows, for who cannot see it. */
  readonly description: string;
  readonly xLabel: string;
  /** Where the horizontal axis ends. */
  readonly xMax: number;
  readonly xText: (value: number) => string;
  readonly measured: readonly PlotPoint[];
  /** Empty where there is no model. */
  readonly model: readonly PlotPoint[];
  /** Shares from 0 to 1, or powers of ten down to `least`. */
  readonly scale: 'share' | { readonly least: number };
}

/** As wide as half a page, so that its type is as large as the text around it. */
const width = 520;
const height = 290;
const margin = { left: 58, right: 14, top: 38, bottom: 50 } as const;
const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom } as const;
/** More dots than this run into one another. */
const dotsMax = 60;
/** About one tick in 90 pixels: labels keep apart. */
const xTicksWanted = 6;

/** The plot as one `<svg>`. */
export function plotSvg(plot: Plot): string {
  const xMax = Math.max(1e-9, plot.xMax);
  const at = placing(plot, xMax);
  const id = plot.title.toLowerCase().replace(/[^a-z]+/g, '-');
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">`,
    `<title id="${id}-title">${escaped(plot.title)}</title><desc id="${id}-text">${escaped(plot.description)}</desc>`,
    ...grid(plot, xMax, at),
    ...legend(plot),
    plot.model.length === 0 ? '' : `<path class="model" d="${path(plot.model.filter(({ x }) => x <= xMax), at)}"/>`,
    `<path class="measured" d="${path(plot.measured, at)}"/>`,
    ...(plot.measured.length > dotsMax ? [] : plot.measured.map((point) => dot(point, plot, at))),
    '</svg>',
  ].filter((part) => part !== '').join('\n');
}

/** From values to pixels. */
interface Placing {
  x(value: number): string;
  y(value: number): string;
}

function placing({ scale }: Plot, xMax: number): Placing {
  const rise = (value: number): number => {
    if (scale === 'share') return value;
    return 1 - Math.log10(Math.max(scale.least, value)) / Math.log10(scale.least);
  };
  return {
    x: (value) => (margin.left + (value / xMax) * inner.width).toFixed(1),
    y: (value) => (margin.top + (1 - rise(value)) * inner.height).toFixed(1),
  };
}

function path(points: readonly PlotPoint[], at: Placing): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${at.x(x)} ${at.y(y)}`).join('');
}

function dot({ x, y }: PlotPoint, { xLabel, xText, scale }: Plot, at: Placing): string {
  const said = scale === 'share' ? `${(y * 100).toFixed(2)} %` : y.toPrecision(2);
  return `<circle class="dot" cx="${at.x(x)}" cy="${at.y(y)}" r="3"><title>${escaped(`${xLabel} ${xText(x)}: ${said}`)}</title></circle>`;
}

function grid({ scale, xLabel, xText }: Plot, xMax: number, at: Placing): string[] {
  const bottom = margin.top + inner.height;
  const across = yTicks(scale).map(({ value, text }) =>
    `<path class="grid" d="M${margin.left} ${at.y(value)}h${inner.width}"/><text class="tick" x="${margin.left - 8}" y="${at.y(value)}" dy="4.5" text-anchor="end">${text}</text>`);
  const up = xTicks(xMax).map((value) =>
    `<path class="grid" d="M${at.x(value)} ${margin.top}v${inner.height}"/><text class="tick" x="${at.x(value)}" y="${bottom + 18}" text-anchor="middle">${escaped(xText(value))}</text>`);
  return [...across, ...up, `<text class="axis" x="${margin.left + inner.width / 2}" y="${height - 8}" text-anchor="middle">${escaped(xLabel)}</text>`];
}

function yTicks(scale: Plot['scale']): { value: number; text: string }[] {
  if (scale === 'share') return [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, text: `${value * 100} %` }));
  const decades = Math.round(-Math.log10(scale.least));
  const step = Math.ceil(decades / 6);
  return Array.from({ length: Math.floor(decades / step) + 1 }, (_, index) => index * step)
    .map((power) => ({ value: 10 ** -power, text: power === 0 ? '1' : power <= 3 ? `${10 ** -power}` : `10<tspan dy="-5" font-size="10">-${power}</tspan>` }));
}

/** Round numbers from 0: steps of 1, 2 or 5 times a power of ten. */
export function xTicks(xMax: number): number[] {
  const rough = xMax / xTicksWanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? xMax;
  return Array.from({ length: Math.floor(xMax / step + 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Above the plot, where no line runs. */
function legend({ title, model }: Plot): string[] {
  const entry = (x: number, name: string, text: string): string =>
    `<path class="${name}" d="M${x} 14h22"/><text class="tick" x="${x + 28}" y="19">${text}</text>`;
  return [
    `<text class="plot-title" x="0" y="19">${escaped(title)}</text>`,
    entry(width - 200, 'measured', 'measured'),
    ...(model.length === 0 ? [] : [entry(width - 84, 'model', 'model')]),
  ];
}
