/** The part of @vscode/dwarf-debugging that tests use; its own declarations name files that it does not ship. */
import { createRequire } from 'node:module';

export type WasmValue =
  | { readonly type: 'i32' | 'f32' | 'f64'; readonly value: number }
  | { readonly type: 'i64'; readonly value: bigint };

export interface RemoteObject {
  readonly value?: unknown;
  readonly linearMemorySize?: number;
}

interface Location {
  readonly rawModuleId: string;
  readonly codeOffset: number;
  readonly inlineFrameIndex: number;
}

interface Rpc {
  sendMessage(method: 'hello', modules: readonly never[], log: boolean): Promise<void>;
  sendMessage(
    method: 'addRawModule',
    id: string,
    symbols: undefined,
    module: { readonly url: string; readonly code: ArrayBuffer },
  ): Promise<readonly string[]>;
  sendMessage(
    method: 'listVariablesInScope',
    location: Location,
  ): Promise<readonly { readonly name: string }[]>;
  sendMessage(
    method: 'evaluate',
    text: string,
    location: Location,
    stop: number,
  ): Promise<RemoteObject | null>;
}

interface Host {
  getWasmLinearMemory(offset: number, length: number): Promise<ArrayBuffer>;
  getWasmLocal(index: number): Promise<WasmValue>;
  getWasmGlobal(index: number): Promise<WasmValue>;
  getWasmOp(index: number): Promise<WasmValue>;
}

interface Package {
  spawn(host: Host): { readonly rpc: Rpc; dispose(): Promise<void> };
}

export const { spawn } = createRequire(import.meta.url)('@vscode/dwarf-debugging') as Package;
