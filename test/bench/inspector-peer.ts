/**
 * The peer of the debugger's steps: the same program under V8's own inspector, which knows one
 * direction only and whose program is live. Steps go from statement to statement, as developer
 * tools make them: instructions that begin none are on the list to be skipped.
 */
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { devNull } from 'node:os';
import { WASI } from 'node:wasi';
import { Worker } from 'node:worker_threads';
import { inspectModule } from '../../simulator/guest/wasm/index.ts';
import { statementOffsets } from '../guest/instrument/statement-offsets.ts';

const STEPS = 200;

/** Debugs the main thread: its inspector answers while it waits at a breakpoint. */
const DEBUGGER = `
const { Session } = require('node:inspector');
const { parentPort, workerData } = require('node:worker_threads');
const { statements, stepCount, length } = workerData;
const session = new Session();
session.connectToMainThread();
const post = (method, params) => new Promise((resolve, reject) => {
  session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)));
});
// Keeps the thread alive between events.
parentPort.on('message', () => {});
const times = [];
let start;
let skipList;
session.on('Debugger.scriptParsed', ({ params }) => {
  if (params.scriptLanguage !== 'WebAssembly' || params.length !== length) return;
  const { scriptId } = params;
  const at = (columnNumber) => ({ lineNumber: 0, columnNumber });
  skipList = statements.slice(0, -1).flatMap((offset, index) =>
    statements[index + 1] === offset + 1
      ? []
      : [{ scriptId, start: at(offset + 1), end: at(statements[index + 1]) }]);
  const location = { scriptId, ...at(statements[0]) };
  Promise.all(statements.map((columnNumber) =>
    post('Debugger.setBreakpoint', { location: { ...location, columnNumber } })))
    .then((set) => {
      session.breakpoints = set.map(({ breakpointId }) => breakpointId);
      parentPort.postMessage('ready');
    });
});
session.on('Debugger.paused', async () => {
  if (start === undefined) {
    for (const breakpointId of session.breakpoints) {
      await post('Debugger.removeBreakpoint', { breakpointId });
    }
  } else {
    times.push(performance.now() - start);
  }
  if (times.length === stepCount) {
    parentPort.postMessage(times);
    await post('Debugger.disable');
    return;
  }
  start = performance.now();
  await post('Debugger.stepInto', { skipList });
});
post('Debugger.enable').then(() => parentPort.postMessage('enabled'));
`;

/** Milliseconds from each request to step to the stop that it leads to. */
export async function inspectorStepsMs(bytes: Uint8Array): Promise<number[]> {
  const info = inspectModule(bytes);
  if (info.kind !== 'module' || info.code === undefined) throw new Error('it has no code');
  const { code } = info;
  const statements = statementOffsets(bytes, info).map((offset) => code.start + offset);
  const workerData = { statements, stepCount: STEPS, length: bytes.length };
  const worker = new Worker(DEBUGGER, { eval: true, workerData });
  await once(worker, 'message');
  const ready = once(worker, 'message');
  const wasi = new WASI({
    version: 'preview1',
    args: ['walked', '1000'],
    stdout: openSync(devNull, 'w'),
    returnOnExit: true,
  });
  const module = await WebAssembly.compile(new Uint8Array(bytes));
  const imports = wasi.getImportObject() as WebAssembly.Imports;
  const instance = await WebAssembly.instantiate(module, imports);
  await ready;
  wasi.start(instance);
  const [times] = await once(worker, 'message');
  await worker.terminate();
  return times as number[];
}
