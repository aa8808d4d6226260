/** Finds expressions in source text whose values a stopped program can tell. */

/** Part of a line; columns count from 0. */
export interface FoundExpression {
  readonly text: string;
  readonly column: number;
  /** The variable that it begins with. */
  readonly root: string;
}

/** Comments, strings and characters; a lifetime such as 'a is none of them. */
const NOT_CODE =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[^\n']+|\\'|[^'\\\n])'/g;
/** A variable with the members and elements that follow it. */
const PATH = /(?<![\w$])[A-Za-z_$][\w$]*(?:(?:->|\.|::)[\w$]+|\[[^[\]\n]*\])*/g;
const PART = /^[A-Za-z_$][\w$]*|(?:->|\.|::)[\w$]+|\[[^[\]\n]*\]/g;
/** What is called, or names a namespace or a macro, has no value to show. */
const CALLED = /^\s*(?:\(|::|!(?!=))/;
/** `char notes[64], id[8]`: what stands in the brackets of a declaration is no index. */
const DECLARATION = /^\s*(?:[A-Za-z_]\w*\s+)+\**[A-Za-z_]\w*\s*\[[^=]*/;
/** Heads of blocks that are no functions. */
const CONTROL = /^\s*(?:\}\s*)?(?:if|else|for|while|switch|match|do|loop|catch|try)\b/;

/** The text with spaces for all that is no code; lines and columns stay as they are. */
export function codeOf(text: string): string {
  return text.replace(NOT_CODE, (found) => found.replace(/[^\n]/g, ' '));
}

/** The expression of a line of code that ends with the name at a column: `a->b` for the b of `a->b.c`. */
export function expressionAt(line: string, column: number): FoundExpression | undefined {
  for (const match of line.matchAll(PATH)) {
    const [path] = match;
    if (column < match.index || column >= match.index + path.length) continue;
    return partAt(line, path, match.index, column);
  }
  return undefined;
}

function partAt(
  line: string,
  path: string,
  start: number,
  column: number,
): FoundExpression | undefined {
  const [root = path] = /^[\w$]+/.exec(path) ?? [];
  for (const part of path.matchAll(PART)) {
    const from = start + part.index;
    const end = from + part[0].length;
    if (column >= end) continue;
    // Within the brackets stands an expression of its own.
    if (part[0].startsWith('[')) {
      const inner = expressionAt(part[0].slice(1, -1), column - from - 1);
      return inner && { ...inner, column: inner.column + from + 1 };
    }
    if (CALLED.test(line.slice(end))) return undefined;
    return { text: line.slice(start, end), column: start, root };
  }
  return undefined;
}

/** The variables, and members of variables, that a line of code names, each once. */
export function expressionsOn(line: string): readonly FoundExpression[] {
  const found = new Map<string, FoundExpression>();
  const [declared = ''] = DECLARATION.exec(line) ?? [];
  for (const match of line.matchAll(PATH)) {
    const [root = match[0]] = /^[\w$]+/.exec(match[0]) ?? [];
    const path = match.index < declared.length ? root : match[0];
    // The rest of an expression that began with something else, such as a call.
    if (/[\w$)\]]\s*(?:\.|->|::)$/.test(line.slice(0, match.index))) continue;
    // What is called is a member of what stands before it.
    const text = CALLED.test(line.slice(match.index + match[0].length)) ? callee(path) : path;
    if (text !== undefined && !found.has(text)) {
      found.set(text, { text, column: match.index, root });
    }
  }
  return [...found.values()];
}

/** `list` of `list.push`; undefined for a function. */
function callee(path: string): string | undefined {
  const [before] = /^.*(?=(?:->|\.)[\w$]+$)/.exec(path) ?? [];
  return before;
}

/**
 * The first line, counting from 0, of the function that a line of code is in: the outermost block
 * around it with parameters. The line itself when there is none.
 */
export function functionStart(lines: readonly string[], at: number): number {
  let start = at;
  let closed = 0;
  for (let number = at - 1; number >= 0; number--) {
    const line = lines[number] ?? '';
    const opens = openedBy(line, closed);
    closed = opens.closed;
    if (opens.isOpened && line.includes(')') && !CONTROL.test(line)) {
      start = headStart(lines, number);
    }
  }
  return start;
}

/** Reads a line from its end: whether it opens a block that nothing below it has closed. */
function openedBy(line: string, closedBelow: number): { isOpened: boolean; closed: number } {
  let closed = closedBelow;
  let isOpened = false;
  for (let index = line.length - 1; index >= 0; index--) {
    if (line[index] === '}') closed++;
    if (line[index] !== '{') continue;
    if (closed > 0) closed--;
    else isOpened = true;
  }
  return { isOpened, closed };
}

/** Parameters may take several lines. */
function headStart(lines: readonly string[], last: number): number {
  let missing = 0;
  for (let number = last; number >= 0; number--) {
    for (const character of lines[number] ?? '') {
      if (character === ')') missing++;
      if (character === '(') missing--;
    }
    if (missing <= 0) return number;
  }
  return last;
}
