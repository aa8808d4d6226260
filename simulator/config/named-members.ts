import { NAME } from './patterns.ts';
import { type Member, shorten, type Value } from './value.ts';

/** The members of an object whose keys are names that users give. */
export function namedMembers(value: Value | undefined): readonly Member[] {
  const members = value?.members() ?? [];
  for (const { key, name } of members) {
    if (!NAME.pattern.test(key)) name.report('bad-value', `"${shorten(key)}" is not ${NAME.words}`);
  }
  return members;
}
