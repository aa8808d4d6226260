/** An absolute path without blanks; the slashes of an address are none. */
const ABSOLUTE_PATH = /(?<![\w:/.\\])(?:[A-Za-z]:)?[\\/][^\s:'"`,;()]+/g;

/** A text with its absolute paths as `relative` gives them, for places where there is little room. */
export function shortPaths(text: string, relative: (path: string) => string): string {
  return text.replace(ABSOLUTE_PATH, (path) => {
    // The full stop of a sentence is no part of the path.
    const [, file = '', end = ''] = /^(.*?)([.!?]*)$/.exec(path) ?? [];
    return relative(file) + end;
  });
}
