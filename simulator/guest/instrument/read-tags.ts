import { ByteReader, type CoreModule, type FunctionType } from '../wasm/index.ts';
import { malformedModule } from '../wasm/module-error.ts';

const TAG_COUNT_MAX = 1_000_000;

/** The types of a module's tags by index, imports first; what they carry are the parameters. */
export function readTags(bytes: Uint8Array, info: CoreModule): (FunctionType | undefined)[] {
  const tags = info.imports.flatMap((each) => (each.kind === 'tag' ? [each.type] : []));
  const section = info.sections.find(({ kind }) => kind === 'tag');
  if (section === undefined) return tags;
  const reader = new ByteReader(bytes, section.payload, malformedModule);
  const count = reader.count('the number of tags', TAG_COUNT_MAX);
  for (let index = 0; index < count; index++) {
    reader.u8('a tag');
    tags.push(info.types[reader.leb32('a tag')]);
  }
  return tags;
}
