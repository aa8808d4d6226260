import { readUnit } from './attribute-form.ts';
import { readCompileUnits } from './compile-unit.ts';
import type { DebugSections } from './debug-sections.ts';
import { type LineHeader, readLineHeader } from './line-header.ts';

/** Reads the headers of all line tables in their order. What is damaged is left out and told. */
export function eachLineHeader(
  sections: DebugSections,
  onProblem: (error: unknown) => void,
  visit: (header: LineHeader) => void,
): void {
  const units = readCompileUnits(sections, onProblem);
  const unitByTable = new Map(units.map((unit) => [unit.lineTable, unit]));
  const reader = sections.reader('.debug_line');
  const sectionStart = reader.offset;
  try {
    while (!reader.done) {
      const compileUnit = unitByTable.get(reader.offset - sectionStart);
      const { unit, offsetBytes } = readUnit(reader);
      try {
        visit(readLineHeader(unit, offsetBytes, sections, compileUnit));
      } catch (error) {
        onProblem(error);
      }
    }
  } catch (error) {
    onProblem(error);
  }
}
