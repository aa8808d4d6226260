import { readUnit } from '../attribute-form.ts';
import { DebugInfoError } from '../debug-info-error.ts';
import type { DebugSections } from '../debug-sections.ts';
import { ATTRIBUTE } from '../entries/dwarf-codes.ts';
import type { Unit } from '../entries/unit.ts';
import { readLineHeader } from '../line-header.ts';
import type { SourceFile } from '../source-path.ts';

/** The files that the entries of a unit name by number, from the header of its line table. */
export class UnitFiles {
  private readonly known = new Map<Unit, readonly (SourceFile | undefined)[]>();

  constructor(private readonly sections: DebugSections) {}

  /** The path of a file; undefined when there is none of this number. */
  path(unit: Unit, number: number): string | undefined {
    let files = this.known.get(unit);
    if (files === undefined) {
      files = this.read(unit);
      this.known.set(unit, files);
    }
    return files[number]?.path;
  }

  private read(unit: Unit): readonly (SourceFile | undefined)[] {
    const lineTable = unit.rootNumber(ATTRIBUTE.lineTable);
    if (lineTable === undefined) return [];
    try {
      const { unit: table, offsetBytes } = readUnit(
        this.sections.readerAt('.debug_line', lineTable),
      );
      const name = unit.rootText(ATTRIBUTE.name);
      const directory = unit.rootText(ATTRIBUTE.directory);
      return readLineHeader(table, offsetBytes, this.sections, { lineTable, name, directory })
        .files;
    } catch (error) {
      // The line table itself tells of its damage.
      if (error instanceof DebugInfoError) return [];
      throw error;
    }
  }
}
