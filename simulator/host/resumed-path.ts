/** Where a resumed simulation is recorded until it has overtaken the recording at `path`. */
export function resumedPath(path: string): string {
  return `${path}-resumed`;
}
