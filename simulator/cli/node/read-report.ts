import { readFile } from 'node:fs/promises';
import { type ExploreReport, REPORT_VERSION } from '../../explore/report.ts';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';

/**
 * Reads what an exploration wrote: a report, or its JSON lines, of which the last is one. Throws
 * CommandError.
 *
 * @param mayBeMissing undefined for a file that is not there
 */
export async function readReport(
  file: string,
  mayBeMissing: boolean,
): Promise<ExploreReport | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (mayBeMissing && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const message = `${file}: cannot be read as a report: ${(cause as Error).message}`;
    throw new CommandError(EXIT.noInput, 'unreadable', message, { cause });
  }
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  const report = parseReport(line) ?? parseReport(text);
  if (report !== undefined) return report;
  throw new CommandError(
    EXIT.badInput,
    'report',
    `${file} is no report of an exploration of this version; make one with ` +
      'backstitch explore <workflow> --report FILE, or --json.',
  );
}

function parseReport(text: string): ExploreReport | undefined {
  try {
    const value = JSON.parse(text) as Partial<ExploreReport> | null;
    const isReport =
      value?.version === REPORT_VERSION &&
      typeof value.workflow === 'string' &&
      Array.isArray(value.findings) &&
      Array.isArray(value.strategies) &&
      typeof value.next === 'number' &&
      typeof value.coverage?.effects === 'object';
    return isReport ? (value as ExploreReport) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
