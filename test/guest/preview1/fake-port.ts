import type { EffectPort, EffectValue, Operation } from '../../../simulator/effects/operation.ts';

/** Answers one kind of effect. */
export type Answer = (args: never) => EffectValue;

/** A port that answers from a table and writes down what it was asked. */
export class FakePort implements EffectPort {
  latestWallNanos = 1_000n;
  readonly asked: { readonly name: string; readonly args: EffectValue }[] = [];
  private readonly answers: Readonly<Record<string, Answer>>;

  constructor(answers: Readonly<Record<string, Answer>> = {}) {
    this.answers = answers;
  }

  effect<A extends EffectValue, R extends EffectValue>(operation: Operation<A, R>, args: A): R {
    this.asked.push({ name: operation.name, args });
    const answer = this.answers[operation.name];
    if (answer === undefined) throw new Error(`nothing answers ${operation.name} in this test`);
    return answer(args as never) as R;
  }

  get names(): string[] {
    return this.asked.map(({ name }) => name);
  }

  get lastArgs(): EffectValue | undefined {
    return this.asked[this.asked.length - 1]?.args;
  }
}
