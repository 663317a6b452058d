/** Numbers for people: grouped digits, bytes in binary units, shares in percent, durations in the unit that suits them. */

/** `1234567` as `1,234,567`. */
export function countText(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `12345678` as `12.3 M`. */
export function roughText(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return value >= 1e4 ? `${(value / 1e3).toFixed(0)} k` : countText(value);
}

/** `3145728` as `3.0 MiB`. */
export function bytesText(value: number): string {
  if (value >= 2 ** 30) return `${(value / 2 ** 30).toFixed(2)} GiB`;
  if (value >= 2 ** 20) return `${(value / 2 ** 20).toFixed(1)} MiB`;
  return value >= 2 ** 10 ? `${(value / 2 ** 10).toFixed(1)} KiB` : `${Math.round(value)} B`;
}

/** `0.0123` as `1.23 %`; no share but all is 100. */
export function shareText(value: number): string {
  const percent = value * 100;
  return `${value < 1 ? Math.min(99.99, Math.floor(percent * 100) / 100) : percent} %`;
}

/** `83000` as `1 min 23 s`, `250` as `250 ms`. */
export function millisText(value: number): string {
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1_000).toFixed(1)} s`;
  const seconds = Math.round(value / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
