// An extension with one of each thing that the helpers read or click; it proves the helpers, not Backstitch.
const vscode = require('vscode');

const LINES = ['one', 'two', 'three'];

/** Walks the lines of a file, both ways, as the smallest debug adapter that can be stepped. */
class SampleAdapter {
  constructor(program) {
    this.program = program;
    this.line = 1;
    this.seq = 0;
    this.emitter = new vscode.EventEmitter();
    this.onDidSendMessage = this.emitter.event;
  }

  send(message) {
    this.seq += 1;
    this.emitter.fire({ seq: this.seq, ...message });
  }

  event(event, body) {
    this.send({ type: 'event', event, body });
  }

  answer(request) {
    switch (request.command) {
      case 'initialize':
        return { supportsStepBack: true, supportsConfigurationDoneRequest: true };
      case 'setBreakpoints':
        return {
          breakpoints: request.arguments.breakpoints.map(({ line }) => ({ verified: true, line })),
        };
      case 'evaluate':
        return { result: `${this.line + 1} it is`, variablesReference: 0 };
      case 'threads':
        return { threads: [{ id: 1, name: 'execution order-1' }] };
      case 'stackTrace': {
        const source = { name: 'notes.txt', path: this.program };
        const frames = [
          { id: 1, name: 'inner', line: this.line, column: 1, source },
          { id: 2, name: 'outer', line: 1, column: 1, source },
        ];
        return { stackFrames: frames, totalFrames: frames.length };
      }
      case 'scopes':
        return { scopes: [{ name: 'Effect', variablesReference: 1, expensive: false }] };
      case 'variables':
        return request.arguments.variablesReference === 1
          ? {
              variables: [
                { name: 'line', value: String(this.line), variablesReference: 0 },
                { name: 'request', value: 'POST /charge', variablesReference: 2 },
              ],
            }
          : { variables: [{ name: 'method', value: '"POST"', variablesReference: 0 }] };
      default:
        return {};
    }
  }

  handleMessage(request) {
    const moves = { next: 1, stepBack: -1 };
    this.line += moves[request.command] ?? 0;
    this.send({
      type: 'response',
      command: request.command,
      request_seq: request.seq,
      success: true,
      body: this.answer(request),
    });
    if (request.command === 'launch') this.event('initialized');
    if (request.command === 'configurationDone') {
      this.event('stopped', { reason: 'entry', threadId: 1, allThreadsStopped: true });
    }
    if (request.command in moves) {
      this.event('stopped', { reason: 'step', threadId: 1, allThreadsStopped: true });
    }
    if (request.command === 'disconnect') this.event('terminated');
  }

  dispose() {
    this.emitter.dispose();
  }
}

class Things {
  constructor() {
    this.marked = new Set();
    this.added = 0;
    this.emitter = new vscode.EventEmitter();
    this.onDidChangeTreeData = this.emitter.event;
  }

  getChildren(parent) {
    if (parent === undefined) {
      return ['first', 'second', ...Array.from({ length: this.added }, (_, i) => `added ${i + 1}`)];
    }
    return parent === 'first' ? LINES.map((line) => `first/${line}`) : [];
  }

  getTreeItem(id) {
    const state = id === 'first' ? 1 : 0;
    const item = new vscode.TreeItem(id, state);
    item.id = id;
    item.description = this.marked.has(id) ? 'marked' : 'plain';
    return item;
  }
}

function activate(context) {
  const things = new Things();
  const channel = vscode.window.createOutputChannel('Sample Log');
  const register = (id, work) => vscode.commands.registerCommand(id, work);
  const debugFile = (file) =>
    vscode.debug.startDebugging(undefined, {
      type: 'sample',
      request: 'launch',
      name: 'Sample',
      program: file,
    });
  context.subscriptions.push(
    channel,
    vscode.window.registerTreeDataProvider('sample.things', things),
    vscode.window.registerTreeDataProvider('sample.empty', { getChildren: () => [] }),
    register('sample.hello', () => vscode.window.showInformationMessage('Hello from the sample')),
    register('sample.ask', async () => {
      const answer = await vscode.window.showWarningMessage('Crash it?', 'Crash', 'Leave');
      const name = await vscode.window.showInputBox({ prompt: 'Where' });
      const kind = await vscode.window.showQuickPick(['before', 'after']);
      vscode.window.showInformationMessage(`${answer} ${kind} ${name}`);
    }),
    register('sample.log', () => {
      channel.appendLine('a line of the log');
      channel.show(true);
    }),
    register('sample.mark', (id) => {
      things.marked.add(id);
      things.emitter.fire();
    }),
    register('sample.add', () => {
      things.added += 1;
      things.emitter.fire();
    }),
    register('sample.debug', debugFile),
    vscode.languages.registerCodeLensProvider('plaintext', {
      provideCodeLenses: (document) => [
        new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
          title: 'Run',
          command: 'sample.hello',
        }),
        new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
          title: '$(debug) Debug',
          command: 'sample.debug',
          arguments: [document.uri.fsPath],
        }),
      ],
    }),
    vscode.debug.registerDebugAdapterDescriptorFactory('sample', {
      createDebugAdapterDescriptor: (session) =>
        new vscode.DebugAdapterInlineImplementation(
          new SampleAdapter(session.configuration.program),
        ),
    }),
  );
}

module.exports = { activate };
