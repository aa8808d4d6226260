/** Pieces that a service sends in answer to one piece of a request, at most. */
const STREAM_PIECES_MAX = 10_000;

/**
 * The prelude of a service's sandbox, as text, because it must run inside that realm. It takes
 * away what is not deterministic, and turns the script's exports into answers. Its modules can be
 * loaded again, for a service that begins anew in a realm that nothing has changed.
 */
export const SANDBOX_SOURCE = String.raw`
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
  let service;
  /** The name of the function that is being called. */
  let asked = 'handle';
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
        fail('cannot import ' + JSON.stringify(wanted) + ': a service may import only files of its own by a relative path');
      }
      return load(target);
    };
    body(module.exports, require, module);
    return module.exports;
  };
  globalThis.__start = (entry) => {
    loaded.clear();
    service = load(entry);
    const has = (name) => typeof service[name] === 'function';
    const answers = () => has('handle') || has('stream') || has('datagram');
    if (!answers() && service.default !== undefined) service = service.default;
    if (!answers()) fail('it exports no function handle(request, context), stream(request, context) nor datagram(packet, context)');
    return { datagrams: has('datagram'), streams: has('stream'), handles: has('handle') };
  };

  const requestOf = ({ method, url, headers, body, trailers }) => {
    const match = /^[a-z]+:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/i.exec(url) ?? [];
    const query = {};
    for (const pair of (match[2] ?? '').split('&')) {
      if (pair === '') continue;
      const [name, value = ''] = pair.split('=');
      query[decodeURIComponent(name)] = decodeURIComponent(value.replaceAll('+', ' '));
    }
    return {
      method, url, path: match[1] || '/', query, body,
      headers: Object.fromEntries(headers),
      trailers: Object.fromEntries(trailers),
      json: () => JSON.parse(body),
    };
  };

  const packetOf = ({ from, host, port, body, bytes }) => ({
    from, host, port, body,
    bytes: Uint8Array.from(bytes, (character) => character.charCodeAt(0)),
    json: () => JSON.parse(body),
  });

  const duration = (name, value = 0) => {
    if (typeof value !== 'number' || !(value >= 0) || value > 1e12) fail(asked + '() returned ' + name + ' ' + show(value));
    return value;
  };
  const piece = (value) => {
    if (typeof value === 'string') return { text: value, afterMs: 0 };
    if (value instanceof Uint8Array) return { bytes: Array.from(value, (byte) => String.fromCharCode(byte)).join(''), afterMs: 0 };
    if (typeof value !== 'object' || value === null || value.data === undefined || Array.isArray(value.data)) {
      fail(asked + '() returned ' + (asked === 'handle' ? 'a body that is neither a text, a Uint8Array nor an array of pieces { data, afterMs }; use json for data' : 'what is neither a text, a Uint8Array, { data, afterMs } nor an array of these'));
    }
    return { ...piece(value.data), afterMs: duration('afterMs', value.afterMs) };
  };

  const fields = (values) => Object.entries(values ?? {}).map(([name, text]) => [name.toLowerCase(), String(text)]);
  const answerOf = (value) => {
    if (typeof value !== 'object' || value === null) fail(asked + '() returned ' + show(value) + '; expected { status, headers, body }');
    const status = value.status ?? 200;
    if (!Number.isInteger(status) || status < 100 || status > 599) fail(asked + '() returned status ' + show(status) + '; expected 100 to 599');
    const headers = fields(value.headers);
    let body = value.body ?? '';
    if (value.json !== undefined) {
      body = JSON.stringify(value.json);
      if (!headers.some(([name]) => name === 'content-type')) headers.push(['content-type', 'application/json']);
    }
    const pieces = body === '' ? [] : (Array.isArray(body) ? body : [body]).map(piece);
    return { status, headers, pieces, trailers: fields(value.trailers), delayMs: duration('delayMs', value.delayMs) };
  };
  const answer = (value, note) => { bridge.output = JSON.stringify({ ...answerOf(value), note }); };

  const isBody = (value) => typeof value === 'string' || value instanceof Uint8Array || value?.data !== undefined;
  const sendHead = (open, step, value) => {
    if (open.hasHead) fail('stream() yielded ' + show(value) + ' after its head; expected a piece of the body');
    open.hasHead = true;
    const { status, headers, pieces, delayMs } = answerOf(value);
    step.head = { status, headers };
    step.delayMs = delayMs;
    step.pieces.push(...pieces);
  };
  const sendPiece = (open, step, value) => {
    if (!open.hasHead) sendHead(open, step, {});
    if (step.pieces.length >= ${STREAM_PIECES_MAX}) fail('stream() yielded more than ${STREAM_PIECES_MAX} pieces at once');
    step.pieces.push(piece(value));
  };
  const finish = (open, step, value) => {
    step.ended = true;
    if (!open.hasHead && value === undefined) fail('stream() ended without a response');
    if (isBody(value)) sendPiece(open, step, value);
    else if (!open.hasHead) sendHead(open, step, value);
    step.trailers = fields(value?.trailers);
  };
  // The program goes on until it asks for more of the request, with a yield of nothing.
  const advance = (open, step, given) => {
    if (step.ended) return;
    let { done, value } = open.turns.next(given);
    while (!done && value !== undefined) {
      if (isBody(value)) sendPiece(open, step, value);
      else sendHead(open, step, value);
      ({ done, value } = open.turns.next());
    }
    if (done) finish(open, step, value);
  };
  const begin = (input, context) => {
    const request = requestOf(input);
    const turns = service.stream(request, context);
    if (typeof turns?.next !== 'function' || Symbol.asyncIterator in turns) {
      fail('stream() returned no generator; expected function* stream(request, context)');
    }
    return { request, turns, hasHead: false };
  };
  const stream = ({ request, text, ended, trailers }, context) => {
    const step = { head: null, pieces: [], trailers: [], ended: false, delayMs: 0 };
    const isNew = bridge.open === undefined;
    if (isNew) {
      bridge.open = begin(request, context);
      advance(bridge.open, step);
    }
    const { open } = bridge;
    if (text !== '') advance(open, step, text);
    if (ended) {
      open.request.trailers = Object.fromEntries(trailers);
      advance(open, step, undefined);
      if (!step.ended) fail('stream() waits for more of a request that has ended');
    }
    return step;
  };

  const answerDatagram = (value, note) => {
    const values = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
    bridge.output = JSON.stringify({ datagrams: values.map(piece), note });
  };

  globalThis.__state = () => {
    try {
      return JSON.stringify(service.state);
    } catch {
      // It is no plain data, and tells nothing.
      return undefined;
    }
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

  let note = null;
  const contextOf = (key) => ({
    get state() { return service.state; },
    get now() { return nowMs; },
    key: key ?? undefined,
    random: () => bridge.random(),
    note: (text) => { note = note === null ? String(text) : note + '; ' + text; },
  });
  globalThis.__call = () => {
    const input = JSON.parse(bridge.input);
    nowMs = input.nowMs;
    note = null;
    const context = contextOf(input.key);
    if (input.stream !== undefined) {
      asked = 'stream';
      bridge.output = JSON.stringify({ ...stream(input.stream, context), note });
      return;
    }
    asked = input.datagram === undefined ? 'handle' : 'datagram';
    if (typeof service[asked] !== 'function') fail('it exports no function handle(request, context)');
    const result = asked === 'handle'
      ? service.handle(requestOf(input.request), context)
      : service.datagram(packetOf(input.datagram), context);
    const take = asked === 'handle' ? answer : answerDatagram;
    if (typeof result?.then !== 'function') { take(result, note); return; }
    result.then((value) => take(value, note)).catch((error) => { bridge.failure = error; });
  };
  const untouched = globals();
})();
`;
