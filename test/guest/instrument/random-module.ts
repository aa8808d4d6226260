/** Valid modules with everything that instrumentation has to get right, made up at random. */
import fc from 'fast-check';
import { writeLeb } from '../../../simulator/guest/wasm/limits.ts';
import { module, name, SECTION, section, vector } from '../wasm/module-builder.ts';

/** Every number in these is taken modulo what there is to choose from. */
export type Expression =
  | { readonly kind: 'const' | 'get' | 'global'; readonly n: number }
  | { readonly kind: 'from'; readonly n: number }
  | { readonly kind: 'binary'; readonly n: number; readonly a: Expression; readonly b: Expression }
  | { readonly kind: 'load' | 'note' | 'block'; readonly n: number; readonly a: Expression }
  | {
      readonly kind: 'call' | 'indirect';
      readonly n: number;
      readonly a: Expression;
      readonly b: Expression;
    }
  | { readonly kind: 'if'; readonly c: Expression; readonly a: Expression; readonly b: Expression };

export type Statement =
  | { readonly kind: 'set' | 'setOther' | 'setGlobal'; readonly n: number; readonly a: Expression }
  | { readonly kind: 'store'; readonly n: number; readonly a: Expression; readonly b: Expression }
  | { readonly kind: 'fill' | 'copy'; readonly n: number; readonly a: Expression }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'loop'; readonly n: number; readonly body: readonly Statement[] }
  | {
      readonly kind: 'if';
      readonly a: Expression;
      readonly body: readonly Statement[];
      readonly other: readonly Statement[];
    }
  | {
      readonly kind: 'try';
      readonly n: number;
      readonly body: readonly Statement[];
      readonly other: readonly Statement[];
    }
  | { readonly kind: 'br'; readonly n: number; readonly a: Expression }
  | { readonly kind: 'table'; readonly labels: readonly number[]; readonly a: Expression }
  | {
      readonly kind: 'return' | 'throw' | 'tail';
      readonly n: number;
      readonly a: Expression;
      readonly when: Expression;
    };

/** The bodies of the functions; those of odd numbers have two results. */
export type RandomModule = readonly (readonly Statement[])[];

const n = fc.nat(9);

const { statements } = fc.letrec<{
  expression: Expression;
  statement: Statement;
  statements: readonly Statement[];
}>((tie) => {
  const expression = tie('expression');
  const body = tie('statements');
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ kind: fc.constantFrom('const', 'get', 'global'), n }),
      fc.record({ kind: fc.constant('from'), n }),
      fc.record({ kind: fc.constant('binary'), n, a: expression, b: expression }),
      fc.record({ kind: fc.constantFrom('load', 'note', 'block'), n, a: expression }),
      fc.record({ kind: fc.constantFrom('call', 'indirect'), n, a: expression, b: expression }),
      fc.record({ kind: fc.constant('if'), c: expression, a: expression, b: expression }),
    ) as fc.Arbitrary<Expression>,
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ kind: fc.constantFrom('set', 'setOther', 'setGlobal'), n, a: expression }),
      fc.record({ kind: fc.constant('store'), n, a: expression, b: expression }),
      fc.record({ kind: fc.constantFrom('fill', 'copy'), n, a: expression }),
      fc.record({ kind: fc.constant('br'), n, a: expression }),
      fc.record({
        kind: fc.constant('table'),
        labels: fc.array(n, { maxLength: 3 }),
        a: expression,
      }),
      fc.record({
        kind: fc.constantFrom('return', 'throw', 'tail'),
        n,
        a: expression,
        when: expression,
      }),
      fc.record({ kind: fc.constant('block'), body }),
      fc.record({ kind: fc.constant('loop'), n, body }),
      fc.record({ kind: fc.constant('if'), a: expression, body, other: body }),
      fc.record({ kind: fc.constant('try'), n, body, other: body }),
    ) as fc.Arbitrary<Statement>,
    statements: fc.array(tie('statement'), { maxLength: 5 }),
  };
});

export const randomModule: fc.Arbitrary<RandomModule> = fc.array(
  statements as fc.Arbitrary<readonly Statement[]>,
  { minLength: 2, maxLength: 4 },
);

