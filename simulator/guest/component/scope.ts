import type { WitFunction, WitType } from './wit-type.ts';

/** Types share their parts, so a small component could have one that is endless when written out. */
export interface TypeMeasure {
  readonly depth: number;
  /** How many parts it has when it is written out. */
  readonly size: number;
}

/** What a type index of a component names. */
export type TypeDefinition =
  | ({ readonly kind: 'value'; readonly type: WitType } & TypeMeasure)
  | { readonly kind: 'function'; readonly type: WitFunction }
  | { readonly kind: 'instance'; readonly exports: ReadonlyMap<string, Item> }
  | { readonly kind: 'other' };

/** What a component or an instance exports or imports under a name. */
export type Item =
  | { readonly kind: 'function'; readonly type: WitFunction | undefined }
  | { readonly kind: 'instance'; readonly exports: ReadonlyMap<string, Item> | undefined }
  | { readonly kind: 'type'; readonly definition: TypeDefinition }
  | { readonly kind: 'component'; readonly exports: ReadonlyMap<string, Item> | undefined }
  | { readonly kind: 'other' };

export type ItemSort = 'function' | 'type' | 'instance' | 'component';

/** The index spaces of a component, or of the type of one, while it is read. */
export class Scope {
  readonly types: TypeDefinition[] = [];
  readonly functions: Item[] = [];
  readonly instances: Item[] = [];
  readonly components: Item[] = [];
  readonly exports = new Map<string, Item>();

  constructor(readonly parent: Scope | undefined) {}

  /** The scope so many levels further out; 0 is this one. */
  outer(levels: number): Scope | undefined {
    let scope: Scope | undefined = this;
    for (let level = 0; level < levels && scope !== undefined; level++) scope = scope.parent;
    return scope;
  }

  /** The next index of the item's own sort; core items have index spaces that nobody asks for. */
  define(item: Item): void {
    switch (item.kind) {
      case 'function':
        this.functions.push(item);
        break;
      case 'instance':
        this.instances.push(item);
        break;
      case 'component':
        this.components.push(item);
        break;
      case 'type':
        this.types.push(item.definition);
        break;
      case 'other':
        break;
    }
  }

  /** What an index of a sort names; undefined when there is no such index. */
  item(sort: ItemSort, index: number): Item | undefined {
    switch (sort) {
      case 'function':
        return this.functions[index];
      case 'instance':
        return this.instances[index];
      case 'component':
        return this.components[index];
      case 'type': {
        const definition = this.types[index];
        return definition === undefined ? undefined : { kind: 'type', definition };
      }
    }
  }
}

/** What stands for an item of which nothing but its sort is known. */
export function unknownItem(sort: ItemSort): Item {
  switch (sort) {
    case 'function':
      return { kind: 'function', type: undefined };
    case 'type':
      return { kind: 'type', definition: { kind: 'other' } };
    default:
      return { kind: sort, exports: undefined };
  }
}
