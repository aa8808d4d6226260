import type { ByteReader } from '../../wasm/index.ts';
import { ATTRIBUTE } from '../entries/dwarf-codes.ts';
import { Entry } from '../entries/entry.ts';
import type { Unit } from '../entries/unit.ts';
import { locationsOf } from './location-list.ts';
import { OP, readOperation } from './operations.ts';

/** Operations of all locations of one function; hostile lists may share theirs without end. */
const OPERATION_COUNT_MAX = 1_000_000;

/**
 * The locals of WebAssembly that the locations of a function name, with those of its blocks and of
 * what was inlined into it, in order. Throws DebugInfoError at damage.
 */
export function localsOf(concrete: Entry): number[] {
  const { unit, index } = concrete;
  const locals = new Set<number>();
  const budget = { operations: OPERATION_COUNT_MAX };
  for (let each = index; each < unit.tree.end(index); each++) {
    const entry = new Entry(unit, each);
    for (const attribute of [ATTRIBUTE.frameBase, ATTRIBUTE.location]) {
      const value = entry.value(attribute);
      if (value === undefined) continue;
      for (const { expression } of locationsOf(unit, value)) {
        addLocals(expression, unit, locals, budget);
      }
    }
  }
  return [...locals].sort((one, other) => one - other);
}

function addLocals(
  expression: ByteReader,
  unit: Unit,
  locals: Set<number>,
  budget: { operations: number },
): void {
  while (!expression.done) {
    budget.operations -= 1;
    if (budget.operations < 0) expression.fail('the locations of a function are endless');
    const { code, operands, place } = readOperation(expression, unit.encoding);
    if (code === OP.wasmLocation && place === 'local') locals.add(Number(operands[0]));
  }
}
