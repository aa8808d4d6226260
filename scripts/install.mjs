// Installs the packages of package-lock.json when they are not in place. Usage: node scripts/install.mjs
import { ensureInstalled } from './lib/project.mjs';
import { runScript } from './lib/run.mjs';

await runScript(async () => {
  await ensureInstalled();
});