const VOID = 0x40;
const I32 = 0x7f;
const I64 = 0x7e;
const F32 = 0x7d;
const F64 = 0x7c;
const V128 = 0x7b;
/** Types: of functions with one result, of those with two, of `note`, of the tag. */
const TYPE = { one: 0, two: 1, note: 2, tag: 3 };
/** Calls and rounds of loops that a run may have. */
const STEPS = 150;
const STEPS_GLOBAL = 0;
const OWN_GLOBAL = 1;
const FIRST_FUNCTION = 1;
/** Locals: the parameters, then these. */
const LOCAL = { i32: [0, 1, 2], i64: 3, f32: 4, f64: 5, v128: 6, firstCounter: 7 };
const BINARY = [0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x48, 0x74, 0x46, 0x6e];

/** The module, which imports `env.note` and exports `main`, `memory` and `own`. */
export function encodeModule(functions: RandomModule): Uint8Array<ArrayBuffer> {
  const bodies = functions.map((body, index) => new Encoder(functions.length, index).encode(body));
  const indices = functions.map((_, index) => index + FIRST_FUNCTION);
  return module(
    section(
      SECTION.type,
      vector(
        [0x60, 2, I32, I32, 1, I32],
        [0x60, 2, I32, I32, 2, I32, I64],
        [0x60, 1, I32, 1, I32],
        [0x60, 1, I32, 0],
      ),
    ),
    section(SECTION.import, vector([...name('env'), ...name('note'), 0, TYPE.note])),
    section(SECTION.function, vector(...functions.map((_, index) => [index % 2]))),
    section(SECTION.table, vector([0x70, 0, functions.length])),
    section(SECTION.memory, vector([0, 1])),
    section(SECTION.tag, vector([0, TYPE.tag])),
    section(
      SECTION.global,
      vector([I32, 1, 0x41, ...signed(STEPS), 0x0b], [I32, 1, 0x41, 7, 0x0b]),
    ),
    section(
      SECTION.export,
      vector(
        [...name('main'), 0, FIRST_FUNCTION],
        [...name('memory'), 2, 0],
        [...name('own'), 3, OWN_GLOBAL],
      ),
    ),
    section(9, vector([0, 0x41, 0, 0x0b, ...vector(...indices.map((each) => [each]))])),
    section(SECTION.code, vector(...bodies)),
  ) as Uint8Array<ArrayBuffer>;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -0x40 || rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return [...bytes, rest & 0x7f];
}

class Encoder {
  private readonly code: number[] = [];
  private counters = 0;
  /** Whether each enclosing block can be branched to without values, outermost first. */
  private readonly blocks: boolean[] = [];

  constructor(
    private readonly functionCount: number,
    private readonly index: number,
  ) {}

  encode(body: readonly Statement[]): number[] {
    this.countStep();
    this.code.push(0x04, VOID, ...this.zeroes(), 0x0f, 0x0b);
    this.statements(body);
    this.code.push(0x20, 0);
    if (this.index % 2 === 1) this.code.push(0x20, LOCAL.i64);
    this.code.push(0x0b);
    const locals = [
      [1, I32],
      [1, I64],
      [1, F32],
      [1, F64],
      [1, V128],
      [...writeLeb(this.counters), I32],
    ];
    const content = [...vector(...locals), ...this.code];
    return [...writeLeb(content.length), ...content];
  }

  /** Leaves 1 when no steps are left. */
  private countStep(): void {
    this.code.push(0x23, STEPS_GLOBAL, 0x41, 1, 0x6b, 0x24, STEPS_GLOBAL);
    this.code.push(0x23, STEPS_GLOBAL, 0x41, 0, 0x48);
  }

  private zeroes(): number[] {
    return this.index % 2 === 1 ? [0x41, 0, 0x42, 0] : [0x41, 0];
  }

  private statements(body: readonly Statement[]): void {
    for (const statement of body) this.statement(statement);
  }

  private inBlock(opcode: number, plain: boolean, write: () => void): void {
    this.code.push(opcode, VOID);
    this.blocks.push(plain);
    write();
    this.blocks.pop();
  }

