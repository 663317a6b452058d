import { describe, expect, it } from 'vitest';
import { flagNames } from '../arguments.ts';
import { environmentNameOf, settings } from '../config/settings.ts';
import { verbs } from '../verbs.ts';
import { helpData, helpText } from './help.ts';

describe('the help', () => {
  it('names every verb in the overview', () => {
    for (const { name, summary } of verbs) expect(helpText()).toContain(`  ${name}`.padEnd(9) + `  ${summary}`);
  });

  it.each(verbs)('of $name names every flag and every variable that is the only way', ({ name, settings: keys }) => {
    const text = helpText(name).replaceAll(/\s+/g, ' ');
    for (const key of keys) {
      expect(text).toContain(settings[key].sources.includes('flag') ? `${flagNames(key)[0]}` : environmentNameOf(key));
      expect(text.toLowerCase()).toContain(settings[key].help.toLowerCase());
    }
    expect(text).toContain('--json');
    expect(text).toContain('--help');
  });

  it('gives programs the same table', () => {
    expect(helpData('status')).toMatchObject({
      verbs: [{ name: 'status', settings: [{ flag: '--name', environment: 'MESH_NAME', file: 'name' }, {}, {}, {}] }],
    });
  });

  it('fits a terminal, without trailing spaces', () => {
    for (const { name } of verbs) {
      expect(helpText(name)).not.toMatch(/ $/m);
      for (const line of helpText(name).split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    }
  });
});
