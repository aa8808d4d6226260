import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SCENARIO_SUFFIX, type ScenarioResult } from '../explore/scenario.ts';
import type { ProblemReport } from '../host/protocol.ts';
import { violationLine } from '../host/text/finding-text.ts';
import { problemText } from '../host/text/problem-text.ts';
import { paintLine, sign, span } from '../host/text/style.ts';
import { CommandError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { CHECK } from './commands.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { jsonLine } from './json-line.ts';
import { HostProblemError } from './node/host-client.ts';
import { styleOf } from './node/terminal.ts';
import { WatchedHost } from './node/watched-host.ts';
import { parseOptions } from './option-parser.ts';

/** Where scenarios are looked for unless it is said. */
const FOLDER_DEFAULT = 'scenarios';
const SCENARIOS_MAX = 10_000;
const FOLDERS_DEEP_MAX = 16;

/** What came of one file. */
type Checked =
  | { readonly kind: 'ran'; readonly result: ScenarioResult }
  | { readonly kind: 'problem'; readonly problem: ProblemReport };

/** `backstitch check`: runs scenarios; exits with 71 when one fails. */
export async function checkCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const parsed = parseOptions(CHECK, args);
  if (parsed.flag('help') === true) {
    io.stdout.write(commandHelp(CHECK));
    return EXIT.ok;
  }
  const json = parsed.flag('json') === true;
  const named = parsed.positionals.length > 0 ? parsed.positionals : [FOLDER_DEFAULT];
  const files = await scenarioFiles(named.map((path) => resolve(io.folder, path)));
  const host = new WatchedHost(join(io.distFolder, 'simulator-host.js'));
  const codes: ExitCode[] = [];
  try {
    for (const file of files) {
      const checked = await check(host, file);
      tell(file, checked, json, io);
      codes.push(codeOf(checked));
    }
  } finally {
    await host.close();
  }
  const failed = codes.filter((code) => code === EXIT.checkFailed).length;
  // What could not be run weighs more than what failed.
  const exitCode = codes.find((code) => code !== EXIT.ok && code !== EXIT.checkFailed);
  const result = exitCode ?? (failed > 0 ? EXIT.checkFailed : EXIT.ok);
  const passed = codes.filter((code) => code === EXIT.ok).length;
  if (json) {
    io.stdout.write(jsonLine({ event: 'summary', exitCode: result, passed, failed }));
  } else {
    io.stdout.write(`${passed} of ${codes.length} passed\n`);
  }
  return result;
}

async function check(host: WatchedHost, file: string): Promise<Checked> {
  try {
    return { kind: 'ran', result: await host.request({ kind: 'check', scenario: file }, file) };
  } catch (error) {
    if (error instanceof HostProblemError) return { kind: 'problem', problem: error.problem };
    throw error;
  }
}

function errorsOf({ violations }: ScenarioResult): ScenarioResult['violations'] {
  return violations.filter(({ severity }) => severity === 'error');
}

function codeOf(checked: Checked): ExitCode {
  if (checked.kind === 'problem') return exitCodeOf(checked.problem.code);
  return errorsOf(checked.result).length > 0 ? EXIT.checkFailed : EXIT.ok;
}

function tell(file: string, checked: Checked, json: boolean, io: CommandIo): void {
  if (json) {
    const { kind, ...rest } = checked;
    const fields = 'result' in rest ? rest.result : rest.problem;
    const passed = codeOf(checked) === EXIT.ok;
    io.stdout.write(
      jsonLine({ event: kind === 'ran' ? 'checked' : 'problem', file, passed, ...fields }),
    );
    return;
  }
  const style = styleOf(io.stdout, io.environment);
  const isFine = codeOf(checked) === EXIT.ok;
  const head = [
    span(`${sign(style, isFine ? 'ok' : 'failed')} `, isFine ? 'green' : 'red'),
    span(file),
  ];
  io.stdout.write(`${paintLine(head, style)}\n`);
  if (checked.kind === 'problem') {
    io.stderr.write(`${problemText(checked.problem)}\n`);
    return;
  }
  for (const violation of checked.result.violations) {
    io.stdout.write(`${violationLine(violation)}\n`);
  }
}

/** Every scenario in files and folders, each once, in order; throws CommandError. */
async function scenarioFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const path of paths) {
    for (const file of await filesIn(path, 0)) files.add(file);
    if (files.size > SCENARIOS_MAX) {
      throw new CommandError(EXIT.usage, 'usage', `more than ${SCENARIOS_MAX} scenarios`);
    }
  }
  if (files.size > 0) return [...files];
  const message = `there is no *${SCENARIO_SUFFIX} in ${paths.join(', ')}; save one with backstitch explore --save.`;
  throw new CommandError(EXIT.noInput, 'missing', message);
}

async function filesIn(path: string, depth: number): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: Error) => {
    throw new CommandError(EXIT.noInput, 'missing', `${path} does not exist.`, { cause });
  });
  if (!found.isDirectory()) return [path];
  if (depth >= FOLDERS_DEEP_MAX) return [];
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries
    .filter((entry) =>
      entry.isDirectory()
        ? !entry.name.startsWith('.') && entry.name !== 'node_modules'
        : entry.name.endsWith(SCENARIO_SUFFIX),
    )
    .map(({ name }) => name)
    .sort();
  const lists = await Promise.all(names.map((name) => filesIn(join(path, name), depth + 1)));
  return lists.flat();
}
