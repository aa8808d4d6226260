import type { ShownOutput } from '../engine/journal-store.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';

/** Gathers what programs write, until it is durable and may be shown. */
export class OutputFeed {
  private outputs: ShownOutput[] = [];
  private readonly alreadyShown: Map<string, number>;

  /** @param shown outputs of each execution that were shown before, and are not to be shown again */
  constructor(shown: ReadonlyMap<string, number> = new Map()) {
    this.alreadyShown = new Map(shown);
  }

  take(output: ShownOutput): void {
    this.outputs.push(output);
  }

  /** What is to be shown now, with outputs that follow one another joined. */
  fresh(): ShownOutput[] {
    const { outputs } = this;
    this.outputs = [];
    const fresh = outputs.filter(({ execution }) => {
      const before = this.alreadyShown.get(execution) ?? 0;
      if (before > 0) this.alreadyShown.set(execution, before - 1);
      return before === 0;
    });
    const groups: ShownOutput[][] = [];
    for (const output of fresh) {
      const group = groups.at(-1);
      const [first] = group ?? [];
      const joins = first?.execution === output.execution && first.stream === output.stream;
      if (group !== undefined && joins) group.push(output);
      else groups.push([output]);
    }
    return groups.flatMap((group) => {
      const [first] = group;
      return first === undefined
        ? []
        : [{ ...first, bytes: concatBytes(group.map(({ bytes }) => bytes)) }];
    });
  }
}
