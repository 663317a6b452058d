/** The style of the report: system fonts, two color schemes of equal contrast, one column that fits a phone and prints. */

/** The whole style sheet. On ground and panels text keeps a contrast of 4.5 to 1 or more, lines and dots of 3 to 1 (WCAG 2.2, AA). */
export const pageStyle = `
:root { color-scheme: light dark; --ground: #ffffff; --panel: #f5f6f8; --text: #16191d; --soft: #4b5560; --grid: #dfe3e8; --faint: #7d8792;
  --measured: #1d5fbf; --fresh: #c2410c; --model: #6b7480; --good: #11683a; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --panel: #1d2126; --text: #eceff3; --soft: #b4bdc7; --grid: #31373e; --faint: #68727d;
  --measured: #7fb2ff; --fresh: #ffb075; --model: #a2acb7; --good: #72d69b; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 64rem; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.15rem; }
p { max-width: 46rem; }
.subtitle { margin: 0.35rem 0 1.25rem; color: var(--soft); }
.verdict { display: inline-block; padding: 0.2rem 0.7rem; border: 1px solid currentColor; border-radius: 1rem; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; margin: 1.5rem 0 0; padding: 0; }
.tiles div { padding: 0.8rem 1rem; border-radius: 0.5rem; background: var(--panel); }
.tiles dt { color: var(--soft); font-size: 0.85rem; } .tiles dd { margin: 0; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1.5rem; }
svg { width: 100%; height: auto; font: 13px system-ui, sans-serif; }
svg .grid { stroke: var(--grid); fill: none; } svg .tick, svg .axis { fill: var(--soft); } svg .plot-title { fill: var(--text); font-size: 15px; font-weight: 600; }
svg .measured { stroke: var(--measured); stroke-width: 2.2; fill: none; stroke-linejoin: round; } svg .dot { fill: var(--measured); stroke: none; }
svg .model { stroke: var(--model); stroke-width: 2; stroke-dasharray: 6 5; fill: none; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0.25rem 0; color: var(--soft); font-size: 0.85rem; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--grid); text-align: left; vertical-align: top; }
th[scope=row] { font-weight: 500; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; align-items: start; }
.map { margin: 1rem 0 0; } .map canvas { display: block; width: min(100%, 40rem); height: auto; border-radius: 0.5rem; background: var(--panel); }
.scrubber { display: flex; gap: 0.75rem; align-items: center; max-width: 40rem; margin: 0.75rem 0 0.25rem; }
.scrubber input { flex: 1; accent-color: var(--measured); }
button { padding: 0.35rem 1rem; border: 1px solid var(--faint); border-radius: 0.4rem; background: var(--panel); color: var(--text); font: inherit; min-width: 5.5rem; }
button:focus-visible, input:focus-visible, summary:focus-visible { outline: 3px solid var(--measured); outline-offset: 2px; }
code { display: block; padding: 0.75rem 1rem; border-radius: 0.5rem; background: var(--panel); overflow-wrap: anywhere; font: 0.9rem/1.5 ui-monospace, "Cascadia Mono", Menlo, monospace; }
@media print { .scrubber { display: none; } body { padding: 0; } }
`;
