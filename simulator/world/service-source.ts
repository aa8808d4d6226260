/** The script of a service with all files that it imports. */
export interface ServiceSource {
  /** The path of its first file, a key of `files`. */
  readonly entry: string;
  /** JavaScript or TypeScript texts by path; relative imports lead from one to another. */
  readonly files: ReadonlyMap<string, string>;
}