  private statement(statement: Statement): void {
    const { code } = this;
    switch (statement.kind) {
      case 'set':
        this.expression(statement.a);
        code.push(0x21, statement.n % 3);
        return;
      case 'setOther':
        this.expression(statement.a);
        this.convert(statement.n);
        return;
      case 'setGlobal':
        this.expression(statement.a);
        code.push(0x24, OWN_GLOBAL);
        return;
      case 'store':
        this.store(statement);
        return;
      case 'fill':
      case 'copy':
        this.bulk(statement);
        return;
      case 'block':
        this.inBlock(0x02, true, () => this.statements(statement.body));
        code.push(0x0b);
        return;
      case 'loop':
        this.loop(statement);
        return;
      case 'if':
        this.expression(statement.a);
        this.inBlock(0x04, true, () => {
          this.statements(statement.body);
          code.push(0x05);
          this.statements(statement.other);
        });
        code.push(0x0b);
        return;
      case 'try':
        this.try(statement);
        return;
      case 'br':
        this.branch(statement);
        return;
      case 'table':
        this.branchTable(statement);
        return;
      default:
        this.leave(statement);
    }
  }

  private convert(n: number): void {
    const stores = [
      [0xac, 0x21, LOCAL.i64],
      [0xb2, 0x21, LOCAL.f32],
      [0xb7, 0x21, LOCAL.f64],
      [0xfd, 0x11, 0x21, LOCAL.v128],
    ];
    this.code.push(...(stores[n % stores.length] ?? []));
  }

  /** Leaves an address in the first page. */
  private address(expression: Expression): void {
    this.expression(expression);
    this.code.push(0x41, ...signed(0x3fff), 0x71);
  }

  private store({ n, a, b }: Statement & { kind: 'store' }): void {
    this.address(a);
    this.expression(b);
    const stores = [
      [0x36, 0, 4],
      [0x3a, 0, 0],
      [0x3b, 0, 1],
      [0xac, 0x37, 0, 9],
      [0xac, 0x3e, 0, 2],
      [0xb2, 0x38, 0, 3],
      [0xb7, 0x39, 0, 8],
      [0xfd, 0x11, 0xfd, 0x0b, 0, 5],
      [0xfd, 0x11, 0xfd, 0x59, 0, 6, 3],
      [0xac, 0x3d, 0, 200, 1],
    ];
    this.code.push(...(stores[n % stores.length] ?? []));
  }

  private bulk({ kind, n, a }: Statement & { kind: 'fill' | 'copy' }): void {
    this.address(a);
    if (kind === 'fill') this.code.push(0x41, n, 0x41, n, 0xfc, 0x0b, 0);
    else this.code.push(0x41, n * 3, 0x41, n * 2, 0xfc, 0x0a, 0, 0);
  }

  private loop({ n, body }: Statement & { kind: 'loop' }): void {
    const { code } = this;
    const counter = LOCAL.firstCounter + this.counters++;
    code.push(0x41, n % 4, 0x21, counter);
    this.inBlock(0x02, true, () => {
      // A loop is branched to only here, so that its rounds are counted.
      this.inBlock(0x03, false, () => {
        this.countStep();
        code.push(0x0d, 1);
        this.statements(body);
        code.push(0x20, counter, 0x41, 1, 0x6b, 0x22, counter, 0x41, 0, 0x4a, 0x0d, 0);
      });
      code.push(0x0b);
    });
    code.push(0x0b);
  }

  private try({ n, body, other }: Statement & { kind: 'try' }): void {
    const { code } = this;
    if (n % 4 === 3) {
      // Delegated to the handler around it, if there is one.
      this.inBlock(0x02, true, () => {
        this.inBlock(0x06, true, () => this.statements(body));
        code.push(0x18, 0);
        this.statements(other);
      });
      code.push(0x0b);
      return;
    }
    this.inBlock(0x06, true, () => {
      this.statements(body);
      if (n % 4 !== 1) {
        code.push(0x07, 0, 0x21, 2);
        this.statements(other);
      }
      if (n % 4 !== 0) {
        code.push(0x19);
        this.statements(n % 4 === 1 ? other : []);
        if (n > 7) code.push(0x09, 0);
      }
    });
    code.push(0x0b);
  }

