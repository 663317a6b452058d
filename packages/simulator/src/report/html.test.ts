import { runInNewContext, Script } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../scenario.ts';
import { htmlReport } from './html.ts';
import { thinned } from './markup.ts';
import { mapScript } from './mesh-map.ts';
import { pageStyle } from './page-style.ts';
import { plotSvg, xTicks } from './plot.ts';
import { resultWith } from './results.test.support.ts';

const long: Partial<RunResult> = {
  rounds: 50_000,
  curve: Array.from({ length: 50_001 }, (_, at) => ({ at, informed: at / 50_000, expected: at / 50_000 })),
  sampledLearning: Array.from({ length: 100_000 }, (_, at) => at),
};

describe('the HTML report', () => {
  it('loads nothing: no address, no source, and a policy that forbids both', () => {
    const page = htmlReport(resultWith());
    expect(page).toContain('default-src \'none\'');
    expect(page).not.toMatch(/https?:|\ssrc=|\shref=|url\(|@import|\bimport\b/);
  });

  it('shows the curve over the model, percentiles, bytes by role, detection, verdicts, stand-ins and the replay', () => {
    const page = htmlReport(resultWith());
    for (const part of [
      'class="measured"', 'class="model"', '<td>3 rounds</td>', '<th scope="row">member</th><td>700 B</td>', '<td>1.4 s simulated</td>', '1 of 1 verdicts hold',
      '<li>a stand-in</li>', 'mesh-sim run epidemic --nodes 1000 --seed 7', '0123456789abcdef', 'id="map-time" min="0" max="3"',
    ]) expect(page).toContain(part);
  });

  it('a run that was cut short says so first, and one that fails says what failed', () => {
    expect(htmlReport(resultWith({ complete: false, verdicts: [] }))).toContain('Cut short');
    const failed = htmlReport(resultWith({ verdicts: [{ name: 'all-know', holds: false, detail: '3 of 1000' }] }));
    expect(failed).toContain('✗ 0 of 1 verdicts hold');
    expect(failed).toContain('✗ fails');
  });

  it('leaves out what a result does not have', () => {
    const { bytesByRole: _bytes, detection: _detection, sampledLearning: _sample, ...bare } = resultWith();
    const page = htmlReport(bare);
    for (const part of ['Detection', 'Bytes sent', '<canvas', '<script']) expect(page).not.toContain(part);
  });

  it('speaks of simulated time where a run has no rounds', () => {
    const { rounds: _rounds, ...timed } = resultWith({ percentiles: { 50: 120, 99: 300, '99.99': null, 100: null } });
    const page = htmlReport(timed);
    expect(page).toContain('<td>120 ms simulated</td>');
    expect(page).toContain('<td>not reached</td>');
    expect(page).toContain('simulated time');
  });

  it('text of a result is text, whatever it says, and ends no script', () => {
    const evil = '</script><img src=x onerror=alert(1)>"\'&';
    const page = htmlReport(resultWith({ scenario: evil, replay: evil, standIns: [evil], sometimes: { [evil]: 1 }, verdicts: [{ name: evil, holds: true, detail: evil }] }));
    expect(page).not.toContain('<img');
    expect(page.match(/<\/script>/g)?.length).toBe(2);
  });

  it('has a size of its own, however long the run', () => {
    expect(htmlReport(resultWith(long)).length).toBeLessThan(200_000);
  });
});

/** The least of a document that the script of the map touches. */
function pageFor(data: unknown): { elements: Record<string, Record<string, unknown>>; filled: string[] } {
  const filled: string[] = [];
  const pen = { scale: () => undefined, clearRect: () => filled.splice(0), beginPath: () => undefined, arc: () => undefined, stroke: () => undefined, fillStyle: '', fill(): void { filled.push(this.fillStyle); } };
  const element = (): Record<string, unknown> => ({ addEventListener: () => undefined, setAttribute: () => undefined });
  const elements: Record<string, Record<string, unknown>> = {
    'map-data': { textContent: JSON.stringify(data) },
    map: { width: 640, getContext: () => pen },
    'map-time': { ...element(), value: '1', addEventListener(this: Record<string, unknown>, _type: string, listener: unknown) { this['move'] = listener; } },
    'map-play': element(), 'map-moment': {},
  };
  runInNewContext(mapScript, {
    document: { getElementById: (id: string) => elements[id], documentElement: {} }, devicePixelRatio: 1,
    getComputedStyle: () => ({ getPropertyValue: (name: string) => ` ${name}` }), matchMedia: () => element(), clearInterval: () => undefined,
  });
  return { elements, filled };
}

describe('the map', () => {
  const data = { learned: [0, 1, 1, null], moments: [{ at: 0, informed: 0.25, text: '0 rounds' }, { at: 1, informed: 0.75, text: '1 round' }] };

  it('fills who knows at the moment of the slider, and marks who has just learned', () => {
    const { elements, filled } = pageFor(data);
    expect(filled).toEqual(['--measured', '--fresh', '--fresh']);
    expect(elements['map-moment']?.['textContent']).toBe('1 round: 75.00 % of all know, 3 of 4 dots');
    const slider = elements['map-time'] as { value: string; move: () => void };
    slider.value = '0';
    slider.move();
    expect(filled).toEqual(['--fresh']);
    expect(elements['map-moment']?.['textContent']).toBe('0 rounds: 25.00 % of all know, 1 of 4 dots');
  });

  it('its script is valid', () => {
    expect(() => new Script(mapScript)).not.toThrow();
  });
});

describe('a plot', () => {
  it('keeps every point inside its frame, on both scales', () => {
    const points = fc.array(fc.record({ x: fc.double({ min: 0, max: 1e6, noNaN: true }), y: fc.double({ min: 0, max: 1, noNaN: true }) }), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(points, fc.constantFrom('share' as const, { least: 1e-6 }), (measured, scale) => {
      const xMax = Math.max(...measured.map(({ x }) => x));
      const svg = plotSvg({ title: 'A plot', description: '', xLabel: 'x', xText: String, xMax, measured, model: measured, scale });
      for (const [, x, y] of svg.matchAll(/cx="(.+?)" cy="(.+?)"/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(58);
        expect(Number(x)).toBeLessThanOrEqual(506.1);
        expect(Number(y)).toBeGreaterThanOrEqual(37.9);
        expect(Number(y)).toBeLessThanOrEqual(240.1);
      }
    }));
  });

  it('has ticks at round numbers from 0, a few of them', () => {
    expect(xTicks(16)).toEqual([0, 5, 10, 15]);
    expect(xTicks(0.8)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    fc.assert(fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (xMax) => {
      const ticks = xTicks(xMax);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(8);
      expect(ticks.at(-1)!).toBeLessThanOrEqual(xMax * 1.000_001);
    }));
  });
});

it('a thinned list keeps its ends, its order and its bound', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 2, max: 50 }), (length, countMax) => {
    const all = Array.from({ length }, (_, index) => index);
    const some = thinned(all, countMax);
    expect(some.length).toBe(Math.min(length, countMax));
    expect([some[0], some.at(-1)]).toEqual([all[0], all.at(-1)]);
    expect(some.every((item, index) => index === 0 || item > (some[index - 1] ?? item))).toBe(true);
  }));
});

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((channel) => (channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each(pageStyle.match(/:root \{[^}]+\}/g)!.map((scheme, index) => [index === 0 ? 'light' : 'dark', scheme] as const))('the %s scheme', (_name, scheme) => {
  const colors = Object.fromEntries([...scheme.matchAll(/--(\w+): (#\w{6})/g)].map(([, name, color]) => [name, luminance(color!)]));
  const contrast = (first: string, second: string): number => {
    const [least, most] = [colors[first]!, colors[second]!].sort((a, b) => a - b);
    return (most! + 0.05) / (least! + 0.05);
  };

  it.each([['text', 7], ['soft', 4.5], ['good', 4.5], ['bad', 4.5], ['measured', 3], ['fresh', 3], ['model', 3], ['faint', 3]] as const)('%s keeps a contrast of %d', (name, least) => {
    for (const ground of ['ground', 'panel']) expect(contrast(name, ground), ground).toBeGreaterThanOrEqual(least);
  });
});
