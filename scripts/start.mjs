// `npm start`: the story of the README on a fresh clone. Installs and builds what is missing, then runs the
// example under a fault plan. Arguments after `--` replace the story's own: npm start -- inspect FILE
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './lib/project.mjs';
import { inherit, runScript } from './lib/run.mjs';

// What `npm start` shows: a program that crashes after its card was charged, and finishes all the same.
const STORY = [
  'run',
  'examples/order',
  '--faults',
  'examples/order/faults/crash-after-charge.json',
  '--record',
  '.backstitch/recordings/order.backstitch',
];

await runScript(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const given = process.argv.slice(2);
  const args = given.length > 0 ? given : STORY;
  return await inherit(process.execPath, [join(root, 'dist/cli.js'), ...args], { cwd: root });
});