  /** Relative labels of the blocks that can be branched to. */
  private labels(): number[] {
    return this.blocks.flatMap((plain, index) => (plain ? [this.blocks.length - 1 - index] : []));
  }

  private branch({ n, a }: Statement & { kind: 'br' }): void {
    const labels = this.labels();
    if (labels.length === 0) return;
    this.expression(a);
    this.code.push(0x0d, labels[n % labels.length] ?? 0);
  }

  private branchTable({ labels: wanted, a }: Statement & { kind: 'table' }): void {
    const labels = this.labels();
    if (labels.length === 0 || wanted.length === 0) return;
    // In an arm, because what follows it cannot be reached.
    this.expression(a);
    this.code.push(0x41, 1, 0x71, 0x04, VOID);
    this.expression(a);
    const shifted = wanted.map((each) => (labels[each % labels.length] ?? 0) + 1);
    const [last = 1, ...others] = shifted;
    this.code.push(0x0e, ...vector(...others.map((each) => [each])), last, 0x0b);
  }

  private leave(statement: Statement & { kind: 'return' | 'throw' | 'tail' }): void {
    const { code } = this;
    this.expression(statement.when);
    code.push(0x41, 3, 0x71, 0x45, 0x04, VOID);
    this.blocks.push(true);
    this.expression(statement.a);
    if (statement.kind === 'tail') {
      const alike = this.callees(this.index % 2);
      code.push(0x20, 1, 0x12, alike[statement.n % alike.length] ?? 0);
    } else if (statement.kind === 'throw') code.push(0x08, 0);
    else if (this.index % 2 === 1) code.push(0x20, LOCAL.i64, 0x0f);
    else code.push(0x0f);
    this.blocks.pop();
    code.push(0x0b);
  }

  /** The functions with one result more than `kind`. */
  private callees(kind: number): number[] {
    const all = Array.from({ length: this.functionCount }, (_, index) => index);
    return all.filter((each) => each % 2 === kind).map((each) => each + FIRST_FUNCTION);
  }

  private expression(expression: Expression): void {
    const { code } = this;
    switch (expression.kind) {
      case 'const':
        code.push(0x41, ...signed(expression.n * 37 - 99));
        return;
      case 'get':
        code.push(0x20, expression.n % 3);
        return;
      case 'global':
        code.push(0x23, OWN_GLOBAL);
        return;
      case 'from':
        this.from(expression.n);
        return;
      case 'binary':
        this.expression(expression.a);
        this.expression(expression.b);
        code.push(BINARY[expression.n] ?? 0x6a);
        return;
      case 'load':
        this.address(expression.a);
        code.push(0x28, 0, ...writeLeb(expression.n * 50));
        return;
      case 'note':
        this.expression(expression.a);
        code.push(0x10, 0);
        return;
      case 'block':
        code.push(0x02, I32);
        this.blocks.push(false);
        this.expression(expression.a);
        code.push(0x20, 1, 0x0d, 0, 0x0b);
        this.blocks.pop();
        return;
      case 'if':
        this.expression(expression.c);
        code.push(0x04, I32);
        this.blocks.push(false);
        this.expression(expression.a);
        code.push(0x05);
        this.expression(expression.b);
        code.push(0x0b);
        this.blocks.pop();
        return;
      default:
        this.call(expression);
    }
  }

  private from(n: number): void {
    const reads = [
      [0x20, LOCAL.i64, 0xa7],
      [0x20, LOCAL.f32, 0xfc, 0],
      [0x20, LOCAL.f64, 0xfc, 2],
      [0x20, LOCAL.v128, 0xfd, 0x1b, 2],
    ];
    this.code.push(...(reads[n % reads.length] ?? []));
  }

  private call({ kind, n: chosen, a, b }: Expression & { kind: 'call' | 'indirect' }): void {
    const { code } = this;
    const resultKind = chosen % 2;
    this.expression(a);
    this.expression(b);
    const callees = this.callees(resultKind);
    const callee = callees[chosen % callees.length] ?? FIRST_FUNCTION;
    if (kind === 'call') code.push(0x10, callee);
    else code.push(0x41, callee - FIRST_FUNCTION, 0x11, resultKind, 0);
    if (resultKind === 1) code.push(0xa7, 0x6a);
  }
}
