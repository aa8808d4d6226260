// Builds raffle.js and what it imports into a component, .backstitch/build/raffle.wasm.
// Usage: node build.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentize } from 'componentize-qjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const { component } = await componentize({
  witPath: join(folder, 'wit'),
  jsSource: await readFile(join(folder, 'raffle.js'), 'utf8'),
  jsPath: join(folder, 'raffle.js'),
  moduleRoot: folder,
  sync: true,
});
await mkdir(join(folder, '.backstitch/build'), { recursive: true });
await writeFile(join(folder, '.backstitch/build/raffle.wasm'), component);
