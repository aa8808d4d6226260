// Adds to the lock files the optional packages of other platforms. npm leaves them out when its registry
// does not serve them, and then refuses the very file it wrote: `npm ci` says that they are missing from it.
// Run it after `npm install` has changed a lock file. Usage: node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/project.mjs';

const LOCKS = [join(root, 'package-lock.json'), join(root, 'test/bench/package-lock.json')];
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'wasm32', 'x64'];

/** Where npm finds `name` from the package at `path`: the nearest node_modules above it. */
function resolveIn(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const candidate = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[candidate]) return candidate;
    if (at === '') return undefined;
    // The last step is from a package of the first level to the root.
    if (!at.includes('/node_modules/')) at = '';
  }
}

/** The machines that a package is for, as its name tells them. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(libc.length > 0 ? { libc } : {}),
    ...(os.length > 0 ? { os } : {}),
  };
}

/** Adds what is missing to the lock file `path`. Returns the packages added, as "name@version". */
function complete(path) {
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const added = [];
  for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (resolveIn(lock.packages, parent, name)) continue;
      if (!/^\d+\.\d+\.\d+/.test(version)) {
        console.error(
          `complete-lock: ${parent} asks for ${name}@${version}, which is no exact version`,
        );
        process.exitCode = 1;
        continue;
      }
      lock.packages[`node_modules/${name}`] = {
        version,
        ...(dev ? { dev } : {}),
        ...platformOf(name),
        optional: true,
      };
      added.push(`${name}@${version}`);
    }
  }
  if (added.length > 0) {
    const { '': project, ...rest } = lock.packages;
    const sorted = Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, 'en'));
    lock.packages = { '': project, ...Object.fromEntries(sorted) };
    writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  }
  return added;
}

const added = LOCKS.flatMap(complete);
console.log(
  `complete-lock: added ${added.length} packages${added.map((one) => `\n  ${one}`).join('')}`,
);
