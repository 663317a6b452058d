import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from './addresses.ts';
import { chooseListenPorts } from './listen-ports.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-ports-'));
  file = join(folder, 'ports.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const any = ['/ip4/127.0.0.1/udp/0/quic-v1', '/ip4/127.0.0.1/tcp/0'];

describe('an open port', () => {
  it('is chosen once and kept', async () => {
    const first = await chooseListenPorts(any, file);
    expect(first.isOurChoice).toBe(true);
    expect(first.listen.map((text) => parseAddress(text)?.port)).not.toContain(0);
    expect(await chooseListenPorts(any, file)).toEqual(first);
  });

  it('is chosen anew when another program has taken it', async () => {
    const [, tcp = ''] = (await chooseListenPorts(any, file)).listen;
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(parseAddress(tcp)?.port, '127.0.0.1', resolve));
    const again = await chooseListenPorts(any, file);
    expect(again.listen[1]).not.toBe(tcp);
    await new Promise((resolve) => other.close(resolve));
  });

  it('is chosen anew when the file is not whole', async () => {
    for (const text of ['', '{"/ip4/127.0.0.1/tcp/0": 70000}', '{"/ip4/127.0.0.1/tcp/0": "x"}', 'null']) {
      writeFileSync(file, text);
      const { listen: [tcp = ''] } = await chooseListenPorts(['/ip4/127.0.0.1/tcp/0'], file);
      expect(parseAddress(tcp)?.port).toBeGreaterThan(0);
    }
  });
});

describe('a given port', () => {
  it('is left alone', async () => {
    expect(await chooseListenPorts(['/ip4/127.0.0.1/tcp/4001'], file)).toEqual({ listen: ['/ip4/127.0.0.1/tcp/4001'], isOurChoice: false });
  });
});
