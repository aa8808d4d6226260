import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CommandError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { DEBUG_ADAPTER } from './commands.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { parseOptions } from './option-parser.ts';

/** What the bundle of the debug adapter exports. */
interface DebugAdapterBundle {
  main(args: readonly string[]): Promise<number | undefined> | number | undefined;
}

/** Hands over to the bundle beside this one, which serves until its client is gone. */
export async function debugAdapterCommand(
  args: readonly string[],
  io: CommandIo,
): Promise<ExitCode> {
  const parsed = parseOptions(DEBUG_ADAPTER, args);
  if (parsed.flag('help') === true) {
    io.stdout.write(commandHelp(DEBUG_ADAPTER));
    return EXIT.ok;
  }
  const bundle = join(io.distFolder, 'debug-adapter.js');
  if (!existsSync(bundle)) {
    throw new CommandError(
      EXIT.unavailable,
      'no-debug-adapter',
      `${bundle} does not exist, so there is no debug adapter; build it with npm run build.`,
    );
  }
  const require = createRequire(bundle);
  const { main } = require(bundle) as DebugAdapterBundle;
  return (await main(args)) ?? EXIT.ok;
}
