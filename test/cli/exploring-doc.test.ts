import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { STRATEGY_NAMES } from '../../simulator/explore/explore-options.ts';
import { parseScenario } from '../../simulator/explore/scenario-text.ts';
import { backstitch, ensureDist } from '../helpers/dist.ts';
import { projectRoot } from '../helpers/project-root.ts';

const page = readFileSync(join(projectRoot, 'docs/exploring.md'), 'utf8');

function blocks(language: string): string[] {
  const fence = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g');
  return [...page.matchAll(fence)].map(([, text]) => text ?? '');
}

/** Few runs are enough to see that a command does what it should. */
function shortened(command: string): string[] {
  return command
    .replace(/--time \S+/, '--runs 40')
    .replace(/--runs \d+/, '--runs 40')
    .split(' ')
    .slice(1);
}

describe('docs/exploring.md', () => {
  let folder: string;
  before(() => {
    ensureDist();
    // Below the project, where the compiler is found.
    mkdirSync(join(projectRoot, 'build'), { recursive: true });
    folder = mkdtempSync(join(projectRoot, 'build', 'exploring-'));
    cpSync(join(projectRoot, 'examples/wrong/charge-without-key'), folder, { recursive: true });
    writeFileSync(join(folder, 'backstitch.json'), configuration(folder));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('names every strategy', () => {
    for (const name of STRATEGY_NAMES) assert.ok(page.includes(`| \`${name}\` |`), name);
  });

  it('shows a scenario that can be read', () => {
    const [scenario = ''] = blocks('json');
    assert.equal(parseScenario(scenario, 'docs/exploring.md').workflow, 'wrong');
  });

  const commands = blocks('sh').flatMap((text) => text.trimEnd().split('\n'));
  it('has commands', () => assert.ok(commands.length >= 8));

  for (const command of commands) {
    it(`runs ${command}`, () => {
      const { code, stdout, stderr } = backstitch(shortened(command), { cwd: folder });
      assert.ok(code === 0 || code === 71, `${code}\n${stdout}${stderr}`);
      const [, report] = /--report (\S+)/.exec(command) ?? [];
      if (report !== undefined) assert.ok(existsSync(join(folder, report)));
      if (command.includes('--save')) assert.ok(existsSync(join(folder, 'scenarios')));
    });
  }
});

/** The example's configuration, whose schema is not here. */
function configuration(at: string): string {
  return readFileSync(join(at, 'backstitch.json'), 'utf8').replace(/ *"\$schema".*\n/, '');
}
