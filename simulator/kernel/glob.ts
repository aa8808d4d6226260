/**
 * Whether `text` fits `pattern`, in which `*` stands for any run of characters, also none, and
 * everything else for itself. Takes at most pattern x text steps, so no pattern can hang it.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let read = 0;
  // Where to go on from when a mismatch shows that the latest `*` has to take one more character.
  let star = -1;
  let starRead = 0;
  while (read < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      starRead = read;
    } else if (at < pattern.length && pattern[at] === text[read]) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star + 1;
      read = ++starRead;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
