/** What the source and WebAssembly have in one frame of a stopped program. */
import {
  type DebugInfo,
  type FrameState,
  isUserFrame,
  type WasmValue,
} from '../../simulator/guest/symbols/index.ts';
import type { SnapshotFrame } from '../travel/statements/snapshot.ts';
import { valueNode } from './value-node.ts';
import { leaf, type VariableNode } from './variable-node.ts';

/** Operands of a frame that are looked through, from the bottom of its stack. */
const OPERANDS_MAX = 1000;

/** A frame whose values can be read. */
export type ReadableFrame = SnapshotFrame & { readonly state: FrameState };

export function isReadable(frame: SnapshotFrame | undefined): frame is ReadableFrame {
  return frame?.state !== undefined;
}

/** The innermost frame of the user's own whose values can be read. */
export function userFrameOf(frames: readonly SnapshotFrame[]): ReadableFrame | undefined {
  return frames.filter(isUserFrame).find(isReadable);
}

/** The scope Locals: parameters first. */
export function localNodes(debug: DebugInfo, frame: ReadableFrame): VariableNode[] {
  return debug
    .variables(frame.codeOffset, frame.inlineLevel)
    .map((variable) => valueNode(variable.name, variable.read(frame.state)));
}

/** The scope Globals: variables of the file, outside of its functions. */
export function globalNodes(debug: DebugInfo, frame: ReadableFrame): VariableNode[] {
  return debug
    .globals(frame.codeOffset)
    .map((variable) => valueNode(variable.name, variable.read(frame.state)));
}

/** The scope WebAssembly: what the machine has, as far as it was kept at the stop. */
export function wasmNodes(
  { state, functionIndex, codeOffset }: ReadableFrame,
  counts: { readonly locals: number; readonly globals: number },
): VariableNode[] {
  const nodes = [
    leaf('function', `${functionIndex}`),
    leaf('code offset', `0x${codeOffset.toString(16)}`),
    leaf('memory', `${state.memory.length} bytes`),
  ];
  for (let index = 0; index < counts.locals; index++) {
    const value = state.local(index);
    if (value !== undefined) nodes.push(wasmNode('local', index, value));
  }
  for (let index = 0; index < OPERANDS_MAX; index++) {
    const value = state.operand(index);
    if (value !== undefined) nodes.push(wasmNode('operand', index, value));
  }
  for (let index = 0; index < counts.globals; index++) {
    const value = state.global(index);
    if (value !== undefined) nodes.push(wasmNode('global', index, value));
  }
  return nodes;
}

function wasmNode(
  kind: 'local' | 'operand' | 'global',
  index: number,
  value: WasmValue,
): VariableNode {
  return { ...leaf(`${kind} ${index}`, wasmText(value), value.type), changes: { kind, index } };
}

export function wasmText(value: WasmValue): string {
  switch (value.type) {
    case 'v128': {
      const halves = [...value.value].reverse().map((half) => BigInt.asUintN(64, half));
      const digits = halves.map((half) => half.toString(16).padStart(16, '0')).join('');
      return `0x${digits}`;
    }
    case 'i32':
    case 'i64':
    case 'f32':
    case 'f64':
      return `${value.value}`;
    default:
      return 'a reference';
  }
}
