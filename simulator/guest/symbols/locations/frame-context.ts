import { ATTRIBUTE } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';
import type { Unit } from '../entries/unit.ts';
import type { FrameState, WasmValue } from '../frame-state.ts';
import { evaluateNumber } from './evaluate-location.ts';
import type { LocationContext } from './location-context.ts';
import { locationsOf } from './location-list.ts';
import type { WasmPlace } from './operations.ts';
import type { StackValue } from './stack-value.ts';
import { NOT_ENTERED, NOT_HERE, Unavailable } from './unavailable.ts';

/** What the locations of one function's variables are evaluated over, in one of its frames. */
export class FrameContext implements LocationContext {
  private base: bigint | undefined;

  /** @param concrete the function that has the frame, not one that was inlined into it */
  constructor(
    readonly unit: Unit,
    readonly state: FrameState,
    private readonly concrete: Entry | undefined,
  ) {}

  get memory(): Uint8Array {
    return this.state.memory;
  }

  wasmValue(place: WasmPlace, index: number): StackValue {
    const value = this.state[place](index);
    if (value === undefined) throw new Unavailable(`${place} ${index} is not known here`);
    return { ...bitsOf(value), holder: { kind: place, index } };
  }

  frameBase(): bigint {
    this.base ??= this.findBase();
    return this.base;
  }

  private findBase(): bigint {
    const { concrete } = this;
    const value = concrete?.value(ATTRIBUTE.frameBase);
    if (concrete === undefined || value === undefined) throw new Unavailable(NOT_HERE);
    for (const { start, end, expression } of locationsOf(concrete.unit, value)) {
      if (start > this.state.codeOffset || this.state.codeOffset >= end) continue;
      const base = evaluateNumber(
        expression,
        new FrameContext(concrete.unit, this.state, undefined),
      );
      // The local that holds it is 0 until the function's first instructions have run.
      if (base === 0n) throw new Unavailable(NOT_ENTERED);
      return base;
    }
    throw new Unavailable(NOT_HERE);
  }
}

function bitsOf(value: WasmValue): StackValue {
  switch (value.type) {
    case 'i32':
      return { bits: BigInt(value.value | 0), width: 32 };
    case 'i64':
      return { bits: BigInt.asIntN(64, value.value), width: 64 };
    case 'f32':
      return { bits: floatBits((view) => view.setFloat32(0, value.value, true)), width: 32 };
    case 'f64':
      return { bits: floatBits((view) => view.setFloat64(0, value.value, true)), width: 64 };
    case 'v128':
      return { bits: BigInt.asIntN(128, (value.value[1] << 64n) | value.value[0]), width: 128 };
    default:
      throw new Unavailable('it is a reference of WebAssembly');
  }
}

function floatBits(write: (view: DataView) => void): bigint {
  const view = new DataView(new ArrayBuffer(8));
  write(view);
  return view.getBigInt64(0, true);
}
