import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FileError,
  type FileStore,
  type InodeId,
} from '../../../simulator/world/files/file-store.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { RealDirectory, realErrno, realListing } from './real-directory.ts';

interface OpenFlags {
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  readonly directory: boolean;
  readonly followLast: boolean;
}

type Command =
  | { readonly do: 'open'; readonly path: string; readonly flags: OpenFlags }
  | { readonly do: 'close'; readonly file: number }
  | { readonly do: 'write'; readonly file: number; readonly at: number; readonly size: number }
  | { readonly do: 'read'; readonly file: number; readonly at: number; readonly size: number }
  | { readonly do: 'setSize'; readonly file: number; readonly size: number }
  | { readonly do: 'mkdir' | 'rmdir' | 'unlink' | 'readlink' | 'readdir'; readonly path: string }
  | { readonly do: 'stat'; readonly path: string; readonly followLast: boolean }
  | { readonly do: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly do: 'symlink'; readonly path: string; readonly to: string }
  | {
      readonly do: 'times';
      readonly path: string;
      readonly followLast: boolean;
      readonly at: number;
    };

/** A file that is open on both sides. */
interface OpenPair {
  readonly fd: number;
  readonly inode: InodeId;
}

const name = fc.constantFrom('a', 'b', 'c', 'd', '.', '..', '');
const path = fc
  .tuple(fc.array(name, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([names, slash]) => names.join('/') + (slash ? '/' : ''))
  .filter((text) => !text.startsWith('/'));
const file = fc.nat(5);
const flags = fc
  .record({
    create: fc.boolean(),
    exclusive: fc.boolean(),
    truncate: fc.boolean(),
    directory: fc.boolean(),
    followLast: fc.boolean(),
  })
  // Old kernels made a file here, new ones refuse as we do.
  .filter(({ create, directory }) => !(create && directory));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), path, flags }) },
  fc.record({ do: fc.constant('close' as const), file }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      file,
      at: fc.nat(200_000),
      size: fc.nat(300),
    }),
  },
  fc.record({
    do: fc.constant('read' as const),
    file,
    at: fc.nat(200_000),
    size: fc.nat(100_000),
  }),
  fc.record({ do: fc.constant('setSize' as const), file, size: fc.nat(200_000) }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('mkdir', 'mkdir', 'rmdir', 'unlink', 'readlink', 'readdir'),
      path,
    }),
  },
  fc.record({ do: fc.constant('stat' as const), path, followLast: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('rename', 'link'), path, to: path }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('symlink' as const), path, to: path }) },
  fc.record({
    do: fc.constant('times' as const),
    path,
    followLast: fc.boolean(),
    at: fc.nat(2_000_000_000),
  }),
) as fc.Arbitrary<Command>;

/** What a command comes to on one side: a description, or the name of an errno. */
type Outcome = string;

class Both {
  readonly tree = new MemoryTree({ now: () => 5n });
  private readonly open: (OpenPair | undefined)[] = [];

  run(step: Command): { ours: Outcome; real: Outcome } | undefined {
    if ('file' in step) {
      const pair = this.open[step.file];
      if (pair === undefined) return undefined;
      if (step.do === 'close') this.open[step.file] = undefined;
      return {
        ours: ourOutcome(() => ourFileStep(this.tree, pair.inode, step)),
        real: realOutcome(() => realFileStep(pair.fd, step)),
      };
    }
    let inode: InodeId | undefined;
    const ours = ourOutcome(() => {
      if (step.do !== 'open') return ourStep(this.tree, step);
      const opened = this.tree.open(this.tree.root, step.path, step.flags);
      inode = opened.inode;
      return opened.type;
    });
    // The sandbox ends here, and the real directory goes on.
    if (ours === 'notcapable') return undefined;
    let fd: number | undefined;
    const real = realOutcome(() => {
      if (step.do !== 'open') return realStep(step);
      fd = fs.openSync(step.path, openBits(step.path, step.flags));
      return fs.fstatSync(fd).isDirectory() ? 'directory' : 'file';
    });
    if (inode !== undefined && fd !== undefined) {
      // What can be done through an open directory is another matter (openat), not tried here.
      if (real === 'file') this.keep({ fd, inode });
      else fs.closeSync(fd);
    }
    return { ours, real };
  }

  close(): void {
    for (const pair of this.open) if (pair !== undefined) fs.closeSync(pair.fd);
  }

  private keep(pair: OpenPair): void {
    const free = this.open.indexOf(undefined);
    if (free >= 0) this.open[free] = pair;
    else this.open.push(pair);
  }
}

function openBits(path: string, how: OpenFlags): number {
  const { constants } = fs;
  let bits = constants.O_RDONLY;
  // A file that is created or truncated is open for writing; other files too, if there are any.
  if (fs.existsSync(path) ? !fs.statSync(path).isDirectory() : how.create) bits = constants.O_RDWR;
  if (how.create) bits |= constants.O_CREAT;
  if (how.exclusive && how.create) bits |= constants.O_EXCL;
  if (how.truncate) bits |= constants.O_TRUNC;
  if (how.directory) bits |= constants.O_DIRECTORY;
  if (!how.followLast) bits |= constants.O_NOFOLLOW;
  return bits;
}

function payload(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 7 + size) % 251);
}

type FileStep = Extract<Command, { file: number }>;

function ourFileStep(tree: FileStore, inode: InodeId, step: FileStep): Outcome {
  switch (step.do) {
    case 'close':
      tree.close(inode);
      return 'closed';
    case 'write':
      return `${tree.write(inode, BigInt(step.at), payload(step.size)) - BigInt(step.at)}`;
    case 'read':
      return Buffer.from(tree.read(inode, BigInt(step.at), step.size)).toString('hex');
    case 'setSize':
      tree.setSize(inode, BigInt(step.size));
      return `${tree.stat(inode).size}`;
  }
}

