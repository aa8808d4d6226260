// Holds what package.json promises the editor and what the extension does when it is activated together.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { ENTRY_LANGUAGES } from '../../extension/model/entry-points.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { fakeVsCode, type Registrations } from './helpers/fake-vscode.ts';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Contributes {
  readonly commands: readonly {
    readonly command: string;
    readonly title: string;
    readonly category: string;
    readonly enablement?: string;
    readonly icon?: string | { readonly light: string; readonly dark: string };
  }[];
  readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
  readonly keybindings: readonly (MenuItem & { readonly when: string })[];
  readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly viewsWelcome: readonly {
    readonly view: string;
    readonly when?: string;
    readonly contents: string;
  }[];
  readonly customEditors: readonly { readonly viewType: string }[];
  readonly debuggers: readonly { readonly type: string }[];
  readonly breakpoints: readonly { readonly language: string }[];
  readonly jsonValidation: readonly { readonly url: string }[];
  readonly walkthroughs: readonly {
    readonly steps: readonly {
      readonly description: string;
      readonly media: { readonly markdown: string };
      readonly completionEvents: readonly string[];
    }[];
  }[];
}

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  readonly icon: string;
  readonly contributes: Contributes;
};
const { contributes } = manifest;
const contributed = contributes.commands.map(({ command }) => command);

/** Loads the extension with a stand-in for the editor, and activates it. */
async function activate(): Promise<Registrations> {
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: ['extension/extension.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    supported: { 'dynamic-import': false },
    logLevel: 'silent',
  });
  const { module: vscode, registered } = fakeVsCode();
  const real = createRequire(join(projectRoot, 'package.json'));
  const load = (name: string): unknown => (name === 'vscode' ? vscode : real(name));
  const module = { exports: {} as { activate: (context: object) => void } };
  const code = outputFiles[0]?.text ?? '';
  new Function('require', 'module', 'exports', code)(load, module, module.exports);
  const subscriptions: object[] = [];
  const extension = { id: 'backstitch.backstitch' };
  const workspaceState = { get: () => undefined, update: async () => {} };
  module.exports.activate({ subscriptions, extensionPath: projectRoot, extension, workspaceState });
  return registered;
}

/** The source of a file that is copied into dist/. */
const sourceOf = (path: string) => path.replace(/^(\.\/)?dist\//, 'extension/');

describe('what the extension contributes', () => {
  let registered: Registrations;

  before(async () => {
    registered = await activate();
  });

  it('are the commands that it registers, each once', () => {
    assert.deepEqual([...registered.commands].sort(), [...contributed].sort());
    assert.equal(new Set(contributed).size, contributed.length);
  });

  it('has a title and the category for every command', () => {
    for (const { title, category } of contributes.commands) {
      assert.match(title, /^[A-Z]/);
      assert.equal(category, 'Backstitch');
    }
  });

  it('are the views, the debugger and the editor that it registers', () => {
    assert.deepEqual(
      registered.views.sort(),
      Object.values(contributes.views)
        .flatMap((views) => views.map(({ id }) => id))
        .sort(),
    );
    assert.deepEqual(
      registered.debuggers,
      contributes.debuggers.map(({ type }) => type),
    );
    assert.deepEqual(
      registered.customEditors,
      contributes.customEditors.map(({ viewType }) => viewType),
    );
  });

  it('names only commands that there are, in menus, keys, welcomes and the walkthrough', () => {
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const texts = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...steps.map(({ description }) => description),
    ];
    const linked = texts.flatMap((text) =>
      [...text.matchAll(/command:([\w.]+)/g)].map((found) => found[1] ?? ''),
    );
    const awaited = steps
      .flatMap(({ completionEvents }) => completionEvents)
      .filter((event) => event.startsWith('onCommand:'))
      .map((event) => event.slice('onCommand:'.length));
    const inMenus = Object.values(contributes.menus).flat();
    const named = [...inMenus, ...contributes.keybindings].map(({ command }) => command);
    const own = [...named, ...linked, ...awaited].filter((one) => one.startsWith('backstitch.'));
    assert.ok(linked.length > 5);
    assert.deepEqual(
      own.filter((command) => !contributed.includes(command)),
      [],
    );
  });

  it('offers in the palette only what can do something then', () => {
    const limited = contributes.menus.commandPalette?.map(({ command }) => command) ?? [];
    const isOff = ({ enablement }: Contributes['commands'][number]): boolean =>
      enablement?.includes('backstitch') === true;
    assert.deepEqual(
      contributes.commands
        .filter((one) => !limited.includes(one.command) && !isOff(one))
        .map(({ command }) => command),
      [
        ...['run', 'runPaused', 'debug', 'serve', 'openRecording', 'showLog'],
        ...['openDocumentation', 'explore'],
      ].map((name) => `backstitch.${name}`),
    );
  });

  it('has every button of a row in its context menu too, for the keyboard', () => {
    const items = contributes.menus['view/item/context'] ?? [];
    const viewOf = ({ when }: MenuItem) => /view == ([\w.]+)/.exec(when ?? '')?.[1];
    const isInline = ({ group }: MenuItem) => group?.startsWith('inline') === true;
    const inMenu = items.filter((item) => !isInline(item));
    const missing = items
      .filter(isInline)
      .filter((button) => {
        return !inMenu.some(
          (item) => item.command === button.command && viewOf(item) === viewOf(button),
        );
      })
      .map(({ command }) => command);
    assert.deepEqual(missing, []);
  });

  it('has a welcome for every view that can be empty, trusted or not', () => {
    for (const view of ['executions', 'exploration', 'world']) {
      const whens = contributes.viewsWelcome
        .filter((welcome) => welcome.view === `backstitch.${view}`)
        .map(({ when }) => when);
      assert.deepEqual(whens, ['isWorkspaceTrusted', '!isWorkspaceTrusted'], view);
    }
  });

  it('binds keys only while they mean something', () => {
    for (const { when } of contributes.keybindings) {
      assert.match(when, /backstitch\.\w+|debugType == 'backstitch'/);
    }
  });

  it('has patterns for the words of rows that are regular expressions', () => {
    const whens = Object.values(contributes.menus).flatMap((items) =>
      items.flatMap(({ when }) => when ?? []),
    );
    const patterns = whens.flatMap((when) =>
      [...when.matchAll(/=~ \/(.*?)\/(?: |$)/g)].map((found) => found[1] ?? ''),
    );
    assert.ok(patterns.length > 20);
    for (const pattern of patterns) assert.doesNotThrow(() => new RegExp(pattern));
  });

  it('ships every file that it names', () => {
    const files = [
      manifest.icon,
      ...contributes.commands.flatMap(({ icon }) =>
        typeof icon === 'object' ? [icon.light, icon.dark] : [],
      ),
      ...contributes.jsonValidation.map(({ url }) => url),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    for (const file of files) {
      assert.ok(existsSync(join(projectRoot, sourceOf(file))), `${file} has no source`);
    }
  });

  it('offers breakpoints in every language that it has lenses for', () => {
    const languages = contributes.breakpoints.map(({ language }) => language);
    assert.deepEqual(
      ENTRY_LANGUAGES.filter((language) => !languages.includes(language)),
      [],
    );
  });
});
