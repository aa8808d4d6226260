/** LLDB's evaluator in WebAssembly, as js-debug has it: another opinion of what variables are. */
import { type RemoteObject, spawn, type WasmValue as TheirValue } from './lldb-package.ts';
import type { StoppedFrame, StoppedProgram } from './stopped-program.ts';

const MODULE = 'm';
const STOP = 1;

/** What LLDB says of an expression: a number with the bytes of its type, or why it has none. */
export type Opinion =
  | { readonly value: string; readonly byteLength: number | undefined }
  | { readonly error: string };

export class Lldb {
  private constructor(
    private readonly worker: ReturnType<typeof spawn>,
    private readonly frame: StoppedFrame,
  ) {}

  static async open({ bytes }: StoppedProgram, frame: StoppedFrame): Promise<Lldb> {
    const { state } = frame;
    const worker = spawn({
      getWasmLinearMemory: async (offset, length) =>
        new Uint8Array(state.memory.slice(offset, offset + length)).buffer,
      getWasmLocal: async (index) => theirs(state.local(index)),
      getWasmGlobal: async (index) => theirs(state.global(index)),
      getWasmOp: async (index) => theirs(state.operand(index)),
    });
    const code = new Uint8Array(bytes).buffer;
    await worker.rpc.sendMessage('hello', [], false);
    await worker.rpc.sendMessage('addRawModule', MODULE, undefined, { url: 'file:///m', code });
    return new Lldb(worker, frame);
  }

  async close(): Promise<void> {
    await this.worker.dispose();
  }

  async variables(): Promise<string[]> {
    const found = await this.worker.rpc.sendMessage('listVariablesInScope', this.location);
    return found.map(({ name }) => name);
  }

  async evaluate(text: string): Promise<Opinion> {
    try {
      const { rpc } = this.worker;
      const found = await rpc.sendMessage('evaluate', text, this.location, STOP);
      return found === null ? { error: 'nothing' } : opinion(found);
    } catch (error) {
      return { error: String(error) };
    }
  }

  private get location() {
    const { state, level } = this.frame;
    return { rawModuleId: MODULE, codeOffset: state.codeOffset, inlineFrameIndex: level };
  }
}

function opinion({ value, linearMemorySize }: RemoteObject): Opinion {
  return { value: String(value), byteLength: linearMemorySize };
}

function theirs(value: ReturnType<StoppedFrame['state']['local']>): TheirValue {
  if (value === undefined || !NUMBERS.has(value.type)) throw new Error('it is not known');
  return value as TheirValue;
}

const NUMBERS: ReadonlySet<string> = new Set(['i32', 'i64', 'f32', 'f64']);
