import { Unavailable } from '../locations/unavailable.ts';
import type { Value } from '../values/value.ts';
import { Evaluator } from './evaluate.ts';
import { ExpressionError } from './expression-error.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { parseExpression } from './parse-expression.ts';

export interface Completion {
  readonly label: string;
  /** The type of what it would name, where it is known without reading much. */
  readonly detail?: string;
}

const COMPLETION_COUNT_MAX = 500;

/** The path that a name being typed belongs to, such as `a.b[1].` of `x + a.b[1].na`. */
const MEMBER = /((?:[\w$:]+|\.|->|\[[^[\]]*\])*)(?:\.|->)([\w$]*)$/u;
const NAME = /[\w$:]*$/u;

/** What can stand at the end of a text: names in scope or, after a point, members. */
export function completionsOf(text: string, scope: ExpressionScope): Completion[] {
  const [, path, member] = MEMBER.exec(text) ?? [];
  if (path !== undefined && member !== undefined && path !== '') {
    return withPrefix(memberNames(path, scope), member);
  }
  const [name] = NAME.exec(text) ?? [''];
  const names = scope.names().map((label): Completion => ({ label }));
  return withPrefix(names, name);
}

function withPrefix(completions: readonly Completion[], prefix: string): Completion[] {
  const lower = prefix.toLowerCase();
  return completions
    .filter(({ label }) => label.toLowerCase().startsWith(lower))
    .slice(0, COMPLETION_COUNT_MAX);
}

function memberNames(path: string, scope: ExpressionScope): Completion[] {
  let value: Value | undefined;
  try {
    value = new Evaluator(scope).value(parseExpression(path, (name) => scope.type(name)));
    // A pointer is completed by the members of what it points to.
    if (value.namedCount === 0) value = value.dereferenced() ?? value;
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof Unavailable) return [];
    throw error;
  }
  return value.named().flatMap(({ name, value: child, role }) => {
    if (role === 'virtual') return [];
    if (role !== 'base') return [{ label: name, detail: child.typeName }];
    return child.named().map((each) => ({ label: each.name, detail: each.value.typeName }));
  });
}
