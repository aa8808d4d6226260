import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real directory, which says what POSIX means. It becomes the working directory. */
export class RealDirectory {
  readonly top: string;
  private readonly before: string;

  constructor() {
    this.before = process.cwd();
    // One level further down, so that a stray `..` stays inside.
    this.top = fs.mkdtempSync(join(tmpdir(), 'tree-'));
    const root = join(this.top, 'root');
    fs.mkdirSync(root);
    process.chdir(root);
  }

  remove(): void {
    process.chdir(this.before);
    fs.rmSync(this.top, { recursive: true, force: true });
  }
}

/** Everything below a real directory, one line each, sorted. */
export function realListing(directory = '.', prefix = ''): string[] {
  const lines: string[] = [];
  for (const name of fs.readdirSync(directory).sort()) {
    const path = `${prefix}${name}`;
    const stat = fs.lstatSync(path);
    if (stat.isDirectory()) lines.push(`${path}/`, ...realListing(path, `${path}/`));
    else if (stat.isSymbolicLink()) lines.push(`${path} -> ${fs.readlinkSync(path)}`);
    else lines.push(`${path} x${stat.nlink} ${fs.readFileSync(path).toString('hex')}`);
  }
  return lines;
}

/** `noent` for an error with the code ENOENT; anything else is thrown on. */
export function realErrno(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !code.startsWith('E') || code.startsWith('ERR_')) throw error;
  return code.slice(1).toLowerCase();
}
