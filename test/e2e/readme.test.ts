/** The README does not lie: its example runs as it stands, and its scripts exist. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.build', 'readme');
const run = promisify(execFile);

async function readmeText(): Promise<string> {
  return readFile(join(root, 'README.md'), 'utf8');
}

describe('the README', () => {
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has an example of twelve lines that runs, prints what it says, and ends by itself', async () => {
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(await readmeText()) ?? [];
    expect(example.trim().split('\n')).toHaveLength(12);
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'example.ts');
    await writeFile(file, example);
    const { stdout } = await run(process.execPath, [file], { timeout: 30_000 });
    expect(stdout).toMatch(/^12D3KooW\w+ says hello, flock\n$/);
  });

  it('has an example of the bridge to gossipsub that runs, prints what it says, and ends by itself', async () => {
    const [, example = ''] = [...(await readmeText()).matchAll(/```ts\n([\s\S]*?)```/g)][1] ?? [];
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'bridge-example.ts');
    await writeFile(file, example);
    const { stdout } = await run(process.execPath, [file], { timeout: 30_000 });
    expect(stdout).toMatch(/^gossipsub peers dial \/ip4\/127\.0\.0\.1\/\S+\/p2p\/12D3KooW\w+ or \S+ and subscribe to sky\n$/);
  });

  it('names only scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const named = Array.from((await readmeText()).matchAll(/npm run (?:-s )?(\w+)/g), (match) => match[1] as string);
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(scripts).toHaveProperty(name);
  });

  it('links only to files that exist', async () => {
    const links = Array.from((await readmeText()).matchAll(/\]\((?!http)([^)#]+)\)/g), (match) => match[1] as string);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) await expect(readFile(join(root, link), 'utf8')).resolves.toBeTruthy();
  });
});
