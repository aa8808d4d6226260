/**
 * Stands for the editor while the extension is activated: takes down what is registered, and is
 * whatever else is asked of it.
 */
export interface Registrations {
  readonly commands: string[];
  readonly views: string[];
  readonly debuggers: string[];
  readonly customEditors: string[];
}

export function fakeVsCode(): { readonly module: object; readonly registered: Registrations } {
  const registered: Registrations = { commands: [], views: [], debuggers: [], customEditors: [] };
  const takes = (list: string[]) => (name: string) => {
    list.push(name);
    return anything();
  };
  const module = {
    commands: part({ registerCommand: takes(registered.commands) }),
    window: part({
      createTreeView: takes(registered.views),
      registerCustomEditorProvider: takes(registered.customEditors),
    }),
    debug: part({ registerDebugAdapterDescriptorFactory: takes(registered.debuggers) }),
  };
  // Bundles copy a module's own fields, and keep its prototype for all others.
  return { module: Object.assign(Object.create(part({})), module), registered };
}

/** An object that has these fields, and anything else that is asked of it. */
function part(fields: Readonly<Record<string, unknown>>): object {
  return new Proxy(fields, { get: (_, name) => fields[String(name)] ?? anything() });
}

/** Can be called, constructed and asked for any field, which is the same again. */
function anything(): object {
  return new Proxy(class {}, {
    apply: () => anything(),
    construct: () => anything(),
    set: () => true,
    // Nothing to wait for, and no text.
    get: (_, name) => (name === 'then' || typeof name === 'symbol' ? undefined : anything()),
  });
}
