import { type CoreModule, ModuleError } from '../wasm/index.ts';
import { EXPORTED_GLOBALS, type ExportedGlobal } from './appended-globals.ts';
import type { Build } from './build.ts';
import { CodeWriter } from './code-writer.ts';

/** Entries for the end of a section. */
export interface Entries {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** V8's limit (its `wasm-limits.h`). */
const EXPORT_COUNT_MAX = 100_000;

const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** What is exported for the host; no program can use these names. */
const PREFIX = 'backstitch:';
export const START_EXPORT = `${PREFIX}start`;
export const HOOKS_EXPORT = `${PREFIX}hooks`;

/** The name of one of the globals that were added. */
export function ownExport(name: ExportedGlobal): string {
  return `${PREFIX}${name}`;
}

export function operandExport(slot: number): string {
  return `${PREFIX}operand ${slot}`;
}

/** The name of something of the module itself, which it may not export. */
export function innerExport(kind: 'table' | 'memory' | 'global', index: number): string {
  return `${PREFIX}${kind} ${index}`;
}

/** Exports of what was added, and of all globals, memories and tables. Throws ModuleError. */
export function appendedExports({ info, globals, hookTable }: Build): Entries {
  checkNames(info);
  const writer = new CodeWriter(1024);
  let count = 0;
  const write = (name: string, kind: keyof typeof KIND, index: number) => {
    writer.name(name);
    writer.byte(KIND[kind]);
    writer.unsigned(index);
    count++;
  };
  for (const name of EXPORTED_GLOBALS) write(ownExport(name), 'global', globals.index(name));
  for (let slot = 0; slot < globals.operandSlots; slot++) {
    write(operandExport(slot), 'global', globals.operandSlot(slot));
  }
  write(HOOKS_EXPORT, 'table', hookTable);
  if (info.startFunction !== undefined) write(START_EXPORT, 'function', info.startFunction);
  const inner = { global: info.globals, memory: info.memories, table: info.tables };
  for (const kind of ['global', 'memory', 'table'] as const) {
    for (const index of inner[kind].keys()) write(innerExport(kind, index), kind, index);
  }
  if (info.exports.length + count > EXPORT_COUNT_MAX) throw tooMany(info);
  return { bytes: writer.bytes, count };
}

function checkNames({ exports, sections }: CoreModule): void {
  const taken = exports.find(({ name }) => name.startsWith(PREFIX));
  if (taken === undefined) return;
  throw new ModuleError(
    'invalid',
    `the module exports ${taken.name}, a name that is kept for debugging`,
    sectionStart(sections, 'export'),
    'Give the export another name.',
  );
}

function tooMany({ sections }: CoreModule): ModuleError {
  return new ModuleError(
    'too-large',
    `the module has too many exports and globals (together at most ${EXPORT_COUNT_MAX})`,
    sectionStart(sections, 'export'),
    'Debug it by its effects.',
  );
}

function sectionStart(sections: CoreModule['sections'], kind: string): number {
  return sections.find((section) => section.kind === kind)?.payload.start ?? 0;
}
