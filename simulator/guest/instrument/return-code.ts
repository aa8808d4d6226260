import type { ValueType } from '../wasm/index.ts';
import type { Build } from './build.ts';
import type { CodeWriter } from './code-writer.ts';
import type { FunctionCode } from './function-code.ts';
import type { FunctionPlan } from './function-plan.ts';
import { EMPTY_BLOCK, OP } from './opcodes.ts';
import { putOperands, takeOperands } from './operand-bits.ts';
import type { NumberType } from './operand-signatures.ts';
import { OPERAND_SLOTS, type ReadableOperands } from './operand-stack.ts';
import { siteOf } from './site.ts';

/**
 * Writes what tells the host of a frame when a call has come back to it: the call has changed
 * nothing of the frame, so that it tells how it was while the call lasted.
 */
export class ReturnCode {
  constructor(
    private readonly build: Build,
    private readonly out: CodeWriter,
    private readonly code: FunctionCode,
    private readonly plan: FunctionPlan,
  ) {}

  /**
   * What comes after a call.
   *
   * @param operands what lies beneath the results of the call
   */
  returned(codeOffset: number, operands: ReadableOperands, results: readonly ValueType[]): void {
    const { out, code, plan } = this;
    const moved = [...operands.types, ...results.filter(isNumber)];
    const isTold = moved.length <= OPERAND_SLOTS && results.every(isNumber);
    if (operands.types.length === 0) this.begin([]);
    else if (isTold) this.begin(moved);
    else {
      this.lost();
      return;
    }
    if (operands.types.length > 0) takeOperands(out, this.build, moved);
    code.dumpLocals();
    out.byte(OP.i32Const);
    out.signed(plan.functionIndex);
    out.byte(OP.i32Const);
    out.signed(siteOf(codeOffset, 'call'));
    code.getActivation();
    code.getLevel();
    code.callHook('returned');
    if (operands.types.length > 0) putOperands(out, this.build, moved);
    out.byte(OP.end);
  }

  /** Before a call: calls that an exception has ended never came back to their callers. */
  calling(): void {
    if (this.plan.catches) this.lost();
  }

  /** What the call was in cannot be told. */
  private lost(): void {
    this.begin([]);
    this.code.getLevel();
    this.code.callHook('lost');
    this.out.byte(OP.end);
  }

  /** If the host waits for this frame; the block takes and gives these values. */
  private begin(types: readonly NumberType[]): void {
    const { out, build, code } = this;
    code.getLevel();
    code.getGlobal('returnsBelow');
    out.all([OP.i32LtS, OP.if]);
    if (types.length === 0) out.byte(EMPTY_BLOCK);
    else build.types.writeBlockType(out, types, types);
  }
}

function isNumber(type: ValueType): type is NumberType {
  return type === 'i32' || type === 'i64' || type === 'f32' || type === 'f64';
}
