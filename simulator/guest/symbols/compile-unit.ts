import type { DebugSections } from './debug-sections.ts';
import { ATTRIBUTE } from './entries/dwarf-codes.ts';
import { Units } from './entries/units.ts';

/** What the first entry of a unit in `.debug_info` says about one compilation. */
export interface CompileUnit {
  /** Where its line table starts in `.debug_line`. */
  readonly lineTable: number;
  /** The source file, as the compiler was given it. */
  readonly name: string | undefined;
  /** The directory that the compiler ran in. */
  readonly directory: string | undefined;
}

/**
 * Reads the first entry of every unit. What damage hides is left out, and `onProblem` is told.
 */
export function readCompileUnits(
  sections: DebugSections,
  onProblem: (error: unknown) => void,
): CompileUnit[] {
  return new Units(sections, onProblem).compiled.flatMap((unit) => {
    const lineTable = unit.rootNumber(ATTRIBUTE.lineTable);
    if (lineTable === undefined) return [];
    try {
      const name = unit.rootText(ATTRIBUTE.name);
      return [{ lineTable, name, directory: unit.rootText(ATTRIBUTE.directory) }];
    } catch (error) {
      onProblem(error);
      return [];
    }
  });
}
