import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { projectRoot } from '../../helpers/project-root.ts';
import type { VsCode } from './vs-code.ts';

export type Step = (name: string, body: () => Promise<void>) => void;

/** Declares the steps of a story in one window; one that fails keeps what the window showed. */
export function stepsIn(code: () => VsCode | undefined): Step {
  return (name, body) => {
    it(name, async () => {
      try {
        await body();
      } catch (error) {
        await code()?.keepEvidence(name);
        throw error;
      }
    });
  };
}

/** The line, counting from 1, of the order example where this text stands first. */
export function orderLine(text: string): number {
  const source = readFileSync(join(projectRoot, 'examples/order/order.c'), 'utf8');
  const at = source.indexOf(text);
  if (at < 0) throw new Error(`order.c has no "${text}"`);
  return source.slice(0, at).split('\n').length;
}
