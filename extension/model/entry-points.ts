/** Finds where programs begin in source texts, for the lenses above them. */

interface Language {
  readonly comments: RegExp;
  readonly entry: RegExp;
}

/** Comments, and texts in quotes, of languages that write them as C does. */
const C_COMMENTS =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g;
/** An apostrophe also begins a lifetime. */
const RUST_COMMENTS = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\])*"/g;
const GO_COMMENTS = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|`[^`]*`/g;
const ZIG_COMMENTS = /\/\/[^\n]*|\\\\[^\n]*|"(?:\\.|[^"\\\n])*"/g;

/** By the editor's language identifiers. */
const LANGUAGES: Readonly<Record<string, Language>> = {
  c: { comments: C_COMMENTS, entry: /^[ \t]*(?:int|void)\s+main\s*\(/m },
  cpp: {
    comments: C_COMMENTS,
    entry: /^[ \t]*(?:(?:extern\s+""|static)\s+)?(?:int|auto)\s+main\s*\(/m,
  },
  rust: {
    comments: RUST_COMMENTS,
    entry: /^(?:pub\s+)?(?:async\s+)?fn\s+main\s*\(/m,
  },
  go: { comments: GO_COMMENTS, entry: /^func\s+main\s*\(\s*\)/m },
  zig: { comments: ZIG_COMMENTS, entry: /^pub\s+fn\s+main\s*\(/m },
  typescript: { comments: C_COMMENTS, entry: /^export\s+function\s+_start\s*\(/m },
};

export const ENTRY_LANGUAGES: readonly string[] = Object.keys(LANGUAGES);

/** Longer texts are generated; nobody reads a lens there. */
const TEXT_LENGTH_MAX = 4 * 1024 * 1024;

/** The line of the program's entry, counting from 0; undefined when the text has none. */
export function findEntryPoint(languageId: string, text: string): number | undefined {
  const language = LANGUAGES[languageId];
  if (language === undefined || text.length > TEXT_LENGTH_MAX) return undefined;
  // Lines stay where they are; a declaration's quotes stay too, for `extern "C"`.
  const code = text.replace(language.comments, (found) =>
    /^["'`]/.test(found) ? `""${'\n'.repeat(lineBreaks(found))}` : found.replace(/[^\n]/g, ' '),
  );
  const at = code.search(language.entry);
  if (at < 0 || isDeclaration(code, at)) return undefined;
  return lineBreaks(code.slice(0, at));
}

/** Whether the function is only declared there: a semicolon stands where its body would begin. */
function isDeclaration(code: string, at: number): boolean {
  const end = /[;{]/.exec(code.slice(at))?.[0];
  return end === ';';
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}
