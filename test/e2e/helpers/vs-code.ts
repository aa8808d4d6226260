// A real VS Code in a real browser, with one VSIX and one copy of a workspace.
// Owns: a code-server, a Chromium, and a temporary folder for both.
// V1: dispose() ends every process that start() began and removes the folder, also after a failed start.
// V2: every wait has a limit, and a failure leaves a screenshot and the logs in the artefact folder.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type FrameLocator, type Page } from 'playwright-core';
import { CodeServer } from './code-server.ts';
import { DebugView } from './debug-view.ts';
import { EditorArea } from './editor-area.ts';
import { artifactsFolder, type E2eEnvironment } from './environment.ts';
import { Notifications } from './notifications.ts';
import { OutputPanel } from './output-panel.ts';
import { QuickInput } from './quick-input.ts';
import { TreeView } from './tree-view.ts';
import { UI_TIMEOUT_MS, waitFor } from './wait.ts';

const WORKBENCH_TIMEOUT_MS = 60_000;
const TOGGLE_TIMEOUT_MS = 5_000;
// Tall, so that trees and editors show all of the rows a test is about.
const VIEWPORT = { width: 1600, height: 1200 };
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface VsCodeOptions {
  /** Names the screenshots and logs: letters, digits and hyphens. */
  readonly name: string;
  readonly environment: E2eEnvironment;
  /** A folder that is copied; the copy is opened, so that a test may write to it. */
  readonly workspace: string;
  /** The extensions to install. */
  readonly vsixFiles: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Adds to the copy of the workspace before the editor opens it: a link to node_modules, for one. */
  readonly prepare?: (workspace: string) => void;
}

export class VsCode {
  readonly quickInput: QuickInput;
  readonly editor: EditorArea;
  readonly debug: DebugView;
  readonly notifications: Notifications;
  readonly output: OutputPanel;

  private constructor(
    readonly page: Page,
    /** The copy of the workspace that is open. */
    readonly workspace: string,
    private readonly resources: Resources,
  ) {
    this.quickInput = new QuickInput(page);
    this.editor = new EditorArea(page);
    this.debug = new DebugView(page, this.editor, () => this.openContainer('Run and Debug'));
    this.notifications = new Notifications(page);
    this.output = new OutputPanel(page, this.quickInput);
  }

  /** Starts an editor, hands it to `body`, keeps a screenshot and the logs when it fails, and disposes. */
  static async use(options: VsCodeOptions, body: (code: VsCode) => Promise<void>): Promise<void> {
    const code = await VsCode.start(options);
    try {
      await body(code);
    } catch (error) {
      await code.keepEvidence('failure');
      throw error;
    } finally {
      await code.dispose();
    }
  }

