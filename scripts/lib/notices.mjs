// The licences of the packages that were bundled, as their terms ask of whoever ships them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a package's licence file is: jco leaves out that of its repository, and its sibling has it. */
function licensedFolder(folder) {
  return folder.replace(/(@bytecodealliance\/jco)$/, '$1-transpile');
}

/** The package folder an input of the bundler lies in, or undefined for a file of our own. */
function packageFolder(input) {
  const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
  return match?.[0];
}

/**
 * The notices for all packages among `inputs` (paths of a metafile, relative to `root`).
 * Throws when a bundled package has no licence text, since it could not be shipped then.
 */
export function thirdPartyNotices(root, inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  // It is copied and not bundled, so that no metafile names it.
  folders.add('node_modules/sql.js');
  const sections = [...folders].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const licensed = join(root, licensedFolder(folder));
    const file = readdirSync(licensed).find((name) => /^(licen[cs]e|copying)/i.test(name));
    if (!file || !existsSync(join(licensed, file))) {
      throw new Error(`${folder} is bundled but has no licence file; leave it out or add its text`);
    }
    const text = readFileSync(join(licensed, file), 'utf8').trim();
    return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}\n`;
  });
  return `Backstitch contains the following packages.\n\n${sections.join(`\n${'='.repeat(78)}\n\n`)}`;
}
