// Builds parcel.js into a component, .backstitch/build/parcel.wasm, unless it is built already.
// Usage: node build.mjs
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILDER = '@bytecodealliance/componentize-js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const target = join(folder, '.backstitch/build/parcel.wasm');
const stamp = `${target}.inputs`;

const hash = createHash('sha256');
for (const name of ['parcel.js', 'wit/world.wit', 'wit/deps/cli/run.wit', 'build.mjs']) {
  hash.update(await readFile(join(folder, name)));
}
hash.update(await readFile(new URL('../package.json', import.meta.resolve(BUILDER))));
const inputs = hash.digest('hex');

if ((await readFile(stamp, 'utf8').catch(() => '')) !== inputs) {
  // Loading the builder alone takes a second.
  const { componentize } = await import(BUILDER);
  const { component } = await componentize(await readFile(join(folder, 'parcel.js'), 'utf8'), {
    witPath: join(folder, 'wit'),
    worldName: 'workflow',
    sourceName: 'parcel.js',
    disableFeatures: ['fetch-event'],
  });
  await mkdir(join(folder, '.backstitch/build'), { recursive: true });
  await writeFile(`${target}.new`, component);
  await rename(`${target}.new`, target);
  await writeFile(stamp, inputs);
}