  static async start(options: VsCodeOptions): Promise<VsCode> {
    assert.match(options.name, /^[\w-]+$/);
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'backstitch-e2e-')));
    const resources: Resources = { name: options.name, home, artifacts: artifactsFolder() };
    try {
      const workspace = join(home, 'workspace');
      mkdirSync(workspace);
      cpSync(options.workspace, workspace, { recursive: true });
      options.prepare?.(workspace);
      resources.server = await CodeServer.start({
        environment: options.environment,
        home,
        vsixFiles: options.vsixFiles,
        settings: options.settings ?? {},
        logFile: join(resources.artifacts, `${options.name}-server.log`),
      });
      resources.browser = await chromium.launch({
        executablePath: options.environment.chromium,
        args: CHROMIUM_FLAGS,
      });
      const page = await resources.browser.newPage({ viewport: VIEWPORT });
      page.setDefaultTimeout(UI_TIMEOUT_MS);
      keepConsole(page, join(resources.artifacts, `${options.name}-page.log`));
      const code = new VsCode(page, workspace, resources);
      await code.open(resources.server.url);
      return code;
    } catch (error) {
      await release(resources);
      throw error;
    }
  }

  async runCommand(title: string): Promise<void> {
    await this.quickInput.runCommand(title);
  }

  /** Opens a file by its path relative to the workspace, and waits for its text. */
  async openFile(path: string): Promise<void> {
    await this.quickInput.openFile(path);
    await this.editor.waitForTab(path.slice(path.lastIndexOf('/') + 1));
    await this.page.locator('.editor-group-container.active .view-line').first().waitFor();
  }

  /** Brings a container of the activity bar to the front by its title. */
  async openContainer(title: string): Promise<void> {
    // The label carries the key and the badge's text after the title.
    const item = this.page.locator('.activitybar li.action-item', {
      has: this.page.locator(`a.action-label[aria-label^=${JSON.stringify(title)}]`),
    });
    const isOpen = async () =>
      (await item.count()) > 0 &&
      (await item.first().evaluate((one) => one.classList.contains('checked')));
    const deadlineMs = performance.now() + UI_TIMEOUT_MS;
    for (;;) {
      if (await isOpen()) return;
      await item.first().click();
      try {
        await waitFor(`${title} to open`, isOpen, { timeoutMs: TOGGLE_TIMEOUT_MS });
        return;
      } catch (error) {
        // A window that was restoring it just then took the click for one that closes it.
        if (performance.now() > deadlineMs) throw error;
      }
    }
  }

  /** Expands a view of the open container by its title. */
  async openView(title: string): Promise<void> {
    const header = this.page.locator(
      `.part.sidebar .pane-header[aria-label=${JSON.stringify(`${title} Section`)}]`,
    );
    const isOpen = async () => (await header.getAttribute('aria-expanded')) === 'true';
    await waitFor(`the view ${title}`, async () => (await header.count()) > 0);
    if (!(await isOpen())) await header.click();
    await waitFor(`the view ${title} to expand`, isOpen);
  }

  /** A view by its title; its container must be open. */
  tree(title: string): TreeView {
    return new TreeView(this.page, title);
  }

  /** Presses a button in a view's own title bar. */
  async viewAction(view: string, action: string): Promise<void> {
    const tree = this.tree(view);
    // A view that is alone in its container shares the container's title bar. Otherwise its buttons show
    // while the mouse is over it.
    const toolbar = this.page.locator(
      `.part.sidebar ul[role="toolbar"][aria-label$=${JSON.stringify(`${view} actions`)}]`,
    );
    const button = toolbar
      .locator(`a.action-label[aria-label=${JSON.stringify(action)}]`)
      .filter({ visible: true });
    await waitFor(
      `"${action}" in the title of ${view}`,
      async () => {
        await tree.hover();
        return (await button.count()) > 0;
      },
      { describe: () => tree.describe() },
    );
    await button.first().click();
  }

  /** Loads the window again, as someone does whose editor misbehaves. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitForWorkbench();
  }

  /** The document of the webview in the active editor: the inner one of its two nested frames. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  async statusBar(): Promise<string[]> {
    const texts = await this.page.locator('.part.statusbar .statusbar-item').allInnerTexts();
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  }

  /** Waits for an entry of the status bar. */
  async waitForStatus(text: RegExp): Promise<void> {
    await waitFor(
      `${text} in the status bar`,
      async () => (await this.statusBar()).some((entry) => text.test(entry)),
      { describe: async () => (await this.statusBar()).join(' | ') },
    );
  }

  /** Writes a screenshot to the artefact folder and returns its path. */
  async screenshot(label: string): Promise<string> {
    const path = join(this.resources.artifacts, `${this.resources.name}-${label}.png`);
    await this.page.screenshot({ path });
    console.log(`screenshot: ${path}`);
    return path;
  }

  /** Keeps what tells why a test failed. Never throws, so that the test's own error is the one shown. */
  async keepEvidence(label: string): Promise<void> {
    const { home, artifacts, name } = this.resources;
    try {
      await this.screenshot(label.replaceAll(/[^\w-]+/g, '-'));
    } catch (error) {
      console.error(`could not take a screenshot: ${String(error)}`);
    }
    const logs = join(home, 'data', 'logs');
    if (existsSync(logs)) cpSync(logs, join(artifacts, `${name}-logs`), { recursive: true });
  }

  async dispose(): Promise<void> {
    await release(this.resources);
  }

  private async open(url: string): Promise<void> {
    await this.page.goto(`${url}/?folder=${encodeURIComponent(this.workspace)}`);
    try {
      await this.waitForWorkbench();
    } catch (error) {
      await this.keepEvidence('start');
      throw new Error(`the editor did not show its workspace at ${url}`, { cause: error });
    }
  }

  private async waitForWorkbench(): Promise<void> {
    const timeout = WORKBENCH_TIMEOUT_MS;
    await this.page.locator('.monaco-workbench').waitFor({ timeout });
    // The status bar's items come when the extensions are known.
    await this.page.locator('.part.statusbar .statusbar-item').first().waitFor({ timeout });
  }
}

interface Resources {
  readonly name: string;
  readonly home: string;
  readonly artifacts: string;
  server?: CodeServer;
  browser?: Browser;
}

async function release({ browser, server, home }: Resources): Promise<void> {
  // Each is ended even when another one cannot be.
  const outcomes = await Promise.allSettled([browser?.close(), server?.stop()]);
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw new Error('the editor could not be ended', { cause: failed.reason });
}

function keepConsole(page: Page, file: string): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      appendFileSync(file, `${message.type()}: ${message.text()}\n`);
    }
  });
  page.on('pageerror', (error) => appendFileSync(file, `uncaught: ${error.stack ?? error}\n`));
}
