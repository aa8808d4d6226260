/** The core modules of what is debugged, as a client lists them. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugStatus } from '../simulator/guest/symbols/index.ts';
import { baseName } from '../simulator/host/text/stack-text.ts';
import type { ClientPort } from './client-port.ts';
import type { DebugTarget } from './debug-target.ts';

/** What the status says to people, and what they can do about it. */
const STATUS: Readonly<Record<DebugStatus, string>> = {
  ok: 'Symbols loaded',
  stripped: 'No debug information: build it with -g, and do not strip it',
  'line-table-empty':
    'Its lines were destroyed, as wasm-opt does without -g: give it -g, or leave it out',
};

/** A protocol module with the column that CAPABILITIES adds. */
export interface ListedModule extends DebugProtocol.Module {
  readonly size: string;
}

/** Tells a client of what there is to debug from now on. */
export function tellModules(port: Pick<ClientPort, 'event'>, target: DebugTarget): void {
  for (const module of listedModules(target)) port.event('module', { reason: 'new', module });
}

/** All of them, in the order of the programs; a component has several. */
export function listedModules(target: DebugTarget): ListedModule[] {
  return target.programs().flatMap(({ program, origin }) => {
    const locator = target.book.locator(program);
    return program.modules.map((module): ListedModule => {
      const isUserCode = module.tag === program.main.tag;
      const name = baseName(origin);
      return {
        id: `${program.hash.slice(0, 16)} ${module.tag ?? ''}`.trimEnd(),
        name: module.tag === undefined ? name : `${name}: ${module.tag}`,
        path: origin,
        isUserCode,
        size: `${(module.bytes.length / 1024).toFixed(1)} KiB`,
        symbolStatus: STATUS[locator.statusOf(module.tag)],
      };
    });
  });
}
