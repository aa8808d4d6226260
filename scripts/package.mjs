// Builds for production, packs backstitch.vsix, and checks what is in it.
// Usage: node scripts/package.mjs
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDist, ensureInstalled, root } from './lib/project.mjs';
import { inherit, runScript, ScriptError, say } from './lib/run.mjs';
import { listZip } from './lib/zip-listing.mjs';

const VSIX = join(root, 'backstitch.vsix');
export const VSIX_BYTES_MAX = 5 * 1024 * 1024;

// Every file that may be in the VSIX. A new one is added here on purpose or does not ship.
const ALLOWED = [
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
  /^extension\/package\.json$/,
  /^extension\/(readme|changelog)\.md$/i,
  /^extension\/LICENSE\.txt$/,
  /^extension\/dist\/(extension|debug-adapter|simulator-host|cli)\.js$/,
  /^extension\/dist\/lazy\/[\w-]+\.js$/,
  /^extension\/dist\/lazy\/js-component-bindgen-component\.core2?\.wasm$/,
  /^extension\/dist\/sql-wasm\.wasm$/,
  /^extension\/dist\/include\/backstitch\.h$/,
  /^extension\/dist\/schemas\/[\w.-]+\.json$/,
  /^extension\/dist\/media\/[\w./-]+\.(svg|png|md)$/,
  /^extension\/dist\/THIRD-PARTY-NOTICES\.txt$/,
];

export const REQUIRED = [
  'extension/package.json',
  'extension/readme.md',
  'extension/changelog.md',
  'extension/LICENSE.txt',
  'extension/dist/extension.js',
  'extension/dist/debug-adapter.js',
  'extension/dist/simulator-host.js',
  'extension/dist/cli.js',
  'extension/dist/lazy/jco.js',
  'extension/dist/lazy/js-component-bindgen-component.core.wasm',
  'extension/dist/lazy/js-component-bindgen-component.core2.wasm',
  'extension/dist/sql-wasm.wasm',
  'extension/dist/include/backstitch.h',
  'extension/dist/THIRD-PARTY-NOTICES.txt',
];

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

/** What is wrong with the files of the VSIX; empty when all is well. */
export function problemsOf(entries, sizeBytes) {
  const names = new Set(entries.map(({ name }) => name));
  const problems = [
    ...[...names]
      .filter((name) => !ALLOWED.some((pattern) => pattern.test(name)))
      .map((name) => `${name} is not on the list of files that ship (ALLOWED in package.mjs)`),
    ...REQUIRED.filter((name) => !names.has(name)).map((name) => `${name} is missing`),
  ];
  if (sizeBytes > VSIX_BYTES_MAX) {
    problems.push(`it has ${kilobytes(sizeBytes)}; the limit is ${kilobytes(VSIX_BYTES_MAX)}`);
  }
  return problems;
}

/** Packs and checks the VSIX; returns its path. */
export async function packageVsix() {
  await buildDist({ production: true });
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  if (!existsSync(vsce)) throw new ScriptError(`${vsce} is missing; run npm ci`);
  // vsce would otherwise look for the packages that the bundles already contain.
  const args = [vsce, 'package', '--no-dependencies', '--out', VSIX];
  const code = await inherit(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) throw new ScriptError(`vsce package failed with exit code ${code}; see above`);
  const bytes = readFileSync(VSIX);
  const entries = listZip(bytes);
  for (const { name, sizeBytes, packedBytes } of entries) {
    console.log(
      `  ${kilobytes(sizeBytes).padStart(10)} ${kilobytes(packedBytes).padStart(10)}  ${name}`,
    );
  }
  const problems = problemsOf(entries, bytes.length);
  if (problems.length > 0) {
    throw new ScriptError(`backstitch.vsix is not as it should be:\n  ${problems.join('\n  ')}`);
  }
  say(
    `backstitch.vsix: ${entries.length} files, ${kilobytes(bytes.length)} (limit ${kilobytes(VSIX_BYTES_MAX)})`,
  );
  return VSIX;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    await ensureInstalled();
    await packageVsix();
  });
}
