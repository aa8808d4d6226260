// One code-server process with folders of its own.
// Owns: the process group it starts, and the folders under `home`. The caller owns `home` itself.
// C1: stop() ends the whole group and returns only after its leader has gone.
// C2: nothing is read from or written to the settings of the person who runs the tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { E2eEnvironment } from './environment.ts';

const START_TIMEOUT_MS = 60_000;
const INSTALL_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 5_000;
const LISTENING = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/;

// Everything that would cover the window, ask a question or reach for the network stays off.
const QUIET_SETTINGS = {
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'editor.accessibilitySupport': 'off',
  'editor.hover.enabled': 'off',
  'editor.stickyScroll.enabled': false,
  'editor.renderWhitespace': 'none',
  'explorer.autoReveal': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.tree.expandMode': 'singleClick',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

export interface CodeServerOptions {
  readonly environment: E2eEnvironment;
  /** A folder that exists, for the settings, the extensions and the logs of this one server. */
  readonly home: string;
  readonly vsixFiles: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where the server's output goes. */
  readonly logFile: string;
}

export class CodeServer {
  private constructor(
    readonly url: string,
    private readonly leader: ChildProcess,
  ) {}

  /** Installs the VSIX files and starts a server on a free port. */
  static async start(options: CodeServerOptions): Promise<CodeServer> {
    const userFolder = join(options.home, 'data', 'User');
    mkdirSync(userFolder, { recursive: true });
    writeFileSync(
      join(userFolder, 'settings.json'),
      JSON.stringify({ ...QUIET_SETTINGS, ...options.settings }, null, 2),
    );
    writeFileSync(join(options.home, 'config.yaml'), 'auth: none\ncert: false\n');
    if (options.vsixFiles.length > 0) {
      const installs = options.vsixFiles.flatMap((file) => ['--install-extension', file]);
      const install = spawnServer(options, [...installs, '--force']);
      const outcome = await install.until(/(?!)/, INSTALL_TIMEOUT_MS);
      if (outcome.code !== 0) {
        throw new Error(
          `code-server did not install ${options.vsixFiles.join(', ')}:\n${outcome.output}`,
        );
      }
    }
    const server = spawnServer(options, [
      '--bind-addr',
      '127.0.0.1:0',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
    ]);
    const outcome = await server.until(LISTENING, START_TIMEOUT_MS);
    if (outcome.match === undefined) {
      killGroup(server.child);
      throw new Error(`code-server did not start listening:\n${outcome.output}`);
    }
    return new CodeServer(outcome.match, server.child);
  }

  /** Ends the server with all that it started. */
  async stop(): Promise<void> {
    if (this.leader.exitCode !== null || this.leader.signalCode !== null) return;
    const gone = new Promise((resolve) => this.leader.once('exit', resolve));
    killGroup(this.leader, 'SIGTERM');
    const timer = setTimeout(() => killGroup(this.leader), STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
    // The extension host may outlive its parent for a moment, and would write to folders that go away.
    killGroup(this.leader);
  }
}

interface Outcome {
  readonly output: string;
  readonly match?: string;
  readonly code?: number | null;
}

function spawnServer(options: CodeServerOptions, args: readonly string[]) {
  const { environment, home } = options;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|npm_|BACKSTITCH_)/.test(name),
  );
  const child = spawn(
    environment.node,
    [
      environment.codeServer,
      '--config',
      join(home, 'config.yaml'),
      '--user-data-dir',
      join(home, 'data'),
      '--extensions-dir',
      join(home, 'extensions'),
      ...args,
    ],
    {
      // A process group of its own lets stop() end everything it started, and nothing else.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(inherited),
        HOME: home,
        XDG_CONFIG_HOME: join(home, 'config'),
        XDG_DATA_HOME: join(home, 'share'),
        // Without it the editor would ask a marketplace.
        EXTENSIONS_GALLERY: '{"serviceUrl":""}',
      },
    },
  );
  const log = createWriteStream(options.logFile, { flags: 'a' });
  let output = '';
  const until = (pattern: RegExp, timeoutMs: number) =>
    new Promise<Outcome>((resolve) => {
      const timer = setTimeout(
        () => resolve({ output: `${output}\n(no answer within ${timeoutMs} ms)` }),
        timeoutMs,
      );
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const read = (chunk: Buffer) => {
        output += chunk.toString('utf8');
        log.write(chunk);
        const match = pattern.exec(output)?.[1];
        if (match !== undefined) settle({ output, match });
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', (error) => settle({ output: String(error) }));
      child.once('close', (code) => {
        log.end();
        settle({ output, code });
      });
    });
  return { child, until };
}

function killGroup(leader: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (leader.pid === undefined) return;
  try {
    process.kill(-leader.pid, signal);
  } catch (error) {
    // ESRCH says that the whole group has ended already, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
