import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExploreReport } from '../../explore/report.ts';
import { SCENARIO_SUFFIX } from '../../explore/scenario.ts';
import { scenarioName, scenarioOf, scenarioText } from '../../explore/scenario-text.ts';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';

/** Writes a scenario for each error that was found, over those of the same name; gives their files. */
export async function saveScenarios(
  folder: string,
  { findings, workflow }: Pick<ExploreReport, 'findings' | 'workflow'>,
): Promise<readonly string[]> {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const names = new Set<string>();
  const files: string[] = [];
  try {
    if (errors.length > 0) await mkdir(folder, { recursive: true });
    for (const finding of errors) {
      const name = freeName(scenarioName(finding, workflow), names);
      const file = join(folder, `${name}${SCENARIO_SUFFIX}`);
      await writeFile(file, scenarioText(scenarioOf(finding, workflow)));
      files.push(file);
    }
  } catch (cause) {
    const message = `${folder}: scenarios cannot be saved: ${(cause as Error).message}`;
    throw new CommandError(EXIT.cannotCreate, 'write-failed', message, { cause });
  }
  return files;
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  taken.add(free);
  return free;
}
