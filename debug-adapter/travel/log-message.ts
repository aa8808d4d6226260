import type { Expression } from './expression.ts';
import { ExpressionError, evaluate, ResultPendingError, valueText } from './expression.ts';
import { parseExpression } from './expression-parser.ts';
import type { EffectFields } from './seen-effect.ts';

/** Text with `{expressions}` in it; `\{` is a brace. */
export type LogMessage = readonly (string | Expression)[];

/** Throws ExpressionError. */
export function parseLogMessage(text: string): LogMessage {
  return splitLogMessage(text, parseExpression);
}

/** Text, and what `parse` makes of the expressions in it. Throws ExpressionError. */
export function splitLogMessage<T>(text: string, parse: (expression: string) => T): (string | T)[] {
  const parts: (string | T)[] = [];
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\' && (text[at + 1] === '{' || text[at + 1] === '}')) {
      plain += text[++at];
    } else if (character === '{') {
      const end = closingBrace(text, at);
      if (plain !== '') parts.push(plain);
      plain = '';
      parts.push(parse(text.slice(at + 1, end)));
      at = end;
    } else plain += character;
  }
  if (plain !== '') parts.push(plain);
  return parts;
}

function closingBrace(text: string, open: number): number {
  let quote: string | undefined;
  for (let at = open + 1; at < text.length; at++) {
    const character = text[at];
    if (quote !== undefined) {
      if (character === '\\') at++;
      else if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '}') return at;
  }
  throw new ExpressionError(`${text}: the brace at column ${open + 1} is not closed`);
}

/** The message for an effect. What cannot be told stands in it as such. */
export function logText(message: LogMessage, fields: EffectFields): string {
  return message.map((part) => (typeof part === 'string' ? part : partText(part, fields))).join('');
}

function partText(part: Expression, fields: EffectFields): string {
  try {
    return valueText(evaluate(part, fields));
  } catch (error) {
    if (error instanceof ResultPendingError) return '(no result yet)';
    if (error instanceof ExpressionError) return `(${error.message})`;
    throw error;
  }
}

/** Whether it needs a result to be complete. */
export function needsResult(message: LogMessage): boolean {
  return message.some((part) => typeof part !== 'string' && mentionsResult(part));
}

/** Whether an expression asks for the result of its effect. */
export function mentionsResult(expression: Expression): boolean {
  switch (expression.kind) {
    case 'path':
      return expression.root === 'result';
    case 'not':
      return mentionsResult(expression.operand);
    case 'binary':
      return mentionsResult(expression.left) || mentionsResult(expression.right);
    default:
      return false;
  }
}
