/** A source file, as the debug information records it. */
export interface SourceFile {
  /** Compilation directory, directory and name joined; nothing is resolved or normalised. */
  readonly path: string;
  readonly name: string;
  /** Of the file, where one is recorded; it may be relative to the compilation directory. */
  readonly directory: string | undefined;
  /** Where the compiler ran. */
  readonly compilationDirectory: string | undefined;
  /** Of its text when it was compiled, in hex, where the compiler noted it (DWARF 5). */
  readonly md5?: string;
}

const WINDOWS_ABSOLUTE = /^(?:[A-Za-z]:[\\/]|\\\\)/;

/** Whether a path is absolute, on Unix or on Windows: programs are built on one and run on both. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || WINDOWS_ABSOLUTE.test(path);
}

/** Joins directories and a name, from the outside in; an absolute one leaves out those before. */
export function joinPath(...parts: readonly (string | undefined)[]): string {
  return parts.reduce<string>((base, part) => {
    if (part === undefined || part === '') return base;
    if (base === '' || isAbsolutePath(part)) return part;
    if (base.endsWith('/') || base.endsWith('\\')) return base + part;
    return WINDOWS_ABSOLUTE.test(base) && !base.includes('/')
      ? `${base}\\${part}`
      : `${base}/${part}`;
  }, '');
}

export function sourceFile(
  name: string,
  directory: string | undefined,
  compilationDirectory: string | undefined,
  md5?: string,
): SourceFile {
  const path = joinPath(compilationDirectory, directory, name);
  const checked = md5 === undefined ? {} : { md5 };
  return { path, name, directory, compilationDirectory, ...checked };
}
