/**
 * What the realm of every script of the workspace begins with, as text, because it must run inside that
 * realm. It takes away what is not deterministic, and loads modules, once and again: a realm that nothing
 * has changed serves many times. What follows it in the same function has `bridge`, `show`, `fail`, `load`,
 * `loaded` and `nowMs`; it ends with REALM_END.
 */
export const REALM_BEGIN = `
'use strict';
(() => {
  const bridge = globalThis.__bridge;
  delete globalThis.__bridge;
  const RealDate = Date;
  let nowMs = 0;
  function SimulatedDate(...args) {
    if (new.target === undefined) return new RealDate(nowMs).toString();
    const made = args.length === 0 ? [nowMs] : args;
    return Reflect.construct(RealDate, made, new.target);
  }
  SimulatedDate.prototype = RealDate.prototype;
  SimulatedDate.prototype.constructor = SimulatedDate;
  SimulatedDate.now = () => nowMs;
  SimulatedDate.parse = RealDate.parse;
  SimulatedDate.UTC = RealDate.UTC;
  globalThis.Date = SimulatedDate;
  Math.random = () => bridge.random();
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry']) {
    delete globalThis[name];
  }
  const show = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  const log = (...values) => bridge.log(values.map(show).join(' '));
  globalThis.console = { log, info: log, warn: log, error: log, debug: log };

  const definitions = new Map();
  const loaded = new Map();
  const fail = (message) => { throw new TypeError(message); };

  globalThis.__define = (path, imports, body) => definitions.set(path, { imports, body });
  const load = (path) => {
    const existing = loaded.get(path);
    if (existing !== undefined) return existing.exports;
    const { imports, body } = definitions.get(path);
    const module = { exports: {} };
    loaded.set(path, module);
    const require = (wanted) => {
      const target = imports[wanted];
      if (target === undefined) {
        fail('cannot import ' + JSON.stringify(wanted) + ': a script may import only files of its own by a relative path');
      }
      return load(target);
    };
    body(module.exports, require, module);
    return module.exports;
  };
  // What every script finds, and could leave changed behind: all but the realm's functions themselves.
  const isThing = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
  const holdsMore = (value) => typeof value !== 'function' || Reflect.ownKeys(value).some((key) => key !== 'length' && key !== 'name');
  const things = () => {
    const found = new Set();
    const add = (value) => {
      if (!isThing(value) || value === globalThis || found.has(value) || !holdsMore(value)) return;
      found.add(value);
      add(Reflect.getPrototypeOf(value));
      for (const key of Reflect.ownKeys(value)) add(Reflect.getOwnPropertyDescriptor(value, key).value);
    };
    for (const key of Reflect.ownKeys(globalThis)) add(globalThis[key]);
    add(Reflect.getPrototypeOf(function* () {}));
    add(Reflect.getPrototypeOf(async () => {}));
    add(Reflect.getPrototypeOf([][Symbol.iterator]()));
    return found;
  };
  const globals = () => Reflect.ownKeys(globalThis).map((key) => globalThis[key]);
  /** Whether what is global is still what it was. */
  globalThis.__isUntouched = () => {
    const now = globals();
    return now.length === untouched.length && now.every((value, index) => Object.is(value, untouched[index]));
  };
  /** From now on, a script that changes what others find fails. */
  globalThis.__freeze = () => { for (const thing of things()) Object.freeze(thing); };
`;

export const REALM_END = `
  const untouched = globals();
})();
`;
