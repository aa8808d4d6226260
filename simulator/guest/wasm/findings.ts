import type { ByteRange } from './byte-reader.ts';
import { InstructionReader } from './instruction-reader.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { malformedModule } from './module-error.ts';
import type { Finding, FunctionBodies } from './module-info.ts';
import { suspectBodies } from './suspect-bodies.ts';

const END = 0x0b;

const REFUSED: ReadonlyMap<number, Pick<Finding, 'feature' | 'what'>> = new Map(
  [...INSTRUCTIONS.values()].flatMap(({ opcode, name, feature }) =>
    feature === undefined ? [] : [[opcode, { feature, what: `has the instruction ${name}` }]],
  ),
);

/** Collects what the engine refuses, keeping the first of each feature. */
export class Findings {
  private readonly byFeature = new Map<Finding['feature'], Finding>();

  add(finding: Finding): void {
    const known = this.byFeature.get(finding.feature);
    if (known === undefined || finding.offset < known.offset) {
      this.byFeature.set(finding.feature, finding);
    }
  }

  list(): Finding[] {
    return [...this.byFeature.values()].sort((one, other) => one.offset - other.offset);
  }

  /** Finds the instructions in function bodies that the engine refuses. */
  scanBodies(bytes: Uint8Array, bodies: FunctionBodies, functionsImported: number): void {
    const reader = new InstructionReader(bytes, { start: 0, end: 0 }, malformedModule);
    for (const index of suspectBodies(bytes, bodies)) {
      reader.moveTo(bodies.starts[index] as number, bodies.ends[index] as number);
      reader.skipLocals();
      while (reader.step()) this.note(reader, functionsImported + index);
    }
  }

  /** Reads one constant expression with its `end`; returns the offset after it. */
  scanConstant(bytes: Uint8Array, range: ByteRange): number {
    const reader = new InstructionReader(bytes, range, malformedModule);
    while (reader.step()) {
      if (reader.opcode === END) return reader.next;
      this.note(reader);
    }
    throw malformedModule('a constant expression has no end', range.start);
  }

  private note(reader: InstructionReader, functionIndex?: number): void {
    const what = REFUSED.get(reader.opcode);
    if (what === undefined) return;
    const finding = { ...what, offset: reader.start };
    this.add(functionIndex === undefined ? finding : { ...finding, functionIndex });
  }
}
