/** The requests about memory and code, by their addresses. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Arguments } from './arguments.ts';
import { codeAddress, parseAddress, parseCodeAddress } from './code-address.ts';
import { debugErrors } from './debug-error.ts';
import { Disassembly } from './disassembly.ts';
import type { RequestHandler } from './requests.ts';
import type { SessionState } from './session-state.ts';
import { folderOf } from './source-paths.ts';
import { userMemory } from './travel/data/data-target.ts';

/** Bytes of memory in one answer. */
export const MEMORY_BYTES_MAX = 1 << 22;
/** Instructions in one answer. */
export const INSTRUCTIONS_MAX = 100_000;

export const MEMORY_REQUESTS: Readonly<Record<string, RequestHandler>> = {
  readMemory: (state, args) => {
    const count = args.integer('count');
    if (count < 0) args.fail('count', 'it is below 0');
    const start = addressOf(args) + (args.optionalInteger('offset') ?? 0);
    return { body: memoryAt(memoryOf(state), start, count) };
  },
  writeMemory: async (state, args) => {
    const start = addressOf(args) + (args.optionalInteger('offset') ?? 0);
    const given = bytesOf(args);
    const available = Math.max(0, memoryOf(state).length - start);
    const bytes = args.flag('allowPartial', false) ? given.subarray(0, available) : given;
    const label = `${bytes.length} bytes at 0x${Math.max(0, start).toString(16)}`;
    if (start < 0 || bytes.length > available) {
      throw debugErrors.notPatchable(label, 'they are not all in the memory of the program');
    }
    const bytesWritten = bytes.length;
    if (bytesWritten === 0) return { body: { bytesWritten } };
    const { place } = state.traveller.position;
    const write = { kind: 'memory', address: start, bytes } as const;
    const { after } = await state.patching.patch(place, write, label);
    return { body: { bytesWritten }, after };
  },
  setInstructionBreakpoints: (state, args) => {
    const wanted = args.list('breakpoints').map((each) => ({
      reference: each.text('instructionReference'),
      offset: each.optionalInteger('offset') ?? 0,
      condition: each.optionalText('condition'),
      hitCondition: each.optionalText('hitCondition'),
    }));
    const { execution } = state.traveller.position.place;
    const { hash } = state.target.knownProgram(execution).program;
    const breakpoints = state.breakpoints.setInstructions(wanted, hash);
    state.traveller.settings = state.breakpoints.settings();
    return { body: { breakpoints } };
  },
  disassemble: (state, args) => ({ body: { instructions: instructions(state, args) } }),
};

/** Memory outside of the program's is unreadable, and ends what is read. */
function memoryAt(
  memory: Uint8Array,
  start: number,
  count: number,
): NonNullable<DebugProtocol.ReadMemoryResponse['body']> {
  const address = `${start < 0 ? '-' : ''}0x${Math.abs(start).toString(16)}`;
  if (start < 0) return { address, unreadableBytes: Math.min(count, -start) };
  const available = Math.max(0, Math.min(count, memory.length - start));
  const bytes = memory.subarray(start, start + Math.min(available, MEMORY_BYTES_MAX));
  const data = bytes.length === 0 ? {} : { data: base64(bytes) };
  const rest = count - available;
  return { address, ...data, ...(rest === 0 ? {} : { unreadableBytes: rest }) };
}

function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // Calls take a limited number of arguments.
  for (let at = 0; at < bytes.length; at += 0x2000) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x2000)));
  }
  return btoa(parts.join(''));
}

function addressOf(args: Arguments): number {
  const reference = args.text('memoryReference');
  return parseAddress(reference) ?? args.fail('memoryReference', `${reference} is no address`);
}

function bytesOf(args: Arguments): Uint8Array {
  try {
    return Uint8Array.from(atob(args.text('data')), (letter) => letter.charCodeAt(0));
  } catch {
    return args.fail('data', 'that is no base64');
  }
}

/** That of the execution that is looked at. */
function memoryOf(state: SessionState): Uint8Array {
  state.requireStopped();
  const { traveller } = state;
  const snapshot = traveller.snapshotAt(traveller.position.place);
  const memory = snapshot && userMemory(snapshot);
  if (memory === undefined) throw debugErrors.noMemory();
  return memory;
}

function instructions(
  state: SessionState,
  args: Arguments,
): DebugProtocol.DisassembledInstruction[] {
  const count = args.integer('instructionCount');
  if (count < 0 || count > INSTRUCTIONS_MAX) {
    args.fail('instructionCount', `from 0 to ${INSTRUCTIONS_MAX} is wanted`);
  }
  const reference = args.text('memoryReference');
  const place = parseCodeAddress(reference);
  const { execution } = state.traveller.position.place;
  const { program, locator } = state.target.knownProgram(execution);
  const module = program.modules[place?.moduleIndex ?? -1];
  const named = module === undefined ? undefined : locator.codeOf(module.tag);
  if (place === undefined || module === undefined || named === undefined) {
    return args.fail('memoryReference', `${reference} is no address of code`);
  }
  const { moduleIndex } = place;
  const folder = folderOf(state.target.originOf(execution));
  const from = place.codeOffset + (args.optionalInteger('offset') ?? 0);
  const skipped = args.optionalInteger('instructionOffset') ?? 0;
  const rows = new Disassembly(module, named).rows(from, skipped, count);
  return rows.map(({ codeOffset, text, bytes, symbol, source }, index) => {
    const address = codeAddress({ moduleIndex, codeOffset });
    if (text === undefined) return { address, instruction: '', presentationHint: 'invalid' };
    const before = rows[index - 1]?.source;
    const isSame = before?.file === source?.file && before?.line === source?.line;
    return {
      ...{ address, instruction: text, instructionBytes: bytes },
      ...(symbol === undefined ? {} : { symbol }),
      ...(source === undefined || isSame
        ? {}
        : {
            location: state.sources.source(source.file, folder, true),
            line: state.port.line(source.line),
            column: state.port.column(Math.max(1, source.column)),
          }),
    };
  });
}
