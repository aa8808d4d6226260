import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseConfig } from '../../simulator/config/parse-config.ts';
import { ConfigError } from '../../simulator/config/problem.ts';
import { projectRoot } from '../helpers/project-root.ts';

const FOLDER = join(projectRoot, 'test/fixtures/config');

export interface ConfigFixture {
  /** The file's name without its extension. */
  readonly name: string;
  readonly text: string;
  /** Where the expected problems are; there is none for good files. */
  readonly expectedFile: string;
}

export function configFixtures(kind: 'good' | 'bad'): readonly ConfigFixture[] {
  return readdirSync(join(FOLDER, kind))
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: basename(file, '.json'),
      text: readFileSync(join(FOLDER, kind, file), 'utf8'),
      expectedFile: join(FOLDER, kind, file.replace(/json$/, 'txt')),
    }));
}

/** The error that the text is refused with; undefined when it is accepted. */
export function configErrorOf(text: string): ConfigError | undefined {
  try {
    parseConfig(text, 'backstitch.json');
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
