/** Cuts generated JavaScript into its statements, without understanding them. */

/** What is to be skipped as a whole: comments, then strings. */
const SKIPPED = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y;
const OPENING = '([{';
const CLOSING = ')]}';
/** How a line begins that goes on with the statement of the line before. */
const CONTINUED = /[ \t]*(?:[)\]}.?:,;|&+*/%<>=-]|\n|$)/y;

/**
 * The statements of a text that is generated so that each begins on a line of its own; together
 * they are the text. Undefined when its brackets do not match.
 */
export function splitStatements(text: string): readonly string[] | undefined {
  const statements: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at);
    if (char === '`') {
      const end = templateEnd(text, at);
      if (end === undefined) return undefined;
      at = end;
      continue;
    }
    const skipped = char === '/' || char === "'" || char === '"' ? matchAt(SKIPPED, text, at) : 0;
    at += Math.max(skipped, 1);
    if (skipped > 0) continue;
    if (OPENING.includes(char)) depth++;
    if (CLOSING.includes(char)) depth--;
    if (depth < 0) return undefined;
    if (char !== '\n' || depth > 0 || matchAt(CONTINUED, text, at) > 0) continue;
    statements.push(text.slice(start, at));
    start = at;
  }
  statements.push(text.slice(start));
  return depth === 0 ? statements : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** The end of the template that begins at `start`; undefined when it has none. */
function templateEnd(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (depth === 0 && char === '`') return at + 1;
    else if (depth === 0 && char === '$' && text.charAt(at + 1) === '{') {
      depth = 1;
      at++;
    } else if (depth > 0) {
      // A template within a template is not looked into: what is generated has none.
      if (char === '`') return undefined;
      if (char === '{') depth++;
      if (char === '}') depth--;
    }
  }
  return undefined;
}
