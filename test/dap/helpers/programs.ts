import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../helpers/project-root.ts';

export const STEPS = join(projectRoot, 'test/dap/programs/steps.c');
/** Changes values in every way. */
export const CELLS = join(projectRoot, 'test/dap/programs/cells.c');
export const ADDING = join(projectRoot, 'test/dap/programs/adding.c');
export const ENDLESS = join(projectRoot, 'test/dap/programs/endless.c');
/** What a crash in its second round takes away is known by its effects. */
export const LOST = join(projectRoot, 'test/dap/programs/lost.c');
/** Calls itself as deep as it is told. */
export const DEEP = join(projectRoot, 'test/dap/programs/deep.c');
/** Data and calls of unusual shapes. */
export const SHAPES = join(projectRoot, 'test/dap/programs/shapes.c');
export const SCRIPT = join(projectRoot, 'test/fixtures/programs/script.c');
export const ORDER = join(projectRoot, 'examples/order');
export const ORDER_SOURCE = join(ORDER, 'order.c');

/** The line of a source, counting from 1, that has `#<marker>` in a comment. */
export function lineOf(file: string, marker: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  const index = lines.findIndex((line) => new RegExp(`// #${marker}\\b`).test(line));
  if (index === -1) throw new Error(`${file} has no marker #${marker}`);
  return index + 1;
}

/** The line of a source, counting from 1, that holds a text for the first time. */
export function lineWith(file: string, text: string): number {
  const index = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  if (index === -1) throw new Error(`${file} has no line with ${text}`);
  return index + 1;
}
