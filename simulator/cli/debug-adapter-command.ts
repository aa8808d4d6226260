import type { CommandIo } from './command-io.ts';
import { DEBUG_ADAPTER } from './commands.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { loadDebugAdapter } from './node/debug-listener.ts';
import { parseOptions } from './option-parser.ts';

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
  const { main } = loadDebugAdapter(io.distFolder);
  return (await main(args)) ?? EXIT.ok;
}