function realFileStep(fd: number, step: FileStep): Outcome {
  switch (step.do) {
    case 'close':
      fs.closeSync(fd);
      return 'closed';
    case 'write':
      return `${fs.writeSync(fd, payload(step.size), 0, step.size, step.at)}`;
    case 'read': {
      const bytes = Buffer.alloc(step.size);
      return bytes.subarray(0, fs.readSync(fd, bytes, 0, step.size, step.at)).toString('hex');
    }
    case 'setSize':
      fs.ftruncateSync(fd, step.size);
      return `${fs.fstatSync(fd).size}`;
  }
}

type PathStep = Exclude<Command, { file: number } | { do: 'open' }>;

function ourStep(tree: MemoryTree, step: PathStep): Outcome {
  const { root } = tree;
  switch (step.do) {
    case 'mkdir':
      tree.createDirectory(root, step.path);
      return 'done';
    case 'rmdir':
      tree.removeDirectory(root, step.path);
      return 'done';
    case 'unlink':
      tree.unlink(root, step.path);
      return 'done';
    case 'readlink':
      return tree.readLink(root, step.path);
    case 'readdir': {
      const how = { create: false, exclusive: false, truncate: false, followLast: true };
      const { inode } = tree.open(root, step.path, { ...how, directory: true });
      const names = tree.readDirectory(inode).map((entry) => `${entry.name} ${entry.type}`);
      tree.close(inode);
      return names.sort().join(', ');
    }
    case 'stat': {
      const { type, size, links } = tree.statPath(root, step.path, step.followLast);
      return type === 'directory' ? type : `${type} ${size} x${links}`;
    }
    case 'rename':
      tree.rename(root, step.path, root, step.to);
      return 'done';
    case 'link':
      tree.link(root, step.path, false, root, step.to);
      return 'done';
    case 'symlink':
      tree.symlink(step.to, root, step.path);
      return 'done';
    case 'times': {
      const nanos = BigInt(step.at) * 1_000_000_000n;
      tree.setTimesPath(root, step.path, step.followLast, nanos, nanos);
      return `${tree.statPath(root, step.path, step.followLast).modifiedNanos}`;
    }
  }
}

function realStep(step: PathStep): Outcome {
  switch (step.do) {
    case 'mkdir':
      fs.mkdirSync(step.path);
      return 'done';
    case 'rmdir':
      fs.rmdirSync(step.path);
      return 'done';
    case 'unlink':
      fs.unlinkSync(step.path);
      return 'done';
    case 'readlink':
      return fs.readlinkSync(step.path);
    case 'readdir':
      return fs
        .readdirSync(step.path, { withFileTypes: true })
        .map((entry) => `${entry.name} ${typeOf(entry)}`)
        .sort()
        .join(', ');
    case 'stat': {
      const stat = step.followLast ? fs.statSync(step.path) : fs.lstatSync(step.path);
      const type = typeOf(stat);
      return type === 'directory' ? type : `${type} ${stat.size} x${stat.nlink}`;
    }
    case 'rename':
      fs.renameSync(step.path, step.to);
      return 'done';
    case 'link':
      fs.linkSync(step.path, step.to);
      return 'done';
    case 'symlink':
      fs.symlinkSync(step.to, step.path);
      return 'done';
    case 'times': {
      if (step.followLast) fs.utimesSync(step.path, step.at, step.at);
      else fs.lutimesSync(step.path, step.at, step.at);
      const how = { bigint: true } as const;
      const stat = step.followLast ? fs.statSync(step.path, how) : fs.lstatSync(step.path, how);
      return `${stat.mtimeNs}`;
    }
  }
}

function typeOf(entry: fs.Dirent | fs.Stats): string {
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'file';
}

function ourOutcome(step: () => Outcome): Outcome {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return error.code;
  }
}

function realOutcome(step: () => Outcome): Outcome {
  try {
    return step();
  } catch (error) {
    return realErrno(error);
  }
}

function ourListing(tree: MemoryTree, directory: InodeId = tree.root, prefix = ''): string[] {
  const lines: string[] = [];
  const entries = [...tree.readDirectory(directory)].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, inode, type } of entries) {
    const path = `${prefix}${name}`;
    if (type === 'directory') lines.push(`${path}/`, ...ourListing(tree, inode, `${path}/`));
    else if (type === 'symlink') lines.push(`${path} -> ${tree.readLink(directory, name)}`);
    else {
      const { links, size } = tree.stat(inode);
      const bytes = Buffer.from(tree.read(inode, 0n, Number(size)));
      lines.push(`${path} x${links} ${bytes.toString('hex')}`);
    }
  }
  return lines;
}

const RUNS = Number(process.env.POSIX_RUNS ?? 300);

test('a tree in memory answers every operation as a real file system does', {
  skip: process.platform !== 'linux',
}, () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (steps) => {
      const real = new RealDirectory();
      const both = new Both();
      try {
        for (const step of steps) {
          const outcome = both.run(step);
          if (outcome !== undefined) {
            assert.equal(outcome.ours, outcome.real, JSON.stringify(step));
          }
        }
        assert.deepEqual(ourListing(both.tree), realListing());
        assert.deepEqual(ourListing(both.tree.clone({ now: () => 6n })), realListing());
      } finally {
        both.close();
        real.remove();
      }
    }),
    { numRuns: RUNS },
  );
});
